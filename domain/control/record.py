"""The control rows of one article by itself, in the shape that `frontlog code` prints (CODE_OUTPUT.md)."""

from datetime import date, timedelta
from typing import Any

from domain.control.assessment import Version, assess
from domain.control.evidence import ArticleFacts, ControlPolicy, Evidence, evidence_from
from domain.events import Coding


def control_rows(coding: Coding, article: ArticleFacts, policy: ControlPolicy) -> list[dict[str, Any]]:
    """One JSON-ready row a holding, in the order of first mention; `events` are indexes into `coding.events`."""
    by_place: dict[str, list[Evidence]] = {}
    index: dict[tuple[int, int], int] = {}
    for n, event in enumerate(coding.events):
        index[(event.sentence, event.ordinal)] = n
        for one in evidence_from(article, event):
            by_place.setdefault(one.place_id, []).append(one)
    return [
        _row(evidence[0], versions[-1], index, article.published, policy)
        for evidence in by_place.values()
        for versions in assess(evidence, policy).values()
    ]


def _row(
    first: Evidence, version: Version, index: dict[tuple[int, int], int], published: date | None, policy: ControlPolicy
) -> dict[str, Any]:
    verdict = version.verdict
    return {
        "place": first.place,
        "place_id": first.place_id,
        "area": version.area,
        "status": verdict.status,
        "controllers": [party.name for party in verdict.controllers],
        "claimants": [party.name for party in verdict.claimants],
        "since": {
            "earliest": _iso(verdict.since.earliest),
            "latest": _iso(verdict.since.latest),
            "precision": verdict.since.precision,
        },
        "previous": [party.name for party in verdict.previous],
        "extent": verdict.extent,
        "verification": verdict.verification,
        "fighting": is_fighting(version.fighting_last, published, policy),
        "events": sorted({index[(one.sentence, one.ordinal)] for one in verdict.support}),
    }


def is_fighting(last: date | None, on: date | None, policy: ControlPolicy) -> bool:
    """Whether fighting told of day `last` still counts on day `on`; without either day it does not."""
    return last is not None and on is not None and on - last <= timedelta(days=policy.fighting_stale_days)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
