"""All that the log tells of one article: the unit that every projection folds.

A dossier holds the article's own stream, its coding under one edition and the decisions on its events. Rows are a
function of dossiers, so they depend on the set of events and never on the order in which these arrived.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from domain.control import ArticleFacts
from domain.events import EVENT_TYPES, ArticleCoded, ArticleReceived, CodedEvent, CodingFailed, EventRejected
from domain.origins import Steps

Standing = Literal["counts", "rejected", "retracted", "superseded"]
Interval = tuple[datetime, datetime | None]
"""From, inclusive, to, exclusive; None: it lasts."""

_CODED = frozenset(EVENT_TYPES)


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A stored event in its newest shape, or in what a projection reads of it.

    An inherited one counts from the position of what inherits it.
    """

    position: int
    stream: str
    type: str
    recorded_at: datetime
    shape: msgspec.Struct
    inherited_at: int | None = None

    @property
    def counts_from(self) -> int:
        """The position from which on the log says so."""
        return self.position if self.inherited_at is None else self.inherited_at


@dataclass(slots=True)
class Dossier:
    """One article as the log up to some position has it. `events` count only once their coding is closed."""

    article_id: str
    received: ArticleReceived | None = None
    received_at: datetime | None = None
    superseded: tuple[datetime, str] | None = None
    retracted_at: datetime | None = None
    erased_at: datetime | None = None
    failed: CodingFailed | None = None
    coded: ArticleCoded | None = None
    events: list[tuple[Fact, CodedEvent]] = field(default_factory=list)
    decisions: dict[str, list[tuple[datetime, bool]]] = field(default_factory=dict)
    origins: Steps = ()

    @property
    def facts(self) -> ArticleFacts:
        """What the control assessment must know. Only for an article that was received."""
        assert self.received is not None and self.received_at is not None
        return ArticleFacts(
            self.article_id, self.received_at, self.received.published, self.received.source, self.origin_id
        )

    @property
    def origin_id(self) -> str:
        """The origin it belongs to by all that is known: itself, unless told that it is a copy."""
        return self.origins[-1][1] if self.origins else self.article_id

    @property
    def counted(self) -> Sequence[tuple[Fact, CodedEvent]]:
        """The coded events of an article that was received and whose coding is complete."""
        return self.events if self.coded is not None and self.received is not None else ()

    @property
    def counting(self) -> Sequence[CodedEvent]:
        """Of these the events that count by the newest word on them and on the article."""
        if self.coded is None or self.received is None or self.retracted_at is not None or self.superseded is not None:
            return ()
        if not self.decisions:
            return [event for _, event in self.events]
        return [event for _, event in self.events if self.standing(event) == "counts"]

    def standing(self, event: CodedEvent) -> Standing:
        """Whether an event counts by the newest word on it and its article."""
        if self.retracted_at is not None:
            return "retracted"
        if self.superseded is not None:
            return "superseded"
        decided = self.decisions.get(event.fingerprint)
        return "rejected" if decided and decided[-1][1] else "counts"

    def known(self, event: CodedEvent | None) -> list[Interval]:
        """When, in known time, an event counted: from its article's receipt, without the times it was rejected.

        None: an event that nobody decided on.
        """
        assert self.received_at is not None
        ends = [at for at in (self.retracted_at, self.superseded[0] if self.superseded else None) if at]
        end = min(ends, default=None)
        intervals: list[Interval] = []
        since: datetime | None = self.received_at
        for at, rejected in self.decisions.get(event.fingerprint, ()) if event else ():
            if rejected and since is not None:
                intervals.append((since, at))
                since = None
            elif not rejected and since is None:
                since = at
        if since is not None:
            intervals.append((since, None))
        clipped = [(a, b if end is None or (b and b < end) else end) for a, b in intervals if end is None or a < end]
        return [(a, b) for a, b in clipped if b is None or a < b]

    def add(self, fact: Fact) -> None:
        """Take in one fact of the article's or the coding's stream, in stream order."""
        shape: Any = fact.shape
        match fact.type:
            case name if name in _CODED:
                self.events.append((fact, shape))
            case "ArticleCoded":
                self.coded, self.failed = shape, None
            case "ArticleReceived":
                self.received, self.received_at = shape, fact.recorded_at
            case "ArticleSuperseded":
                self.superseded = self.superseded or (fact.recorded_at, shape.by)
            case "ArticleRetracted":
                self.retracted_at = self.retracted_at or fact.recorded_at
            case "TextErased":
                self.erased_at = self.erased_at or fact.recorded_at
            case "CodingFailed":
                self.failed = None if self.coded else shape
            case "RetryRequested":
                self.failed = None


Decisions = Mapping[str, Sequence[Fact]]
"""Facts of the streams `review-<fingerprint>` by fingerprint, in stream order."""


def dossiers(
    facts: Iterable[Fact], decisions: Decisions, origins: Mapping[str, Steps] = MappingProxyType({}), *, up_to: int
) -> dict[str, Dossier]:
    """Dossiers by article id, of facts (in the order of positions, inherited ones last) up to a position, inclusive."""
    found: dict[str, Dossier] = {}
    for fact in facts:
        if fact.counts_from > up_to:
            continue
        article_id = article_of(fact.stream)
        if article_id is None:
            continue
        dossier = found.get(article_id)
        if dossier is None:
            dossier = found[article_id] = Dossier(article_id, origins=origins.get(article_id, ()))
        dossier.add(fact)
    if decisions:
        for dossier in found.values():
            decide(dossier, decisions, up_to)
    return found


def article_of(stream: str) -> str | None:
    """The article that a stream tells of; None for other streams."""
    if stream.startswith("coding-"):
        return stream[7:].partition("@")[0]
    return stream[8:] if stream.startswith("article-") else None


def decide(dossier: Dossier, decisions: Decisions, up_to: int) -> None:
    """Give a dossier the decisions on its events that were made up to a position, inclusive."""
    for _, event in dossier.events:
        heard = [f for f in decisions.get(event.fingerprint, ()) if f.position <= up_to]
        if heard:
            dossier.decisions[event.fingerprint] = [(f.recorded_at, isinstance(f.shape, EventRejected)) for f in heard]
