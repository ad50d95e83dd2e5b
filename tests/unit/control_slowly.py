"""The assessment of a place as it was first written, from all claims and without sharing: slow, and what must come out.

Kept beside the fast one in `domain.control`, which must agree with it to the byte. Only the judgement of two claims
(`domain.control.claims`) and the shape of what is found are shared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, zip_longest
from typing import Any

from msgspec.structs import replace

from domain.control import ControlPolicy
from domain.control.claims import (
    Claim,
    certainly_before,
    claim,
    effective,
    gap_days,
    opposes,
    overlap,
    supersedes,
    without,
)
from domain.control.evidence import UNNAMED_PART, Evidence, Party
from domain.control.since import Since, hull

Area = str | None


def slowly(evidence: Iterable[Evidence], policy: ControlPolicy) -> dict[Area, list[tuple[Any, ...]]]:
    """What each area's versions say (`said`), oldest first."""
    by_article: dict[str, dict[tuple[Any, ...], Evidence]] = {}
    for one in evidence:
        if one.modality == "asserted" and one.bearing != "fighting":
            by_article.setdefault(one.article_id, {})[one.identity] = one
    claims = [c for told in by_article.values() for c in effective(map(claim, told.values()))]
    areas = sorted({one.evidence.area for one in claims} - {None}, key=str)
    standing: dict[Area, tuple[Claim, ...]] = dict.fromkeys([None, *areas], ())
    found: dict[Area, list[Verdict]] = {area: [] for area in standing}
    touched: set[Area] = set()
    days = [list(some) for _, some in groupby(sorted(claims, key=lambda one: one.sort_key), lambda one: one.latest)]
    for today, tomorrow in zip_longest(days, days[1:], fillvalue=()):
        for one in today:
            reached: list[Area] = [one.evidence.area]
            if one.evidence.area is None and one.evidence.extent != "most":
                reached += areas
            for area in reached:
                heard = one if area == one.evidence.area else replace(one, inherited=True)
                standing[area] = _insert(standing[area], heard, policy.dispute_window_days)
            touched.update(reached)
        if areas or not _only_repeats(standing[None], tomorrow):
            _close(standing, found, touched, policy.dispute_window_days)
    return {area: [said(one) for one in verdicts] for area, verdicts in found.items() if verdicts}


def said(verdict: Any) -> tuple[Any, ...]:
    """All that a row shows of a verdict, of this assessment or the fast one."""
    keys = [one.key for one in verdict.support]
    return (
        verdict.status,
        verdict.controllers,
        verdict.claimants,
        verdict.since,
        verdict.previous,
        verdict.extent,
        verdict.verification,
        verdict.origins,
        len(keys),
        sorted(keys),
    )


def _only_repeats(standing: Sequence[Claim], tomorrow: Sequence[Claim]) -> bool:
    """The verdict of a day is left out where the next day only asserts all that stands again."""
    wordings = {one.wording for one in standing} | {one.wording for one in tomorrow}
    return bool(tomorrow) and len(wordings) == 1 and all(one.bearing == "assertion" for one in tomorrow)


def _close(
    standing: Mapping[Area, tuple[Claim, ...]], found: dict[Area, list["Verdict"]], touched: set[Area], window: int
) -> None:
    for area in standing if touched else ():
        if area is None or area in touched:
            verdict = _judge(standing, found, area, window)
            if verdict is not None:
                while found[area] and _begins(found[area][-1]) >= _begins(verdict):
                    found[area].pop()
                found[area].append(verdict)
    touched.clear()


def _begins(verdict: "Verdict") -> date:
    return verdict.since.latest or date.min


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one holding. `support` is the evidence it rests on, each piece once."""

    status: str
    controllers: tuple[Party, ...]
    claimants: tuple[Party, ...]
    since: Since
    previous: tuple[Party, ...]
    extent: str | None
    verification: str
    support: tuple[Evidence, ...] = field(compare=False)

    @property
    def origins(self) -> int:
        return len({one.origin_id for one in self.support})


@dataclass(slots=True)
class Side:
    """Claims that agree with each other. `backing` are losses by their opponents: they hold nothing themselves."""

    claims: list[Claim]
    backing: list[Claim] = field(default_factory=list)
    newest: dict[str, Claim] = field(default_factory=dict)
    """The newest claim of each wording."""

    def add(self, same: Sequence[Claim]) -> None:
        """Claims of one wording."""
        self.claims += same
        self.newest[same[0].wording] = max(same, key=_age)

    def opposed_by(self, one: Claim) -> bool:
        return any(opposes(one, other) for other in self.newest.values())

    @property
    def holders(self) -> tuple[Party, ...]:
        """The widest holder set; a resolved name before an unresolved one that may stand for it."""
        widest = max(self.newest.values(), key=lambda one: (len(one.evidence.holders), -one.open_names, _age(one)))
        return widest.evidence.holders

    def since(self, window_days: int) -> Since:
        return since_of(self.claims, self.holders, window_days)

    @property
    def origins(self) -> int:
        return len({one.evidence.origin_id for one in (*self.claims, *self.backing)})


def _age(one: Claim) -> tuple[object, ...]:
    return (one.evidence.latest or date.min, one.tie)


def decide(standing: Sequence[Claim], window_days: int) -> Verdict | None:
    """The verdict of claims none of which supersedes another; None when there are none."""
    if not standing:
        return None
    sides = _sides(standing)
    if len(sides) == 1:
        winner: Side | None = sides[0]
    else:
        winner = _conceded(sides) or _confirmed(sides, window_days)
    if winner is None:
        return _divided(sides, window_days)
    return _held(winner, sides, window_days) if winner.claims[0].holders else _left(winner)


def _sides(standing: Sequence[Claim]) -> list[Side]:
    sides: list[Side] = []
    for same in sorted(_by_wording(one for one in standing if one.holders), key=_widest_first):
        found = next((side for side in sides if not side.opposed_by(same[0])), None)
        if found is None:
            sides.append(found := Side([]))
        found.add(same)
    losses = [one for one in standing if not one.holders]
    return _with_losses(sides, losses)


def _by_wording(claims: Iterable[Claim]) -> list[list[Claim]]:
    groups: dict[str, list[Claim]] = {}
    for one in claims:
        groups.setdefault(one.wording, []).append(one)
    return list(groups.values())


def _widest_first(same: Sequence[Claim]) -> tuple[object, ...]:
    return (-len(same[0].holders), same[0].open_names, min(one.sort_key for one in same))


def _with_losses(sides: list[Side], losses: list[Claim]) -> list[Side]:
    """A loss backs every side it does not oppose; where it opposes all, it is a side of its own."""
    own: list[Claim] = []
    for loss in losses:
        backed = [side for side in sides if not side.opposed_by(loss)]
        for side in backed:
            side.backing.append(loss)
        if not backed:
            own.append(loss)
    return [*sides, _side(own)] if own else sides


def _side(claims: Iterable[Claim]) -> Side:
    made = Side([])
    for same in _by_wording(claims):
        made.add(same)
    return made


def _conceded(sides: Sequence[Side]) -> Side | None:
    """The one side that an opponent's own voice grants: a party conceding against itself settles it."""
    granted = []
    for side in sides:
        against = {p.id for other in sides if other is not side for one in other.claims for p in one.evidence.holders}
        against -= {p.id for one in side.claims for p in one.evidence.holders}
        if any(one.evidence.voice_actor in against for one in (*side.claims, *side.backing)):
            granted.append(side)
    return granted[0] if len(granted) == 1 else None


def _confirmed(sides: Sequence[Side], window_days: int) -> Side | None:
    """The side that a further origin confirms. Claims whose time is open cannot be outvoted: they may both be right."""
    if not all(_bounded(one, window_days) for side in sides for one in side.claims):
        return None
    ranked = sorted(sides, key=lambda side: side.origins, reverse=True)
    return ranked[0] if ranked[0].origins > max(1, ranked[1].origins) else None


def _bounded(one: Claim, window_days: int) -> bool:
    return bool(one.earliest and one.latest and (one.latest - one.earliest).days < window_days)


def _held(side: Side, sides: Sequence[Side], window_days: int) -> Verdict:
    holders = side.holders
    claimants = (
        _union(party for other in sides for party in other.holders) if len(sides) > 1 and all_held(sides) else ()
    )
    return Verdict(
        status="joint" if len(holders) > 1 else "controlled",
        controllers=holders,
        claimants=claimants,
        since=side.since(window_days),
        previous=_previous(side.claims, holders),
        extent=_extent(side.claims),
        verification=_verification(side.claims),
        support=_support(side.claims),
    )


def all_held(sides: Iterable[Side]) -> bool:
    return all(one.holders for side in sides for one in side.claims)


def _left(side: Side) -> Verdict:
    """Nobody is said to hold it: vacated after a withdrawal, unknown after a loss or an unnamed taker."""
    last = max(side.claims, key=lambda one: one.sort_key)
    evidence = last.evidence
    return Verdict(
        status="vacated" if evidence.event_type == "WithdrawalReported" else "unknown",
        controllers=(),
        claimants=(),
        since=Since(evidence.earliest, evidence.latest, evidence.precision),
        previous=evidence.losers,
        extent=_extent([last]),
        verification=_verification(side.claims),
        support=_support(side.claims),
    )


def _divided(sides: Sequence[Side], window_days: int) -> Verdict:
    """Claims exclude each other: disputed. On unnamed parts of one place they need not: the ground is contested."""
    claims = [one for side in sides for one in side.claims]
    holders = _union(party for side in sides for one in side.claims for party in one.evidence.holders)
    parts = all(one.evidence.area == UNNAMED_PART for one in claims) and all_held(sides)
    return Verdict(
        status="contested" if parts else "disputed",
        controllers=holders if parts else (),
        claimants=holders,
        since=hull([side.since(window_days) for side in sides]),
        previous=_previous(claims, ()),
        extent=_extent(claims) if parts else None,
        verification="claimed",
        support=_support(claims),
    )


def join(whole: Verdict, parts: Sequence[Claim]) -> Verdict:
    """The whole place where direct claims on its areas contradict it: every claim is listed, nothing resolved.

    Where the whole was only told as "most" and the rest as unnamed parts, both may be true: contested ground.
    """
    claimants = _union((*(whole.claimants or whole.controllers), *(p for c in parts for p in c.evidence.holders)))
    divided = whole.extent == "most" and all(one.evidence.area == UNNAMED_PART for one in parts)
    return Verdict(
        status="contested" if divided and whole.controllers else "disputed",
        controllers=claimants if divided and whole.controllers else (),
        claimants=claimants,
        since=hull([whole.since, *(_side([one]).since(0) for one in parts)]),
        previous=whole.previous,
        extent=whole.extent if divided else None,
        verification="claimed",
        support=(*whole.support, *_support(parts)),
    )


def _union(parties: Iterable[Party]) -> tuple[Party, ...]:
    return tuple({party.id: party for party in parties}.values())


def _previous(claims: Sequence[Claim], holders: Sequence[Party]) -> tuple[Party, ...]:
    held = {party.id for party in holders}
    ordered = sorted((one for one in claims if one.losers), key=lambda one: one.sort_key)
    return tuple(p for p in _union(p for one in ordered for p in one.evidence.losers) if p.id not in held)


def _extent(claims: Sequence[Claim]) -> str | None:
    told = [one for one in claims if one.evidence.extent]
    return max(told, key=lambda one: one.sort_key).evidence.extent if told else None


def _verification(claims: Sequence[Claim]) -> str:
    first = claims[0].evidence.origin_id
    return "corroborated" if any(one.evidence.origin_id != first for one in claims) else "claimed"


def _support(claims: Iterable[Claim]) -> tuple[Evidence, ...]:
    return tuple(one.evidence for one in claims)


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


def opponents(one: Claim, others: Iterable[Claim]) -> frozenset[str]:
    """The wordings among the others that oppose it."""
    return frozenset(other.wording for other in others if opposes(one, other))


def _wins(later: Claim, earlier: Claim, window_days: int) -> bool:
    """Whether `later` replaces a claim that it opposes."""
    if later.inherited == earlier.inherited:
        return supersedes(later, earlier, window_days)
    if later.inherited:  # what is told of the whole reaches an area only when it is certainly the later word
        return certainly_before(earlier, later) and supersedes(later, earlier, window_days)
    return not certainly_before(later, earlier)


def _judge(
    standing: Mapping[Area, tuple[Claim, ...]], found: Mapping[Area, list[Verdict]], area: Area, window: int
) -> Verdict | None:
    if area is not None:
        heard = found[area] or any(not one.inherited for one in standing[area])
        return decide(standing[area], window) if heard else None
    verdict = decide(standing[None], window)
    if verdict is None or not (verdict.controllers or verdict.claimants):
        return verdict
    resting = {one.identity for one in verdict.support}
    supporting = [one for one in standing[None] if one.evidence.identity in resting]
    direct = [one for a, some in standing.items() if a is not None for one in some if one.holders and not one.inherited]
    contradicting = [one for one in direct if _contradicts(supporting, verdict, one)]
    return join(verdict, contradicting) if contradicting else verdict


def _contradicts(supporting: Sequence[Claim], whole: Verdict, direct: Claim) -> bool:
    """Where the whole is disputed already, one more opponent of any side is one more claim."""
    inseparable = [opposes(one, direct) for one in supporting if overlap(one.evidence, direct.evidence)]
    return any(inseparable) if not whole.controllers else bool(inseparable) and all(inseparable)
