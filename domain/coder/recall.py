"""What an event leaves unsaid and the article has told before: who lost, attacked or left the same place."""

from collections.abc import Sequence

import msgspec

from domain.events import ActorRef, CodedEvent

_SAME = {
    "WithdrawalReported": ("WithdrawalReported",),
    "ControlTaken": ("ControlTaken",),
    "AttackReported": ("AttackReported", "AdvanceReported"),
    "SiegeReported": ("SiegeReported",),
    "OperationLaunched": ("OperationLaunched",),
}
"""Types whose earlier event at the same place names the actor of a later mention of it."""

_LOOK_BACK = {"AttackReported": 3}
"""Sentences to look back, where a later deed may well be another's."""


def completed(events: Sequence[CodedEvent], earlier: Sequence[CodedEvent]) -> list[CodedEvent]:
    """The sentence's events with actors filled in where they repeat a told event, or tell its loser's side.

    An event that names its actor, or a passive verb about a new deed, stays as it is.
    """
    filled = [e if e.actors else _filled(_fallen(e, events, earlier), events, earlier) for e in events]
    return [e for e in filled if e.actors or not (e.type == "WithdrawalReported" and e.rule.endswith(".leave"))]


def _fallen(event: CodedEvent, beside: Sequence[CodedEvent], earlier: Sequence[CodedEvent]) -> CodedEvent:
    """ "A fell" is a taking when the force at A is plainly the one just named (CODEBOOK.md, Settled questions)."""
    if event.type != "ControlLost" or not event.rule.endswith(".fall") or event.modality != "asserted":
        return event
    near = [*beside, *(e for e in earlier if e.sentence == event.sentence - 1)]
    closing = [e for e in near if e.type in _CLOSING and e.actors and e.modality == "asserted" and _meet(e, event)]
    if not closing or any(e.actors != closing[0].actors for e in closing):
        return event
    return msgspec.structs.replace(event, type="ControlTaken", actors=closing[0].actors)


_CLOSING = ("AdvanceReported", "AttackReported", "SiegeReported")


def _filled(event: CodedEvent, beside: Sequence[CodedEvent], earlier: Sequence[CodedEvent]) -> CodedEvent:
    if event.type == "ControlLost":
        actors = _leaver(event, beside) or _holder(event, earlier)
    elif event.rule.endswith((".noun", ".repel")):
        actors = _same_deed(event, earlier)
    elif event.type == "WithdrawalReported":
        actors = _holder(event, [*earlier, *beside])
    elif event.type == "ControlTaken":
        actors = _taker(event, beside, earlier)
    else:
        actors = ()
    return msgspec.structs.replace(event, actors=actors) if actors else event


def _leaver(event: CodedEvent, beside: Sequence[CodedEvent]) -> tuple[ActorRef, ...]:
    """Who left the lost place in the same sentence."""
    return next((e.actors for e in beside if e.type == "WithdrawalReported" and _meet(e, event)), ())


def _holder(event: CodedEvent, earlier: Sequence[CodedEvent]) -> tuple[ActorRef, ...]:
    """Who held the lost place last, as the article told."""
    for e in reversed(earlier):
        if e.modality == "asserted" and _meet(e, event):
            if e.type in ("ControlTaken", "ControlAsserted"):
                return e.actors
            if e.type == "ControlTransferred":
                return e.counterparties
    return ()


def _taker(event: CodedEvent, beside: Sequence[CodedEvent], earlier: Sequence[CodedEvent]) -> tuple[ActorRef, ...]:
    """The one force that took ground in the same sentence or the one before (CODEBOOK.md, edge case 6)."""
    near = [*beside, *(e for e in earlier if e.sentence == event.sentence - 1)]
    takers = [e.actors for e in near if e.type == "ControlTaken" and e.modality == "asserted" and e.actors]
    return takers[0] if takers and all(t == takers[0] for t in takers) else ()


def _same_deed(event: CodedEvent, earlier: Sequence[CodedEvent]) -> tuple[ActorRef, ...]:
    types = _SAME.get(event.type, ())
    back = _LOOK_BACK.get(event.type, 1000)
    for e in reversed(earlier):
        if e.type in types and e.actors and _meet(e, event) and event.sentence - e.sentence <= back:
            return e.actors
    return ()


def _meet(a: CodedEvent, b: CodedEvent) -> bool:
    return bool({p.id for p in a.places} & {p.id for p in b.places})
