"""The path of an article, top to bottom: received, coded, and what people decide about it afterwards.

Every function writes one transaction and is safe to repeat: a second call finds the first one's events and changes
nothing. `metadata` goes into the envelope of what is written (trace id, causation).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from domain import events as ev
from domain.article import Article
from domain.codec import from_data, to_data
from domain.coder import CODER_VERSION
from domain.edition import Edition
from domain.errors import ConcurrencyError, InvalidInput, Stop
from domain.origins import signature
from domain.ports import NO_STREAM, EventStore, LogTransaction, NewEvent, StoredEvent

EDITIONS = "editions"
"""The stream whose last EditionActivated names the live edition."""

Metadata = Mapping[str, Any]
Decision = Literal["reject", "restore"]
T = TypeVar("T")


class CodesArticles(Protocol):
    """What coding needs of `domain.coder.Coder`."""

    edition: Edition

    def code(self, articles: list[Article]) -> list[ev.Coding]:
        """One coding an article, in order; a pure function of article and edition."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an article at the door. `known` articles changed nothing."""

    article_id: str
    state: Literal["new", "known"]
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article as its stream tells it. `version` is the stream's."""

    received: ev.ArticleReceived
    version: int
    superseded_by: str | None = None
    retracted: bool = False
    erased: bool = False
    failed: ev.CodingFailed | None = None

    def article(self, text: str) -> Article:
        """The article again, with its text."""
        got = self.received
        return Article(text, got.source, got.published, got.url, got.title, got.external_id)


# --- received ---------------------------------------------------------------------------------------------------------


def receive(tx: LogTransaction, article: Article, *, way_in: str, metadata: Metadata, revises: bool = True) -> Received:
    """Take an article into the log; another text under the same (source, external id or else url) supersedes the older.

    Runs inside the caller's transaction, so that an inbox row or a message goes with it. Raises ConcurrencyError when
    someone else writes the same article at this moment: open a new transaction and call again (`again`).
    """
    stream = f"article-{article.article_id}"
    tx.lock(stream)
    if tx.stream_version(stream) != NO_STREAM:
        return Received(article.article_id, "known")
    received = ev.ArticleReceived(
        article_id=article.article_id,
        text_digest=article.text_digest,
        characters=len(article.text),
        source=article.source,
        published=article.published,
        url=article.url,
        title=article.title,
        external_id=article.external_id,
        revision_key=article.revision_key,
        way_in=way_in,
        signature=signature(article.text),
    )
    tx.put_text(article.text_digest, article.text)
    older = _note_revision(tx, article, metadata) if revises else None
    tx.append(stream, NO_STREAM, [new_event(received, metadata)])
    if older is not None:
        _supersede(tx, older, article.article_id, reason="a newer text under the same address", metadata=metadata)
    return Received(article.article_id, "new", older)


def _note_revision(tx: LogTransaction, article: Article, metadata: Metadata) -> str | None:
    """Append to the key's own stream and return the article that was newest there before, or None."""
    if article.revision_key is None:
        return None
    stream = "revision-" + hashlib.sha256(article.revision_key.encode()).hexdigest()[:32]
    tx.lock(stream)
    earlier = list(tx.read_stream(stream))
    tx.append(stream, len(earlier), [new_event(ev.RevisionReceived(article.article_id), metadata)])
    return str(earlier[-1].data["article_id"]) if earlier else None


# --- coded ------------------------------------------------------------------------------------------------------------


def code_article(
    store: EventStore, coder: CodesArticles, article_id: str, *, metadata: Metadata
) -> Literal["coded", "already", "erased"]:
    """Code one article under the coder's edition and store the coding as one stream, written at version 0.

    The first stored coding wins: a message that comes twice, or two workers at once, leave one coding.
    """
    edition = coder.edition
    stream = f"coding-{article_id}@{edition.name}"
    if next(iter(store.read_stream(stream)), None) is not None:
        return "already"
    record = article_record(store, article_id)
    text = store.text(record.received.text_digest)
    if text is None:
        return "erased"
    [coding] = coder.code([record.article(text)])
    try:
        store.append(stream, NO_STREAM, coding_events(coding, metadata))
    except ConcurrencyError:
        return "already"
    return "coded"


def coding_events(coding: ev.Coding, metadata: Metadata) -> list[NewEvent]:
    """A coding as its stream holds it: the events in sentence order, closed by one ArticleCoded."""
    closing = ev.ArticleCoded(
        article_id=coding.article_id,
        edition=coding.edition,
        edition_digest=coding.edition_digest,
        model=coding.model,
        coder_version=CODER_VERSION,
        sentences=coding.sentences,
        unresolved=coding.unresolved,
        events=len(coding.events),
    )
    return [new_event(event, metadata, event.type) for event in coding.events] + [new_event(closing, metadata)]


def stored_coding(store: EventStore, article_id: str, edition: str) -> tuple[ev.Coding, str] | None:
    """An article's coding under an edition as the log has it, and the edition whose stream holds its events.

    None when it was not coded under this edition.
    """
    facts = _facts(store, f"coding-{article_id}@{edition}")
    origin = edition
    if facts and isinstance(facts[-1], ev.CodingInherited):
        origin = facts[-1].inherits
        facts = _facts(store, f"coding-{article_id}@{origin}")
    if not facts or not isinstance(facts[-1], ev.ArticleCoded):
        return None
    closing = facts[-1]
    events = tuple(fact for fact in facts if isinstance(fact, ev.CodedEvent))
    coding = ev.Coding(
        article_id, edition, closing.edition_digest, closing.model, closing.sentences, events, closing.unresolved
    )
    return coding, origin


def keep_coding(
    store: EventStore,
    article_id: str,
    edition: str,
    coding: ev.Coding | None,
    *,
    inherits: str | None,
    metadata: Metadata,
) -> bool:
    """Store an article's coding under another edition, in full or as inherited. False when it has one already.

    `inherits` names the edition whose stream holds the same events; the log then grows by one event.
    """
    if inherits is not None:
        events = [new_event(ev.CodingInherited(article_id, edition, inherits), metadata)]
    else:
        assert coding is not None
        events = coding_events(coding, metadata)
    try:
        store.append(f"coding-{article_id}@{edition}", NO_STREAM, events)
    except ConcurrencyError:
        return False
    return True


def fail_coding(
    store: EventStore, article_id: str, edition: str, *, attempts: int, error: str, metadata: Metadata
) -> bool:
    """Record that coding gave up. False, and nothing written, when that is already the article's state."""

    def decide(record: ArticleRecord) -> ev.CodingFailed | None:
        return None if record.failed else ev.CodingFailed(article_id, edition, attempts, error)

    return _decide(store, article_id, decide, metadata)


def retry(store: EventStore, article_id: str, *, metadata: Metadata, reason: str | None = None) -> bool:
    """Take a failed article up again. False when it has not failed."""

    def decide(record: ArticleRecord) -> ev.RetryRequested | None:
        return ev.RetryRequested(article_id, reason) if record.failed else None

    return _decide(store, article_id, decide, metadata)


# --- what people decide -----------------------------------------------------------------------------------------------


def supersede(tx: LogTransaction, old: str, new: str, *, metadata: Metadata, reason: str | None = None) -> bool:
    """Let `new` replace `old` as evidence. False when `old` was replaced before.

    InvalidInput when either is unknown, and when `new` does not count itself: replaced or retracted, it would leave
    nothing in the place of `old`. So no chain of replacements ends where it began.
    """
    for article_id in sorted({old, new}):  # both are held, and in one order: two that name each other meet here
        tx.lock(f"article-{article_id}")
    if old == new:
        raise InvalidInput(old, "the same article twice", "two different articles", "Name the newer one second.")
    _check_counts(new, _record(tx, new), old)
    return _supersede(tx, old, new, metadata=metadata, reason=reason)


def _check_counts(new: str, record: ArticleRecord, old: str) -> None:
    """Raise InvalidInput when the article that is to replace another is replaced or retracted itself."""
    expected = "one that counts as evidence"
    if record.superseded_by == old:
        raise InvalidInput(
            new, f"an article that {old} replaces already", expected, "A replacement is final: ingest a newer text."
        )
    if record.superseded_by is not None:
        by = record.superseded_by
        raise InvalidInput(new, f"an article that {by} replaces", expected, f"Name that one: supersede {old} {by}.")
    if record.retracted:
        raise InvalidInput(new, "a retracted article", expected, f"Should neither count, retract {old} too.")


def _supersede(tx: LogTransaction, old: str, new: str, *, metadata: Metadata, reason: str | None) -> bool:
    tx.lock(f"article-{old}")
    record = _record(tx, old)
    if record.superseded_by is not None:
        return False
    superseded = ev.ArticleSuperseded(old, by=new, reason=reason)
    tx.append(f"article-{old}", record.version, [new_event(superseded, metadata)])
    return True


def retract(store: EventStore, article_id: str, *, reason: str, metadata: Metadata) -> bool:
    """Stop counting an article as evidence from now on. False when it is already retracted."""

    def decide(record: ArticleRecord) -> ev.ArticleRetracted | None:
        return None if record.retracted else ev.ArticleRetracted(article_id, reason)

    return _decide(store, article_id, decide, metadata)


def erase(store: EventStore, article_id: str, *, reason: str, metadata: Metadata) -> bool:
    """Take an article's text down for good; its events, offsets and digests stay. False when it is already down."""
    with store.transaction() as tx:
        tx.lock(f"article-{article_id}")
        record = _record(tx, article_id)
        if record.erased:
            return False
        digest = record.received.text_digest
        tx.erase_text(digest)
        erased = ev.TextErased(article_id, digest, reason)
        tx.append(f"article-{article_id}", record.version, [new_event(erased, metadata)])
    return True


def review(
    store: EventStore,
    fingerprint: str,
    decision: Decision,
    *,
    by: str,
    reason: str,
    metadata: Metadata,
) -> bool:
    """Record an analyst's decision on one event. False when the event already stands that way."""
    stream = f"review-{fingerprint}"
    with store.transaction() as tx:
        tx.lock(stream)
        earlier = list(tx.read_stream(stream))
        rejected = bool(earlier) and earlier[-1].type == "EventRejected"
        if rejected == (decision == "reject"):
            return False
        shape = ev.EventRejected if decision == "reject" else ev.EventRestored
        tx.append(stream, len(earlier), [new_event(shape(fingerprint, by, reason), metadata)])
    return True


# --- editions ---------------------------------------------------------------------------------------------------------


def publish(store: EventStore, edition: Edition, files: Mapping[str, str], *, metadata: Metadata) -> bool:
    """Freeze an edition in the log. False when it is there already; Stop when its name stands for other rules."""
    stream = f"edition-{edition.name}"
    with store.transaction() as tx:
        tx.lock(stream)
        earlier = next(iter(tx.read_stream(stream)), None)
        if earlier is not None:
            if earlier.data["digest"] == edition.digest:
                return False
            raise Stop(
                f"Edition {edition.name} is already published with digest {earlier.data['digest'][:12]}, and these "
                f"files have {edition.digest[:12]}: a published edition never changes. Publish under a new name: "
                f"frontlog rules publish FOLDER --name NAME."
            )
        published = ev.EditionPublished(
            edition.name, edition.digest, edition.coder_version, dict(files), base=edition.base
        )
        tx.append(stream, NO_STREAM, [new_event(published, metadata)])
    return True


def activate(store: EventStore, edition: str, *, metadata: Metadata) -> bool:
    """Make a published edition the live one. False when it is live already."""
    with store.transaction() as tx:
        return activate_within(tx, edition, metadata=metadata)


def activate_within(tx: LogTransaction, edition: str, *, metadata: Metadata) -> bool:
    """`activate` in the caller's transaction, so that what is shown changes with it."""
    tx.lock(EDITIONS)
    earlier = list(tx.read_stream(EDITIONS))
    if earlier and earlier[-1].data["edition"] == edition:
        return False
    if tx.stream_version(f"edition-{edition}") == NO_STREAM:
        raise _unpublished(edition)
    tx.append(EDITIONS, len(earlier), [new_event(ev.EditionActivated(edition), metadata)])
    return True


def live_edition(store: EventStore) -> str:
    """The name of the live edition. Stop when there is none yet."""
    activated = list(store.read_stream(EDITIONS))
    if not activated:
        raise Stop("No edition is active in this database. Run frontlog migrate: it publishes the one shipped here.")
    return str(activated[-1].data["edition"])


def published_edition(store: EventStore, edition: str) -> ev.EditionPublished:
    """An edition with its files, from the log alone. Stop when it is not there."""
    stored = next(iter(store.read_stream(f"edition-{edition}")), None)
    if stored is None:
        raise _unpublished(edition)
    return _shape(stored, ev.EditionPublished)


def published_editions(store: EventStore) -> list[tuple[ev.EditionPublished, datetime]]:
    """The editions in the log by name, each with when it was recorded."""
    firsts = [next(iter(store.read_stream(stream))) for stream in store.streams("edition-")]
    return [(_shape(stored, ev.EditionPublished), stored.recorded_at) for stored in firsts]


# --- the pieces they share --------------------------------------------------------------------------------------------


def again(attempt: Callable[[], T], tries: int = 5) -> T:
    """Call until no other writer was first, at most `tries` times; then let the ConcurrencyError rise."""
    for _ in range(tries - 1):
        try:
            return attempt()
        except ConcurrencyError:
            continue
    return attempt()


def article_record(store: EventStore, article_id: str) -> ArticleRecord:
    """Read an article's stream. InvalidInput when no article has this id."""
    return _fold(article_id, list(store.read_stream(f"article-{article_id}")))


def new_event(fact: msgspec.Struct, metadata: Metadata, type: str | None = None) -> NewEvent:
    """A fact as the log takes it, under its newest schema version."""
    name = type or fact.__class__.__name__
    return NewEvent(name, to_data(fact), ev.SHAPES[name][0], metadata)


def _record(tx: LogTransaction, article_id: str) -> ArticleRecord:
    return _fold(article_id, list(tx.read_stream(f"article-{article_id}")))


def _fold(article_id: str, stream: list[StoredEvent]) -> ArticleRecord:
    if not stream:
        raise InvalidInput(
            article_id,
            "no such article in the log",
            "the id of a received one",
            "List them: frontlog status --articles.",
        )
    facts = [from_data(event.type, event.schema_version, event.data) for event in stream]
    received = facts[0]
    assert isinstance(received, ev.ArticleReceived)
    return ArticleRecord(
        received=received,
        version=len(stream),
        superseded_by=next((f.by for f in facts if isinstance(f, ev.ArticleSuperseded)), None),
        retracted=any(isinstance(f, ev.ArticleRetracted) for f in facts),
        erased=any(isinstance(f, ev.TextErased) for f in facts),
        failed=_standing_failure(facts),
    )


def _standing_failure(facts: list[msgspec.Struct]) -> ev.CodingFailed | None:
    """The last failure that no retry came after."""
    last = next((f for f in reversed(facts) if isinstance(f, ev.CodingFailed | ev.RetryRequested)), None)
    return last if isinstance(last, ev.CodingFailed) else None


def _unpublished(edition: str) -> Stop:
    return Stop(
        f"Edition {edition} is not in the log; frontlog rules list names those that are. Publish it first: "
        "frontlog rules publish FOLDER."
    )


def _facts(store: EventStore, stream: str) -> list[msgspec.Struct]:
    return [from_data(event.type, event.schema_version, event.data) for event in store.read_stream(stream)]


def _shape(stored: StoredEvent, shape: type[T]) -> T:
    fact = from_data(stored.type, stored.schema_version, stored.data)
    assert isinstance(fact, shape)
    return fact


def _decide(
    store: EventStore, article_id: str, decide: Callable[[ArticleRecord], msgspec.Struct | None], metadata: Metadata
) -> bool:
    """Read an article's stream under its lock, let `decide` say what to add, and append it. False: nothing to add."""
    with store.transaction() as tx:
        tx.lock(f"article-{article_id}")
        record = _record(tx, article_id)
        fact = decide(record)
        if fact is None:
            return False
        tx.append(f"article-{article_id}", record.version, [new_event(fact, metadata)])
    return True
