"""Since when: bounds on the day a state began, from all reports of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.control.claims import Claim, certainly_before, gap_days
from domain.control.evidence import Party


@dataclass(frozen=True, slots=True)
class Since:
    """Earliest and latest possible day, inclusive; None is unbounded."""

    earliest: date | None = None
    latest: date | None = None
    precision: str = "unknown"


def since_of(claims: Sequence[Claim], holders: Iterable[Party], window_days: int) -> Since:
    """Bounds on the start of a side's hold: its last transition, narrowed by other reports of it and by assertions.

    Origins that date one taking apart, by less than the window, leave its day open between them.
    """
    widest = {party.id for party in holders}
    own = [one for one in claims if one.holders >= widest] or claims
    changes = [one for one in own if one.bearing != "assertion"]
    states = [one for one in own if one.bearing == "assertion"]
    if not changes:
        return _since_states(states)
    last = max(changes, key=lambda one: (one.earliest or date.min, one.latest or date.max, one.sort_key))
    earliest, latest = last.earliest, last.latest
    narrowing = sorted(changes, key=lambda one: (_width(one), one.sort_key))
    for lower, upper in [(one.earliest, one.latest) for one in narrowing] + [(None, one.latest) for one in states]:
        if (lower and latest and lower > latest) or (upper and earliest and upper < earliest):
            continue
        earliest = max(filter(None, (earliest, lower)), default=None)
        latest = min(filter(None, (latest, upper)), default=None)
    for one in changes:
        if _dates_apart(one, last, window_days) and earliest and one.earliest:
            earliest = min(earliest, one.earliest)
    return Since(earliest, latest, _precision(earliest, latest, own))


def _dates_apart(one: Claim, last: Claim, window_days: int) -> bool:
    different = one.evidence.origin_id != last.evidence.origin_id
    return different and certainly_before(one, last) and gap_days(one, last) < window_days


def _since_states(states: Sequence[Claim]) -> Since:
    first = min(states, key=lambda one: (one.latest or date.max, one.sort_key))
    earliest = first.earliest if first.evidence.earliest else None
    return Since(earliest, first.latest, _precision(earliest, first.latest, states))


def _width(one: Claim) -> int:
    return (one.latest - one.earliest).days if one.earliest and one.latest else 10**6


def _precision(earliest: date | None, latest: date | None, claims: Sequence[Claim]) -> str:
    if earliest is not None and earliest == latest:
        return "day"
    for one in claims:
        if (one.evidence.earliest, one.evidence.latest) == (earliest, latest):
            return one.evidence.precision
    return "range" if any(one.dated for one in claims) else "unknown"


def hull(spans: Sequence[Since]) -> Since:
    """From the earliest possible day of any to the latest of all: until then not every claim need be true."""
    earliest = None if any(s.earliest is None for s in spans) else min(s.earliest for s in spans if s.earliest)
    latest = max((s.latest for s in spans if s.latest), default=None)
    if earliest is not None and earliest == latest:
        return Since(earliest, latest, "day")
    dated = all(s.precision != "unknown" for s in spans)
    return Since(earliest, latest, "range" if dated else "unknown")
