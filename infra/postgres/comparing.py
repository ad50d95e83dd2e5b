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
  FROM (SELECT md5(row({columns})::text) AS d FROM {table}) AS digests
"""
"""Sums of both halves of each row's digest: the order of rows does not matter, a row that comes twice does."""

_MISSING = """
SELECT to_jsonb(m) FROM (SELECT {columns} FROM {here} EXCEPT ALL SELECT {columns} FROM {there}) AS m
 ORDER BY row(m.*)::text LIMIT {limit}
"""


def bring_up_live(pool: Pool, name: str, candidate: int) -> None:
    """Let the live generation come as far as the candidate is, where nobody else has seen to it."""
    with passing_trouble(f"verifying {name}", pool), pool.connection() as connection:
        live = connection.execute(queries("projections")["live"], [name]).fetchone()
        built = connection.execute(queries("projections")["generation"], [candidate]).fetchone()
    if live and built and live[2] == built[2] and live[3] < built[3]:
        projections.project(pool, name)


def verify(pool: Pool, name: str, candidate: int) -> Found:
    """Compare a candidate with the live generation of a projection, as of the live checkpoint in one snapshot.

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
            shown, rebuilt = (_digest(connection, table, generation) for generation in (live[0], candidate))
            rows += shown[0]
            if shown != rebuilt:
                differences += _rows(connection, table, "live", live[0], candidate)
                differences += _rows(connection, table, "rebuilt", candidate, live[0])
        return {"position": live[3], "rows": rows, "differences": differences}


def _digest(connection: psycopg.Connection, table: Table, generation: int) -> tuple[Any, ...]:
    query = sql.SQL(_DIGEST).format(columns=_columns(table), table=partition(table, generation))
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _rows(connection: psycopg.Connection, table: Table, side: str, here: int, there: int) -> list[Found]:
    """The first rows that only one side has."""
    query = sql.SQL(_MISSING).format(
        columns=_columns(table),
        here=partition(table, here),
        there=partition(table, there),
        limit=sql.Literal(SHOWN_DIFFERENCES),
    )
    return [{"table": table.name, "side": side, "row": row} for (row,) in connection.execute(query)]


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns))
