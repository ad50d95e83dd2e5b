"""The steps `recode` and `append`: every article under another edition, staged beside the log, then into it."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import structlog

from domain import workflow
from domain.codec import to_data
from domain.difference import EventChange, event_changes, lost_fingerprints, same_coding
from domain.errors import FrontlogError, Stop, TryAgain
from domain.events import Coding
from infra import coders, logs
from infra.postgres import differences, replay_steps, replays
from infra.postgres.differences import Difference
from infra.postgres.inbox import Pool
from infra.postgres.store import PostgresEventStore

log = structlog.get_logger(__name__)

ARTICLES = 10
"""Articles a transaction of recoding: a kill loses no more."""

ERASED = "its text was erased, so that it cannot be coded again"


class Archive:
    """The archive under two editions: the live one and the replay's. One a range of work."""

    def __init__(self, pool: Pool, replay: replays.Replay) -> None:
        assert replay.live_edition is not None
        self.pool, self.replay = pool, replay
        self.live, self.edition = replay.live_edition, replay.edition
        self.store = PostgresEventStore(pool)

    def before(self, article_id: str) -> tuple[Coding, str] | None:
        """The live coding, and the edition whose stream holds its events."""
        return workflow.stored_coding(self.store, article_id, self.live)

    def after(self, article_id: str) -> Coding | None:
        """The coding under the replay's edition: the log's, else the staged one."""
        stored = workflow.stored_coding(self.store, article_id, self.edition)
        return stored[0] if stored else differences.staged(self.pool, self.edition, article_id)

    def code(self, article_id: str) -> tuple[Coding | None, str | None]:
        """Code an article now: its coding, or why there is none. TryAgain and Stop rise."""
        record = workflow.article_record(self.store, article_id)
        text = self.store.text(record.received.text_digest)
        if text is None:
            return None, ERASED
        try:
            [coding] = coders.coder(self.store, self.edition).code([record.article(text)])
        except (TryAgain, Stop):
            raise
        except Exception as error:
            said = str(error) if isinstance(error, FrontlogError) else f"{type(error).__name__}: {error}"
            log.warning("an article cannot be coded", article_id=article_id, edition=self.edition, error=said)
            return None, logs.scrub(said)
        return coding, None

    def keep(self, article_id: str, coding: Coding | None) -> str | None:
        """Store an article's coding under the replay's edition; returns `full` or `inherited`, None for nothing new.

        Inherited where it says what the live one says, and where there is none: what was visible stays so.
        """
        live = self.before(article_id)
        inherits = live[1] if live and (coding is None or same_coding(live[0], coding)) else None
        if coding is None and inherits is None:
            return None
        kept = workflow.keep_coding(
            self.store,
            article_id,
            self.edition,
            coding,
            inherits=inherits,
            metadata={"trace_id": logs.trace_id(), "replay": self.replay.replay_id},
        )
        return ("inherited" if inherits else "full") if kept else None


def recode(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> dict[str, Any] | None:
    """Stage what the log lacks of a range's articles and note what differs. None when its time was up before.

    Safe to repeat: what is staged is not coded again, and a difference is noted once.
    """
    archive = Archive(pool, replay)
    counts = {"articles": 0, "differ": 0}
    for batch in _batches(_share(pool, claimed), ARTICLES):
        if time.monotonic() > deadline:
            return None
        codings: list[tuple[str, Coding | None, str | None]] = []
        found: list[Difference] = []
        for article_id, text_digest in batch:
            before, after, error = archive.before(article_id), archive.after(article_id), None
            if after is None:
                after, error = archive.code(article_id)
                codings.append((article_id, after, error))
            differing = _noted(archive, article_id, text_digest, before[0] if before else None, after, error)
            counts["articles"] += 1
            counts["differ"] += bool(differing)
            found += differing
        differences.keep(pool, replay.replay_id, replay.edition, codings, found)
        replays.touch(pool, replay.replay_id)
    return counts


def append(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> dict[str, Any] | None:
    """Bring a range's codings into the log, those that say the same as inherited. None when its time was up before."""
    archive = Archive(pool, replay)
    counts = {"full": 0, "inherited": 0}
    for batch in _batches(_share(pool, claimed), ARTICLES):
        if time.monotonic() > deadline:
            return None
        for article_id, _ in batch:
            if workflow.stored_coding(archive.store, article_id, archive.edition) is None:
                kept = archive.keep(article_id, archive.after(article_id))
                if kept:
                    counts[kept] += 1
        replays.touch(pool, replay.replay_id)
    return counts


def code_arrivals(archive: Archive, deadline: float, stop: Callable[[], bool] = lambda: False) -> bool:
    """Code what was received after the replay began and has no coding under its edition; False: its time was up."""
    tried: set[str] = set()
    while True:
        found = differences.arrivals(archive.pool, archive.replay.mark, archive.edition, 50 + len(tried))
        missing = [article_id for article_id in found if article_id not in tried]
        if not missing or stop():
            return True
        for article_id in missing:
            if time.monotonic() > deadline:
                return False
            archive.keep(article_id, archive.code(article_id)[0])
            tried.add(article_id)


def _share(pool: Pool, claimed: replays.Range) -> list[tuple[str, str]]:
    lane = replay_steps.RECODE_LANES.index(claimed.lane)
    return differences.articles(pool, claimed.from_position, claimed.to_position, lane, len(replay_steps.RECODE_LANES))


def _noted(
    archive: Archive, article_id: str, text_digest: str, before: Coding | None, after: Coding | None, error: str | None
) -> list[Difference]:
    """What differs of an article. One that nobody has coded yet differs by nothing: it only waits."""
    if after is None:
        if before is None:
            return []
        note = error or "it could not be coded"
        return [{"kind": "article", "key": article_id, "change": "kept", "article_id": article_id, "note": note}]
    if before is None and workflow.article_record(archive.store, article_id).failed is None:
        return []
    changes = event_changes(before, after)
    lost = lost_fingerprints(before, after)
    return [_row(article_id, text_digest, n, change, lost) for n, change in enumerate(changes)]


def _row(article_id: str, text_digest: str, n: int, change: EventChange, lost: set[str]) -> Difference:
    event, older = change.event, change.before
    return {
        "kind": "event",
        "key": f"{article_id} {n:04}",
        "change": change.kind,
        "fields": list(change.fields),
        "article_id": article_id,
        "sentence": event.sentence,
        "event_type": event.type,
        "rule": event.rule,
        # the older one where it is gone: that is what a decision may hold by
        "fingerprint": older.fingerprint if older and older.fingerprint in lost else event.fingerprint,
        "before": _data(older),
        "after": _data(change.after),
        "text_digest": text_digest,
        "start_at": event.start,
        "end_at": event.end,
    }


def _data(event: msgspec.Struct | None) -> dict[str, Any] | None:
    return None if event is None else to_data(event)


def _batches(items: Sequence[tuple[str, str]], size: int) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
