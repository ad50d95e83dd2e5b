"""Readers never skip an event: the ways a late commit could hide one, one by one."""

from collections.abc import Iterator

import psycopg
import pytest

from domain.ports import NO_STREAM, NewEvent, StoredEvent
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore

LONG = 5
"""Events in an append that takes more than one row."""

FLOOR_OF_NOTHING = 42 << 48
"""The advisory lock of a writer that began when the log was empty."""


@pytest.fixture
def store(migrated: str) -> Iterator[PostgresEventStore]:
    with open_pool(migrated) as pool:
        yield PostgresEventStore(pool)


def noted(count: int = 1) -> list[NewEvent]:
    return [NewEvent("Noted", {"number": number}) for number in range(count)]


def streams(events: list[StoredEvent]) -> list[str]:
    return [event.stream for event in events]


@pytest.mark.parametrize("count", [1, LONG])
def test_an_event_of_an_open_transaction_holds_back_later_ones_until_it_commits(
    store: PostgresEventStore, count: int
) -> None:
    store.append("early", NO_STREAM, noted())
    with store.transaction() as slow:
        slow.append("slow", NO_STREAM, noted(count))
        store.append("fast", NO_STREAM, noted(count))
        assert streams(store.read_all(0, 100)) == ["early"]
    assert streams(store.read_all(0, 100)) == ["early"] + ["slow"] * count + ["fast"] * count


def test_the_very_first_event_is_not_skipped_while_its_transaction_is_open(store: PostgresEventStore) -> None:
    with store.transaction() as first:
        first.append("first", NO_STREAM, noted())
        assert store.safe_mark() == 0
        store.append("second", NO_STREAM, noted())
        assert store.safe_mark() == 0
    assert streams(store.read_all(0, 100)) == ["first", "second"]


def test_a_transaction_that_wrote_nothing_yet_holds_nobody_back(store: PostgresEventStore) -> None:
    with store.transaction() as waiting:
        waiting.lock("key")
        waiting.put_text("0" * 64, "A text.")
        [event] = store.append("fast", NO_STREAM, noted())
        assert store.safe_mark() == event.position
        waiting.append("slow", NO_STREAM, noted())
        assert store.safe_mark() == event.position
    assert streams(store.read_all(0, 100)) == ["fast", "slow"]


def test_the_floor_of_a_transaction_is_that_of_its_first_append(store: PostgresEventStore) -> None:
    with store.transaction() as slow:
        slow.append("slow", NO_STREAM, noted())
        store.append("fast", NO_STREAM, noted())
        slow.append("slow", 1, noted(LONG))
        assert store.safe_mark() == 0
    assert len(store.read_all(0, 100)) == LONG + 2


def test_an_append_after_a_rollback_to_a_savepoint_holds_a_floor_again(store: PostgresEventStore) -> None:
    with store.transaction() as slow:
        with pytest.raises(RuntimeError), slow.connection.transaction():
            slow.append("undone", NO_STREAM, noted())
            raise RuntimeError("changed my mind")
        store.append("fast", NO_STREAM, noted())
        assert streams(store.read_all(0, 100)) == ["fast"]
        slow.append("slow", NO_STREAM, noted())
        later = store.append("fast", 1, noted())
        assert streams(store.read_all(0, 100)) == ["fast"]
        assert store.safe_mark() < later[0].position
    assert streams(store.read_all(0, 100)) == ["fast", "slow", "fast"]


def test_numbers_of_a_rolled_back_transaction_are_holes_that_hold_nobody_back(store: PostgresEventStore) -> None:
    with pytest.raises(RuntimeError), store.transaction() as undone:
        undone.append("undone", NO_STREAM, noted(LONG))
        store.append("fast", NO_STREAM, noted())
        raise RuntimeError("changed my mind")
    [event] = store.read_all(0, 100)
    assert event.stream == "fast"
    assert event.position > LONG
    assert store.safe_mark() == event.position


def test_a_thousand_appends_in_one_transaction_take_one_lock(store: PostgresEventStore) -> None:
    with store.transaction() as transaction:
        for number in range(1_000):
            transaction.append(f"s{number}", NO_STREAM, noted())
        count = transaction.connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        ).fetchone()
        assert count == (1,)
    assert len(store.read_all(0, 2_000)) == 1_000


def test_an_open_transaction_in_another_database_hides_nothing(
    store: PostgresEventStore, migrated: str, database: str
) -> None:
    with psycopg.connect(database) as elsewhere:
        elsewhere.execute("CREATE TABLE busy (n int)")  # it has a transaction id now, and keeps it
        elsewhere.execute("SELECT pg_advisory_xact_lock_shared(%s)", (FLOOR_OF_NOTHING,))
        [event] = store.append("a", NO_STREAM, noted())
        assert store.read_all(0, 10) == [event]


def test_an_open_transaction_of_a_mere_reader_hides_nothing(store: PostgresEventStore, migrated: str) -> None:
    with psycopg.connect(migrated) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM frontlog_log.events")
        [event] = store.append("a", NO_STREAM, noted())
        assert store.read_all(0, 10) == [event]


def test_locks_that_are_no_floors_hide_nothing(store: PostgresEventStore, migrated: str) -> None:
    with psycopg.connect(migrated) as other, store.transaction() as transaction:
        other.execute("SELECT pg_advisory_lock(1), pg_advisory_lock(42, 0), pg_advisory_lock(43::bigint << 48)")
        for number in range(200):
            transaction.lock(f"key {number}")
        [event] = store.append("a", NO_STREAM, noted())
        assert store.read_all(0, 10) == [event]
