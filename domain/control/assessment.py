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
    """The assessment of one place, kept up. After a change only what it leads to is assessed again."""

    def __init__(self, policy: ControlPolicy) -> None:
        self._window_days = policy.dispute_window_days
        self._told: dict[str, list[Claim]] = {}
        self._fighting: dict[str, list[Evidence]] = {}
        self.fighting = Fighting({})
        self._claims: list[Claim] = []
        self._keys: list[tuple[object, ...]] = []
        self._areas: Counter[str | None] = Counter()
        self._swept_areas: frozenset[str | None] | None = None

    def _start_anew(self) -> None:
        """All claims are to be heard again.

        `_states[n]` is the sweep before the nth claim, `_chains[n]` the verdicts found by then, `_verdicts[n]` those
        that hearing the nth claim brought. Of the first two some are None: not made yet, or thinned out long before
        the last claim, for each state holds all that stood. Claims at `_changed` are to be heard again: there
        something came or went.
        """
        self._swept_areas = frozenset(+self._areas)
        begin, unknown = sweep.start(self._swept_areas), len(self._claims)
        self._states: list[sweep.State | None] = [begin, *[None] * unknown]
        self._chains: list[sweep.Chains | None] = [dict.fromkeys(begin.standing), *[None] * unknown]
        self._verdicts: list[sweep.Verdicts] = [{} for _ in range(unknown)]
        self._changed: set[int] = {0}
        self._thinned = max(0, unknown - KEPT)

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

    def found(self) -> sweep.Chains:
        """The verdicts on each holding by what is heard so far. Links before the last change are those of before it."""
        if frozenset(+self._areas) != self._swept_areas:
            self._start_anew()
        if self._changed:
            self._link(self._sweep())
        last, chains = self._states[-1], self._chains[-1]
        assert last is not None
        assert chains is not None
        return sweep.after(chains, sweep.close(last, self._window_days))

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
        if self._swept_areas is None:
            return
        self._states.insert(at + 1, None)
        self._chains.insert(at + 1, None)
        self._verdicts.insert(at, {})
        self._thinned += at < self._thinned
        self._changed = {n + (n >= at) for n in self._changed} | {at}

    def _remove(self, one: Claim) -> None:
        at = bisect_left(self._keys, one.sort_key)
        del self._keys[at], self._claims[at]
        self._areas[one.evidence.area] -= 1
        if self._swept_areas is None:
            return
        del self._states[at + 1], self._chains[at + 1], self._verdicts[at]
        self._thinned = min(self._thinned - (at < self._thinned), len(self._claims))
        self._changed = {n - (n > at) for n in self._changed} | {at}

    def _sweep(self) -> int:
        """Hear again what changed, each time until the same stands as did before; returns the first claim heard."""
        first, at = len(self._claims), 0
        for start in sorted(self._changed):
            if start < at:
                continue  # heard on the way
            at = self._known(self._states, start)
            first = min(first, at)
            at = self._sweep_from(at, start)
        self._changed = set()
        return first

    def _sweep_from(self, at: int, start: int) -> int:
        """Hear the claims from `at` on; returns behind which of them, not before `start`, all is as it was."""
        state, before = self._states[at], None
        assert state is not None
        while at < len(self._claims):
            was = self._states[at + 1]
            earlier = sweep.Earlier(None if at in self._changed else before, was) if was is not None else None
            state, self._verdicts[at] = sweep.take(state, self._claims[at], self._window_days, earlier)
            at += 1
            if at > start and at not in self._changed and sweep.same(state, was):
                break
            self._states[at] = state if self._keeps(at) else None
            before = was
        return at

    def _link(self, first: int) -> None:
        """Chain the verdicts up again from where claims were heard again."""
        at = self._known(self._chains, first)
        chains = self._chains[at]
        assert chains is not None
        for n in range(at, len(self._claims)):
            if verdicts := self._verdicts[n]:
                chains = sweep.after(chains, verdicts)
            self._chains[n + 1] = chains if self._keeps(n + 1) else None
        self._thin_out()

    @staticmethod
    def _known(remembered: Sequence[object], at: int) -> int:
        """The last place up to there of which something is remembered."""
        while remembered[at] is None:
            at -= 1
        return at

    def _keeps(self, n: int) -> bool:
        return not n % KEPT_BEFORE or n >= self._thinned

    def _thin_out(self) -> None:
        end = max(self._thinned, len(self._claims) - KEPT)
        for n in range(self._thinned, end):
            if n % KEPT_BEFORE:
                self._states[n] = self._chains[n] = None
        self._thinned = end


def _versions(area: str | None, last: Found, fighting: Fighting) -> list[Version]:
    links = sweep.chain(last)
    ends = [link.verdict.since.latest for link in links[1:]] + [None]
    return [
        Version(area, link.verdict, end, fighting.last_before(area, end)) for link, end in zip(links, ends, strict=True)
    ]
