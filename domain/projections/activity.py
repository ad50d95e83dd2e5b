"""What each actor did: sums by actor, role and event type, by day and by place. All modalities count."""

from collections.abc import Iterable

from domain.events import EVENT_TYPES, ActorRef, CodedEvent
from domain.projections.dossier import Dossier
from domain.projections.events import COUNTING
from domain.projections.projection import Projection, Sums, Table

TOTALS = Table("activity_totals", ("actor_id", "actor", "role", "event_type", "events", "articles"), "sums", 2)
DAYS = Table(
    "activity_days",
    ("actor_id", "role", "event_type", "occurred_earliest", "occurred_latest", "events"),
    "sums",
    1,
)
PLACES = Table("activity_places", ("actor_id", "role", "event_type", "place_id", "place", "events"), "sums", 1)


def activity(dossier: Dossier, sums: Sums, sign: int) -> None:
    """Sums over the events that count. An undated event has no day; several events of one article are one article."""
    (totals, articles), (days,), (places,) = sums["activity_totals"], sums["activity_days"], sums["activity_places"]
    told = set()
    for event in dossier.counting:
        type, occurred = event.type, event.occurred
        dated, earliest, latest = occurred.precision != "unknown", occurred.earliest, occurred.latest
        where = {place.id: place.name for place in event.places}.items()
        for actor, role in _roles(event):
            actor_id = actor.id
            key = (actor_id, actor.name, role, type)
            totals[key] = totals.get(key, 0) + sign
            told.add(key)
            if dated:
                day = (actor_id, role, type, earliest, latest)
                days[day] = days.get(day, 0) + sign
            for place_id, name in where:
                place = (actor_id, role, type, place_id, name)
                places[place] = places.get(place, 0) + sign
    for key in told:
        articles[key] = articles.get(key, 0) + sign


def _roles(event: CodedEvent) -> Iterable[tuple[ActorRef, str]]:
    """Each actor once a role."""
    roles = [(actor, "actor") for actor in event.actors] + [(actor, "counterparty") for actor in event.counterparties]
    return roles if len(roles) == 1 else {(actor.id, role): (actor, role) for actor, role in roles}.values()


activity_projection = Projection(
    name="actor_activity",
    version=1,
    reads={
        **COUNTING,
        **dict.fromkeys(EVENT_TYPES, ("actors", "counterparties", "places", "occurred", "fingerprint")),
    },
    tables=(TOTALS, DAYS, PLACES),
    tally=activity,
)
