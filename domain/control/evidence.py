"""What one event says about the control of one place: the unit that an assessment weighs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from domain.datafile import read
from domain.events import ActorRef, CodedEvent, Occurred, PlaceRef

Bearing = Literal["transition", "assertion", "loss", "fighting"]

BEARINGS: dict[str, Bearing] = {
    "ControlTransferred": "transition",
    "ControlTaken": "transition",
    "ControlAsserted": "assertion",
    "ControlLost": "loss",
    "WithdrawalReported": "loss",
    "ClashReported": "fighting",
    "SiegeReported": "fighting",
}
"""How each event type bears on control; all others only feed actor activity."""

EDITION_FILE = "edition.yaml"

UNNAMED_PART = "part"
"""The area of a claim on an unnamed part of a place: a holding of its own, since it leaves the rest open."""


@dataclass(frozen=True, slots=True)
class ControlPolicy:
    """The numbers of a rule edition (codebook, rule 7), in days."""

    fighting_stale_days: int
    dispute_window_days: int

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "ControlPolicy":
        """From an edition's policy numbers. Raises KeyError when one is missing: an edition is validated on loading."""
        return cls(int(policy["fighting_stale_days"]), int(policy["dispute_window_days"]))

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> "ControlPolicy":
        """From a published edition's files, without loading the rest of it."""
        policy = read(EDITION_FILE, files[EDITION_FILE]).fields["policy"]
        return cls.of(policy.fields)


class Party(msgspec.Struct, frozen=True, gc=False):
    """A holder or loser. `candidates` are the ids an unresolved mention may stand for."""

    id: str
    name: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What the assessment must know of an article beside its events. `received_at` is its known time."""

    article_id: str
    received_at: datetime
    published: date | None = None
    source: str | None = None
    origin_id: str | None = None


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One event's word on one holding (place, area). Bounds are inclusive days, None is unbounded.

    `voice` names who says so: the attributed source, else the house, else the article itself; `voice_actor` is the
    actor id when a party speaks. Identity is (article, sentence, ordinal, place, area): a repeat changes nothing.
    """

    known_at: datetime
    article_id: str
    sentence: int
    ordinal: int
    event_type: str
    modality: str
    place_id: str
    place: str
    area: str | None
    extent: str | None
    holders: tuple[Party, ...]
    losers: tuple[Party, ...]
    earliest: date | None
    latest: date | None
    precision: str
    origin_id: str
    voice: str
    voice_actor: str | None = None
    kind: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None

    @property
    def bearing(self) -> Bearing:
        """A taking that names no taker tells only of a loss."""
        bearing = BEARINGS[self.event_type]
        return "loss" if bearing in ("transition", "assertion") and not self.holders else bearing

    @property
    def key(self) -> tuple[datetime, str, int, int]:
        """The order in which ties break (DESIGN.md, Projections)."""
        return (self.known_at, self.article_id, self.sentence, self.ordinal)

    @property
    def identity(self) -> tuple[str, int, int, str, str | None]:
        return (self.article_id, self.sentence, self.ordinal, self.place_id, self.area)


def evidence_from(article: ArticleFacts, event: CodedEvent) -> list[Evidence]:
    """One piece of evidence a place of the event, of whatever modality; none for types without bearing on control."""
    if event.type not in BEARINGS:
        return []
    holders, losers = _roles(event)
    return [_evidence(article, event, place, holders, losers) for place in event.places]


def _evidence(
    article: ArticleFacts, event: CodedEvent, place: PlaceRef, holders: tuple[Party, ...], losers: tuple[Party, ...]
) -> Evidence:
    occurred = _occurred(article, event)
    return Evidence(
        known_at=article.received_at,
        article_id=article.article_id,
        sentence=event.sentence,
        ordinal=event.ordinal,
        event_type=event.type,
        modality=event.modality,
        place_id=place.id,
        place=place.name,
        area=place.area or (UNNAMED_PART if place.extent == "part" else None),
        extent=place.extent,
        holders=holders,
        losers=losers,
        earliest=occurred.earliest,
        latest=occurred.latest,
        precision=occurred.precision,
        origin_id=article.origin_id or article.article_id,
        voice=_voice(article, event),
        voice_actor=event.attribution.actor_id if event.attribution else None,
        kind=place.kind,
        country=place.country,
        lat=place.lat,
        lon=place.lon,
    )


def _occurred(article: ArticleFacts, event: CodedEvent) -> Occurred:
    """When it happened, or went on: what is told "since Sunday" to the publication of the report, and no further.

    Assertions are left alone: they vouch for the day from which a state is said to hold.
    """
    occurred, published = event.occurred, article.published
    if occurred.latest or not published or event.modality != "asserted" or BEARINGS[event.type] == "assertion":
        return occurred
    if occurred.earliest and occurred.earliest > published:
        return occurred
    return replace(occurred, latest=published, precision="range" if occurred.earliest else occurred.precision)


def _roles(event: CodedEvent) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """(holders, losers) as the event tells them; both empty for fighting."""
    actors, others = _parties(event.actors), _parties(event.counterparties)
    match event.type:
        case "ControlTransferred":
            return others, actors
        case "ControlTaken":
            return actors, others
        case "ControlAsserted":
            return actors, ()
        case "ControlLost" | "WithdrawalReported":
            return (), actors
        case _:
            return (), ()


def _parties(actors: tuple[ActorRef, ...]) -> tuple[Party, ...]:
    return tuple({actor.id: Party(actor.id, actor.name, actor.candidates) for actor in actors}.values())


def _voice(article: ArticleFacts, event: CodedEvent) -> str:
    if event.attribution:
        return "said:" + (event.attribution.actor_id or event.attribution.resolved.casefold())
    return f"house:{article.source.casefold()}" if article.source else f"article:{article.article_id}"
