"""What the claims that still stand on one holding say together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.control.claims import Claim, opposes
from domain.control.evidence import UNNAMED_PART, Evidence, Party
from domain.control.since import Since, hull, since_of


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
