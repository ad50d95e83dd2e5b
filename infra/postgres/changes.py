"""Follows the changes of control as they are recorded."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble, with_session
from infra.postgres.queries import queries

PAGE = 500
"""Changes read at a time."""
LOOK_S = 0.5
"""How long to wait for a notice before looking again: a notice may be lost with its connection, a row is not."""

Row = dict[str, Any]


def newest(pool: Pool) -> int:
    """Id of the newest change; 0 when there is none."""
    with passing_trouble("reading changes", pool), pool.connection() as connection:
        row = connection.execute(queries("changes")["newest"]).fetchone()
    return int(row[0]) if row else 0


def before(pool: Pool, moment: datetime) -> int:
    """Id of the last change shown before a moment (with time zone); 0 when there is none."""
    with passing_trouble("reading changes", pool), pool.connection() as connection:
        row = connection.execute(queries("changes")["before"], [moment]).fetchone()
    return int(row[0]) if row else 0


def follow(conninfo: str, after: int, wanted: Callable[[], bool]) -> Iterator[Row]:
    """Yield the changes after an id, oldest first and none twice, and then each new one, while `wanted()`.

    One change follows another in the order of ids: the projection's lock lets one writer in at a time, so an id never
    becomes visible behind a higher one. Raises TryAgain when the connection is lost; go on after the last id seen.
    """
    with (
        passing_trouble("watching changes"),
        psycopg.connect(with_session(conninfo, "frontlog watch"), autocommit=True, row_factory=dict_row) as connection,
    ):
        connection.execute(queries("changes")["listen"])  # before the first look, or what lies between goes unheard
        while wanted():
            found = _page(connection, after)
            for row in found:
                yield row
                after = row["id"]
            if not found:
                for _ in connection.notifies(timeout=LOOK_S, stop_after=1):
                    pass


def stored(pool: Pool, after: int) -> Iterator[Row]:
    """The changes after an id that are there now, oldest first."""
    while True:
        with (
            passing_trouble("reading changes", pool),
            pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            found = cursor.execute(queries("changes")["after"], {"after": after, "limit": PAGE}).fetchall()
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1]["id"]


def _page(connection: psycopg.Connection[Row], after: int) -> list[Row]:
    return connection.execute(queries("changes")["after"], {"after": after, "limit": PAGE}).fetchall()
