"""Frames into coded events: resolved, dated, attributed, one a codebook unit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import msgspec

from domain.coder.attribution import source_of
from domain.coder.conditions import operation_name
from domain.coder.dating import time_of, told_when
from domain.coder.frames import Frame
from domain.coder.modality import Modality
from domain.coder.phrases import Sentence
from domain.coder.readings import ActorReading
from domain.coder.resolve import Resolver
from domain.events import ActorRef, CodedEvent, Occurred, PlaceRef
from domain.names import fold
from domain.time_expressions import Anchor, TimeExpression, find_times, to_occurred

STATES = ("ControlAsserted", "SiegeReported", "PresenceReported")
INHERITS = (
    "ClashReported",
    "AttackReported",
    "CeasefireReported",
    "WithdrawalReported",
    "ControlTaken",
    "ControlLost",
)
_NEEDS_PLACE = (
    "WithdrawalReported",
    "ControlTransferred",
    "ControlTaken",
    "ControlAsserted",
    "ControlLost",
    "AdvanceReported",
    "SiegeReported",
    "PresenceReported",
    "ForcesRedeployed",
    "ReinforcementReported",
)
STATES_OF_CONTROL = ("ControlTaken", "ControlAsserted", "ControlLost")


@dataclass(frozen=True)
class Times:
    """The times of a sentence, read for what has happened; `planned` reads them, in the same order, for what will."""

    past: Sequence[TimeExpression]
    text: str
    published: date | None
    anchor: Anchor

    @cached_property
    def planned(self) -> Sequence[TimeExpression]:
        """The same times looking forward."""
        return find_times(self.text, self.published, self.anchor, planned=True)


@dataclass
class Dropped:
    """Why a frame gave no event (for `--explain`)."""

    frame: Frame
    why: str


class Assembler:
    """Builds the events of one sentence. `before`: places of the sentence before, for events without their own."""

    def __init__(
        self,
        s: Sentence,
        resolver: Resolver,
        times: Times,
        before: Sequence[PlaceRef],
        last: Sequence[CodedEvent] = (),
    ) -> None:
        self.s, self.resolver, self.times, self.before, self.last = s, resolver, times, before, last
        self.modality = Modality(s)
        self.dropped: list[Dropped] = []

    def events(self, frames: Sequence[Frame]) -> list[CodedEvent]:
        predicates = frozenset(f.trigger for f in frames)
        found: list[CodedEvent] = []
        for frame in frames:
            outcome = self._event(frame, predicates, found)
            if isinstance(outcome, str):
                self.dropped.append(Dropped(frame, outcome))
            else:
                found.extend(outcome)
        return _merged(found)

    def _event(self, frame: Frame, predicates: frozenset[int], earlier: list[CodedEvent]) -> list[CodedEvent] | str:
        modality = self.modality.of(frame.trigger)
        if modality is None:
            return "the clause claims nothing codable"
        if frame.rule.modality and modality == "asserted":
            modality = frame.rule.modality
        attribution = self.resolver.attribution(source_of(self.s, frame.trigger))
        actors = self._actors(frame.actors, "actor")
        if frame.rule.type in STATES_OF_CONTROL and self._of_a_ballot(frame):
            return "it tells of an election"
        if frame.actors and not actors:
            return "its actor stands for nobody the article settles"
        if self.resolver.c.names.topic and not actors:
            return f"no armed actor in an article about {self.resolver.c.names.topic}"
        if not actors and modality == "denied" and frame.rule.type == "ControlLost":
            actors = self.resolver.own_side()
        others = self._actors(frame.counterparties, "counterparty", tuple(a.resolved for a in actors))
        places = self.resolver.places(frame.places)
        if not places and frame.rule.type in INHERITS:
            places = self._inherited(frame.rule.type, actors, earlier)
        if not places and frame.rule.type == "AdvanceReported" and "place" not in frame.rule.needs:
            places = list(next((e.places for e in reversed(earlier) if e.places), self.before))
        if not places and frame.rule.type in _NEEDS_PLACE:
            return "no place"
        occurred = self._occurred(frame, modality, predicates)
        trigger = self.s.tree.tokens[frame.trigger]
        event = CodedEvent(
            type=frame.rule.type,
            sentence=self.s.number,
            ordinal=0,
            rule=frame.rule.id,
            modality=modality,  # type: ignore[arg-type]
            actors=tuple(actors),
            counterparties=tuple(o for o in others if all(o.id != a.id for a in actors)),
            places=(),
            occurred=occurred,
            start=self.s.start,
            end=self.s.start + len(self.s.text),
            trigger=trigger.text,
            trigger_start=self.s.start + trigger.start,
            trigger_end=self.s.start + trigger.end,
            attribution=attribution,
            operation=self._operation(frame),
            loaded_terms=tuple(dict.fromkeys(t for r in (*frame.actors, *frame.counterparties) for t in r.loaded)),
        )
        self.resolver.current = places or self.resolver.current
        return [msgspec.structs.replace(event, places=tuple(group)) for group in _by_part(places, frame.rule.type)]

    def _of_a_ballot(self, frame: Frame) -> bool:
        """ "The party took A in local elections": no force is named, and people voted."""
        tree, lexicon = self.s.tree, self.s.lexicon
        if not any(lexicon.has("ballot_words", low) for low in tree.lower):
            return False
        armed = [a for a in frame.actors if a.how == "named" and a.ids and not a.weak]
        heads = ("state_heads", "rebel_heads")
        told = [w for w in tree.lemma if w != "opposition" and any(lexicon.has(name, w) for name in heads)]
        return not armed and not set(told) - {"government", "police", "authority", "ministry"}

    def _actors(self, readings: Sequence[ActorReading], role: str, not_again: tuple[str, ...] = ()) -> list[ActorRef]:
        known = self.resolver.c.discourse.actors
        exclude = tuple(a for a in known if a.name in not_again or fold(a.name) in map(fold, not_again))
        found: list[ActorRef] = []
        for reading in readings:
            for ref in self.resolver.actors(reading, role, exclude) or ():
                if all(ref.id != o.id for o in found):
                    found.append(ref)
        return found

    def _inherited(self, type_: str, actors: Sequence[ActorRef], earlier: Sequence[CodedEvent]) -> list[PlaceRef]:
        """Where an event without a place of its own took place: this sentence's, else the last one's."""
        last = next((e.places for e in reversed(earlier) if e.places), None)
        if type_ in ("ClashReported", "AttackReported", "CeasefireReported"):
            own = {a.id for a in actors}
            told = [e for e in self.last if type_ != "CeasefireReported" or own & {a.id for a in e.actors}]
            last = last if type_ != "CeasefireReported" else None
            last = last or next((e.places for e in reversed(told) if e.places), ())
            return [msgspec.structs.replace(p, extent=None) for p in last]
        return [msgspec.structs.replace(p, area=None, extent=None) for p in (last or self.before)]

    def _occurred(self, frame: Frame, modality: str, predicates: frozenset[int]) -> Occurred:
        planned = modality in ("planned", "conditional")
        n = self._time(frame, predicates)
        times = self.times.planned if planned else self.times.past
        chosen = times[n] if n is not None else None
        if chosen and chosen.bound in ("since", "until") and n == told_when(self.s.tree, frame.trigger, times):
            chosen = replace(chosen, bound="during")  # "since May, when X left": X left in May
        return to_occurred(
            chosen, published=self.resolver.c.published, planned=planned, state=frame.rule.type in STATES
        )

    def _time(self, frame: Frame, predicates: frozenset[int]) -> int | None:
        """Index of the frame's time; where its verb is left out, the one in its stretch or before the verb."""
        times = self.times.past
        if frame.gap:
            within = [n for n, t in enumerate(times) if t.dated and frame.gap[0] <= t.start < frame.gap[1]]
            if within:
                return within[0]
        n = time_of(self.s.tree, frame.trigger, times, predicates)
        if n is None or (frame.gap and times[n].start > self.s.tree.tokens[frame.trigger].start):
            return None
        return None if any(a <= times[n].start < b for a, b in frame.others) else n

    def _operation(self, frame: Frame) -> str | None:
        if frame.rule.type != "OperationLaunched" or frame.arguments is None:
            return None
        names = [operation_name(self.s, o) for o in (*frame.arguments.object, frame.trigger)]
        return next((n for n in names if n), None)


def _by_part(places: Sequence[PlaceRef], type_: str) -> list[list[PlaceRef]]:
    """Places of one event with different extents or areas make separate events; two areas of one place do not."""
    if len({p.id for p in places}) < 2 or type_ == "ForcesRedeployed":
        return [list(places)]
    groups: dict[tuple[str | None, str | None], list[PlaceRef]] = {}
    for place in places:
        groups.setdefault((place.area, place.extent), []).append(place)
    return list(groups.values())


def _merged(events: Sequence[CodedEvent]) -> list[CodedEvent]:
    """One event a (type, actor set, modality, date): places joined, the first trigger kept; an undated one joins too.

    The parts that one trigger was split into stay apart.
    """
    kept: list[CodedEvent] = []
    for event in events:
        n = next((n for n, k in enumerate(kept) if _same_unit(k, event)), None)
        if n is None:
            kept.append(event)
            continue
        first = kept[n]
        more = tuple(p for p in event.places if all((p.id, p.area) != (o.id, o.area) for o in first.places))
        others = tuple(c for c in event.counterparties if all(c.id != o.id for o in first.counterparties))
        occurred = first.occurred if first.occurred.precision != "unknown" else event.occurred
        kept[n] = msgspec.structs.replace(
            first, places=first.places + more, counterparties=first.counterparties + others, occurred=occurred
        )
    ordered = sorted(kept, key=lambda e: (e.trigger_start, e.type))
    return [msgspec.structs.replace(e, ordinal=n) for n, e in enumerate(ordered, 1)]


def _same_unit(a: CodedEvent, b: CodedEvent) -> bool:
    """Whether two are one event: of one date, or one is undated and may be the same deed told in other words."""
    undated = "unknown" in (a.occurred.precision, b.occurred.precision)
    elsewhere = bool(a.places and b.places) and not {p.id for p in a.places} & {p.id for p in b.places}
    undated = undated and not (elsewhere and a.trigger != b.trigger)
    return (
        a.trigger_start != b.trigger_start
        and (a.type, a.modality) == (b.type, b.modality)
        and {x.id for x in a.actors} == {x.id for x in b.actors}
        and (a.occurred == b.occurred or undated)
    )


def fingerprint(article_id: str, event: CodedEvent) -> str:
    """What an analyst's decision holds by: article, trigger span, type, modality, places and date words; never ids."""
    places = sorted(f"{p.as_written}|{p.area or ''}|{p.extent or ''}" for p in event.places)
    parts = (
        article_id,
        str(event.trigger_start),
        str(event.trigger_end),
        event.type,
        event.modality,
        *places,
        event.occurred.as_written or "",
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
