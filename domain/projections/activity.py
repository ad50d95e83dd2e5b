"""What each actor did: sums by actor, role and event type, by day and by place. All modalities count."""

from collections.abc import Iterator

from domain.events import EVENT_TYPES, ActorRef, CodedEvent
from domain.projections.dossier import Dossier
from domain.projections.events import COUNTING
from domain.projections.projection import Projection, Rows, Table, count_up

TOTALS = Table("activity_totals", ("actor_id", "actor", "role", "event_type", "events", "articles"), "sums", 2)
DAYS = Table(
    "activity_days",
    ("actor_id", "role", "event_type", "occurred_earliest", "occurred_latest", "events"),
    "sums",
    1,
)
PLACES = Table("activity_places", ("actor_id", "role", "event_type", "place_id", "place", "events"), "sums", 1)


def activity(dossier: Dossier) -> Rows:
    """Sums over the events that count. An undated event has no day; several events of one article are one article."""
    parts = [
        (actor, role, event)
        for _, event in dossier.counted
        if dossier.standing(event) == "counts"
        for actor, role in _roles(event)
    ]
    totals = count_up((actor.id, actor.name, role, event.type) for actor, role, event in parts)
    days = count_up(
        (actor.id, role, event.type, event.occurred.earliest, event.occurred.latest)
        for actor, role, event in parts
        if event.occurred.precision != "unknown"
    )
    places = count_up(
        (actor.id, role, event.type, place_id, name)
        for actor, role, event in parts
        for place_id, name in {place.id: place.name for place in event.places}.items()
    )
    return {
        "activity_totals": [(*key, n, 1) for key, n in totals.items()],
        "activity_days": [(*key, n) for key, n in days.items()],
        "activity_places": [(*key, n) for key, n in places.items()],
    }


def _roles(event: CodedEvent) -> Iterator[tuple[ActorRef, str]]:
    for actor in {actor.id: actor for actor in event.actors}.values():
        yield actor, "actor"
    for actor in {actor.id: actor for actor in event.counterparties}.values():
        yield actor, "counterparty"


activity_projection = Projection(
    name="actor_activity",
    version=1,
    reads={
        **COUNTING,
        **dict.fromkeys(EVENT_TYPES, ("actors", "counterparties", "places", "occurred", "fingerprint")),
    },
    tables=(TOTALS, DAYS, PLACES),
    fold=activity,
)
