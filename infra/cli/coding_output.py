"""A coding in the shape of CODE_OUTPUT.md."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.control.evidence import ArticleFacts, ControlPolicy
from domain.control.record import control_rows
from domain.edition import Edition
from domain.events import ActorRef, CodedEvent, Coding, PlaceRef
from infra.reading import ArticleInput

_UNSTORED = datetime(1970, 1, 1, tzinfo=UTC)
"""`code` stores nothing, so there is no time of receipt; one article's control rows do not depend on it."""


def as_object(item: ArticleInput, coding: Coding, edition: Edition) -> dict[str, Any]:
    """One article's coding, JSON-ready."""
    article = item.article
    facts = ArticleFacts(coding.article_id, _UNSTORED, article.published, article.source)
    return {
        "id": article.external_id or Path(item.where).stem,
        "article_id": coding.article_id,
        "edition": coding.edition,
        "edition_digest": coding.edition_digest,
        "model": coding.model,
        "sentences": [{"n": s.n, "start": s.start, "end": s.end, "state": s.state} for s in coding.sentences],
        "events": [_event(e, article.text) for e in coding.events],
        "unresolved": [
            {"sentence": u.sentence, "mention": u.mention, "role": u.role, "candidates": list(u.candidates)}
            for u in coding.unresolved
        ],
        "control": control_rows(coding, facts, ControlPolicy.of(edition.policy)),
    }


def _event(event: CodedEvent, text: str) -> dict[str, Any]:
    when = event.occurred
    return {
        "type": event.type,
        "sentence": event.sentence,
        "rule": event.rule,
        "modality": event.modality,
        "actors": [_actor(a) for a in event.actors],
        "counterparties": [_actor(a) for a in event.counterparties],
        "places": [_place(p) for p in event.places],
        "occurred": {
            "earliest": when.earliest.isoformat() if when.earliest else None,
            "latest": when.latest.isoformat() if when.latest else None,
            "precision": when.precision,
            "as_written": when.as_written,
        },
        "attribution": _attribution(event),
        "operation": event.operation,
        "loaded_terms": list(event.loaded_terms),
        "evidence": {
            "start": event.start,
            "end": event.end,
            "quote": text[event.start : event.end],
            "trigger": event.trigger,
        },
    }


def _actor(actor: ActorRef) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": actor.id,
        "name": actor.name,
        "as_written": actor.as_written,
        "resolved": actor.resolved,
        "kind": actor.kind,
    }
    return {**row, "candidates": list(actor.candidates)} if actor.candidates else row


def _place(place: PlaceRef) -> dict[str, Any]:
    fields = (
        "id",
        "name",
        "as_written",
        "resolved",
        "area",
        "extent",
        "kind",
        "country",
        "lat",
        "lon",
        "precision",
        "parent",
    )
    return {field: getattr(place, field) for field in fields}


def _attribution(event: CodedEvent) -> dict[str, Any] | None:
    said = event.attribution
    if said is None:
        return None
    return {"as_written": said.as_written, "resolved": said.resolved, "kind": said.kind, "actor_id": said.actor_id}


def event_rows(coded: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of an article's object as flat rows for a table or csv."""
    return [
        {
            "id": coded["id"],
            **event,
            "actors": _names(event["actors"]),
            "counterparties": _names(event["counterparties"]),
            "places": [_placed(p) for p in event["places"]],
            "occurred": _days(event["occurred"]),
            "attribution": (event["attribution"] or {}).get("resolved"),
            "evidence": event["evidence"]["quote"],
        }
        for event in coded["events"]
    ]


def _names(actors: Sequence[dict[str, Any]]) -> list[str]:
    return [a["name"] for a in actors]


def _placed(place: dict[str, Any]) -> str:
    part = place["area"] or place["extent"]
    return f"{place['name']} ({part})" if part else str(place["name"])


def _days(when: dict[str, Any]) -> str:
    if when["precision"] == "unknown":
        return ""
    first, last = when["earliest"] or "…", when["latest"] or "…"
    return str(first) if first == last else f"{first} to {last}"
