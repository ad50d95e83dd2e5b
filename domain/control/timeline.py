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
    archive = _Archive(evidence, policy)
    done: list[HistoryRow] = []
    for moment in _cuts(evidence):
        archive.move_to(moment)
        if resume is None or moment >= resume:
            done += archive.cut(moment, (begun or {}) if moment == resume else {})
    return done + archive.open_rows()


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


class _Archive:
    """What counted at a moment, moved on from moment to moment article by article, and the rows that stand there.

    Only verdicts after the change are looked at: the links of the others are the same objects as before.
    """

    def __init__(self, evidence: Iterable[Known], policy: ControlPolicy) -> None:
        self._assessor = Assessor(policy)
        self._by_article: dict[str, list[Known]] = {}
        self._turns: dict[datetime, set[str]] = {}
        for one in evidence:
            self._by_article.setdefault(one.evidence.article_id, []).append(one)
            for moment in (m for interval in one.intervals for m in interval if m is not None):
                self._turns.setdefault(moment, set()).add(one.evidence.article_id)
        self._newest: dict[str, tuple[_PlaceOrder, Evidence]] = {}
        self._order: list[_PlaceOrder] = []
        self._articles: dict[_PlaceOrder, Evidence] = {}
        self._open: dict[str | None, list[_Open]] = {}
        self._shown: tuple[Evidence | None, Fighting] = (None, self._assessor.fighting)

    def move_to(self, moment: datetime) -> None:
        for article_id in self._turns[moment]:
            counting = [one.evidence for one in self._by_article[article_id] if one.at(moment)]
            self._assessor.hear(article_id, counting)
            self._set_newest(article_id, max(counting, key=_place_order) if counting else None)

    def cut(self, moment: datetime, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        """Take in the verdicts of this moment; the rows that end with it, as they last stood."""
        found = self._assessor.found() if self._order else {}
        ended: list[HistoryRow] = []
        for area in {*self._open, *(area for area, last in found.items() if last)}:
            stood = self._open.get(area, [])
            same, links = _changed(stood, found.get(area))
            tail, self._open[area] = stood[same:], stood[:same]
            known = {one.key: one.known_from for one in tail}
            for link, after in zip_longest(links, links[1:]):
                end = after.verdict.since.latest if after else None
                key = cut_key(Version(area, link.verdict, end, None))
                since = known.pop(key, None) or begun.get(key, moment)
                self._open[area].append(_Open(key, link, end, since))
            ended += [self._row(area, one, moment) for one in tail if one.key in known]
        newest = self._newest_evidence() if self._order else None
        self._shown = (newest, self._assessor.fighting)
        return ended

    def open_rows(self) -> list[HistoryRow]:
        """The rows that stand since the last cut."""
        return [self._row(area, one, None) for area, stood in self._open.items() for one in stood]

    def _row(self, area: str | None, one: _Open, known_to: datetime | None) -> HistoryRow:
        place, fighting = self._shown
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
