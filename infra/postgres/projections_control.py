"""The history of the touched places, assessed again from their evidence, and what of it changed on display."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from domain.control import ControlPolicy
from domain.control.timeline import CutKey, HistoryRow, resume_at, timeline
from domain.errors import Stop
from domain.projections.control import CHANGES, EVIDENCE, HISTORY, history_row, known_evidence
from domain.projections.projection import Change, Row
from infra.postgres.projections_write import copy, copy_into
from infra.postgres.queries import queries

Found = dict[str, Any]
_KNOWN_FROM, _KNOWN_TO = EVIDENCE.columns.index("known_from"), EVIDENCE.columns.index("known_to")
_PLACE_ID = EVIDENCE.columns.index("place_id")


class Target(Protocol):
    """A generation and the edition whose policy it is assessed by."""

    @property
    def generation(self) -> int: ...

    @property
    def edition(self) -> str: ...


def write(connection: psycopg.Connection, into: Target, difference: Change, *, live: bool) -> None:
    """Assess the places again whose evidence changed, from the first moment on at which it did."""
    changed = _changed_from(difference)
    if not changed:
        return
    policy = _policy(connection, into.edition)
    evidence = _by_place(_ask(connection, "evidence", into.generation, list(changed)))
    known = {place: [one for row in rows for one in known_evidence(row)] for place, rows in evidence.items()}
    resumes = {place: resume_at(known.get(place, ()), since) for place, since in changed.items()}
    begun = _begun(connection, into.generation, resumes)
    stored = _ask(connection, "history_from", *_places(resumes), into.generation)
    rows = {
        place: timeline(known.get(place, ()), policy, resume=resume, begun=begun.get(place, {}))
        for place, resume in resumes.items()
    }
    stale = policy.fighting_stale_days
    _replace(connection, into.generation, stored, [history_row(row, stale) for found in rows.values() for row in found])
    if live:
        shown = _by_place(row for row in stored if row["known_to"] is None)
        changes = (_changes(into.edition, shown.get(p, []), rows[p], evidence.get(p, [])) for p in sorted(changed))
        copy_into(connection, CHANGES, [row for found in changes for row in found])


def _places(resumes: Mapping[str, datetime | None]) -> tuple[list[str], list[datetime | None]]:
    return list(resumes), list(resumes.values())


def _replace(connection: psycopg.Connection, generation: int, stored: Sequence[Found], rows: Sequence[Row]) -> None:
    """Bring what is stored to these rows, and leave alone what is there already."""
    kept = {_comparable(row): row for row in rows}
    gone = []
    for row in stored:
        if kept.pop(_comparable([row[column] for column in HISTORY.columns]), None) is None:
            gone.append(row["ctid"])
    if gone:
        connection.execute(queries("projections")["forget_history"], [generation, gone])
    copy(connection, HISTORY, generation, kept.values())


def _comparable(row: Row | Sequence[Any]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def _changed_from(difference: Change) -> dict[str, datetime | None]:
    """The touched places, and the first moment in known time at which anything about them changed."""
    moments: dict[str, datetime | None] = {}
    rows: Iterable[Row] = (*difference.added[EVIDENCE.name], *difference.removed[EVIDENCE.name])
    for row in rows:
        since = min((at for at in (*row[_KNOWN_FROM], *row[_KNOWN_TO]) if at is not None), default=None)
        if since is not None:
            earlier = moments.get(row[_PLACE_ID])
            moments[row[_PLACE_ID]] = since if earlier is None else min(since, earlier)
    return moments


def _begun(
    connection: psycopg.Connection, generation: int, resumes: Mapping[str, datetime | None]
) -> dict[str, dict[CutKey, datetime]]:
    resumed = {place: at for place, at in resumes.items() if at is not None}
    found: dict[str, dict[CutKey, datetime]] = {}
    if resumed:
        for row in _ask(connection, "history_at", *_places(resumed), generation):
            found.setdefault(row["place_id"], {})[_stored_cut_key(row)] = row["known_from"]
    return found


def _stored_cut_key(row: Found) -> CutKey:
    """`timeline.cut_key` of a stored row."""
    return (
        row["area"],
        row["valid_to"],
        row["status"],
        tuple(row["controller_ids"]),
        tuple(row["claimant_ids"]),
        row["since_earliest"],
        row["since_latest"],
        row["since_precision"],
        row["extent"],
        row["verification"],
    )


def _changes(
    edition: str, shown: Iterable[Found], rows: Iterable[HistoryRow], evidence: Iterable[Found]
) -> Iterator[Row]:
    """A row of control_changes for each holding whose status or holders on display are others than before."""
    spots = {(row["article_id"], row["sentence"], row["ordinal"]): row for row in evidence}
    old = {row["area"]: row for row in shown if row["valid_to"] is None}
    new = {row.version.area or "": row for row in rows if row.known_to is None and row.version.until is None}
    for area in sorted({*old, *new}):
        displayed = _displayed(new[area]) if area in new else None
        before, after = _state(old.get(area)), _state(displayed)
        if before == after:
            continue
        named = displayed or old[area]
        key = (
            (displayed["newest_article_id"], displayed["newest_sentence"], displayed["newest_ordinal"])
            if displayed
            else None
        )
        spot = spots[key] if key else {}
        told = (spot.get(column) for column in ("article_id", "sentence", "text_digest", "start_at", "end_at"))
        states = (before[0], after[0], before[1], after[1])
        yield (named["place_id"], named["place"], area, *states, *told, edition, spot.get("event_position"))


def _newest(row: Found) -> tuple[str, int, int]:
    return (row["newest_article_id"], row["newest_sentence"], row["newest_ordinal"])


def _displayed(row: HistoryRow) -> Found:
    return dict(zip(HISTORY.columns, history_row(row, 0), strict=True))


def _state(row: Found | None) -> tuple[str | None, list[str]]:
    if row is None:
        return None, []
    return row["status"], row["controllers"] or row["claimants"]


def _policy(connection: psycopg.Connection, edition: str) -> ControlPolicy:
    row = connection.execute(queries("projections")["edition_files"], [edition]).fetchone()
    if row is None:
        raise Stop(f"Edition {edition} is not in the log. Publish it first: frontlog rules publish {edition}.")
    return ControlPolicy.from_files(row[0])


def _by_place(rows: Iterable[Found]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for row in rows:
        found.setdefault(row["place_id"], []).append(row)
    return found


def _ask(connection: psycopg.Connection, name: str, *arguments: Any) -> list[Found]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(queries("projections")[name], arguments).fetchall()
