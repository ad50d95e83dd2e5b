"""Writes what a batch changed into one generation's partitions."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from domain.projections.projection import Change, Projection, Row, Table, summed
from infra.postgres.queries import queries


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
    rows = list(rows)
    if not rows:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        partition(table, generation), sql.SQL(", ").join(map(sql.Identifier, ("generation", *table.columns)))
    )
    _send(connection, statement, ((generation, *row) for row in rows))


def copy_into(connection: psycopg.Connection, table: Table, rows: Iterable[Row]) -> None:
    """Bring rows into a table that has no generations."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier("frontlog_read", table.name), columns)
    _send(connection, statement, rows)


def _send(connection: psycopg.Connection, statement: sql.Composed, rows: Iterable[Row]) -> None:
    with connection.cursor().copy(statement) as stream:
        for row in rows:
            stream.write_row([array(value) if isinstance(value, list) else value for value in row])


def array(values: Sequence[Any]) -> str:
    """A PostgreSQL array literal. The driver's own looks for the type of every element: a third of a batch's time."""
    return "{" + ",".join("NULL" if value is None else _quoted(str(value)) for value in values) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


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
