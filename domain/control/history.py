"""Evidence with the times in which it counted, and the rows of history that follow from it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from domain.control.assessment import Version
from domain.control.evidence import Evidence


class Known(msgspec.Struct, frozen=True, gc=False):
    """Evidence with the times (from inclusive, to exclusive, None: it lasts) in which it counted."""

    evidence: Evidence
    intervals: tuple[tuple[datetime, datetime | None], ...]

    def at(self, moment: datetime) -> bool:
        return any(since <= moment and (until is None or moment < until) for since, until in self.intervals)


class HistoryRow(msgspec.Struct, frozen=True, gc=False):
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


def moments_of(evidence: Iterable[Known]) -> set[datetime]:
    """When what counts changed."""
    return {moment for one in evidence for interval in one.intervals for moment in interval if moment is not None}
