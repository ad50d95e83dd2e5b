"""The events the log stores. Names are past-tense facts; fields are flat; a changed shape gets a new schema version.

A coded event's envelope `type` is its codebook type (`ControlTransferred`, ...); all of them share the shape
`CodedEvent`. Every other type has a shape of its own below. `SHAPES` maps type to (schema version, shape).
"""

from datetime import date
from typing import Literal

import msgspec

EVENT_TYPES = (
    "WithdrawalReported",
    "ControlTransferred",
    "ControlTaken",
    "ControlAsserted",
    "ControlLost",
    "OperationLaunched",
    "ClashReported",
    "AttackReported",
    "ForcesRedeployed",
    "ReinforcementReported",
    "PresenceReported",
    "AdvanceReported",
    "SiegeReported",
    "CeasefireReported",
)
"""CODEBOOK.md, Event types."""

Modality = Literal["asserted", "planned", "denied", "conditional"]
DatePrecision = Literal["day", "month", "year", "range", "unknown"]
SentenceState = Literal["coded", "triggered", "quiet"]


class ActorRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """An actor in one event. `id` is the registry's or `prov:` + digest; `candidates` only when left unresolved."""

    id: str
    name: str
    as_written: str
    resolved: str
    kind: str | None = None
    candidates: tuple[str, ...] = ()


class PlaceRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place in one event. `area` is centre, countryside, outskirts or a compass part; `extent` whole, most, part.

    `lat`, `lon` in degrees WGS 84; `precision` is town, facility, district, region or unknown (of the point);
    `parent` is the id of the place a provisional one lies in, `country` ISO 3166 alpha-2.
    """

    id: str
    name: str
    as_written: str
    resolved: str
    area: str | None = None
    extent: str | None = None
    kind: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision: str | None = None
    parent: str | None = None


class Occurred(msgspec.Struct, frozen=True, omit_defaults=True):
    """Bounds on the day it happened, both inclusive; None is unbounded. An interval, never a guess."""

    earliest: date | None = None
    latest: date | None = None
    precision: DatePrecision = "unknown"
    as_written: str | None = None


class Attribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who says so. `kind`: party, monitor, official, witness, local, media; `actor_id` when a party to the conflict."""

    as_written: str
    resolved: str
    kind: str | None = None
    actor_id: str | None = None


class CodedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of one sentence. Offsets count characters in the article's normalised text, end exclusive.

    `start`/`end` bound the sentence, `trigger_start`/`trigger_end` the trigger. The text itself is not stored.
    """

    type: str
    sentence: int
    ordinal: int
    rule: str
    modality: Modality
    actors: tuple[ActorRef, ...]
    counterparties: tuple[ActorRef, ...]
    places: tuple[PlaceRef, ...]
    occurred: Occurred
    start: int
    end: int
    trigger: str
    trigger_start: int
    trigger_end: int
    attribution: Attribution | None = None
    operation: str | None = None
    loaded_terms: tuple[str, ...] = ()
    fingerprint: str = ""
    article_id: str = ""
    edition: str = ""


class SentenceRecord(msgspec.Struct, frozen=True):
    """One sentence of an article: 1-based number, offsets, and what became of it."""

    n: int
    start: int
    end: int
    state: SentenceState


class Unresolved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mention that stands for someone or somewhere the article does not settle."""

    sentence: int
    mention: str
    role: str
    candidates: tuple[str, ...] = ()


class Coding(msgspec.Struct, frozen=True):
    """All that the coder says of one article under one edition: a pure function of the two."""

    article_id: str
    edition: str
    edition_digest: str
    model: str
    sentences: tuple[SentenceRecord, ...]
    events: tuple[CodedEvent, ...]
    unresolved: tuple[Unresolved, ...]


class ArticleReceived(msgspec.Struct, frozen=True, omit_defaults=True):
    """An article came in. `known` time is this event's recorded_at; `signature` finds its near-duplicates.

    Version 1 had no signature: such an article is a copy of none (domain/origins.py).
    """

    article_id: str
    text_digest: str
    characters: int
    source: str | None = None
    published: date | None = None
    url: str | None = None
    title: str | None = None
    external_id: str | None = None
    revision_key: str | None = None
    way_in: str = "cli"
    signature: str = ""


class RevisionReceived(msgspec.Struct, frozen=True):
    """A text came in under one (source, external id or url): stream `revision-<digest of that key>`, newest last."""

    article_id: str


class ArticleSuperseded(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another text replaced this article; `by` is the newer article's id."""

    article_id: str
    by: str
    reason: str | None = None


class ArticleRetracted(msgspec.Struct, frozen=True):
    """The article no longer counts as evidence from here on."""

    article_id: str
    reason: str


class TextErased(msgspec.Struct, frozen=True):
    """The text was taken down; digests, offsets and coded events stay."""

    article_id: str
    text_digest: str
    reason: str


class CodingFailed(msgspec.Struct, frozen=True):
    """Coding gave up after bounded attempts."""

    article_id: str
    edition: str
    attempts: int
    error: str


class RetryRequested(msgspec.Struct, frozen=True):
    """Someone asked to take a failed article up again."""

    article_id: str
    reason: str | None = None


class ArticleCoded(msgspec.Struct, frozen=True, omit_defaults=True):
    """Closes a coding stream: what was looked at, what stayed open, and by which rules."""

    article_id: str
    edition: str
    edition_digest: str
    model: str
    coder_version: int
    sentences: tuple[SentenceRecord, ...]
    unresolved: tuple[Unresolved, ...]
    events: int


class CodingInherited(msgspec.Struct, frozen=True):
    """The whole of a coding stream: under `edition` the article's coding is its one under the edition `inherits`."""

    article_id: str
    edition: str
    inherits: str


class EditionPublished(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frozen edition with its files' content, so that any worker on any machine can code with it."""

    edition: str
    digest: str
    coder_version: int
    files: dict[str, str]
    base: str | None = None


class EditionActivated(msgspec.Struct, frozen=True):
    """The edition that codes what comes in from here on."""

    edition: str


class EventRejected(msgspec.Struct, frozen=True):
    """An analyst's decision: the event with this fingerprint does not count."""

    fingerprint: str
    by: str
    reason: str


class EventRestored(msgspec.Struct, frozen=True):
    """An analyst's decision taken back."""

    fingerprint: str
    by: str
    reason: str


SHAPES: dict[str, tuple[int, type[msgspec.Struct]]] = {
    **dict.fromkeys(EVENT_TYPES, (1, CodedEvent)),
    **{
        shape.__name__: (1, shape)
        for shape in (
            ArticleReceived,
            RevisionReceived,
            ArticleSuperseded,
            ArticleRetracted,
            TextErased,
            CodingFailed,
            RetryRequested,
            ArticleCoded,
            CodingInherited,
            EditionPublished,
            EditionActivated,
            EventRejected,
            EventRestored,
        )
    },
    "ArticleReceived": (2, ArticleReceived),
}
