"""Whether a rebuilt generation holds the rows of the live one: digests first, and the rows only where these differ."""

from typing import Any

import psycopg
from psycopg import sql

from domain.projections import PROJECTIONS
from domain.projections.projection import Table
from infra.postgres import projections
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.projections_write import partition
from infra.postgres.queries import queries

SHOWN_DIFFERENCES = 5
"""Rows named of each table and side; the tables themselves are kept for whoever wants them all."""

Found = dict[str, Any]

_DIGEST = """
SELECT count(*),
       sum(('x' || left(d, 16))::bit(64)::bigint::numeric),
       sum(('x' || right(d, 16))::bit(64)::bigint::numeric)
  FROM (SELECT md5(row({columns})::text) AS d FROM {table} WHERE {share}) AS digests
"""
"""Sums of both halves of each row's digest: the order of rows does not matter, a row that comes twice does."""

_SHARE = "mod(hash_record_extended(row({first}), 0) & 2147483647, {of}) = {share}"
"""Whether a row is of a share, by its first columns: the same in every generation."""

SHARED_BY = 3
"""So many columns: every table starts with what names a row."""

_MISSING = """
SELECT to_jsonb(m) FROM (SELECT {columns} FROM {here} WHERE {share} EXCEPT ALL
                           SELECT {columns} FROM {there} WHERE {share}) AS m
 ORDER BY row(m.*)::text LIMIT {limit}
"""


def checkpoints(pool: Pool, name: str, candidate: int) -> tuple[int, int]:
    """How far the rows on display and a candidate are; nothing to compare with, or rows of another code: as far."""
    with passing_trouble(f"verifying {name}", pool), pool.connection() as connection:
        live = connection.execute(queries("projections")["live"], [name]).fetchone()
        built = connection.execute(queries("projections")["generation"], [candidate]).fetchone()
    if built is None or live is None or live[2] != built[2]:
        return 0, 0
    return live[3], built[3]


def verify(pool: Pool, name: str, candidate: int, share: int = 0, of: int = 1) -> Found:
    """Compare a candidate with the live generation of a projection, as of the live checkpoint in one snapshot.

    Of each table only the rows whose share it is: an archive of any size is compared in pieces, each of its own moment.
    The candidate is folded to exactly that checkpoint; the live projector is not paused. Returns `position`, `rows`
    compared, and `differences`: dicts of table, side (live, rebuilt) and row. Nothing on display, or rows of another
    code version: `rows` is 0 and `skipped` says why. Safe to repeat.
    """
    with passing_trouble(f"verifying {name}", pool), pool.connection() as connection, connection.transaction():
        connection.execute(queries("replays")["exact_snapshot"])
        live = connection.execute(queries("projections")["live"], [name]).fetchone()
        projection = next(each for each in PROJECTIONS if each.name == name)
        if live is None:
            return {"rows": 0, "differences": [], "skipped": "nothing was on display"}
        if live[2] != projection.version:
            return {"rows": 0, "differences": [], "skipped": f"live rows are of version {live[2]} of the code"}
        projections.fold_to(connection, name, candidate, live[3])
        differences: list[Found] = []
        rows = 0
        for table in projection.tables:
            shared = _shared(table, share, of)
            shown, rebuilt = (_digest(connection, table, generation, shared) for generation in (live[0], candidate))
            rows += shown[0]
            if shown != rebuilt:
                differences += _rows(connection, table, "live", live[0], candidate, shared)
                differences += _rows(connection, table, "rebuilt", candidate, live[0], shared)
        return {"position": live[3], "rows": rows, "differences": differences}


def _digest(connection: psycopg.Connection, table: Table, generation: int, share: sql.Composable) -> tuple[Any, ...]:
    query = sql.SQL(_DIGEST).format(columns=_columns(table), table=partition(table, generation), share=share)
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _rows(
    connection: psycopg.Connection, table: Table, side: str, here: int, there: int, share: sql.Composable
) -> list[Found]:
    """The first rows that only one side has."""
    query = sql.SQL(_MISSING).format(
        columns=_columns(table),
        here=partition(table, here),
        there=partition(table, there),
        share=share,
        limit=sql.Literal(SHOWN_DIFFERENCES),
    )
    return [{"table": table.name, "side": side, "row": row} for (row,) in connection.execute(query)]


def _shared(table: Table, share: int, of: int) -> sql.Composable:
    if of == 1:
        return sql.SQL("true")
    first = sql.SQL(", ").join(map(sql.Identifier, table.columns[:SHARED_BY]))
    return sql.SQL(_SHARE).format(first=first, of=sql.Literal(of), share=sql.Literal(share))


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns))
