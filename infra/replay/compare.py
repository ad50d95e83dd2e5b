"""The step `compare`: what the events that differ do to holdings, to actors' counts and to analysts' decisions.

Only what a differing event touches is assessed again, by the same folds as the projections, so the answer is exact.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from domain import workflow
from domain.control import ControlPolicy
from domain.control.timeline import timeline
from domain.difference import RowChange, row_changes
from domain.events import ArticleCoded, CodedEvent, Coding, EventRejected
from domain.origins import OriginPolicy
from domain.projections.activity import activity, activity_projection
from domain.projections.control import EVIDENCE, HISTORY, control, history_row, known_evidence, with_origins
from domain.projections.dossier import Dossier, Fact
from domain.projections.projection import Row, summed
from infra.exports.writing import plain
from infra.postgres import differences, projections, projections_origins, projections_read, replays
from infra.postgres.differences import Difference
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.projections_read import EVERYTHING
from infra.replay.recode import Archive

_ARTICLE, _PLACE = EVIDENCE.columns.index("article_id"), EVIDENCE.columns.index("place_id")
_STATE = (
    "status", "controllers", "claimants", "since_earliest", "since_latest", "since_precision", "previous", "extent",
    "verification", "fighting_last", "fighting_stale_days",
)  # fmt: skip
"""What of a holding is said to change."""

Dossiers = Mapping[str, Dossier]


def compare(pool: Pool, replay: replays.Replay) -> dict[str, Any]:
    """Note what follows from the differing events, instead of what an earlier try noted."""
    for name in ("control", "actor_activity"):
        projections.project(pool, name)
    archive = Archive(pool, replay)
    differing = differences.differing_articles(pool, replay.replay_id)
    with passing_trouble("comparing editions", pool), pool.connection() as connection:
        before = projections_read.dossiers_of(connection, differing, archive.live)
        after = _recoded(archive, before)
        prints = [event.fingerprint for each in before.values() for _, event in each.events]
        decisions = projections_read.decisions_on(connection, prints)
        _decide(after, projections_read.decisions_on(connection, _prints(after)))
    holdings = _holdings(archive, before, after)
    actors = _actors(pool, before, after)
    orphans = _orphans(before, after, decisions)
    differences.replace_derived(pool, replay.replay_id, [*holdings, *actors, *orphans])
    return {"holdings": len(holdings), "actors": len(actors), "orphans": len(orphans)}


def _recoded(archive: Archive, before: Dossiers) -> dict[str, Dossier]:
    """The same dossiers with their coding under the replay's edition."""
    found = {}
    for article_id, dossier in before.items():
        coding = archive.after(article_id)
        assert coding is not None  # an article without one has no event that differs
        found[article_id] = _with(dossier, coding)
    return found


def _with(dossier: Dossier, coding: Coding) -> Dossier:
    assert dossier.received_at is not None
    closing = ArticleCoded(
        coding.article_id, coding.edition, coding.edition_digest, coding.model, 0, coding.sentences, coding.unresolved,
        len(coding.events),
    )  # fmt: skip
    stream = f"coding-{coding.article_id}@{coding.edition}"
    events = [(Fact(0, stream, event.type, dossier.received_at, event), event) for event in coding.events]
    return Dossier(
        dossier.article_id,
        received=dossier.received,
        received_at=dossier.received_at,
        superseded=dossier.superseded,
        retracted_at=dossier.retracted_at,
        erased_at=dossier.erased_at,
        coded=closing,
        events=events,
        origins=dossier.origins,
    )


def _decide(after: Dossiers, decisions: Mapping[str, Any]) -> None:
    for dossier in after.values():
        for _, event in dossier.events:
            heard = decisions.get(event.fingerprint)
            if heard:
                told = [(fact.recorded_at, isinstance(fact.shape, EventRejected)) for fact in heard]
                dossier.decisions[event.fingerprint] = told


def _holdings(archive: Archive, before: Dossiers, after: Dossiers) -> list[Difference]:
    """Holdings whose history differs, each with an event that makes it differ."""
    old_policy, new_policy = (_policy(archive, name) for name in (archive.live, archive.edition))
    old_rows, new_rows = _evidence(before), _evidence(after)
    places = {row[_PLACE] for row in (*old_rows, *new_rows)}
    other_origins = len({_origin_policy(archive, name) for name in (archive.live, archive.edition)}) > 1
    if old_policy != new_policy or other_origins:
        places |= set(differences.places_with_evidence(archive.pool))
    shown = differences.evidence_shown(archive.pool, sorted(places))
    kept = [tuple(row[c] for c in EVIDENCE.columns) for row in shown if row["article_id"] not in before]
    old = _history([*kept, *old_rows], old_policy)
    recoded = [*kept, *new_rows]
    new = _history(_under_other_origins(archive, recoded) if other_origins else recoded, new_policy)
    causes = _causes(old_rows, new_rows)
    return [_holding(change, causes.get(str(change.key[0]))) for change in row_changes(old, new, 2)]


def _policy(archive: Archive, edition: str) -> ControlPolicy:
    return ControlPolicy.from_files(workflow.published_edition(archive.store, edition).files)


def _origin_policy(archive: Archive, edition: str) -> OriginPolicy | None:
    return OriginPolicy.from_text(workflow.published_edition(archive.store, edition).files.get("edition.yaml", ""))


def _under_other_origins(archive: Archive, rows: list[Row]) -> list[Row]:
    """The same evidence with its articles' origins by the numbers of the replay's edition."""
    articles = sorted({row[_ARTICLE] for row in rows})
    with passing_trouble("reading origins", archive.pool), archive.pool.connection() as connection:
        steps = projections_origins.read(connection, archive.edition, articles, EVERYTHING, EVERYTHING).after
    return [with_origins(row, steps.get(row[_ARTICLE], ())) for row in rows]


def _evidence(dossiers: Dossiers) -> list[Row]:
    return [row for dossier in dossiers.values() for row in control(dossier)[EVIDENCE.name]]


def _history(evidence: Iterable[Row], policy: ControlPolicy) -> list[Row]:
    by_place: dict[str, list[Any]] = {}
    for row in evidence:
        by_place.setdefault(row[_PLACE], []).extend(known_evidence(dict(zip(EVIDENCE.columns, row, strict=True))))
    stale = policy.fighting_stale_days
    return [
        # without fighting it does not matter when that would be stale
        history_row(one, stale if one.version.fighting_last else 0)
        for known in by_place.values()
        for one in timeline(known, policy)
    ]


def _causes(old: Iterable[Row], new: Iterable[Row]) -> dict[str, Row]:
    """By place, a row of evidence that only one side has: the newer side's where it has one."""
    position = EVIDENCE.columns.index("event_position")

    def nameless(row: Row) -> str:
        return repr((*row[:position], *row[position + 1 :]))

    both = {nameless(row) for row in old} & {nameless(row) for row in new}
    return {row[_PLACE]: row for rows in (old, new) for row in rows if nameless(row) not in both}


def _holding(change: RowChange, cause: Row | None) -> Difference:
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


def _actors(pool: Pool, before: Dossiers, after: Dossiers) -> list[Difference]:
    """Actors whose counts differ, with the whole counts on both sides."""
    sums = activity_projection.no_sums()
    for dossiers, sign in ((before, -1), (after, 1)):
        for dossier in dossiers.values():
            activity(dossier, sums, sign)
    delta: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for actor_id, actor, role, event_type, *numbers in summed(sums["activity_totals"]):
        delta.setdefault((actor_id, actor, role), {})[event_type] = numbers
    shown: dict[tuple[str, str, str], dict[str, int]] = {}
    for actor_id, actor, role, event_type, events, _ in differences.counts_shown(pool, sorted({k[0] for k in delta})):
        shown.setdefault((actor_id, actor, role), {})[event_type] = int(events)
    rows = (_actor(key, shown.get(key, {}), sums) for key, sums in sorted(delta.items()))
    return [row for row in rows if row is not None]


def _actor(key: tuple[str, str, str], shown: dict[str, int], sums: dict[str, list[int]]) -> Difference | None:
    changed = {event_type: n for event_type, (n, _) in sorted(sums.items()) if n}
    if not changed:
        return None
    after = {
        event_type: n
        for event_type in {*shown, *changed}
        if (n := shown.get(event_type, 0) + changed.get(event_type, 0))
    }
    return {
        "kind": "actor",
        "key": " ".join(key),
        "change": "appears" if not shown else "changes" if after else "vanishes",
        "weight": sum(map(abs, changed.values())),
        "fields": list(changed),
        "actor_id": key[0],
        "actor": key[1],
        "role": key[2],
        "before": shown or None,
        "after": after or None,
    }


def _orphans(before: Dossiers, after: Dossiers, decisions: Mapping[str, Any]) -> list[Difference]:
    """Rejections that stand and hold no event any more."""
    left = set(_prints(after))
    found: list[Difference] = []
    for dossier in before.values():
        for _, event in dossier.events:
            heard = decisions.get(event.fingerprint)
            if heard and isinstance(heard[-1].shape, EventRejected) and event.fingerprint not in left:
                found.append(_orphan(dossier, event, heard[-1].shape))
    return found


def _orphan(dossier: Dossier, event: CodedEvent, decided: EventRejected) -> Difference:
    assert dossier.received is not None
    return {
        "kind": "decision",
        "key": event.fingerprint,
        "change": "orphaned",
        "article_id": dossier.article_id,
        "sentence": event.sentence,
        "event_type": event.type,
        "rule": event.rule,
        "fingerprint": event.fingerprint,
        "note": f"rejected by {decided.by}: {decided.reason}",
        "text_digest": dossier.received.text_digest,
        "start_at": event.start,
        "end_at": event.end,
    }


def _prints(dossiers: Dossiers) -> list[str]:
    return [event.fingerprint for dossier in dossiers.values() for _, event in dossier.events]
