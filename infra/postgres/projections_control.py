"""The history of the touched places, assessed again from their evidence, and what of it changed on display."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from domain.control import ControlPolicy
from domain.control.archive import Archive
from domain.control.evidence import EDITION_FILE
from domain.control.history import CutKey, Known
from domain.control.news import News, news
from domain.control.timeline import resume_at
from domain.errors import Stop
from domain.projections.control import CHANGES, EVIDENCE, HISTORY, history_row, known_evidence
from domain.projections.projection import Change, Row, Rows
from infra.postgres import projections_shown
from infra.postgres.projections_kept import Kept
from infra.postgres.projections_shown import Shown
from infra.postgres.projections_write import copy, copy_into
from infra.postgres.queries import queries

Found = dict[str, Any]


IN_FLIGHT = 16
"""So many moments before the news a place is heard again live, one by one: articles received then may be coded yet."""


class Target(Protocol):
    """A generation and the edition whose policy it is assessed by."""

    @property
    def generation(self) -> int: ...

    @property
    def edition(self) -> str: ...

    @property
    def position(self) -> int: ...


def write(connection: psycopg.Connection, into: Target, difference: Change, *, live: bool, kept: Kept) -> None:
    """Assess the places again whose evidence changed, from the first moment on at which it did."""
    changed = news(_known(difference.removed), _known(difference.added))
    if not changed:
        return
    policy = policy_of(connection, into.edition)
    archives = {place: archive for place, new in changed.items() if (archive := kept.take(place, new.since))}
    unknown = {place: new for place, new in changed.items() if place not in archives}
    if unknown:
        archives |= _recalled(connection, into, unknown, policy, in_flight=IN_FLIGHT if live else 0)
    changes = _follow(connection, into, changed, archives, policy)
    anew = {place: new.since for place, new in unknown.items() if place not in archives}
    changes |= _anew(connection, into, anew, policy, kept) if anew else {}
    for place, archive in archives.items():
        kept.put(place, archive)
    if live:
        copy_into(
            connection, CHANGES, projections_shown.told(connection, into, [changes[place] for place in sorted(changes)])
        )


def _known(rows: Rows) -> Iterator[Known]:
    for row in rows[EVIDENCE.name]:
        yield from known_evidence(dict(zip(EVIDENCE.columns, row, strict=True)))


def _follow(
    connection: psycopg.Connection,
    into: Target,
    changed: Mapping[str, News],
    archives: Mapping[str, Archive],
    policy: ControlPolicy,
) -> dict[str, Shown]:
    """Places in memory: only what the changed articles change is looked at and written."""
    found: dict[str, Shown] = {}
    gone: dict[tuple[Any, ...], Found] = {}
    come: dict[tuple[Any, ...], Row] = {}
    for place, archive in archives.items():
        before, after = (
            [history_row(one, policy.fighting_stale_days) for one in rows]
            for rows in archive.follow(changed[place].told, changed[place].since)
        )
        old, new = ([dict(zip(HISTORY.columns, row, strict=True)) for row in rows] for rows in (before, after))
        found[place] = (_on_display(old), _on_display(new))
        gone |= {_comparable(row): named for row, named in zip(before, old, strict=True)}
        come |= {_comparable(row): row for row in after}
    _forget(connection, into.generation, [row for key, row in gone.items() if key not in come])
    copy(connection, HISTORY, into.generation, [row for key, row in come.items() if key not in gone])
    return found


def _on_display(rows: Iterable[Found]) -> list[Found]:
    return [row for row in rows if row["valid_to"] is None and row["known_to"] is None]


def _forget(connection: psycopg.Connection, generation: int, rows: Sequence[Found]) -> None:
    open_rows = [row for row in rows if row["known_to"] is None]
    for name, some in (
        ("forget_open", [row for row in open_rows if row["valid_from"] is not None]),
        ("forget_open_undated", [row for row in open_rows if row["valid_from"] is None]),
        ("forget_ended", [row for row in rows if row["known_to"] is not None]),
    ):
        if not some:
            continue
        columns = [[row[column] for row in some] for column in ("place_id", "area", "valid_from", "known_from")]
        deleted = connection.execute(queries("projections")[name], [*columns, generation]).rowcount
        if deleted != len(some):
            raise Stop(
                f"generation {generation} holds {deleted} of {len(some)} rows that were to be replaced. "
                "Someone else changed control_history; rebuild it: frontlog replay --projection control"
            )


def _recalled(
    connection: psycopg.Connection, into: Target, changed: Mapping[str, News], policy: ControlPolicy, *, in_flight: int
) -> dict[str, Archive]:
    """Archives, read again, of places that are not in memory, as they were before the news; only if they reach back."""
    evidence = _evidence(connection, into.generation, changed)
    for place, new in changed.items():
        others = [one for one in evidence[place] if one.evidence.article_id not in new.told]
        evidence[place] = others + [one for told in new.told_before.values() for one in told]
    resumes = {place: resume_at(evidence[place], new.since, earlier=in_flight) for place, new in changed.items()}
    begun = _begun(connection, into.generation, resumes)
    archives = {place: Archive(evidence.pop(place), policy) for place in changed}
    for place, archive in archives.items():
        archive.begin(resumes[place], begun.pop(place, {}))
    return {place: archive for place, archive in archives.items() if archive.reaches(changed[place].since)}


def _evidence(connection: psycopg.Connection, generation: int, places: Iterable[str]) -> dict[str, list[Known]]:
    known: dict[str, list[Known]] = {place: [] for place in places}
    for row in _streamed(connection, "evidence", generation, list(known)):
        known[row["place_id"]] += known_evidence(row)
    return known


def _anew(
    connection: psycopg.Connection,
    into: Target,
    changed: Mapping[str, datetime],
    policy: ControlPolicy,
    kept: Kept,
) -> dict[str, Shown]:
    """Places of which something much earlier was told: all from then on is assessed again and compared."""
    known = _evidence(connection, into.generation, changed)
    resumes = {place: resume_at(known[place], since) for place, since in changed.items()}
    begun = _begun(connection, into.generation, resumes)
    stored = _ask(connection, "history_from", *_places(resumes), into.generation)
    rows: dict[str, list[Row]] = {}
    for place, resume in resumes.items():
        archive = Archive(known[place], policy)
        found = archive.rows(resume, begun.get(place, {}))
        rows[place] = [history_row(row, policy.fighting_stale_days) for row in found]
        kept.put(place, archive)
    _replace(connection, into.generation, stored, [row for found in rows.values() for row in found])
    shown = _by_place(_on_display(stored))
    named = {p: [dict(zip(HISTORY.columns, row, strict=True)) for row in found] for p, found in rows.items()}
    return {place: (shown.get(place, []), _on_display(named[place])) for place in changed}


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


def _begun(
    connection: psycopg.Connection, generation: int, resumes: Mapping[str, datetime | None]
) -> dict[str, dict[CutKey, datetime]]:
    resumed = {place: at for place, at in resumes.items() if at is not None}
    found: dict[str, dict[CutKey, datetime]] = {}
    if resumed:
        for row in _streamed(connection, "history_at", *_places(resumed), generation):
            found.setdefault(row["place_id"], {})[_stored_cut_key(row)] = row["known_from"]
    return found


def _stored_cut_key(row: Found) -> CutKey:
    """`timeline.cut_key` of a stored row."""
    return (
        row["area"],
        row["valid_to"],
        intern(row["status"]),
        tuple(row["controller_ids"]),
        tuple(row["claimant_ids"]),
        row["since_earliest"],
        row["since_latest"],
        intern(row["since_precision"]),
        row["extent"],
        intern(row["verification"]),
    )


def policy_of(connection: psycopg.Connection, edition: str) -> ControlPolicy:
    """The numbers by which places are assessed under an edition. Raises Stop when the log lacks it."""
    row = connection.execute(queries("projections")["edition_policy"], [edition]).fetchone()
    if row is None:
        raise Stop(f"Edition {edition} is not in the log. Publish it first: frontlog rules publish {edition}.")
    return ControlPolicy.from_files({EDITION_FILE: row[0]})


def _by_place(rows: Iterable[Found]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for row in rows:
        found.setdefault(row["place_id"], []).append(row)
    return found


def _ask(connection: psycopg.Connection, name: str, *arguments: Any) -> list[Found]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(queries("projections")[name], arguments).fetchall()


def _streamed(connection: psycopg.Connection, name: str, *arguments: Any) -> Iterator[Found]:
    """For answers that may be long: a few rows at a time are in memory."""
    with connection.cursor(name, row_factory=dict_row) as cursor:
        cursor.itersize = 1_000
        yield from cursor.execute(queries("projections")[name], arguments)
