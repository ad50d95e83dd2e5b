"""The coded events, flattened, each with whether it counts."""

from domain.events import EVENT_TYPES, CodedEvent
from domain.projections.dossier import Dossier, Fact
from domain.projections.projection import Projection, Row, Rows, Table

EVENTS = Table(
    "events",
    (
        "position",
        "recorded_at",
        "edition",
        "article_id",
        "sentence",
        "ordinal",
        "type",
        "modality",
        "actors",
        "actor_ids",
        "counterparties",
        "counterparty_ids",
        "places",
        "place_ids",
        "areas",
        "extents",
        "occurred_earliest",
        "occurred_latest",
        "precision",
        "attribution",
        "rule",
        "trigger",
        "operation",
        "fingerprint",
        "standing",
        "text_digest",
        "start_at",
        "end_at",
    ),
)


def events(dossier: Dossier) -> Rows:
    """One row an event of a complete coding."""
    return {"events": [_row(dossier, fact, event) for fact, event in dossier.counted]}


def _row(dossier: Dossier, fact: Fact, event: CodedEvent) -> Row:
    assert dossier.received is not None and dossier.coded is not None
    return (
        fact.position,
        fact.recorded_at,
        dossier.coded.edition,
        dossier.article_id,
        event.sentence,
        event.ordinal,
        event.type,
        event.modality,
        [one.name for one in event.actors],
        [one.id for one in event.actors],
        [one.name for one in event.counterparties],
        [one.id for one in event.counterparties],
        [one.name for one in event.places],
        [one.id for one in event.places],
        [one.area for one in event.places],
        [one.extent for one in event.places],
        event.occurred.earliest,
        event.occurred.latest,
        event.occurred.precision,
        event.attribution.resolved if event.attribution else None,
        event.rule,
        event.trigger,
        event.operation,
        event.fingerprint,
        dossier.standing(event),
        dossier.received.text_digest,
        event.start,
        event.end,
    )


CODED_FIELDS = ("sentence", "ordinal", "modality", "actors", "counterparties", "places", "occurred", "fingerprint")
COUNTING = {
    "ArticleReceived": (),
    "ArticleSuperseded": ("by",),
    "ArticleRetracted": (),
    "ArticleCoded": (),
    "EventRejected": ("fingerprint",),
    "EventRestored": ("fingerprint",),
}
"""What decides whether an event counts."""

events_projection = Projection(
    name="events",
    version=1,
    reads={
        **COUNTING,
        "ArticleReceived": ("text_digest",),
        "ArticleCoded": ("edition",),
        **dict.fromkeys(EVENT_TYPES, (*CODED_FIELDS, "attribution", "rule", "trigger", "operation", "start", "end")),
    },
    tables=(EVENTS,),
    fold=events,
)
