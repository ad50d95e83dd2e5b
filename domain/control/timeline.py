"""The record over known time: what the archive supported at each moment, as rows that last while nothing changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.control.assessment import Assessor, Version
from domain.control.evidence import ControlPolicy, Evidence


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
    open_rows: dict[CutKey, HistoryRow] = {}
    done: list[HistoryRow] = []
    archive = _Archive(evidence, policy)
    for moment in _cuts(evidence):
        archive.move_to(moment)
        if resume is not None and moment < resume:
            continue
        earlier = (begun or {}) if moment == resume else {}
        now = {cut_key(one.version): one for one in archive.rows(moment)}
        done += [replace(row, known_to=moment) for key, row in open_rows.items() if key not in now]
        open_rows = {
            key: replace(row, known_from=open_rows[key].known_from if key in open_rows else earlier.get(key, moment))
            for key, row in now.items()
        }
    return done + list(open_rows.values())


def _cuts(evidence: Iterable[Known]) -> list[datetime]:
    moments = {moment for one in evidence for interval in one.intervals for moment in interval if moment is not None}
    return sorted(moments)


class _Archive:
    """What counted at a moment, moved on from moment to moment article by article."""

    def __init__(self, evidence: Iterable[Known], policy: ControlPolicy) -> None:
        self._assessor = Assessor(policy)
        self._by_article: dict[str, list[Known]] = {}
        self._turns: dict[datetime, set[str]] = {}
        for one in evidence:
            self._by_article.setdefault(one.evidence.article_id, []).append(one)
            for moment in (m for interval in one.intervals for m in interval if m is not None):
                self._turns.setdefault(moment, set()).add(one.evidence.article_id)
        self._newest: dict[str, Evidence] = {}

    def move_to(self, moment: datetime) -> None:
        for article_id in self._turns[moment]:
            counting = [one.evidence for one in self._by_article[article_id] if one.at(moment)]
            self._assessor.hear(article_id, counting)
            self._newest.pop(article_id, None)
            if counting:
                self._newest[article_id] = max(counting, key=_place_order)

    def rows(self, moment: datetime) -> list[HistoryRow]:
        """A place goes by the words of its newest evidence."""
        if not self._newest:
            return []
        place = max(self._newest.values(), key=_place_order)
        versions = self._assessor.versions().values()
        return [HistoryRow(place, version, moment, None) for found in versions for version in found]


def _place_order(evidence: Evidence) -> tuple[object, ...]:
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
