"""The history of every holding of one place, from all evidence on it: one sweep in the order of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.control.claims import Claim, certainly_before, claim, effective, opposes, overlap, supersedes
from domain.control.evidence import ControlPolicy, Evidence
from domain.control.verdict import Verdict, decide, join


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a holding over valid time. It starts on `verdict.since.latest` (None: no known day) and ends
    before `until` (None: it lasts). `fighting_last` is the last day of fighting told of it before its end.
    """

    area: str | None
    verdict: Verdict
    until: date | None
    fighting_last: date | None

    @property
    def start(self) -> date | None:
        return self.verdict.since.latest


def assess(evidence: Iterable[Evidence], policy: ControlPolicy) -> dict[str | None, list[Version]]:
    """The versions of each holding of a place by area (None: the whole place), oldest first; the last is its status.

    A function of the set of evidence: order and repeats change nothing. Only asserted events count.
    """
    unique = {one.identity: one for one in sorted(evidence, key=lambda e: e.key) if one.modality == "asserted"}
    claims = effective([claim(one) for one in unique.values() if one.bearing != "fighting"])
    fighting = [one for one in unique.values() if one.bearing == "fighting"]
    sweep = _Sweep(policy.dispute_window_days, {one.evidence.area for one in claims})
    for one in sorted(claims, key=lambda c: c.sort_key):
        sweep.take(one)
    sweep.close()
    return {area: _versions(area, found, fighting) for area, found in sweep.found.items() if found}


class _Sweep:
    """Claims by their latest possible day; after each day the verdicts that hold from then on."""

    def __init__(self, window_days: int, areas: set[str | None]) -> None:
        self.window_days = window_days
        self.standing: dict[str | None, list[Claim]] = {area: [] for area in (None, *sorted(filter(None, areas)))}
        self.found: dict[str | None, list[Verdict]] = {area: [] for area in self.standing}
        self._day: date | None = None
        self._touched: set[str | None] = set()

    def take(self, one: Claim) -> None:
        if one.latest != self._day:
            self.close()
            self._day = one.latest
        area = one.evidence.area
        self._touched.add(area)
        self.standing[area] = self._insert(self.standing[area], one)
        if area is None:
            for other in self.standing:
                if other is not None and one.evidence.extent != "most":
                    self.standing[other] = self._insert(self.standing[other], replace(one, inherited=True))
                    self._touched.add(other)

    def _insert(self, standing: list[Claim], one: Claim) -> list[Claim]:
        """What stands when `one` is heard too. A loss counts only where its loser held it or nothing is known."""
        if any(self._wins(other, one) for other in standing):
            return standing
        held = [other for other in standing if other.holders]
        if not one.holders and held and not any(opposes(one, other) for other in held):
            return standing
        kept = [rest for other in standing for rest in self._remains(other, one)]
        reduced = not one.holders and any(other.holders for other in kept) and one.losers
        if reduced and not any(opposes(one, other) for other in kept):
            return kept
        return [*kept, one]

    def _wins(self, later: Claim, earlier: Claim) -> bool:
        if later.inherited == earlier.inherited:
            return supersedes(later, earlier, self.window_days)
        if later.inherited:  # what is told of the whole reaches an area only when it is certainly the later word
            return certainly_before(earlier, later) and supersedes(later, earlier, self.window_days)
        return opposes(later, earlier) and not certainly_before(later, earlier)

    def _remains(self, other: Claim, one: Claim) -> list[Claim]:
        """`other`, nothing, or (where one of several holders left) its claim without those who left."""
        if not self._wins(one, other):
            return [other]
        rest = tuple(party for party in other.evidence.holders if party.id not in one.losers)
        if one.holders or not one.losers or not rest:
            return []
        return [replace(other, holders=frozenset(p.id for p in rest), evidence=replace(other.evidence, holders=rest))]

    def close(self) -> None:
        """Record the verdicts of the day. One that starts no later than those before it was true all along."""
        for area in self._areas_to_judge():
            verdict = self._judge(area)
            if verdict is None:
                continue
            found = self.found[area]
            while found and (found[-1].since.latest or date.min) >= (verdict.since.latest or date.min):
                found.pop()
            if found and found[-1] == verdict:
                found.pop()
            found.append(verdict)
        self._touched.clear()

    def _areas_to_judge(self) -> Iterable[str | None]:
        if not self._touched:
            return ()
        return [area for area in self.standing if area is None or area in self._touched]

    def _judge(self, area: str | None) -> Verdict | None:
        standing = self.standing[area]
        if area is not None:
            return (
                decide(standing, self.window_days)
                if any(not one.inherited for one in standing) or self.found[area]
                else None
            )
        verdict = decide(standing, self.window_days)
        if verdict is None or (not verdict.controllers and not verdict.claimants):
            return verdict
        contradicting = [one for one in self._direct() if self._contradicts(one, verdict)]
        return join(verdict, contradicting) if contradicting else verdict

    def _direct(self) -> Sequence[Claim]:
        return [
            one
            for area, standing in self.standing.items()
            if area is not None
            for one in standing
            if one.holders and not one.inherited
        ]

    def _contradicts(self, direct: Claim, whole: Verdict) -> bool:
        """Where the whole is disputed already, one more opponent of any side is one more claim."""
        inseparable = [
            opposes(one, direct)
            for one in self.standing[None]
            if one.evidence in whole.support and overlap(one.evidence, direct.evidence)
        ]
        return any(inseparable) if not whole.controllers else bool(inseparable) and all(inseparable)


def _versions(area: str | None, found: Sequence[Verdict], fighting: Sequence[Evidence]) -> list[Version]:
    ends = [verdict.since.latest for verdict in found[1:]] + [None]
    return [
        Version(area, verdict, end, _fighting_last(area, end, fighting))
        for verdict, end in zip(found, ends, strict=True)
    ]


def _fighting_last(area: str | None, end: date | None, fighting: Sequence[Evidence]) -> date | None:
    days = [
        day
        for one in fighting
        if (area is None or one.area == area) and (day := one.latest or one.earliest) and (end is None or day < end)
    ]
    return max(days, default=None)
