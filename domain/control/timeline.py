"""The record over known time: what the archive supported at each moment, as rows that last while nothing changes."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from domain.control.assessment import Assessor, Fighting, Version
from domain.control.evidence import ControlPolicy, Evidence
from domain.control.sweep import Found


@dataclass(frozen=True, slots=True)
class Known:
    """Evidence with the times (from inclusive, to exclusive, None: it lasts) in which it counted."""

    evidence: Evidence
    intervals: tuple[tuple[datetime, datetime | None], ...]

    def at(self, moment: datetime) -> bool:
        return any(since <= moment and (until is None or moment < until) for since, until in self.intervals)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One version of a holding and the known time over which the archive supported it. `place` names the place."""

    place: Evidence
    version: Version
    known_from: datetime
    known_to: datetime | None


CutKey = tuple[object, ...]
"""What a row is cut by: the rest (counts, keys, fighting) follows the newest evidence without a new row."""


def cut_key(version: Version) -> CutKey:
    """Area, valid time, status, holders, since, extent and verification."""
    verdict = version.verdict
    return (
        version.area or "",
        version.until,
        verdict.status,
        tuple(party.id for party in verdict.controllers),
        tuple(party.id for party in verdict.claimants),
        verdict.since.earliest,
        verdict.since.latest,
        verdict.since.precision,
        verdict.extent,
        verdict.verification,
    )


def resume_at(evidence: Iterable[Known], changed_from: datetime | None) -> datetime | None:
    """The last moment before `changed_from` from which a timeline can go on; None: from the start."""
    if changed_from is None:
        return None
    return max((cut for cut in _cuts(evidence) if cut < changed_from), default=None)


def timeline(
    evidence: Sequence[Known],
    policy: ControlPolicy,
    *,
    resume: datetime | None = None,
    begun: Mapping[CutKey, datetime] | None = None,
) -> list[HistoryRow]:
    """The rows of one place that were supported at `resume` or later (None: all), a function of the set of evidence.

    `begun` tells since when the rows that stood at `resume` had been known, so that they go on and are not cut.
    """
    return Archive(evidence, policy).rows(resume, begun or {})


def _cuts(evidence: Iterable[Known]) -> list[datetime]:
    moments = {moment for one in evidence for interval in one.intervals for moment in interval if moment is not None}
    return sorted(moments)


@dataclass(frozen=True, slots=True)
class _Open:
    """A version that stands, and since when it was known."""

    key: CutKey
    link: Found
    until: date | None
    known_from: datetime


class Archive:
    """What counted at a moment, moved on from moment to moment article by article, and the rows that stand there.

    Only verdicts after the change are looked at: the links of the others are the same objects as before.
    """

    def __init__(self, evidence: Iterable[Known], policy: ControlPolicy) -> None:
        self._assessor = Assessor(policy)
        self._by_article: dict[str, list[Known]] = {}
        self._turns: dict[datetime, set[str]] = {}
        self._await(evidence)
        self._newest: dict[str, tuple[_PlaceOrder, Evidence]] = {}
        self._order: list[_PlaceOrder] = []
        self._articles: dict[_PlaceOrder, Evidence] = {}
        self._open: dict[str | None, list[_Open]] = {}
        self._shown: _Shown = (None, self._assessor.fighting)
        self._same: dict[str | None, int] = {}  # how many rows of an area stayed as they were since it was emptied
        self.moment: datetime | None = None
        """The last moment heard of."""
        self.size = 0
        """Pieces of evidence heard."""

    def rows(self, resume: datetime | None, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        """What `timeline` promises, once: then everything is heard."""
        return self._hear_all(resume, begun) + [
            self._row(area, one, None, self._shown) for area, stood in self._open.items() for one in stood
        ]

    def follow(self, told: Sequence[Known]) -> tuple[list[HistoryRow], list[HistoryRow]]:
        """Hear articles that all came after `moment`: (rows that stand no longer as they were, rows instead of them).

        Costs what lies after the told in time, not what was heard before. A row may be in both.
        """
        stood, shown = dict(self._open), self._shown
        self._same.clear()
        self._await(told)
        come = self._hear_all(None, {})
        gone: list[HistoryRow] = []
        for area, rows in self._open.items():
            earlier = stood.get(area, [])
            first = 0 if _named(shown) != _named(self._shown) else self._first_fought_on(earlier, area, told)
            gone += [self._row(area, one, None, shown) for one in earlier[first:]]
            come += [self._row(area, one, None, self._shown) for one in rows[first:]]
        return gone, come

    def _first_fought_on(self, earlier: Sequence[_Open], area: str | None, told: Iterable[Known]) -> int:
        """The first row that changed, or may have by days of fighting told."""
        first = min(self._same.get(area, len(earlier)), len(earlier))
        days = [day for one in told if one.evidence.bearing == "fighting" and (day := _day(one.evidence))]
        while days and first > 0 and ((until := earlier[first - 1].until) is None or until > min(days)):
            first -= 1
        return first

    def _await(self, told: Iterable[Known]) -> None:
        for one in told:
            self._by_article.setdefault(one.evidence.article_id, []).append(one)
            for moment in (m for interval in one.intervals for m in interval if m is not None):
                self._turns.setdefault(moment, set()).add(one.evidence.article_id)

    def _hear_all(self, resume: datetime | None, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        ended: list[HistoryRow] = []
        for moment in sorted(self._turns):
            self._move_to(moment)
            if resume is None or moment >= resume:
                ended += self._cut(moment, begun if moment == resume else {})
        self.size += sum(map(len, self._by_article.values()))
        self._turns, self._by_article = {}, {}
        return ended

    def _move_to(self, moment: datetime) -> None:
        for article_id in self._turns[moment]:
            counting = [one.evidence for one in self._by_article[article_id] if one.at(moment)]
            self._assessor.hear(article_id, counting)
            self._set_newest(article_id, max(counting, key=_place_order) if counting else None)
        self.moment = moment

    def _cut(self, moment: datetime, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        """Take in the verdicts of this moment; the rows that end with it, as they last stood."""
        found = self._assessor.found() if self._order else {}
        ended: list[HistoryRow] = []
        for area in {*self._open, *(area for area, last in found.items() if last)}:
            stood = self._open.get(area, [])
            same, links = _changed(stood, found.get(area))
            self._same[area] = min(same, self._same.get(area, same))
            if not links and same == len(stood):
                continue
            tail, self._open[area] = stood[same:], stood[:same]
            known = {one.key: one.known_from for one in tail}
            for link, after in zip_longest(links, links[1:]):
                end = after.verdict.since.latest if after else None
                key = cut_key(Version(area, link.verdict, end, None))
                since = known.pop(key, None) or begun.get(key, moment)
                self._open[area].append(_Open(key, link, end, since))
            ended += [self._row(area, one, moment, self._shown) for one in tail if one.key in known]
        newest = self._newest_evidence() if self._order else None
        self._shown = (newest, self._assessor.fighting)
        return ended

    @staticmethod
    def _row(area: str | None, one: _Open, known_to: datetime | None, shown: "_Shown") -> HistoryRow:
        place, fighting = shown
        assert place is not None
        version = Version(area, one.link.verdict, one.until, fighting.last_before(area, one.until))
        return HistoryRow(place, version, one.known_from, known_to)

    def _set_newest(self, article_id: str, newest: Evidence | None) -> None:
        earlier = self._newest.pop(article_id, None)
        if earlier is not None:
            del self._order[bisect_left(self._order, earlier[0])], self._articles[earlier[0]]
        if newest is not None:
            order = _place_order(newest)
            self._newest[article_id] = (order, newest)
            self._articles[order] = newest
            insort(self._order, order)

    def _newest_evidence(self) -> Evidence:
        """A place goes by the words of its newest evidence."""
        return self._articles[self._order[-1]]


def _changed(stood: Sequence[_Open], last: Found | None) -> tuple[int, list[Found]]:
    """(how many of the open rows stay as they are, the links after them). The last common one may end otherwise now."""
    links: list[Found] = []
    while last is not None and not (last.count <= len(stood) and stood[last.count - 1].link is last):
        links.append(last)
        last = last.before
    if last is None:
        return 0, links[::-1]
    if not links and last.count == len(stood):
        return last.count, []
    return last.count - 1, [last, *links[::-1]]


_Shown = tuple[Evidence | None, Fighting]
"""What every row of a place is shown with: the newest evidence, whose words name the place, and the fighting."""


def _named(shown: _Shown) -> tuple[object, ...] | None:
    one = shown[0]
    return (one.place, one.kind, one.country, one.lat, one.lon) if one else None


def _day(fighting: Evidence) -> date | None:
    return fighting.latest or fighting.earliest


_PlaceOrder = tuple[tuple[datetime, str, int, int], str]


def _place_order(evidence: Evidence) -> _PlaceOrder:
    return (evidence.key, evidence.area or "")


def as_of(rows: Iterable[HistoryRow], day: date, known_at: datetime) -> list[tuple[HistoryRow, str]]:
    """What held on a day as known at a moment: rows with `definite` or `possible`; none is no answer."""
    found = []
    for row in rows:
        if not (row.known_from <= known_at and (row.known_to is None or known_at < row.known_to)):
            continue
        since, start, until = row.version.verdict.since, row.version.start, row.version.until
        if until is not None and day >= until:
            continue
        if start is not None and start <= day:
            found.append((row, "definite"))
        elif since.earliest is None or since.earliest <= day:
            found.append((row, "possible"))
    return found
