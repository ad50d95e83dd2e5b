"""The step `compare`: what each article that differs does to places, actors' counts and analysts' decisions."""

from collections.abc import Mapping
from typing import Any

from domain.events import ArticleCoded, CodedEvent, Coding, EventRejected
from domain.projections.activity import activity, activity_projection
from domain.projections.control import EVIDENCE, control
from domain.projections.dossier import Dossier, Fact
from domain.projections.projection import Row, summed
from infra.postgres import differences, projections_read, replay_steps, replays
from infra.postgres.differences import Compared, Difference
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.replay.recode import Archive

PLACE = EVIDENCE.columns.index("place_id")

Dossiers = Mapping[str, Dossier]


def compare(pool: Pool, replay: replays.Replay, claimed: replays.Range) -> dict[str, Any]:
    """Note of a piece of the differing articles what places they touch, what they count, which decisions they lose.

    Safe to repeat. The transaction that finishes the last piece of the next step adds up the counts.
    """
    archive = Archive(pool, replay)
    share = differences.Share(replay_steps.RECODE_LANES.index(claimed.lane), claimed.ordinal, claimed.of)
    differing = differences.differing_articles(pool, replay.replay_id, share)
    before, after = both_sides(archive, differing)
    with passing_trouble("comparing editions", pool), pool.connection() as connection:
        decisions = projections_read.decisions_on(connection, _prints(before))
    orphans = _orphans(before, after, decisions)
    compared = [Compared(each, _places(before[each], after[each]), _sums(before[each], after[each])) for each in before]
    differences.keep_compared(pool, replay.replay_id, compared, orphans)
    return {"articles": len(compared), "orphans": len(orphans)}


def both_sides(archive: Archive, articles: list[str]) -> tuple[Dossiers, Dossiers]:
    """Dossiers of these articles under the live edition and under the replay's."""
    with passing_trouble("comparing editions", archive.pool), archive.pool.connection() as connection:
        before = projections_read.dossiers_of(connection, articles, archive.live)
        after = _recoded(archive, before)
        _decide(after, projections_read.decisions_on(connection, _prints(after)))
    return before, after


def evidence(dossiers: Dossiers) -> list[Row]:
    """Rows of control_evidence of these dossiers."""
    return [row for dossier in dossiers.values() for row in control(dossier).get(EVIDENCE.name, ())]


def _places(before: Dossier, after: Dossier) -> list[str]:
    return sorted({row[PLACE] for each in (before, after) for row in control(each).get(EVIDENCE.name, ())})


def _sums(before: Dossier, after: Dossier) -> list[tuple[str, str, str, str, int]]:
    """By actor, its name, role and event type: how many events more."""
    sums = activity_projection.no_sums()
    activity(before, sums, -1)
    activity(after, sums, 1)
    return [(*key, events) for *key, events, _ in summed(sums["activity_totals"]) if events]


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
