"""What only PostgreSQL's event store promises: refusals by the database, shared transactions, lost connections."""

from collections.abc import Iterator

import psycopg
import pytest

from domain.article import Article
from domain.errors import InvalidInput, TryAgain
from domain.ports import NO_STREAM, NewEvent
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
from infra.postgres.verify import verify_all, verify_stream

LONG = 5
"""Events in an append that takes more than one row."""

REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def store(migrated: str) -> Iterator[PostgresEventStore]:
    with open_pool(migrated) as pool:
        yield PostgresEventStore(pool)


@pytest.fixture
def owner(migrated: str) -> Iterator[psycopg.Connection]:
    """A connection of the owner, who is superuser on the embedded server."""
    with psycopg.connect(migrated, autocommit=True) as connection:
        yield connection


def noted(count: int = 1) -> list[NewEvent]:
    return [NewEvent("Noted", {"number": number}) for number in range(count)]


# --- append-only ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frontlog_log.events SET data = '{}'",
        "UPDATE frontlog_log.events SET data = data WHERE false",
        "DELETE FROM frontlog_log.events",
        "TRUNCATE frontlog_log.events",
        "TRUNCATE frontlog_log.events CASCADE",
        "MERGE INTO frontlog_log.events e USING (SELECT 1) AS s ON e.version = 1 WHEN MATCHED THEN DELETE",
        "INSERT INTO frontlog_log.events SELECT * FROM frontlog_log.events WHERE version = 1"
        " ON CONFLICT (stream, version) DO UPDATE SET data = '{}'",
    ],
)
def test_the_database_refuses_to_change_the_log_even_for_its_owner(
    store: PostgresEventStore, owner: psycopg.Connection, statement: str, role: str
) -> None:
    before = store.append("a", NO_STREAM, noted(2))
    owner.execute(f"SET session_replication_role = {role}")  # type: ignore[arg-type]
    with pytest.raises(REFUSED, match="the log is append-only"), owner.transaction():
        owner.execute("SELECT frontlog_log.hold_floor()")
        owner.execute(statement)  # type: ignore[arg-type]
    assert list(store.read_stream("a")) == before


def test_an_insert_around_the_append_function_is_refused(owner: psycopg.Connection) -> None:
    values = "nextval('frontlog_log.event_position'), now(), 1, 1, 'a', 'Noted', '{}', '{}', sha256('')"
    with pytest.raises(REFUSED, match="would let readers skip events"):
        owner.execute(f"INSERT INTO frontlog_log.events VALUES ({values})")  # type: ignore[arg-type]


def test_a_floor_of_an_earlier_transaction_does_not_allow_an_insert(owner: psycopg.Connection) -> None:
    owner.execute("SELECT frontlog_log.hold_floor()")
    with pytest.raises(REFUSED, match="would let readers skip events"):
        owner.execute("INSERT INTO frontlog_log.events SELECT * FROM frontlog_log.events")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frontlog_log.article_texts SET text = 'Another text.'",
        "UPDATE frontlog_log.article_texts SET digest = repeat('0', 64), text = NULL, erased_at = now()",
        "DELETE FROM frontlog_log.article_texts",
        "TRUNCATE frontlog_log.article_texts",
    ],
)
def test_a_text_can_be_erased_but_not_changed(
    store: PostgresEventStore, owner: psycopg.Connection, statement: str
) -> None:
    digest = Article("A text.").text_digest
    with store.transaction() as transaction:
        transaction.put_text(digest, "A text.")
    with pytest.raises(REFUSED):
        owner.execute(statement)  # type: ignore[arg-type]
    assert store.text(digest) == "A text."


def test_an_erased_text_cannot_be_brought_back_even_by_the_owner(
    store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    digest = Article("A text.").text_digest
    with store.transaction() as transaction:
        transaction.put_text(digest, "A text.")
        transaction.erase_text(digest)
    with pytest.raises(REFUSED, match="can only be erased"):
        owner.execute("UPDATE frontlog_log.article_texts SET text = 'A text.', erased_at = NULL")


def test_a_role_without_grants_can_neither_read_nor_write_the_log(owner: psycopg.Connection) -> None:
    owner.execute("CREATE ROLE nobody_in_particular")
    try:
        owner.execute("SET ROLE nobody_in_particular")
        for statement in ("SELECT * FROM frontlog_log.events", "SELECT frontlog_log.safe_mark()"):
            with pytest.raises(REFUSED, match="permission denied for schema frontlog_log"):
                owner.execute(statement)  # type: ignore[arg-type]
    finally:
        owner.execute("RESET ROLE")
        owner.execute("DROP ROLE nobody_in_particular")


# --- transactions and trouble -----------------------------------------------------------------------------------------


def test_other_sql_commits_or_rolls_back_together_with_the_log(
    store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    owner.execute("CREATE TABLE letters (id int)")
    owner.execute("INSERT INTO letters VALUES (1)")
    with pytest.raises(RuntimeError), store.transaction() as transaction:
        transaction.connection.execute("DELETE FROM letters")
        transaction.append("a", NO_STREAM, noted())
        raise RuntimeError("changed my mind")
    assert owner.execute("SELECT count(*) FROM letters").fetchone() == (1,)
    with store.transaction() as transaction:
        transaction.connection.execute("DELETE FROM letters")
        transaction.append("a", NO_STREAM, noted())
    assert owner.execute("SELECT count(*) FROM letters").fetchone() == (0,)


@pytest.mark.parametrize("count", [1, LONG])
def test_what_json_cannot_hold_is_refused_and_the_transaction_goes_on(store: PostgresEventStore, count: int) -> None:
    for data in ({"text": "nul \0 nul"}, {"bytes": object()}, {"text": "half \ud800 pair"}, {"\0": 1}):
        with store.transaction() as transaction:
            with pytest.raises(InvalidInput, match="event Noted for stream a"):
                transaction.append("a", NO_STREAM, [*noted(count - 1), NewEvent("Noted", data)])
            transaction.append("b", transaction.stream_version("b"), noted())
    assert list(store.read_stream("a")) == []
    assert len(list(store.read_stream("b"))) == 4


def test_a_text_that_only_mentions_the_escape_of_nul_is_kept(store: PostgresEventStore) -> None:
    [event] = store.append("a", NO_STREAM, [NewEvent("Noted", {"text": r"the escape \u0000 and \\u0000"})])
    assert list(store.read_stream("a")) == [event]


def test_lost_connections_ask_for_another_try_which_succeeds(
    store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    store.append("a", NO_STREAM, noted())
    with store.transaction(), store.transaction(), store.transaction():
        pass  # the pool now has three connections to lose
    owner.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with pytest.raises(TryAgain, match="appending to a"):
        store.append("a", 1, noted())
    assert [event.version for event in store.append("a", 1, noted())] == [2]
    assert len(list(store.read_stream("a"))) == 2


def test_a_backend_killed_within_a_transaction_leaves_nothing_of_it(
    store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    with pytest.raises(TryAgain), store.transaction() as transaction:
        transaction.append("a", NO_STREAM, noted(LONG))
        owner.execute("SELECT pg_terminate_backend(%s, 1000)", (transaction.connection.info.backend_pid,))
        transaction.append("b", NO_STREAM, noted())
    assert store.read_all(0, 10) == []
    store.append("a", NO_STREAM, noted())
    assert len(store.read_all(0, 10)) == 1


def test_a_lock_that_is_not_granted_asks_for_another_try(store: PostgresEventStore) -> None:
    with store.transaction() as holder:
        holder.lock("key")
        with pytest.raises(TryAgain, match="lock timeout"), store.transaction() as other:
            other.connection.execute("SET LOCAL lock_timeout = '50ms'")
            other.lock("key")


def test_a_transaction_is_read_committed_whatever_the_server_defaults_to(
    migrated: str, owner: psycopg.Connection
) -> None:
    owner.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable',"
        " current_database()); END $$"
    )
    with open_pool(migrated) as pool, PostgresEventStore(pool).transaction() as transaction:
        assert transaction.connection.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
        assert transaction.connection.execute("SHOW timezone").fetchone() == ("UTC",)


# --- verify -----------------------------------------------------------------------------------------------------------


def tamper(owner: psycopg.Connection, statement: str) -> None:
    """Change the log as only someone who takes the refusals away first can."""
    owner.execute("ALTER TABLE frontlog_log.events DISABLE TRIGGER ALL")
    owner.execute("ALTER TABLE frontlog_log.article_texts DISABLE TRIGGER ALL")
    owner.execute(statement)  # type: ignore[arg-type]


def filled(store: PostgresEventStore) -> None:
    tricky = {"text": "é \t 𐀀", "whole": 1e22, "zero": -0.0, "small": 2.5e-7}
    store.append("b", NO_STREAM, [NewEvent("Noted", tricky, 1, {"trace_id": "t"})] * (2 * LONG))
    store.append("a", NO_STREAM, noted(3))
    store.append("a", 3, noted(LONG))
    with store.transaction() as transaction:
        transaction.put_text(Article("A text.").text_digest, "A text.")
        transaction.put_text(Article("Another text.").text_digest, "Another text.")
        transaction.erase_text(Article("Another text.").text_digest)


def test_a_log_as_it_was_written_is_sound(store: PostgresEventStore, owner: psycopg.Connection) -> None:
    filled(store)
    found = verify_all(owner)
    assert found.sound
    assert found.events == 3 * LONG + 3
    assert verify_stream(owner, "a").events == LONG + 3


@pytest.mark.parametrize(
    "change",
    [
        """data = '{"number": 7}'""",
        "metadata = '{\"by\": 1}'",
        "type = 'Denied'",
        "schema_version = 2",
        "recorded_at = recorded_at - interval '1 microsecond'",
        "position = 1000000",
        "digest = sha256('x')",
    ],
)
def test_a_changed_event_is_named_by_its_stream_and_version(
    store: PostgresEventStore, owner: psycopg.Connection, change: str
) -> None:
    filled(store)
    tamper(owner, f"UPDATE frontlog_log.events SET {change} WHERE stream = 'a' AND version = 2")
    for found in (verify_all(owner), verify_stream(owner, "a")):
        assert found.first is not None
        assert (found.first.stream, found.first.version) == ("a", 2)
        assert not found.sound
    assert verify_stream(owner, "b").sound


def test_of_several_broken_events_the_lowest_position_is_named_first(
    store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    filled(store)
    tamper(owner, "UPDATE frontlog_log.events SET type = 'Denied' WHERE version = 3")
    found = verify_all(owner)
    assert found.broken_events == 2
    assert found.first is not None
    assert (found.first.stream, found.first.position) == ("b", 3)


def test_a_removed_event_is_found(store: PostgresEventStore, owner: psycopg.Connection) -> None:
    filled(store)
    tamper(owner, "DELETE FROM frontlog_log.events WHERE stream = 'a' AND version = 2")
    found = verify_all(owner)
    assert found.first is not None
    assert found.first.why == "version 2 is missing before it"


def test_a_changed_text_is_found_and_an_erased_one_is_sound(
    store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    filled(store)
    digest = Article("A text.").text_digest
    tamper(owner, "UPDATE frontlog_log.article_texts SET text = 'A test.' WHERE text IS NOT NULL")
    found = verify_all(owner)
    assert found.broken_texts == (digest,)
    assert not found.sound
