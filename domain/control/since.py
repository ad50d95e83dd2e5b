"""Since when: bounds on the day a state began, from all reports of it."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from domain.control.claims import Claim
from domain.control.evidence import Party
from domain.control.pile import Pile
from domain.control.sums import began, stated


class Since(msgspec.Struct, frozen=True, gc=False):
    """Earliest and latest possible day, inclusive; None is unbounded."""

    earliest: date | None = None
    latest: date | None = None
    precision: str = "unknown"


def since_of(piles: Sequence[Pile], holders: Iterable[Party], window_days: int) -> Since:
    """Bounds on the start of a side's hold: its last transition, narrowed by other reports of it and by assertions.

    Origins that date one taking apart, by less than the window, leave its day open between them.
    """
    widest = {party.id for party in holders}
    own = [pile for pile in piles if pile.first.holders >= widest] or piles
    last = max((one for pile in own if (one := pile.sums.last_change)), key=began, default=None)
    if last is None:
        return _since_stated(own)
    # no report begins later, so each that ends no earlier than `last` begins narrows its end and nothing else
    latest = min((day for pile in own if (day := pile.first_end(last.earliest))), default=None)
    earliest = _earliest_apart(own, last, window_days)
    return Since(earliest, latest, _precision(earliest, latest, own))


def _earliest_apart(own: Sequence[Pile], last: Claim, window_days: int) -> date | None:
    if last.earliest is None:
        return None
    first = date.fromordinal(max(1, last.earliest.toordinal() - window_days + 1))
    begun = [
        one.earliest
        for pile in own
        for one in pile.ending(first, last.earliest)
        if one.earliest and one.bearing != "assertion" and one.evidence.origin_id != last.evidence.origin_id
    ]
    return min([*begun, last.earliest])


def _since_stated(states: Sequence[Pile]) -> Since:
    first = min((one for pile in states if (one := pile.sums.first_state)), key=stated)
    earliest = first.earliest if first.evidence.earliest else None
    return Since(earliest, first.latest, _precision(earliest, first.latest, states))


def _precision(earliest: date | None, latest: date | None, piles: Sequence[Pile]) -> str:
    if earliest is not None and earliest == latest:
        return "day"
    for pile in piles:
        if precision := pile.precision(earliest, latest):
            return precision
    return "range" if any(pile.sums.dated for pile in piles) else "unknown"


def hull(spans: Sequence[Since]) -> Since:
    """From the earliest possible day of any to the latest of all: until then not every claim need be true."""
    earliest = None if any(s.earliest is None for s in spans) else min(s.earliest for s in spans if s.earliest)
    latest = max((s.latest for s in spans if s.latest), default=None)
    if earliest is not None and earliest == latest:
        return Since(earliest, latest, "day")
    dated = all(s.precision != "unknown" for s in spans)
    return Since(earliest, latest, "range" if dated else "unknown")
