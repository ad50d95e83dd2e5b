"""What the claims that still stand on one holding say together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import msgspec
from msgspec.structs import replace

from domain.control.claims import Claim
from domain.control.evidence import UNNAMED_PART, Evidence, Party
from domain.control.pile import Pile
from domain.control.since import Since, hull, since_of
from domain.control.standing import Standing, Wordings
from domain.control.sums import age

LISTED = 8
"""Support of so many pieces is listed by itself: a place that changes hands often has many verdicts on few pieces."""


class Support(msgspec.Struct, frozen=True, gc=False):
    """The evidence that a verdict rests on, each piece once: `told` of the holding and `parts` of areas of the place.

    `newest` was told last; `origins` are different ones. A long `told` can be listed while the verdict is the
    assessment's; the rest is known for good. `wordings` are those of the claims.
    """

    wordings: Wordings
    told: tuple[Evidence, ...] | tuple[Pile, ...]
    size: int
    newest: Evidence
    origins: int
    parts: tuple[Evidence, ...] = ()

    def __iter__(self) -> Iterator[Evidence]:
        for one in self.told:
            if isinstance(one, Evidence):
                yield one
            else:
                yield from (each.evidence for each in one)
        yield from self.parts

    def __len__(self) -> int:
        return self.size + len(self.parts)

    def with_parts(self, parts: Sequence[Evidence], piles: Sequence[Pile]) -> "Support":
        """With pieces told of areas; `piles` are those it rests on."""
        more = {one.origin_id for one in parts}
        new = sum(not any(pile.told_by(origin_id) for pile in piles) for origin_id in more)
        newest = max((self.newest, *parts), key=lambda one: one.key)
        return replace(self, newest=newest, origins=self.origins + new, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one holding."""

    status: str
    controllers: tuple[Party, ...]
    claimants: tuple[Party, ...]
    since: Since
    previous: tuple[Party, ...]
    extent: str | None
    verification: str
    support: Support = field(compare=False)

    @property
    def origins(self) -> int:
        return self.support.origins


class Side:
    """Claims that agree with each other, of one or more wordings."""

    def __init__(self, standing: Standing, claims: Wordings, backing: Wordings) -> None:
        self.wordings, self.backed_by = claims, (*claims, *backing)
        self.piles = [standing.piles[wording] for wording in claims]
        self.backing = [standing.piles[wording] for wording in backing]

    @property
    def holders(self) -> tuple[Party, ...]:
        """The widest holder set; a resolved name before an unresolved one that may stand for it."""
        newest = (pile.sums.newest for pile in self.piles)
        return max(newest, key=lambda one: (len(one.holders), -one.open_names, age(one))).evidence.holders

    @property
    def holder_ids(self) -> set[str]:
        return {id for pile in self.piles for id in pile.first.holders}

    def since(self, window_days: int) -> Since:
        return since_of(self.piles, self.holders, window_days)


def decide(standing: Standing, window_days: int) -> Verdict | None:
    """The verdict of what stands; None when nothing does. Asked again, always with the same window, it is the same."""
    if not standing.piles:
        return None
    if not standing.decided:
        standing.decided.append(_decide(standing, window_days))
    verdict: Verdict = standing.decided[0]
    return verdict


def _decide(standing: Standing, window_days: int) -> Verdict:
    divided = standing.sides()
    sides = [Side(standing, *each) for each in zip(divided.claims, divided.backing, strict=True)]
    if len(sides) == 1:
        winner: Side | None = sides[0]
    else:
        winner = _conceded(sides) or _confirmed(standing, sides, window_days)
    if winner is None:
        return _divided(standing, sides, window_days)
    return _held(standing, winner, sides, window_days) if winner.piles[0].first.holders else _left(standing, winner)


def _conceded(sides: Sequence[Side]) -> Side | None:
    """The one side that an opponent's own voice grants: a party conceding against itself settles it."""
    granted = []
    for side in sides:
        against = {id for other in sides if other is not side for id in other.holder_ids} - side.holder_ids
        if any(not against.isdisjoint(pile.sums.speakers) for pile in (*side.piles, *side.backing)):
            granted.append(side)
    return granted[0] if len(granted) == 1 else None


def _confirmed(standing: Standing, sides: Sequence[Side], window_days: int) -> Side | None:
    """The side that a further origin confirms. Claims whose time is open cannot be outvoted: they may both be right."""
    if not all(pile.sums.width_days < window_days for side in sides for pile in side.piles):
        return None
    origins = [standing.origins_of(side.backed_by) for side in sides]
    first, second = sorted(origins, reverse=True)[:2]
    return sides[origins.index(first)] if first > max(1, second) else None


def _held(standing: Standing, side: Side, sides: Sequence[Side], window_days: int) -> Verdict:
    holders = side.holders
    claimants = (
        _union(party for other in sides for party in other.holders) if len(sides) > 1 and _all_held(sides) else ()
    )
    support = _support(standing, [side])
    return Verdict(
        status="joint" if len(holders) > 1 else "controlled",
        controllers=holders,
        claimants=claimants,
        since=since_of(side.piles, holders, window_days),
        previous=_previous(side.piles, holders),
        extent=_extent(side.piles),
        verification=_verification(support),
        support=support,
    )


def _all_held(sides: Iterable[Side]) -> bool:
    return all(pile.first.holders for side in sides for pile in side.piles)


def _left(standing: Standing, side: Side) -> Verdict:
    """Nobody is said to hold it: vacated after a withdrawal, unknown after a loss or an unnamed taker."""
    evidence = max((pile.last for pile in side.piles), key=lambda one: one.sort_key).evidence
    support = _support(standing, [side])
    return Verdict(
        status="vacated" if evidence.event_type == "WithdrawalReported" else "unknown",
        controllers=(),
        claimants=(),
        since=Since(evidence.earliest, evidence.latest, evidence.precision),
        previous=evidence.losers,
        extent=evidence.extent,
        verification=_verification(support),
        support=support,
    )


def _divided(standing: Standing, sides: Sequence[Side], window_days: int) -> Verdict:
    """Claims exclude each other: disputed. On unnamed parts of one place they need not: the ground is contested."""
    piles = [pile for side in sides for pile in side.piles]
    holders = _union(party for pile in piles for party in pile.last.evidence.holders)
    parts = all(pile.sums.unnamed_parts for pile in piles) and _all_held(sides)
    return Verdict(
        status="contested" if parts else "disputed",
        controllers=holders if parts else (),
        claimants=holders,
        since=hull([side.since(window_days) for side in sides]),
        previous=_previous(piles, ()),
        extent=_extent(piles) if parts else None,
        verification="claimed",
        support=_support(standing, sides),
    )


def join(whole: Verdict, piles: Sequence[Pile], parts: Sequence[Claim]) -> Verdict:
    """The whole place where direct claims on its areas contradict the piles it rests on: every claim is listed.

    Where the whole was only told as "most" and the rest as unnamed parts, both may be true: contested ground.
    """
    claimants = _union((*(whole.claimants or whole.controllers), *(p for c in parts for p in c.evidence.holders)))
    divided = whole.extent == "most" and all(one.evidence.area == UNNAMED_PART for one in parts)
    return Verdict(
        status="contested" if divided and whole.controllers else "disputed",
        controllers=claimants if divided and whole.controllers else (),
        claimants=claimants,
        since=hull([whole.since, *(since_of([Pile([one])], one.evidence.holders, 0) for one in parts)]),
        previous=whole.previous,
        extent=whole.extent if divided else None,
        verification="claimed",
        support=whole.support.with_parts([one.evidence for one in parts], piles),
    )


def _union(parties: Iterable[Party]) -> tuple[Party, ...]:
    return tuple({party.id: party for party in parties}.values())


def _previous(piles: Sequence[Pile], holders: Sequence[Party]) -> tuple[Party, ...]:
    """The losers in the order in which they are first told, by their newest name."""
    held = {party.id for party in holders}
    told = [pile for pile in piles if pile.first.losers]
    if not told:
        return ()
    first = (party for pile in sorted(told, key=lambda each: each.first.sort_key) for party in _losers(pile))
    last = (party for pile in sorted(told, key=lambda each: each.last.sort_key) for party in _losers(pile))
    return tuple(party for party in _union(chain(first, last)) if party.id not in held)


def _losers(pile: Pile) -> tuple[Party, ...]:
    return pile.last.evidence.losers


def _extent(piles: Sequence[Pile]) -> str | None:
    told = [one for pile in piles if (one := pile.sums.with_extent)]
    return max(told, key=lambda one: one.sort_key).evidence.extent if told else None


def _verification(support: Support) -> str:
    return "corroborated" if support.origins > 1 else "claimed"


def _support(standing: Standing, sides: Sequence[Side]) -> Support:
    wordings = tuple(wording for side in sides for wording in side.wordings)
    piles = tuple(pile for side in sides for pile in side.piles)
    size = sum(pile.size for pile in piles)
    told = tuple(one.evidence for pile in piles for one in pile) if size <= LISTED else piles
    newest = max((pile.sums.told_last for pile in piles), key=lambda one: one.key)
    return Support(wordings, told, size, newest, standing.origins_of(wordings))
