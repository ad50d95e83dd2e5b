"""What stands on one holding: piles of claims none of which supersedes another, and what one more does to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from domain.control.claims import Claim, opposes, without
from domain.control.pile import Pile
from domain.control.rivals import akin, beaten, beats

Wordings = tuple[str, ...]


class Sides(msgspec.Struct, frozen=True, gc=False):
    """How the wordings that stand fall into sides that agree, as a function of the wordings and their first claims.

    `backing` are losses by a side's opponents: they hold nothing themselves.
    """

    claims: tuple[Wordings, ...]
    backing: tuple[Wordings, ...]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The claims by wording. Never changed: hearing one more claim makes another, which shares the rest with it.

    `_counted` remembers how many origins told the claims of some wordings together, `_sides` the division, `decided`
    the verdict (of a layer above): hearing what changes nothing, or going back, comes to the same standing again.
    """

    piles: Mapping[str, Pile] = msgspec.field(default_factory=dict)
    _counted: dict[frozenset[str], int] = msgspec.field(default_factory=dict)
    _sides: list[Sides] = msgspec.field(default_factory=list)
    decided: list[Any] = msgspec.field(default_factory=list)

    def hear(self, one: Claim, window_days: int) -> "Standing":
        """What stands then. A loss counts only where its loser held it or nothing is known."""
        against = [pile for pile in self.piles.values() if opposes(one, pile.last)]
        if not against:
            return self if not one.holders and self._held() else self._with(one)
        met = [(pile, akin(pile, one, window_days)) for pile in against]
        if any(beats(pile, one, near, window_days) for pile, near in met):
            return self
        kept = self._without([(pile, beaten(pile, one, near, window_days)) for pile, near in met], one)
        held = [pile.last for pile in kept.piles.values() if pile.last.holders]
        if not one.holders and self._held() and held and not any(opposes(one, other) for other in held):
            return kept
        return kept._with(one)

    def still(self, other: "Standing", last: Claim) -> bool:
        """Whether it is what another is, all over again, now that `last` is heard."""
        return len(self.piles) == len(other.piles) and all(
            one == two and pile.still(like, last)
            for (one, pile), (two, like) in zip(self.piles.items(), other.piles.items(), strict=True)
        )

    @property
    def intact(self) -> bool:
        """Whether its piles, and those grown from them since, hold the claims that they held when they were made."""
        return all(pile.intact for pile in self.piles.values())

    def origins_of(self, wordings: Iterable[str]) -> int:
        """How many different origins told claims of these wordings."""
        asked = frozenset(wordings)
        if len(asked) == 1:
            return self.piles[next(iter(asked))].origins
        if asked not in self._counted:
            self._counted[asked] = self._count(asked)
        return self._counted[asked]

    def sides(self) -> Sides:
        """The division of what stands."""
        if not self._sides:
            self._sides.append(_divide(self.piles.values()))
        return self._sides[0]

    def _held(self) -> bool:
        return any(pile.first.holders for pile in self.piles.values())

    def _with(self, one: Claim) -> "Standing":
        pile, origin_id = self.piles.get(one.wording), one.evidence.origin_id
        if pile is None:
            return Standing({**self.piles, one.wording: Pile([one])}, dict(self._counted))
        told = {wording for wording, some in self.piles.items() if some.told_by(origin_id)} if self._counted else set()
        counted = {
            asked: count + (one.wording in asked and told.isdisjoint(asked)) for asked, count in self._counted.items()
        }
        return Standing({**self.piles, one.wording: pile.grown(one)}, counted, self._sides)

    def _without(self, beaten: Iterable[tuple[Pile, Sequence[int]]], one: Claim) -> "Standing":
        """Without claims that `one` replaces; where it tells who left, the other holders stay."""
        piles, changed = dict(self.piles), set()
        stayed: list[Claim] = []
        for pile, gone in beaten:
            if gone:
                changed.add(pile.first.wording)
                _put(piles, pile.first.wording, pile.without(gone))
                if not one.holders and one.losers:
                    stayed += (rest for n in gone if (rest := without(pile.claims[n], one.losers)) is not None)
        if not changed:
            return self
        for rest in stayed:
            changed.add(rest.wording)
            _put(piles, rest.wording, sorted([*piles.get(rest.wording, ()), rest], key=lambda each: each.sort_key))
        return Standing(piles, {asked: n for asked, n in self._counted.items() if not asked & changed})

    def _count(self, asked: frozenset[str]) -> int:
        """From the largest part that is counted already."""
        parts = [(n, part) for part, n in self._counted.items() if part < asked]
        parts += [(self.piles[wording].origins, frozenset([wording])) for wording in asked]
        count, part = max(parts, key=lambda each: each[0])
        counted = [self.piles[wording] for wording in part]
        more = {
            other.evidence.origin_id
            for wording in asked - part
            for other in self.piles[wording]
            if not any(pile.told_by(other.evidence.origin_id) for pile in counted)
        }
        return count + len(more)


def _put(piles: dict[str, Pile], wording: str, claims: Sequence[Claim]) -> None:
    if claims:
        piles[wording] = Pile(claims)
    else:
        del piles[wording]


def _divide(piles: Iterable[Pile]) -> Sides:
    piles = list(piles)
    if len(piles) == 1:
        return Sides(((piles[0].first.wording,),), ((),))
    held = sorted((pile.first for pile in piles if pile.first.holders), key=_widest_first)
    sides: list[list[Claim]] = []
    for one in held:
        found = next((side for side in sides if not _opposed(side, one)), None)
        if found is None:
            sides.append(found := [])
        found.append(one)
    losses = sorted((pile.first for pile in piles if not pile.first.holders), key=lambda one: one.sort_key)
    backing = [[loss.wording for loss in losses if not _opposed(side, loss)] for side in sides]
    backed = {wording for some in backing for wording in some}
    own = [loss for loss in losses if loss.wording not in backed]
    if own:
        sides.append(own)
        backing.append([])
    return Sides(tuple(tuple(one.wording for one in side) for side in sides), tuple(map(tuple, backing)))


def _opposed(side: Sequence[Claim], one: Claim) -> bool:
    return any(opposes(one, other) for other in side)


def _widest_first(first: Claim) -> tuple[object, ...]:
    return (-len(first.holders), first.open_names, first.sort_key)
