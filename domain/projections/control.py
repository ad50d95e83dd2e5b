"""Who holds what, over both axes of time: evidence by article, and from it the history of each place's holdings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any

from msgspec.structs import replace

from domain.control import Evidence, Party, evidence_from
from domain.control.evidence import BEARINGS
from domain.control.history import HistoryRow, Known
from domain.events import CodedEvent
from domain.origins import Steps
from domain.projections.dossier import Dossier, Fact, Interval
from domain.projections.events import COUNTING
from domain.projections.projection import Projection, Row, Rows, Table

EVIDENCE = Table(
    "control_evidence",
    (
        "place_id",
        "area",
        "article_id",
        "sentence",
        "ordinal",
        "event_position",
        "event_type",
        "modality",
        "place",
        "kind",
        "country",
        "lat",
        "lon",
        "extent",
        "holder_ids",
        "holders",
        "holder_candidates",
        "loser_ids",
        "losers",
        "occurred_earliest",
        "occurred_latest",
        "precision",
        "origin_id",
        "origins",
        "origins_from",
        "voice",
        "voice_actor",
        "source",
        "attribution",
        "rule",
        "fingerprint",
        "known_at",
        "known_from",
        "known_to",
        "text_digest",
        "start_at",
        "end_at",
    ),
)
HISTORY = Table(
    "control_history",
    (
        "place_id",
        "area",
        "valid_from",
        "valid_to",
        "known_from",
        "known_to",
        "place",
        "kind",
        "country",
        "lat",
        "lon",
        "status",
        "controller_ids",
        "controllers",
        "candidates",
        "claimant_ids",
        "claimants",
        "since_earliest",
        "since_latest",
        "since_precision",
        "previous_ids",
        "previous",
        "extent",
        "verification",
        "fighting_last",
        "fighting_stale_days",
        "origins",
        "claims",
        "newest_article_id",
        "newest_sentence",
        "newest_ordinal",
    ),
)

CHANGES = Table(
    "control_changes",
    (
        "place_id",
        "place",
        "area",
        "old_status",
        "new_status",
        "old_holders",
        "new_holders",
        "article_id",
        "sentence",
        "text_digest",
        "start_at",
        "end_at",
        "edition",
        "event_position",
    ),
)
"""What was on display and changed: written with live rows only, of no generation, never rebuilt."""


def control(dossier: Dossier) -> Rows:
    """One row of evidence an event and place, of every modality; the history follows from all rows of a place."""
    told = [(fact, event) for fact, event in dossier.counted if event.type in BEARINGS]
    if not told:
        return {}
    rows: dict[tuple[Any, ...], Row] = {}
    facts, undecided = dossier.facts, _columns(dossier.known(None))
    origins = _columns(dossier.origins)
    for fact, event in told:
        known = _columns(dossier.known(event)) if event.fingerprint in dossier.decisions else undecided
        for evidence in evidence_from(facts, event):
            rows[evidence.identity] = _evidence_row(dossier, fact, event, evidence, known, origins)
    return {"control_evidence": list(rows.values())}


def _columns(pairs: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*pairs, strict=True)] or [[], []]


def _evidence_row(
    dossier: Dossier,
    fact: Fact,
    event: CodedEvent,
    one: Evidence,
    known: Sequence[list[Any]],
    origins: Sequence[list[Any]],
) -> Row:
    assert dossier.received is not None
    return (
        one.place_id,
        one.area or "",
        one.article_id,
        one.sentence,
        one.ordinal,
        fact.position,
        one.event_type,
        one.modality,
        one.place,
        one.kind,
        one.country,
        one.lat,
        one.lon,
        one.extent,
        [party.id for party in one.holders],
        [party.name for party in one.holders],
        [" ".join(party.candidates) for party in one.holders],
        [party.id for party in one.losers],
        [party.name for party in one.losers],
        one.earliest,
        one.latest,
        one.precision,
        one.origin_id,
        origins[1],
        origins[0],
        one.voice,
        one.voice_actor,
        dossier.received.source,
        event.attribution.resolved if event.attribution else None,
        event.rule,
        event.fingerprint,
        one.known_at,
        *known,
        dossier.received.text_digest,
        event.start,
        event.end,
    )


def with_origins(row: Row, steps: Steps) -> Row:
    """A row of control_evidence as it is when its article has these origins; none: it is one of its own."""
    told = dict(zip(EVIDENCE.columns, row, strict=True))
    told["origin_id"] = steps[-1][1] if steps else told["article_id"]
    told["origins"] = [origin_id for _, origin_id in steps]
    told["origins_from"] = [since for since, _ in steps]
    return tuple(told.values())


KNOWN_BY = (
    "place_id", "area", "article_id", "sentence", "ordinal", "event_type", "modality", "place", "kind", "country",
    "lat", "lon", "extent", "holder_ids", "holders", "holder_candidates", "loser_ids", "losers", "occurred_earliest",
    "occurred_latest", "precision", "origin_id", "origins", "origins_from", "voice", "voice_actor", "known_at",
    "known_from", "known_to",
)  # fmt: skip
"""The columns of control_evidence that an assessment knows."""


def known_evidence(row: Mapping[str, Any]) -> list[Known]:
    """A stored row of control_evidence, by column (`KNOWN_BY`), as evidence again: one a time of the same origin."""
    article_id, origin_id = row["article_id"], row["origin_id"]
    evidence = Evidence(
        known_at=row["known_at"],
        article_id=article_id,
        sentence=row["sentence"],
        ordinal=row["ordinal"],
        event_type=intern(row["event_type"]),
        modality=intern(row["modality"]),
        place_id=intern(row["place_id"]),
        place=intern(row["place"]),
        area=row["area"] or None,
        extent=row["extent"],
        holders=_told(tuple(row["holder_ids"]), tuple(row["holders"]), tuple(row["holder_candidates"])),
        losers=_told(tuple(row["loser_ids"]), tuple(row["losers"]), ("",) * len(row["losers"])),
        earliest=row["occurred_earliest"],
        latest=row["occurred_latest"],
        precision=intern(row["precision"]),
        origin_id=article_id if origin_id == article_id else origin_id,
        voice=intern(row["voice"]),
        voice_actor=row["voice_actor"],
        kind=row["kind"] and intern(row["kind"]),
        country=row["country"] and intern(row["country"]),
        lat=row["lat"],
        lon=row["lon"],
    )
    intervals = tuple(zip(row["known_from"], row["known_to"], strict=True))
    steps = list(zip(row["origins_from"], row["origins"], strict=True))
    if len(steps) < 2:
        return [Known(evidence, intervals)]
    ends = [since for since, _ in steps[1:]] + [None]
    return [
        Known(replace(evidence, origin_id=origin_id), clipped)
        for (since, origin_id), until in zip(steps, ends, strict=True)
        if (clipped := tuple(_clipped(intervals, since, until)))
    ]


@lru_cache(maxsize=10_000)
def _told(ids: tuple[str, ...], names: tuple[str, ...], candidates: tuple[str, ...]) -> tuple[Party, ...]:
    """The same objects for the same parties: there are many more claims than parties."""
    return tuple(Party(id, name, tuple(some.split())) for id, name, some in zip(ids, names, candidates, strict=True))


def _clipped(intervals: Iterable[Interval], since: datetime, until: datetime | None) -> Iterator[Interval]:
    for begin, end in intervals:
        first, last = max(begin, since), min((at for at in (end, until) if at is not None), default=None)
        if last is None or first < last:
            yield first, last


def history_row(one: HistoryRow, stale_days: int) -> Row:
    """A row of control_history, in the order of its columns."""
    verdict, place = one.version.verdict, one.place
    newest = verdict.support.newest
    return (
        place.place_id,
        one.version.area or "",
        one.version.start,
        one.version.until,
        one.known_from,
        one.known_to,
        place.place,
        place.kind,
        place.country,
        place.lat,
        place.lon,
        verdict.status,
        _ids(verdict.controllers),
        _names(verdict.controllers),
        sorted({candidate for party in verdict.controllers for candidate in party.candidates}),
        _ids(verdict.claimants),
        _names(verdict.claimants),
        verdict.since.earliest,
        verdict.since.latest,
        verdict.since.precision,
        _ids(verdict.previous),
        _names(verdict.previous),
        verdict.extent,
        verdict.verification,
        one.version.fighting_last,
        stale_days,
        verdict.origins,
        len(verdict.support),
        newest.article_id,
        newest.sentence,
        newest.ordinal,
    )


def _ids(parties: Sequence[Party]) -> list[str]:
    return [party.id for party in parties]


def _names(parties: Sequence[Party]) -> list[str]:
    return [party.name for party in parties]


control_projection = Projection(
    name="control",
    version=4,
    reads={
        **COUNTING,
        "ArticleReceived": ("source", "published", "text_digest", "signature"),
        **dict.fromkeys(
            BEARINGS,
            (
                "sentence",
                "ordinal",
                "modality",
                "actors",
                "counterparties",
                "places",
                "occurred",
                "attribution",
                "rule",
                "fingerprint",
                "start",
                "end",
            ),
        ),
    },
    tables=(EVIDENCE, HISTORY),
    fold=control,
    regroups="place_id",
)
