"""Streams the rows of an export: a server cursor in one snapshot, so that a large one needs little memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

AT_A_TIME = 2_000
"""Rows fetched from the server at a time."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Columns, and rows that can be gone through once."""

    columns: tuple[str, ...]
    rows: Iterator[dict[str, Any]]


@contextmanager
def stream(pool: Pool, query: str, **parameters: Any) -> Iterator[Stream]:
    """The rows of a query of queries/exports.sql, of one snapshot, while the block lasts. TryAgain on a lost server."""
    with (
        passing_trouble("exporting", pool),
        pool.connection() as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute(queries("exports")["patience"])
        with connection.cursor("export", row_factory=dict_row) as cursor:
            cursor.itersize = AT_A_TIME
            cursor.execute(queries("exports")[query], parameters)
            yield Stream(tuple(column.name for column in cursor.description or ()), iter(cursor))


def counted(pool: Pool, query: str, **parameters: Any) -> dict[str, int]:
    """The one row of a counting query of queries/exports.sql."""
    with (
        passing_trouble("exporting", pool),
        pool.connection() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(queries("exports")[query], parameters).fetchone() or {}
