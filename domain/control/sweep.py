"""Claims in the order of their latest possible day; after each day the verdicts that hold from then on.

Every step makes a new state out of the one before it, so that a claim that comes late is taken in from its own place
in the order on and what lies before it is not assessed again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from domain.control.claims import Claim, opposes, overlap
from domain.control.pile import Pile
from domain.control.standing import Standing
from domain.control.verdict import Verdict, decide, join

Area = str | None


class Found(msgspec.Struct, frozen=True, gc=False):
    """The newest verdict on a holding behind those before it: a chain, so that states share what they have in common.

    `count` is how many there are.
    """

    verdict: Verdict
    before: "Found | None"
    count: int


def chain(found: Found | None) -> list[Found]:
    """Every link, oldest first."""
    links = []
    while found is not None:
        links.append(found)
        found = found.before
    return links[::-1]


class State(msgspec.Struct, frozen=True, gc=False):
    """What stands on each area, and which areas were ever told of; `touched` ones await the end of the `day`.

    `owed` is the day before, where its verdict is only due if this day brings more than repeats.
    """

    standing: Mapping[Area, Standing]
    heard: frozenset[Area] = frozenset()
    day: date | None = None
    touched: frozenset[Area] = frozenset()
    owed: "State | None" = None


Verdicts = Mapping[Area, Verdict]
"""What the end of a day brought, by area: nothing of areas where nothing was told."""

Chains = Mapping[Area, Found | None]
"""The verdicts found so far on every area."""


class Earlier(NamedTuple):
    """The states before (None: not known) and after a claim when it was heard last."""

    before: State | None
    after: State


def start(areas: Iterable[Area]) -> State:
    """Nothing told yet of a place with these areas."""
    every: list[Area] = [None, *sorted(area for area in areas if area is not None)]
    return State(dict.fromkeys(every, Standing()))


def take(state: State, one: Claim, window_days: int, earlier: Earlier | None = None) -> tuple[State, Verdicts]:
    """Hear one more claim, no earlier than the last: what stands then, and the verdicts on the day that ended with it.

    A claim on the whole place reaches its areas too. Where the same stands as when it was heard `earlier`, the same
    follows.
    """
    heard, touched, owed = state.heard, state.touched, state.owed
    verdicts: Verdicts = {}
    if one.latest != state.day:
        repeats = _only_repeats(state, one)
        owed = State(state.standing, heard, state.day, touched) if repeats else None
        if not repeats:
            verdicts, touched = close(state, window_days), frozenset()
    elif owed is not None and not _only_repeats(state, one):
        verdicts, owed = close(owed, window_days), None
    if not verdicts.keys() <= heard:
        heard = heard.union(verdicts)
    reached: list[Area] = [one.evidence.area]
    if one.evidence.area is None and one.evidence.extent != "most":
        reached += [area for area in state.standing if area is not None]
    standing = dict(state.standing)
    for area in reached:
        stood = standing[area]
        if earlier is not None and earlier.before is not None and stood is earlier.before.standing[area]:
            standing[area] = earlier.after.standing[area]
            continue
        said = one if area == one.evidence.area else replace(one, inherited=True)
        stands = standing[area] = stood.hear(said, window_days)
        if earlier is not None and (known := earlier.after.standing[area]).still(stands, one):
            standing[area] = known
    return State(standing, heard, one.latest, touched.union(reached), owed), verdicts


def same(one: State | None, other: State | None) -> bool:
    """Whether the same follows from both, whatever comes: the same piles stand, and none was cut short since."""
    if one is None or other is None:
        return one is other
    return (
        one.day == other.day
        and one.touched == other.touched
        and one.heard == other.heard
        and all(stood is one.standing[area] and stood.intact for area, stood in other.standing.items())
        and same(one.owed, other.owed)
    )


def _only_repeats(state: State, one: Claim) -> bool:
    """One more assertion of all that stands starts nothing later, so its verdict would replace the one due before it.

    Spares the verdict of each day in long runs of "they still hold it".
    """
    return len(state.standing) == 1 and one.bearing == "assertion" and [*state.standing[None].piles] == [one.wording]


def close(state: State, window_days: int) -> Verdicts:
    """The verdicts of the day."""
    if not state.touched:
        return {}
    judged = {
        area: _judge(state, area, window_days) for area in state.standing if area is None or area in state.touched
    }
    return {area: verdict for area, verdict in judged.items() if verdict is not None}


def after(chains: Chains, verdicts: Verdicts) -> Chains:
    """Record the verdicts of one more day; the same object where they are the newest already."""
    longer = {
        area: _after(found, verdict)
        for area, verdict in verdicts.items()
        if (found := chains[area]) is None or found.verdict is not verdict
    }
    return {**chains, **longer} if longer else chains


def _after(found: Found | None, verdict: Verdict) -> Found:
    """One that starts no later than those before it was true all along."""
    while found and (found.verdict.since.latest or date.min) >= (verdict.since.latest or date.min):
        found = found.before
    return Found(verdict, found, found.count + 1 if found else 1)


def _judge(state: State, area: Area, window_days: int) -> Verdict | None:
    standing = state.standing[area]
    if area is not None:
        heard = area in state.heard or any(pile.sums.direct for pile in standing.piles.values())
        return decide(standing, window_days) if heard else None
    verdict = decide(standing, window_days)
    if verdict is None or not (verdict.controllers or verdict.claimants):
        return verdict
    piles = [standing.piles[wording] for wording in verdict.support.wordings]
    contradicting = [
        one for a, some in state.standing.items() if a is not None for one in _contradicting(some, verdict, piles)
    ]
    return join(verdict, piles, contradicting) if contradicting else verdict


def _contradicting(standing: Standing, whole: Verdict, piles: Sequence[Pile]) -> Sequence[Claim]:
    """Direct claims on an area that contradict the whole place."""
    found = [
        one
        for pile in standing.piles.values()
        if pile.first.holders and pile.sums.direct and any(opposes(other.first, pile.first) for other in piles)
        for one in pile
        if not one.inherited and _contradicts(whole, piles, one)
    ]
    return sorted(found, key=lambda one: one.sort_key)


def _contradicts(whole: Verdict, piles: Sequence[Pile], direct: Claim) -> bool:
    """Where the whole is disputed already, one more opponent of any side is one more claim."""
    against: list[Pile] = []
    along: list[Pile] = []
    for pile in piles:
        (against if opposes(pile.first, direct) else along).append(pile)
    if not any(_inseparable(pile, direct) for pile in against):
        return False
    return not whole.controllers or not any(_inseparable(pile, direct) for pile in along)


def _inseparable(pile: Pile, direct: Claim) -> bool:
    earliest, latest = direct.evidence.earliest, direct.evidence.latest
    if (earliest and pile.sums.last_day < earliest) or (latest and latest < pile.sums.first_day):
        return False
    newest_first = (pile.claims[n].evidence for n in reversed(range(pile.size)))
    return any(overlap(one, direct.evidence) for one in newest_first)
