"""The history of every holding of one place, from all evidence on it, and kept up as evidence comes and goes."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from domain.control import sweep
from domain.control.claims import Claim, claim, effective
from domain.control.evidence import ControlPolicy, Evidence
from domain.control.sweep import Found
from domain.control.verdict import Verdict


class Version(msgspec.Struct, frozen=True, gc=False):
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


@dataclass(frozen=True, slots=True)
class Fighting:
    """The days of fighting told of a place, by area (None: of any), sorted. Never changed, only replaced."""

    days: Mapping[str | None, Sequence[date]]

    def changed(self, gone: Iterable[Evidence], come: Iterable[Evidence]) -> "Fighting":
        """Without the days of some reports, with those of others."""
        out, into = list(_days(gone)), list(_days(come))
        days = {area: list(self.days.get(area, ())) for area, _ in (*out, *into)}
        for area, day in out:
            days[area].remove(day)
        for area, day in into:
            insort(days[area], day)
        return Fighting({**self.days, **days})

    def last_before(self, area: str | None, end: date | None) -> date | None:
        """The last day before `end` (None: of all)."""
        days = self.days.get(area, ())
        at = len(days) if end is None else bisect_left(days, end)
        return days[at - 1] if at else None


def _days(fighting: Iterable[Evidence]) -> Iterator[tuple[str | None, date]]:
    for one in fighting:
        day = one.latest or one.earliest
        if day:
            yield from ((area, day) for area in {None, one.area})


KEPT, KEPT_BEFORE = 1_024, 64
"""Of the states of a sweep the last so many are kept, and before them every so manieth."""


class Assessor:
    """The assessment of one place, kept up. After a change only what lies after it in time is assessed again."""

    def __init__(self, policy: ControlPolicy) -> None:
        self._window_days = policy.dispute_window_days
        self._told: dict[str, list[Claim]] = {}
        self._fighting: dict[str, list[Evidence]] = {}
        self.fighting = Fighting({})
        self._claims: list[Claim] = []
        self._keys: list[tuple[object, ...]] = []
        # _states[n] is the sweep before the nth claim; those after the last change are made when asked for, and of
        # those long before it only every 64th is kept: each holds all that stood
        self._states: list[sweep.State | None] = []
        # by the identity of claims that are to be heard again
        self._earlier: dict[int, sweep.Earlier] = {}
        self._areas: Counter[str | None] = Counter()
        self._swept_areas: frozenset[str | None] = frozenset()

    def hear(self, article_id: str, evidence: Iterable[Evidence]) -> None:
        """From now on this is all that the article says of the place; nothing: it no longer counts."""
        unique = {one.identity: one for one in evidence if one.modality == "asserted"}
        self._hear_fighting(article_id, [one for one in unique.values() if one.bearing == "fighting"])
        told = effective([claim(one) for one in unique.values() if one.bearing != "fighting"])
        for one in self._told.get(article_id, ()):
            self._remove(one)
        for one in told:
            self._add(one)
        self._told[article_id] = told

    def found(self) -> Mapping[str | None, Found | None]:
        """The verdicts on each holding by what is heard so far. Links before the last change are those of before it."""
        return sweep.close(self._swept(), self._window_days).found

    def versions(self) -> dict[str | None, list[Version]]:
        """The versions of each holding by what is heard so far."""
        return {area: _versions(area, last, self.fighting) for area, last in self.found().items() if last}

    def _hear_fighting(self, article_id: str, told: list[Evidence]) -> None:
        earlier = self._fighting.pop(article_id, [])
        if earlier or told:
            self.fighting = self.fighting.changed(earlier, told)
            self._fighting[article_id] = told

    def _add(self, one: Claim) -> None:
        at = bisect_left(self._keys, one.sort_key)
        self._keys.insert(at, one.sort_key)
        self._claims.insert(at, one)
        self._areas[one.evidence.area] += 1
        self._forget_after(at, moved=1)

    def _remove(self, one: Claim) -> None:
        at = bisect_left(self._keys, one.sort_key)
        del self._keys[at], self._claims[at]
        self._areas[one.evidence.area] -= 1
        self._forget_after(at, moved=-1)

    def _forget_after(self, at: int, moved: int) -> None:
        """Forget the states after the first `at` claims; those that came next stand so many further on now."""
        for n in range(at if moved > 0 else at + 1, len(self._states) - 1):
            before, after = self._states[n], self._states[n + 1]
            if before is not None and after is not None:
                one = self._claims[n + moved]
                self._earlier[id(one)] = sweep.Earlier(one, before, after)
        del self._states[at + 1 :]
        while self._states and self._states[-1] is None:
            self._states.pop()

    def _swept(self) -> sweep.State:
        areas = frozenset(+self._areas)
        if areas != self._swept_areas or not self._states:
            self._swept_areas, self._states, self._earlier = areas, [sweep.start(areas)], {}
        state = self._states[-1]
        assert state is not None
        while len(self._states) <= len(self._claims):
            one = self._claims[len(self._states) - 1]
            state = sweep.take(state, one, self._window_days, self._earlier.get(id(one)))
            self._states.append(state)
            self._thin_out(len(self._states) - 1 - KEPT)
        self._earlier = {}
        return state

    def _thin_out(self, n: int) -> None:
        if n > 0 and n % KEPT_BEFORE:
            self._states[n] = None


def _versions(area: str | None, last: Found, fighting: Fighting) -> list[Version]:
    links = sweep.chain(last)
    ends = [link.verdict.since.latest for link in links[1:]] + [None]
    return [
        Version(area, link.verdict, end, fighting.last_before(area, end)) for link, end in zip(links, ends, strict=True)
    ]
