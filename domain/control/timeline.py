"""The record over known time: what the archive supported at each moment, as rows that last while nothing changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from domain.control.archive import Archive
from domain.control.evidence import ControlPolicy
from domain.control.history import CutKey, HistoryRow, Known, moments_of


def resume_at(evidence: Iterable[Known], changed_from: datetime | None, *, earlier: int = 0) -> datetime | None:
    """The last moment before `changed_from` from which a timeline can go on, or one so many moments earlier.

    None: from the start.
    """
    if changed_from is None:
        return None
    cuts = sorted(cut for cut in moments_of(evidence) if cut < changed_from)
    return cuts[-1 - earlier] if len(cuts) > earlier else None


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
