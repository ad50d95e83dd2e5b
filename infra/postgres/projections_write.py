"""Writes what a batch changed into one generation's partitions."""

from collections.abc import Iterable, Sequence
from itertools import islice

import psycopg
from psycopg import sql

from domain.projections.projection import Change, Projection, Row, Table, summed
from infra.postgres.copy_text import array, line
from infra.postgres.queries import queries

LINES_AT_A_TIME = 200


def write(connection: psycopg.Connection, projection: Projection, generation: int, difference: Change) -> None:
    """Apply a change; the caller's transaction holds the checkpoint with it."""
    for table in projection.tables:
        if table.kind == "sums":
            _add(connection, table, generation, summed(difference.sums[table.name]))
        elif table.name in difference.added:
            _forget(connection, table, generation, difference.replaced)
            copy(connection, table, generation, difference.added[table.name])


def copy(connection: psycopg.Connection, table: Table, generation: int, rows: Iterable[Row]) -> None:
    """Bring rows into the generation's partition."""
    if lines := [line((generation, *row)) for row in rows]:
        copy_lines(connection, table, generation, lines)


def copy_lines(connection: psycopg.Connection, table: Table, generation: int, lines: Iterable[str]) -> None:
    """Bring rows that are COPY's text already, the generation first, into its partition.

    They may take their time to come: the session counts as busy meanwhile.
    """
    _send(connection, partition(table, generation), ("generation", *table.columns), lines)


def copy_into(connection: psycopg.Connection, table: Table, rows: Iterable[Row]) -> None:
    """Bring rows into a table that has no generations."""
    if lines := [line(row) for row in rows]:
        _send(connection, sql.Identifier("frontlog_read", table.name), table.columns, lines)


def _send(connection: psycopg.Connection, table: sql.Identifier, columns: Iterable[str], lines: Iterable[str]) -> None:
    rows = iter(lines)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)) as stream:
        while chunk := "".join(islice(rows, LINES_AT_A_TIME)):
            stream.write(chunk)


def partition(table: Table, generation: int) -> sql.Identifier:
    """The partition that holds a generation of a table."""
    return sql.Identifier("frontlog_read", f"{table.name}_{generation}")


def _forget(connection: psycopg.Connection, table: Table, generation: int, articles: Sequence[str]) -> None:
    if articles and "article_id" in table.columns:
        statement = sql.SQL("DELETE FROM {} WHERE article_id = ANY(%s)").format(partition(table, generation))
        connection.execute(statement, [list(articles)])


def _add(connection: psycopg.Connection, table: Table, generation: int, rows: Sequence[Row]) -> None:
    if not rows:
        return
    columns = [array(column) for column in zip(*rows, strict=True)]
    connection.execute(queries("projections")[f"add_{table.name}"], [generation, *columns])
    if any(number < 0 for row in rows for number in row[-table.sums :]):
        connection.execute(queries("projections")[f"drop_zero_{table.name}"], [generation])
