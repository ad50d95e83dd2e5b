"""The history of every holding of one place, from all evidence on it, and kept up as evidence comes and goes."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.control import sweep
from domain.control.claims import Claim, claim, effective
from domain.control.evidence import ControlPolicy, Evidence
from domain.control.verdict import Verdict


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
    by_article: dict[str, list[Evidence]] = {}
    for one in evidence:
        by_article.setdefault(one.article_id, []).append(one)
    assessor = Assessor(policy)
    for article_id, told in by_article.items():
        assessor.hear(article_id, told)
    return assessor.versions()


class Assessor:
    """The assessment of one place, kept up. After a change only what lies after it in time is assessed again."""

    def __init__(self, policy: ControlPolicy) -> None:
        self._window_days = policy.dispute_window_days
        self._told: dict[str, list[Claim]] = {}
        self._fighting: dict[str, list[Evidence]] = {}
        self._claims: list[Claim] = []
        self._keys: list[tuple[object, ...]] = []
        # _states[n] is the sweep before the nth claim; those after the last change are made when asked for
        self._states: list[sweep.State] = []
        self._areas: frozenset[str | None] = frozenset()

    def hear(self, article_id: str, evidence: Iterable[Evidence]) -> None:
        """From now on this is all that the article says of the place; nothing: it no longer counts."""
        unique = {one.identity: one for one in evidence if one.modality == "asserted"}
        self._fighting[article_id] = [one for one in unique.values() if one.bearing == "fighting"]
        told = effective([claim(one) for one in unique.values() if one.bearing != "fighting"])
        for one in self._told.get(article_id, ()):
            self._remove(one)
        for one in told:
            self._add(one)
        self._told[article_id] = told

    def versions(self) -> dict[str | None, list[Version]]:
        """The versions of each holding by what is heard so far."""
        final = sweep.close(self._swept(), self._window_days)
        fighting = [one for told in self._fighting.values() for one in told]
        return {area: _versions(area, found, fighting) for area, found in final.found.items() if found}

    def _add(self, one: Claim) -> None:
        at = bisect_left(self._keys, one.sort_key)
        self._keys.insert(at, one.sort_key)
        self._claims.insert(at, one)
        del self._states[at + 1 :]

    def _remove(self, one: Claim) -> None:
        at = bisect_left(self._keys, one.sort_key)
        del self._keys[at], self._claims[at], self._states[at + 1 :]

    def _swept(self) -> sweep.State:
        areas = frozenset(one.evidence.area for one in self._claims)
        if areas != self._areas or not self._states:
            self._areas, self._states = areas, [sweep.start(areas)]
        while len(self._states) <= len(self._claims):
            taken = self._claims[len(self._states) - 1]
            self._states.append(sweep.take(self._states[-1], taken, self._window_days))
        return self._states[-1]


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
