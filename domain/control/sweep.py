"""Claims in the order of their latest possible day; after each day the verdicts that hold from then on.

Every step makes a new state out of the one before it, so that a claim that comes late is taken in from its own place
in the order on and what lies before it is not assessed again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.control.claims import Claim, certainly_before, opponents, opposes, overlap, supersedes, without
from domain.control.verdict import Verdict, decide, join

Area = str | None


@dataclass(frozen=True, slots=True)
class Found:
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


@dataclass(frozen=True, slots=True)
class State:
    """What stands on each area, and the verdicts found so far; `touched` areas await the end of the `day`.

    `owed` is the day before, where its verdict is only due if this day brings more than repeats.
    """

    standing: Mapping[Area, tuple[Claim, ...]]
    found: Mapping[Area, Found | None]
    day: date | None = None
    touched: frozenset[Area] = frozenset()
    owed: "State | None" = None


def start(areas: Iterable[Area]) -> State:
    """Nothing told yet of a place with these areas."""
    every: list[Area] = [None, *sorted(area for area in areas if area is not None)]
    return State(dict.fromkeys(every, ()), dict.fromkeys(every))


def take(state: State, one: Claim, window_days: int) -> State:
    """Hear one more claim, no earlier than the last. A claim on the whole place reaches its areas too."""
    if one.latest != state.day:
        owed = replace(state, owed=None) if _only_repeats(state, one) else None
        state = replace(owed or close(state, window_days), day=one.latest, owed=owed)
    elif state.owed is not None and not _only_repeats(state, one):
        state = replace(state, found=close(state.owed, window_days).found, owed=None)
    reached: list[Area] = [one.evidence.area]
    if one.evidence.area is None and one.evidence.extent != "most":
        reached += [area for area in state.standing if area is not None]
    standing = dict(state.standing)
    for area in reached:
        heard = one if area == one.evidence.area else replace(one, inherited=True)
        standing[area] = _insert(standing[area], heard, window_days)
    return replace(state, standing=standing, touched=state.touched.union(reached))


def _only_repeats(state: State, one: Claim) -> bool:
    """One more assertion of all that stands starts nothing later, so its verdict would replace the one due before it.

    Spares the verdict of each day in long runs of "they still hold it".
    """
    if len(state.standing) > 1 or one.bearing != "assertion" or not state.standing[None]:
        return False
    return all(other.wording == one.wording for other in state.standing[None])


def close(state: State, window_days: int) -> State:
    """Record the verdicts of the day. One that starts no later than those before it was true all along."""
    if not state.touched:
        return state
    found = dict(state.found)
    for area in state.standing:
        if area is None or area in state.touched:
            verdict = _judge(state, area, window_days)
            if verdict is not None:
                found[area] = _after(found[area], verdict)
    return replace(state, found=found, touched=frozenset(), owed=None)


def _after(found: Found | None, verdict: Verdict) -> Found:
    while found and (found.verdict.since.latest or date.min) >= (verdict.since.latest or date.min):
        found = found.before
    return Found(verdict, found, found.count + 1 if found else 1)


def _insert(standing: tuple[Claim, ...], one: Claim, window_days: int) -> tuple[Claim, ...]:
    """What stands when `one` is heard too. A loss counts only where its loser held it or nothing is known."""
    against = opponents(one, standing)
    if not against:
        return standing if not one.holders and any(other.holders for other in standing) else (*standing, one)
    if any(other.wording in against and _wins(other, one, window_days) for other in standing):
        return standing
    held = [other for other in standing if other.holders]
    kept: list[Claim] = []
    for other in standing:
        if other.wording not in against or not _wins(one, other, window_days):
            kept.append(other)
        elif not one.holders and one.losers and (rest := without(other, one.losers)) is not None:
            kept.append(rest)
    still_held = [other for other in kept if other.holders]
    if not one.holders and held and still_held and not opponents(one, still_held):
        return tuple(kept)
    return (*kept, one)


def _wins(later: Claim, earlier: Claim, window_days: int) -> bool:
    """Whether `later` replaces a claim that it opposes."""
    if later.inherited == earlier.inherited:
        return supersedes(later, earlier, window_days)
    if later.inherited:  # what is told of the whole reaches an area only when it is certainly the later word
        return certainly_before(earlier, later) and supersedes(later, earlier, window_days)
    return not certainly_before(later, earlier)


def _judge(state: State, area: Area, window_days: int) -> Verdict | None:
    standing = state.standing[area]
    if area is not None:
        heard = state.found[area] or any(not one.inherited for one in standing)
        return decide(standing, window_days) if heard else None
    verdict = decide(standing, window_days)
    if verdict is None or not (verdict.controllers or verdict.claimants):
        return verdict
    direct = _direct(state)
    if not direct:
        return verdict
    resting = {one.identity for one in verdict.support}
    supporting = [one for one in standing if one.evidence.identity in resting]
    contradicting = [one for one in direct if _contradicts(supporting, verdict, one)]
    return join(verdict, contradicting) if contradicting else verdict


def _direct(state: State) -> Sequence[Claim]:
    return [
        one
        for area, standing in state.standing.items()
        if area is not None
        for one in standing
        if one.holders and not one.inherited
    ]


def _contradicts(supporting: Sequence[Claim], whole: Verdict, direct: Claim) -> bool:
    """Where the whole is disputed already, one more opponent of any side is one more claim."""
    inseparable = [opposes(one, direct) for one in supporting if overlap(one.evidence, direct.evidence)]
    return any(inseparable) if not whole.controllers else bool(inseparable) and all(inseparable)
