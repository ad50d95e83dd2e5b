"""The step `weigh`: the places that differing articles speak of, under both editions by the control's own folds.

Only these are assessed again, so the answer is exact; all of them where the numbers of the policy differ.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import msgspec

from domain import workflow
from domain.control import ControlPolicy
from domain.control.timeline import timeline
from domain.difference import RowChange, row_changes
from domain.origins import OriginPolicy
from domain.projections.control import EVIDENCE, HISTORY, history_row, known_evidence, with_origins
from domain.projections.projection import Row
from infra.exports.writing import plain
from infra.postgres import differences, projections, projections_origins, replay_steps, replays
from infra.postgres.differences import Difference
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.projections_read import EVERYTHING
from infra.replay.compare import PLACE, Dossiers, both_sides, evidence
from infra.replay.recode import Archive

_ARTICLE = EVIDENCE.columns.index("article_id")
_STATE = (
    "status", "controllers", "claimants", "since_earliest", "since_latest", "since_precision", "previous", "extent",
    "verification", "fighting_last", "fighting_stale_days",
)  # fmt: skip
"""What of a holding is said to change."""


def weigh(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> dict[str, Any] | None:
    """Note the holdings whose history differs, of a piece of the places. None when its time was up before.

    Safe to repeat. A piece takes as long as its busiest place, whose differing articles are read together.
    """
    for name in ("control", "actor_activity"):
        while projections.advance(pool, name) > 0:
            if time.monotonic() > deadline:
                return None
    archive = Archive(pool, replay)
    share = differences.Share(replay_steps.PLACE_LANES.index(claimed.lane), claimed.ordinal, claimed.of)
    policies = [_policies(archive, name) for name in (archive.live, archive.edition)]
    places = differences.places_to_weigh(pool, replay.replay_id, share, everywhere=policies[0] != policies[1])
    if not places:
        return {"holdings": 0}
    before, after = both_sides(archive, differences.articles_at(pool, replay.replay_id, places))
    holdings = _holdings(archive, set(places), before, after)
    differences.keep_derived(pool, replay.replay_id, holdings)
    return {"holdings": len(holdings)}


def _policies(archive: Archive, edition: str) -> tuple[ControlPolicy, OriginPolicy | None]:
    files = workflow.published_edition(archive.store, edition).files
    return ControlPolicy.from_files(files), OriginPolicy.from_text(files.get("edition.yaml", ""))


def _holdings(archive: Archive, places: set[str], before: Dossiers, after: Dossiers) -> list[Difference]:
    """Holdings of these places whose history differs, each with an event that makes it differ."""
    (old_policy, old_origins), (new_policy, new_origins) = (
        _policies(archive, name) for name in (archive.live, archive.edition)
    )
    old_rows, new_rows = ([row for row in evidence(each) if row[PLACE] in places] for each in (before, after))
    other_origins = old_origins != new_origins
    shown = differences.evidence_shown(archive.pool, sorted(places))
    kept = [tuple(row[c] for c in EVIDENCE.columns) for row in shown if row["article_id"] not in before]
    old = _history([*kept, *old_rows], old_policy)
    recoded = [*kept, *new_rows]
    new = _history(_under_other_origins(archive, recoded) if other_origins else recoded, new_policy)
    by_place = causes(old_rows, new_rows)
    numbers = _changed_numbers((old_policy, old_origins), (new_policy, new_origins))
    return [_holding(change, by_place.get(str(change.key[0])), numbers) for change in row_changes(old, new, 2)]


def _changed_numbers(before: Iterable[Any], after: Iterable[Any]) -> str | None:
    """The numbers of the policy that differ, for people: no sentence changes a holding by them."""
    old, new = ({k: v for each in side if each for k, v in asdict(each).items()} for side in (before, after))
    told = [f"{k} {old.get(k, 'none')} → {new.get(k, 'none')}" for k in {**old, **new} if old.get(k) != new.get(k)]
    return f"policy: {', '.join(told)}" if told else None


def _under_other_origins(archive: Archive, rows: list[Row]) -> list[Row]:
    """The same evidence with its articles' origins by the numbers of the replay's edition."""
    articles = sorted({row[_ARTICLE] for row in rows})
    with passing_trouble("reading origins", archive.pool), archive.pool.connection() as connection:
        steps = projections_origins.read(connection, archive.edition, articles, EVERYTHING, EVERYTHING).after
    return [with_origins(row, steps.get(row[_ARTICLE], ())) for row in rows]


def _history(rows: Iterable[Row], policy: ControlPolicy) -> list[Row]:
    by_place: dict[str, list[Any]] = {}
    for row in rows:
        by_place.setdefault(row[PLACE], []).extend(known_evidence(dict(zip(EVIDENCE.columns, row, strict=True))))
    stale = policy.fighting_stale_days
    return [
        # without fighting it does not matter when that would be stale
        history_row(one, stale if one.version.fighting_last else 0)
        for known in by_place.values()
        for one in timeline(known, policy)
    ]


def causes(old: Iterable[Row], new: Iterable[Row]) -> dict[str, Row]:
    """By place, a row of evidence that only one side has, whatever its rule is called: the newer side's if any."""
    told = [n for n, column in enumerate(EVIDENCE.columns) if column not in ("event_position", "rule")]

    def said(row: Row) -> str:
        return repr([row[n] for n in told])

    both = {said(row) for row in old} & {said(row) for row in new}
    return {row[PLACE]: row for rows in (old, new) for row in rows if said(row) not in both}


def _holding(change: RowChange, cause: Row | None, numbers: str | None) -> Difference:
    before, after = _named(change.before), _named(change.after)
    old, new = _current(before), _current(after)
    fields = [f for f in _STATE if (old or {}).get(f) != (new or {}).get(f)] if old and new else []
    told = dict(zip(EVIDENCE.columns, cause, strict=True)) if cause else {}
    named = new or old or (after or before)[-1]
    same = [row for row in change.before if row in change.after]
    return {
        "kind": "holding",
        "key": f"{named['place_id']} {named['area']}",
        "change": change.kind,
        "weight": len(change.before) + len(change.after) - 2 * len(same) + (10 if "status" in fields else 0),
        "fields": fields or ([] if not (before and after) else ["history"]),
        "place_id": named["place_id"],
        "place": named["place"],
        "area": named["area"] or None,
        "before": _json(before),
        "after": _json(after),
        "article_id": told.get("article_id"),
        "sentence": told.get("sentence"),
        "event_type": told.get("event_type"),
        "rule": told.get("rule"),
        "text_digest": told.get("text_digest"),
        "start_at": told.get("start_at"),
        "end_at": told.get("end_at"),
        "note": numbers,
    }


def _named(history: Iterable[Row]) -> list[dict[str, Any]]:
    return [dict(zip(HISTORY.columns, row, strict=True)) for row in history]


def _current(history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The version that holds now, as now known."""
    return next((row for row in history if row["known_to"] is None and row["valid_to"] is None), None)


def _json(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    if not rows:
        return None
    decoded: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(rows, enc_hook=plain))
    return decoded
