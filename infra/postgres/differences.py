"""Codings staged under another edition, and the rows that say what differs."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from domain.events import Coding
from infra.postgres import replay_rows
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

_CODING = msgspec.json.Decoder(Coding)

Found = dict[str, Any]


class Difference(TypedDict, total=False):
    """A row of frontlog_ops.replay_differences; kind, key and change are always there. Sides are JSON-ready."""

    kind: str
    key: str
    change: str
    weight: int
    fields: list[str]
    article_id: str | None
    sentence: int | None
    event_type: str | None
    rule: str | None
    fingerprint: str | None
    place_id: str | None
    place: str | None
    area: str | None
    actor_id: str | None
    actor: str | None
    role: str | None
    before: Any
    after: Any
    note: str | None
    text_digest: str | None
    start_at: int | None
    end_at: int | None


def articles(pool: Pool, after: int, up_to: int, lane: int, lanes: int) -> list[tuple[str, str]]:
    """Id and text digest of the articles received in (after, up_to] whose share of the work is `lane` of `lanes`."""
    with passing_trouble("listing articles to recode", pool), pool.connection() as connection:
        given = {"after": after, "up_to": up_to, "lane": lane, "lanes": lanes}
        return [(row[0], row[1]) for row in connection.execute(queries("differences")["articles"], given)]


def arrivals(pool: Pool, after: int, edition: str, limit: int) -> list[str]:
    """Articles received after a position that have no coding under the edition, at most so many."""
    with passing_trouble("listing what arrived", pool), pool.connection() as connection:
        given = {"after": after, "edition": edition, "limit": limit}
        return [row[0] for row in connection.execute(queries("differences")["arrivals"], given)]


def staged(pool: Pool, edition: str, article_id: str) -> Coding | None:
    """A staged coding; None where there is none, or coding it failed."""
    with passing_trouble("reading a staged coding", pool), pool.connection() as connection:
        row = connection.execute(queries("differences")["staged"], [edition, article_id]).fetchone()
    return _CODING.decode(row[0]) if row and row[0] is not None else None


def keep(
    pool: Pool,
    replay_id: int,
    edition: str,
    codings: Iterable[tuple[str, Coding | None, str | None]],
    found: Iterable[Difference],
) -> None:
    """Stage codings (article id, coding or else the error) and note differences, all or nothing. Safe to repeat.

    Nothing is left behind of a replay that was abandoned meanwhile.
    """
    with passing_trouble("staging codings", pool), pool.connection() as connection, connection.transaction():
        if not replay_rows.keep_running(connection, replay_id):
            return
        for article_id, coding, error in codings:
            encoded = None if coding is None else msgspec.json.encode(coding)
            connection.execute(queries("differences")["stage"], [edition, article_id, encoded, error])
        add(connection, replay_id, found)


def replace_derived(pool: Pool, replay_id: int, found: Iterable[Difference]) -> None:
    """Note what follows from the events' differences, instead of what was noted before."""
    with passing_trouble("noting differences", pool), pool.connection() as connection, connection.transaction():
        if not replay_rows.keep_running(connection, replay_id):
            return
        connection.execute(queries("differences")["forget_derived"], [replay_id])
        add(connection, replay_id, found)


def add(connection: psycopg.Connection, replay_id: int, found: Iterable[Difference]) -> None:
    """Note differences; one whose key is there already changes nothing."""
    usual = dict.fromkeys(Difference.__annotations__)
    for each in found:
        row = {**usual, "weight": 1, "fields": [], **each, "replay_id": replay_id}
        for side in ("before", "after"):
            row[side] = None if row[side] is None else Jsonb(row[side])
        connection.execute(queries("differences")["add"], row)


def differing_articles(pool: Pool, replay_id: int) -> list[str]:
    """Articles of which some event differs."""
    with passing_trouble("reading differences", pool), pool.connection() as connection:
        return [row[0] for row in connection.execute(queries("differences")["differing_articles"], [replay_id])]


def report(pool: Pool, replay_id: int) -> list[Found]:
    """All that a replay found, rows of the view, the weightiest of each kind first."""
    return _ask(pool, "rows", [replay_id])


def evidence_shown(pool: Pool, places: Sequence[str]) -> list[Found]:
    """Rows of evidence on display of these places."""
    return _ask(pool, "evidence_shown", [list(places)])


def counts_shown(pool: Pool, actors: Sequence[str]) -> list[tuple[Any, ...]]:
    """Totals of activity on display of these actors."""
    return [tuple(row.values()) for row in _ask(pool, "counts_shown", [list(actors)])]


def places_with_evidence(pool: Pool) -> list[str]:
    """Every place that anything on display speaks of."""
    return [row["place_id"] for row in _ask(pool, "places_with_evidence", [])]


def forget_staged(pool: Pool, edition: str) -> None:
    """Drop the codings staged under this edition."""
    with passing_trouble("dropping staged codings", pool), pool.connection() as connection:
        connection.execute(queries("differences")["forget_staged"], [edition])


def _ask(pool: Pool, name: str, arguments: list[Any]) -> list[Found]:
    with (
        passing_trouble("reading differences", pool),
        pool.connection() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(queries("differences")[name], arguments).fetchall()
