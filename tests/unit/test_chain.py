"""The canonical spelling and the digest chain, apart from any database."""

import hashlib
import json
from datetime import UTC, datetime

import msgspec
from contract.fakes import InMemoryEventStore
from hypothesis import given
from hypothesis import strategies as st

from domain import chain
from domain.ports import NewEvent, StoredEvent

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
documents = st.dictionaries(st.text(max_size=6), json_values, max_size=5)


def as_decimal(value: object) -> object:
    """What a database that keeps numbers as decimals gives back."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) >= 1e16 else abs(value) if value == 0 else value
    if isinstance(value, dict):
        return {key: as_decimal(each) for key, each in reversed(value.items())}
    return [as_decimal(each) for each in value] if isinstance(value, list) else value


@given(documents)
def test_what_a_database_of_decimals_gives_back_is_spelled_the_same(document: dict[str, object]) -> None:
    assert chain.canonical(as_decimal(document)) == chain.canonical(document)  # type: ignore[arg-type]


@given(documents)
def test_the_order_of_keys_does_not_matter_and_reading_gives_the_document(document: dict[str, object]) -> None:
    written = chain.canonical(document)
    assert chain.canonical(dict(reversed(document.items()))) == written
    assert json.loads(written) == document


def test_a_digest_is_what_the_page_that_defines_it_says() -> None:
    """Recomputed here by hand from chain.py's docstring, without its functions."""
    store = InMemoryEventStore(now=lambda: datetime(2026, 5, 4, 3, 2, 1, 7, tzinfo=UTC))
    store.append("a", 0, [NewEvent("Noted", {"b": "é", "a": 1.5}, 2, {"t": "x"})])
    [second] = store.append("a", 1, [NewEvent("Noted", {}, 1, {})])
    first = hashlib.sha256(
        (831_178_921_000_007 + 0).to_bytes(8, "big")
        + (1).to_bytes(8, "big")
        + '["a",1,"Noted",2,{"a":1.5,"b":"é"},{"t":"x"}]'.encode()
    ).digest()
    expected = hashlib.sha256(
        first + (831_178_921_000_007).to_bytes(8, "big") + (2).to_bytes(8, "big") + b'["a",2,"Noted",1,{},{}]'
    )
    assert [event.digest for event in store.events] == [first.hex(), expected.hexdigest()]
    assert second.digest == expected.hexdigest()


def log_of_two_streams() -> list[StoredEvent]:
    store = InMemoryEventStore()
    for stream in ("a", "b"):
        store.append(stream, 0, [NewEvent("Noted", {"number": number}) for number in range(3)])
    return store.events


def test_a_changed_field_of_one_event_is_one_finding_at_its_position() -> None:
    for change in (
        {"data": {"number": 9}},
        {"metadata": {"by": "someone"}},
        {"type": "Denied"},
        {"schema_version": 2},
        {"recorded_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"position": 70},
    ):
        events = log_of_two_streams()
        events[1] = msgspec.structs.replace(events[1], **change)
        found = list(chain.broken(events))
        assert [(each.stream, each.version) for each in found] == [("a", 2)], change


def test_a_missing_event_is_found_unless_it_was_the_last() -> None:
    events = log_of_two_streams()
    assert [each.why for each in chain.broken(events[1:])] == ["version 1 is missing before it"]
    assert [each.version for each in chain.broken(events[:1] + events[2:])] == [3]
    assert list(chain.broken(events[:2] + events[3:])) == []


def test_an_event_moved_to_another_stream_is_found() -> None:
    events = log_of_two_streams()
    moved = [msgspec.structs.replace(event, stream="c") for event in events[:3]]
    assert len(list(chain.broken(moved))) == 3
