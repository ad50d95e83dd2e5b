"""Builds a generation from nothing: every article folded once, slice by slice, then indexed and attached.

The fold is the live path's. What that needs beside it (the articles as they were before, rows replaced, sums upserted)
is spared: a slice is read in one go and written by COPY into tables without indexes.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from domain.origins import Steps
from domain.projections.projection import Projection, Table, summed
from infra.postgres import build_control, build_origins, build_read, projections_origins, projections_read
from infra.postgres.copy_text import line
from infra.postgres.pool import passing_trouble
from infra.postgres.projections_write import copy_lines, partition
from infra.postgres.queries import queries

Pool = ConnectionPool[psycopg.Connection]

SLICE_EVENTS = 20_000
"""Log positions a slice of articles: a second or two of folding, some tens of MB of rows."""

SUMS_AT_ONCE = 10
"""So many slices in one where all that is kept of an article is added up: the fewer slices, the fewer sums to merge."""
SHARED_AMONG = 4
"""But no fewer slices than this, so that several workers have something to do."""


class _Taken(NamedTuple):
    """A slice that is being worked on, of a build under an edition up to a mark."""

    edition: str
    mark: int
    low: str
    high: str | None


def begin(
    connection: psycopg.Connection, projection: Projection, edition: str, mark: int, width: int = SLICE_EVENTS
) -> int:
    """Make a generation that is to be built up to a safe mark, with its slices of articles; returns it.

    `width`: log positions a slice, of sums some more.
    """
    if all(table.kind == "sums" for table in projection.tables):
        width = max(width, min(width * SUMS_AT_ONCE, -(-mark // SHARED_AMONG)))
    slices = max(1, -(-mark // width))
    tables = [table.name for table in projection.tables]
    row = connection.execute(
        queries("building")["begin"], [projection.name, edition, projection.version, tables, mark]
    ).fetchone()
    assert row is not None
    edges: list[str | None] = [str(n * (mark + 1) // slices) for n in range(slices + 1)]
    _add_slices(connection, row[0], "articles", edges)
    if _has_origins(projection):
        _add_slices(connection, row[0], "origins", ["", None])
    return int(row[0])


def fold_slice(pool: Pool, projection: Projection, generation: int, number: int) -> None:
    """Fold a slice of the articles. Safe to repeat and beside others; nothing is left to do where it was done."""
    with passing_trouble(f"building {projection.name}", pool), pool.connection() as connection:
        _find_origins(connection, projection, generation)
        with _slice(connection, generation, "articles", number) as part, _without_collecting():
            if part is not None:
                assert part.high is not None
                stretch = build_read.Slice(part.edition, part.mark, int(part.low), int(part.high))
                _fold(connection, projection, generation, stretch)


def assess_slice(pool: Pool, projection: Projection, generation: int, number: int) -> None:
    """Assess a slice of the places (control only), once all articles are folded. Safe as `fold_slice` is."""
    with passing_trouble(f"building {projection.name}", pool), pool.connection() as connection:
        with connection.transaction():
            _hold(connection, generation)
            connection.execute(queries("building")["attach"], [projection.tables[0].name, generation])
        with _slice(connection, generation, "places", number) as part, _without_collecting():
            if part is not None:
                build_control.assess(connection, generation, part.edition, part.low, part.high)


def cut_places(connection: psycopg.Connection, projection: Projection, generation: int) -> int:
    """Make the slices of places, once all articles are folded; returns how many. Safe to repeat."""
    if projection.regroups is not None and not slices(connection, generation, "places"):
        _add_slices(connection, generation, "places", build_control.edges(connection, generation))
    return slices(connection, generation, "places")


def slices(connection: psycopg.Connection, generation: int, part: str) -> int:
    """How many slices of articles, or of places, there are."""
    row = connection.execute(queries("building")["slices"], [generation, part]).fetchone()
    return int(row[0]) if row else 0


def finish(pool: Pool, projection: Projection, generation: int) -> None:
    """Do what is left of a build, and bring its tables to what the live path expects. Safe to repeat.

    A generation that is built is left alone.
    """
    doing = f"building {projection.name}"
    with passing_trouble(doing, pool), pool.connection() as connection:
        if connection.execute(queries("building")["target"], [generation]).fetchone() is None:
            return
        articles = slices(connection, generation, "articles")
    for number in range(articles):
        fold_slice(pool, projection, generation, number)
    with passing_trouble(doing, pool), pool.connection() as connection, connection.transaction():
        _hold(connection, generation)
        places = cut_places(connection, projection, generation)
    for number in range(places):
        assess_slice(pool, projection, generation, number)
    with passing_trouble(doing, pool), pool.connection() as connection, connection.transaction():
        _hold(connection, generation)
        _conclude(connection, projection, generation)


def _conclude(connection: psycopg.Connection, projection: Projection, generation: int) -> None:
    if connection.execute(queries("building")["target"], [generation]).fetchone() is None:
        return
    for table in projection.tables:
        if table.kind == "sums" and slices(connection, generation, "articles") > 1:
            _merge(connection, table, generation)
        connection.execute(queries("building")["attach"], [table.name, generation])
        connection.execute(sql.SQL("ANALYZE {}").format(partition(table, generation)))  # for the first readers' plans
    for name in ("concluded", "forget_slices", "forget_origins"):
        connection.execute(queries("building")[name], [generation])


def _merge(connection: psycopg.Connection, table: Table, generation: int) -> None:
    """One row a key, of those that each slice left."""
    names = {
        "table": partition(table, generation),
        "key": sql.SQL(", ").join(map(sql.Identifier, ("generation", *table.key))),
        "columns": sql.SQL(", ").join(map(sql.Identifier, ("generation", *table.columns))),
        "sums": sql.SQL(", ").join(
            sql.SQL("sum({0})::bigint AS {0}").format(sql.Identifier(column))
            for column in table.columns[len(table.key) :]
        ),
    }
    for statement in _MERGE:
        connection.execute(sql.SQL(statement).format(**names))


_MERGE = (
    "CREATE TEMPORARY TABLE merged ON COMMIT DROP AS SELECT {key}, {sums} FROM {table} GROUP BY {key}",
    "TRUNCATE {table}",
    "INSERT INTO {table} ({columns}) SELECT * FROM merged",
    "DROP TABLE merged",
)


def _fold(connection: psycopg.Connection, projection: Projection, generation: int, part: build_read.Slice) -> None:
    lines: dict[str, list[str]] = {table.name: [] for table in projection.tables}
    sums = projection.no_sums()
    decisions = projections_read.decisions_up_to(connection, part.mark) if "EventRejected" in projection.reads else {}
    origins = _origins_of(connection, projection, generation, part.edition)
    for dossier in build_read.dossiers(connection, projection, part, decisions, origins):
        if projection.tally is not None:
            projection.tally(dossier, sums, 1)
        for name, rows in projection.fold(dossier).items():
            lines[name] += [line((generation, *row)) for row in rows]
    for table in projection.tables:
        if table.kind == "sums":
            lines[table.name] = [line((generation, *row)) for row in summed(sums[table.name])]
        copy_lines(connection, table, generation, lines.pop(table.name))


def _origins_of(
    connection: psycopg.Connection, projection: Projection, generation: int, edition: str
) -> Callable[[Mapping[str, datetime]], Mapping[str, Steps]]:
    """The origins of articles, given when each was received."""
    if not _has_origins(projection) or projections_origins.policy_of(connection, edition) is None:
        return lambda received: {}

    def origins_of(received: Mapping[str, datetime]) -> Mapping[str, Steps]:
        shared = build_origins.stored(connection, generation, received)
        return {article_id: shared.get(article_id) or ((at, article_id),) for article_id, at in received.items()}

    return origins_of


def _find_origins(connection: psycopg.Connection, projection: Projection, generation: int) -> None:
    """Whoever comes first finds the origins of all articles; the others wait for that."""
    if not _has_origins(projection):
        return
    row = connection.execute(queries("building")["origins_waiting"], [generation]).fetchone()
    if row is not None and row[0]:
        with _slice(connection, generation, "origins", 0) as part:
            if part is not None:
                build_origins.find(connection, generation, part.edition, part.mark)


def _has_origins(projection: Projection) -> bool:
    return "signature" in projection.reads.get("ArticleReceived", ())


@contextmanager
def _slice(connection: psycopg.Connection, generation: int, part: str, number: int) -> Iterator[_Taken | None]:
    """A slice that is not done, marked as done with the block's transaction; None where it is done, or gone."""
    with connection.transaction():
        connection.execute(queries("projections")["patience"])
        target = connection.execute(queries("building")["target"], [generation]).fetchone()
        found = connection.execute(queries("building")["take_slice"], [generation, part, number]).fetchone()
        if target is None or found is None:
            yield None
            return
        yield _Taken(target[1], target[2], *found)
        connection.execute(queries("building")["slice_done"], [generation, part, number])


@contextmanager
def _without_collecting() -> Iterator[None]:
    """The collector would walk through all that a slice keeps, again and again, and find nothing to free."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _add_slices(connection: psycopg.Connection, generation: int, part: str, edges: list[str | None]) -> None:
    for number in range(len(edges) - 1):
        given = [generation, part, number, edges[number], edges[number + 1]]
        connection.execute(queries("building")["add_slice"], given)


def _hold(connection: psycopg.Connection, generation: int) -> None:
    connection.execute(queries("projections")["patience"])
    connection.execute(queries("projections")["hold"], [f"build {generation}"])
