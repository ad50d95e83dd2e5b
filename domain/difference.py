"""What another edition makes of an archive: events that appear, vanish or change, and what that does to holdings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from domain.events import CodedEvent, Coding
from domain.projections.projection import Row

Kind = Literal["appears", "vanishes", "changes"]

SAID = (
    "type",
    "modality",
    "actors",
    "counterparties",
    "places",
    "occurred",
    "attribution",
    "operation",
    "rule",
    "loaded_terms",
)
"""The fields of an event that may be said to change, weightiest first."""


@dataclass(frozen=True, slots=True)
class EventChange:
    """One event under two editions: `before` is None where it appears, `after` where it vanishes.

    `fields` names what changed, of SAID; empty unless both sides are there.
    """

    kind: Kind
    before: CodedEvent | None
    after: CodedEvent | None
    fields: tuple[str, ...] = ()

    @property
    def event(self) -> CodedEvent:
        """The newer side, or the older one of an event that vanishes."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class RowChange:
    """Rows under one key (a holding, an actor's count) that are others than before; either side may be empty."""

    key: tuple[Any, ...]
    before: tuple[Row, ...]
    after: tuple[Row, ...]

    @property
    def kind(self) -> Kind:
        """Whether the key is new, gone, or there on both sides."""
        return "appears" if not self.before else "changes" if self.after else "vanishes"


def same_coding(one: Coding, other: Coding) -> bool:
    """Whether two codings of an article say the same, down to sentences and open mentions; editions' names aside."""
    return _nameless(one) == _nameless(other)


def event_changes(before: Coding | None, after: Coding) -> list[EventChange]:
    """How the events of an article differ, in the order of the text; none coded before is an empty coding.

    Events are the same one by fingerprint, else by sentence and overlapping triggers, else by sentence and type.
    """
    old = list(before.events) if before else []
    new = list(after.events)
    pairs = [pair for same in (_same_print, _same_trigger, _same_type) for pair in _paired(old, new, same)]
    changed = [EventChange("changes", a, b, fields) for a, b in pairs if (fields := _differing(a, b))]
    gone = [EventChange("vanishes", event, None) for event in old]
    come = [EventChange("appears", None, event) for event in new]
    return sorted([*changed, *gone, *come], key=_place_in_text)


def lost_fingerprints(before: Coding | None, after: Coding) -> set[str]:
    """Fingerprints that no event has any more: a decision of an analyst on one of them holds nothing."""
    old = {event.fingerprint for event in before.events} if before else set()
    return old - {event.fingerprint for event in after.events}


def row_changes(before: Iterable[Row], after: Iterable[Row], key_width: int) -> list[RowChange]:
    """Keys (the first columns) whose rows differ, sorted. The order of rows does not matter, a repeat does."""
    old, new = _by_key(before, key_width), _by_key(after, key_width)
    changes = [RowChange(key, tuple(old.get(key, ())), tuple(new.get(key, ()))) for key in {*old, *new}]
    return sorted((c for c in changes if c.before != c.after), key=lambda c: tuple(map(str, c.key)))


def _nameless(coding: Coding) -> tuple[Any, ...]:
    events = tuple(msgspec.structs.replace(event, edition="") for event in coding.events)
    return coding.article_id, coding.sentences, events, coding.unresolved


def _paired(old: list[CodedEvent], new: list[CodedEvent], same: Any) -> list[tuple[CodedEvent, CodedEvent]]:
    """Take what belongs together out of both lists."""
    pairs = []
    for before in list(old):
        after = next((event for event in new if same(before, event)), None)
        if after is not None:
            pairs.append((before, after))
            old.remove(before)
            new.remove(after)
    return pairs


def _same_print(one: CodedEvent, other: CodedEvent) -> bool:
    return bool(one.fingerprint) and one.fingerprint == other.fingerprint


def _same_trigger(one: CodedEvent, other: CodedEvent) -> bool:
    overlap = one.trigger_start < other.trigger_end and other.trigger_start < one.trigger_end
    return one.sentence == other.sentence and overlap


def _same_type(one: CodedEvent, other: CodedEvent) -> bool:
    return (one.sentence, one.type) == (other.sentence, other.type)


def _differing(one: CodedEvent, other: CodedEvent) -> tuple[str, ...]:
    return tuple(field for field in SAID if getattr(one, field) != getattr(other, field))


def _place_in_text(change: EventChange) -> tuple[int, int, str, str]:
    event = change.event
    return event.sentence, event.trigger_start, event.type, change.kind


def _by_key(rows: Iterable[Row], width: int) -> Mapping[tuple[Any, ...], Sequence[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[:width]), []).append(tuple(row))
    return {key: sorted(each, key=repr) for key, each in found.items()}
