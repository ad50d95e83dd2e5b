"""What the claims that still stand on one holding say together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.control.claims import Claim, opposes
from domain.control.evidence import UNNAMED_PART, Evidence, Party
from domain.control.since import Since, hull, since_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one holding. `support` is the evidence it rests on, in the order in which ties break."""

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
    wordings: dict[str, Claim] = field(default_factory=dict)

    def add(self, one: Claim) -> None:
        self.claims.append(one)
        self.wordings.setdefault(one.wording, one)

    def opposed_by(self, one: Claim) -> bool:
        return any(opposes(one, other) for other in self.wordings.values())

    @property
    def holders(self) -> tuple[Party, ...]:
        """The widest holder set; a resolved name before an unresolved one that may stand for it."""
        widest = max((one.evidence for one in self.claims), key=lambda e: (len(e.holders), _resolved(e), _newest(e)))
        return widest.holders

    def since(self, window_days: int) -> Since:
        return since_of(self.claims, self.holders, window_days)

    @property
    def origins(self) -> int:
        return len({one.evidence.origin_id for one in (*self.claims, *self.backing)})


def _resolved(evidence: Evidence) -> int:
    return -sum(bool(party.candidates) for party in evidence.holders)


def _newest(evidence: Evidence) -> tuple[object, ...]:
    return (evidence.latest or date.min, evidence.key)


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
    held = sorted((one for one in standing if one.holders), key=lambda c: (-len(c.holders), _unresolved(c), c.sort_key))
    sides: list[Side] = []
    side_of: dict[str, Side] = {}
    for one in held:
        if one.wording not in side_of:
            found = next((side for side in sides if not side.opposed_by(one)), None)
            if found is None:
                sides.append(found := Side([]))
            side_of[one.wording] = found
        side_of[one.wording].add(one)
    losses = [one for one in standing if not one.holders]
    return _with_losses(sides, losses)


def _unresolved(one: Claim) -> int:
    return sum(bool(party.candidates) for party in one.evidence.holders)


def _with_losses(sides: list[Side], losses: list[Claim]) -> list[Side]:
    """A loss backs every side it does not oppose; where it opposes all, it is a side of its own."""
    own: list[Claim] = []
    for loss in losses:
        backed = [side for side in sides if not side.opposed_by(loss)]
        for side in backed:
            side.backing.append(loss)
        if not backed:
            own.append(loss)
    return [*sides, Side(own)] if own else sides


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
    support = _support(side.claims)
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
        verification=_verification(support),
        support=support,
    )


def all_held(sides: Iterable[Side]) -> bool:
    return all(one.holders for side in sides for one in side.claims)


def _left(side: Side) -> Verdict:
    """Nobody is said to hold it: vacated after a withdrawal, unknown after a loss or an unnamed taker."""
    last = max(side.claims, key=lambda one: one.sort_key)
    evidence, support = last.evidence, _support(side.claims)
    return Verdict(
        status="vacated" if evidence.event_type == "WithdrawalReported" else "unknown",
        controllers=(),
        claimants=(),
        since=Since(evidence.earliest, evidence.latest, evidence.precision),
        previous=evidence.losers,
        extent=_extent([last]),
        verification=_verification(support),
        support=support,
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
        since=hull([whole.since, *(Side([one]).since(0) for one in parts)]),
        previous=whole.previous,
        extent=whole.extent if divided else None,
        verification="claimed",
        support=_ordered((*whole.support, *(one.evidence for one in parts))),
    )


def _union(parties: Iterable[Party]) -> tuple[Party, ...]:
    return tuple({party.id: party for party in parties}.values())


def _previous(claims: Sequence[Claim], holders: Sequence[Party]) -> tuple[Party, ...]:
    held = {party.id for party in holders}
    ordered = sorted(claims, key=lambda one: one.sort_key)
    return tuple(p for p in _union(p for one in ordered for p in one.evidence.losers) if p.id not in held)


def _extent(claims: Sequence[Claim]) -> str | None:
    told = [one for one in claims if one.evidence.extent]
    return max(told, key=lambda one: one.sort_key).evidence.extent if told else None


def _verification(support: Sequence[Evidence]) -> str:
    return "corroborated" if len({one.origin_id for one in support}) > 1 else "claimed"


def _support(claims: Iterable[Claim]) -> tuple[Evidence, ...]:
    return _ordered(one.evidence for one in claims)


def _ordered(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted({one.identity: one for one in evidence}.values(), key=lambda e: (e.key, e.area or "")))
