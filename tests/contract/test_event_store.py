"""One behaviour of the event store, asked of the fake and of PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from contract.fakes import InMemoryEventStore

from domain import chain
from domain.article import Article
from domain.errors import ConcurrencyError, Stop
from domain.ports import NO_STREAM, EventStore, NewEvent
from domain.upcasters import Registry
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore

LONG = 5
"""Events in an append that takes more than one row."""

OpenStore = Callable[[Registry], AbstractContextManager[EventStore]]


@pytest.fixture(params=["memory", "postgres"])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Opens an empty store that reads through the given upcasters."""
    if request.param == "memory":

        @contextmanager
        def in_memory(registry: Registry) -> Iterator[EventStore]:
            yield InMemoryEventStore(registry)

        return in_memory
    conninfo = request.getfixturevalue("migrated")

    @contextmanager
    def on_postgres(registry: Registry) -> Iterator[EventStore]:
        with open_pool(conninfo) as pool:
            yield PostgresEventStore(pool, registry)

    return on_postgres


@pytest.fixture
def store(open_store: OpenStore) -> Iterator[EventStore]:
    with open_store({}) as opened:
        yield opened


def noted(*numbers: int) -> list[NewEvent]:
    return [NewEvent("Noted", {"number": number}, metadata={"trace_id": "t1"}) for number in numbers]


def numbers(events: Any) -> list[int]:
    return [event.data["number"] for event in events]


def test_a_stream_gives_back_what_was_appended_in_order(store: EventStore) -> None:
    appended = store.append("a", NO_STREAM, noted(1, 2))
    appended += store.append("a", 2, noted(3))
    assert list(store.read_stream("a")) == appended
    assert [event.version for event in appended] == [1, 2, 3]
    assert appended[0].metadata == {"trace_id": "t1"}
    assert appended[0].recorded_at.utcoffset() is not None


def test_reading_goes_on_after_a_version(store: EventStore) -> None:
    store.append("a", NO_STREAM, noted(1, 2, 3))
    assert numbers(store.read_stream("a", after_version=1)) == [2, 3]


def test_an_unknown_stream_is_empty_and_at_version_0(store: EventStore) -> None:
    assert list(store.read_stream("none")) == []
    with store.transaction() as transaction:
        assert transaction.stream_version("none") == NO_STREAM


@pytest.mark.parametrize("count", [1, 2, LONG, 128, 129, 1_000])
def test_an_append_of_any_length_comes_back_the_same(store: EventStore, count: int) -> None:
    store.append("a", NO_STREAM, noted(0))
    appended = store.append("a", 1, noted(*range(1, count + 1)))
    assert numbers(appended) == list(range(1, count + 1))
    assert list(store.read_stream("a", after_version=1)) == appended
    assert store.read_all(appended[0].position - 1, count) == appended


@pytest.mark.parametrize("count", [0, 1, LONG])
@pytest.mark.parametrize("expected", [0, 1, 3])
def test_another_version_than_expected_changes_nothing(store: EventStore, expected: int, count: int) -> None:
    store.append("a", NO_STREAM, noted(1, 2))
    with pytest.raises(ConcurrencyError) as raised:
        store.append("a", expected, noted(*range(count)))
    assert raised.value == ConcurrencyError("a", expected, 2)
    assert numbers(store.read_all(0, 10)) == [1, 2]


@pytest.mark.parametrize("count", [1, LONG])
def test_a_transaction_goes_on_after_an_append_that_was_refused(store: EventStore, count: int) -> None:
    store.append("a", NO_STREAM, noted(1))
    with store.transaction() as transaction:
        with pytest.raises(ConcurrencyError):
            transaction.append("a", NO_STREAM, noted(*range(count)))
        transaction.append("b", NO_STREAM, noted(2))
    assert numbers(store.read_all(0, 10)) == [1, 2]


def test_an_append_of_nothing_still_checks_the_version_and_writes_nothing(store: EventStore) -> None:
    assert store.append("a", NO_STREAM, []) == []
    assert list(store.streams("")) == []


def test_a_transaction_over_several_streams_becomes_visible_as_one(store: EventStore) -> None:
    with store.transaction() as transaction:
        transaction.append("a", NO_STREAM, noted(1))
        transaction.append("b", NO_STREAM, noted(*range(2, 2 + LONG)))
        transaction.append("a", 1, noted(100))
        assert store.read_all(0, 10) == []
        assert numbers(transaction.read_stream("a")) == [1, 100]
        assert transaction.stream_version("a") == 2
    assert numbers(store.read_all(0, 100)) == [1, *range(2, 2 + LONG), 100]


def test_a_transaction_that_raises_leaves_no_event_and_no_text(store: EventStore) -> None:
    article = Article("A text.")
    with pytest.raises(RuntimeError), store.transaction() as transaction:
        transaction.put_text(article.text_digest, article.text)
        transaction.append("a", NO_STREAM, noted(*range(LONG)))
        raise RuntimeError("changed my mind")
    assert store.read_all(0, 10) == []
    assert store.text(article.text_digest) is None
    store.append("a", NO_STREAM, noted(1))
    assert numbers(store.read_all(0, 10)) == [1]


def test_the_first_event_of_an_empty_log_is_read(store: EventStore) -> None:
    assert store.safe_mark() == 0
    assert store.read_all(0, 10) == []
    [first] = store.append("a", NO_STREAM, noted(1))
    assert store.safe_mark() == first.position
    assert store.read_all(0, 10) == [first]


def test_the_log_is_read_in_pages_that_neither_skip_nor_repeat(store: EventStore) -> None:
    for number in range(10):
        store.append(f"s{number % 3}", number // 3, noted(number))
    position, seen = 0, []
    while page := store.read_all(position, 3):
        seen += page
        position = page[-1].position
    assert numbers(seen) == list(range(10))
    assert [event.position for event in seen] == sorted({event.position for event in seen})


def test_reading_up_to_a_position_stops_there(store: EventStore) -> None:
    events = store.append("a", NO_STREAM, noted(1, 2, 3))
    assert store.read_all(0, 10, up_to=events[1].position) == events[:2]


def test_streams_are_listed_by_prefix_sorted_and_once(store: EventStore) -> None:
    for name in ("coding-b@1", "coding-a@1", "article-a", "coding-%", "Coding-a"):
        store.append(name, NO_STREAM, noted(1, 2))
    assert list(store.streams("coding-")) == ["coding-%", "coding-a@1", "coding-b@1"]
    assert list(store.streams("coding-%")) == ["coding-%"]
    assert len(list(store.streams(""))) == 5


def test_a_text_is_kept_once_and_an_erased_one_stays_erased(store: EventStore) -> None:
    digest = Article("A text.").text_digest
    assert store.text(digest) is None
    with store.transaction() as transaction:
        transaction.put_text(digest, "A text.")
        transaction.put_text(digest, "A text.")
    assert store.text(digest) == "A text."
    for _ in range(2):
        with store.transaction() as transaction:
            transaction.erase_text(digest)
    with store.transaction() as transaction:
        transaction.put_text(digest, "A text.")
    assert store.text(digest) is None


def test_erasing_a_text_that_never_came_changes_nothing(store: EventStore) -> None:
    digest = Article("A text.").text_digest
    with store.transaction() as transaction:
        transaction.erase_text(digest)
        transaction.put_text(digest, "A text.")
    assert store.text(digest) == "A text."


def test_of_writers_at_the_same_version_exactly_one_wins(store: EventStore) -> None:
    start = threading.Barrier(4)

    def write(writer: int) -> bool:
        start.wait()
        try:
            store.append("a", NO_STREAM, noted(*([writer] * (1 if writer % 2 else LONG))))
        except ConcurrencyError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(write, range(4)))
    assert won.count(True) == 1
    winner = won.index(True)
    assert numbers(store.read_stream("a")) == [winner] * (1 if winner % 2 else LONG)


def test_a_lock_keeps_others_out_until_its_transaction_ends(store: EventStore) -> None:
    order: list[str] = []
    held = threading.Event()

    def second() -> None:
        held.wait()
        with store.transaction() as transaction:
            transaction.lock("key")
            order.append("second")
            assert transaction.stream_version("a") == 1

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(second)
        with store.transaction() as transaction:
            transaction.lock("key")
            held.set()
            transaction.append("a", NO_STREAM, noted(1))
            order.append("first")
        waiting.result()
    assert order == ["first", "second"]


def test_a_transaction_can_take_a_lock_it_holds(store: EventStore) -> None:
    with store.transaction() as transaction:
        transaction.lock("key")
        transaction.lock("key")


def test_digests_chain_through_a_stream_and_can_be_recomputed(store: EventStore) -> None:
    tricky = {
        "text": 'quote " slash \\ tab \t é 𐀀 \x7f',
        "whole": 1e300,
        "zero": -0.0,
        "small": 1e-9,
        "n": [1, None, True],
    }
    store.append("a", NO_STREAM, [NewEvent("Noted", tricky, 3, {"z": 1, "ab": 2})])
    store.append("a", 1, [NewEvent("Noted", tricky | {"i": i}) for i in range(LONG)])
    store.append('b"\\', NO_STREAM, noted(1))
    events = [*store.read_stream("a"), *store.read_stream('b"\\')]
    assert list(chain.broken(events)) == []
    assert len({event.digest for event in events}) == len(events)


def test_old_events_are_read_in_the_newest_shape(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.upcasters.NEWEST", {"Noted": 3})
    registry: Registry = {
        ("Noted", 1): lambda data: {"count": data["number"]},
        ("Noted", 2): lambda data: {**data, "unit": "events"},
    }
    with open_store(registry) as store:
        store.append("a", NO_STREAM, [NewEvent("Noted", {"number": 5}, 1), NewEvent("Noted", {"count": 6}, 2)])
        expected = [(3, {"count": 5, "unit": "events"}), (3, {"count": 6, "unit": "events"})]
        assert [(e.schema_version, e.data) for e in store.read_stream("a")] == expected
        assert [(e.schema_version, e.data) for e in store.read_all(0, 10)] == expected
        with store.transaction() as transaction:
            assert [(e.schema_version, e.data) for e in transaction.read_stream("a")] == expected


def test_an_event_of_a_newer_frontlog_is_not_misread(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.upcasters.NEWEST", {"Noted": 1})
    with open_store({}) as store:
        store.append("a", NO_STREAM, [NewEvent("Noted", {}, 2)])
        with pytest.raises(Stop, match="Upgrade Frontlog"):
            list(store.read_stream("a"))
