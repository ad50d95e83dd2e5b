"""The inbox: articles dropped and not yet in the log, and the record of input that was rejected.

A row leaves the inbox in the transaction that appends its article to the log, so it is never lost and never twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from domain.errors import InvalidInput
from infra.postgres.pool import passing_trouble, with_session
from infra.postgres.queries import queries

EXCERPT_CHARACTERS = 1000
"""How much of a rejected payload is kept."""

Connection = psycopg.Connection[Any]
Pool = ConnectionPool[psycopg.Connection]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row of the inbox. `payload` is decoded JSON of any shape; `tries` counts unexpected errors so far."""

    id: int
    payload: Any
    way_in: str
    trace_id: str
    received_at: datetime
    tries: int


def drop(pool: Pool, payload: Mapping[str, Any], *, way_in: str, trace_id: str) -> int:
    """Put one article into the inbox, wake an idle worker, and return the inbox id."""
    parameters = {"payload": Jsonb(payload), "way_in": way_in, "trace_id": trace_id}
    with passing_trouble("dropping an article into the inbox", pool), pool.connection() as connection:
        row = connection.execute(queries("inbox")["drop"], parameters).fetchone()
    assert row is not None
    return int(row[0])


def claim(connection: Connection) -> Dropped | None:
    """Take the oldest row that nobody else holds, until the caller's transaction ends. None: nothing to take."""
    with connection.cursor(row_factory=class_row(Dropped)) as cursor:
        return cursor.execute(queries("inbox")["claim"]).fetchone()


def remove(connection: Connection, inbox_id: int) -> None:
    """Take a claimed row out, in the caller's transaction."""
    connection.execute(queries("inbox")["remove"], (inbox_id,))


def reject(
    connection: Connection,
    error: InvalidInput,
    *,
    payload: Any,
    way_in: str,
    trace_id: str,
    inbox_id: int | None = None,
    received_at: datetime | None = None,
    whole: bool = False,
) -> None:
    """Record input that no repeat would make an article, in the caller's transaction. `payload`: bytes or JSON.

    `whole` keeps all of it instead of its beginning: where the fault is ours, a good article must not be lost.
    """
    parameters = {
        "inbox_id": inbox_id,
        "way_in": way_in,
        "found_in": error.where,
        "line": error.line,
        "field": error.field,
        "error": _storable(str(error)),
        "excerpt": _text(payload) if whole else excerpt(payload),
        "trace_id": trace_id,
        "received_at": received_at,
    }
    connection.execute(queries("inbox")["reject"], parameters)


def postpone(pool: Pool, inbox_id: int) -> int:
    """After an unexpected error: let the row rest, longer each time. Returns its tries, 0 when it is gone."""
    with passing_trouble("postponing an inbox row", pool), pool.connection() as connection:
        row = connection.execute(queries("inbox")["postpone"], (inbox_id,)).fetchone()
    return int(row[0]) if row else 0


def waiting(pool: Pool) -> int:
    """How many rows the inbox holds."""
    with passing_trouble("counting the inbox", pool), pool.connection() as connection:
        row = connection.execute(queries("inbox")["waiting"]).fetchone()
    assert row is not None
    return int(row[0])


def excerpt(payload: Any) -> str:
    """The first 1,000 characters of a payload, storable as text whatever it holds."""
    if isinstance(payload, bytes | bytearray | memoryview):
        payload = payload[: EXCERPT_CHARACTERS * 4]  # a character is four bytes at most
    return _text(payload)[:EXCERPT_CHARACTERS]


class News:
    """Listens for drops on a connection of its own. It wakes early, never late: whoever waits polls as well."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection | None = None

    def wait(self, timeout_s: float) -> None:
        """Return at the next drop, or after the timeout. Raises TryAgain when the connection is lost."""
        try:
            with passing_trouble("listening for dropped articles"):
                for _ in self._listening().notifies(timeout=timeout_s, stop_after=1):
                    pass
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection up; the next wait opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _listening(self) -> psycopg.Connection:
        if self._connection is None:
            self._connection = psycopg.connect(with_session(self._conninfo, "frontlog inbox"), autocommit=True)
            self._connection.execute(queries("inbox")["listen"])
        return self._connection


def _text(payload: Any) -> str:
    if isinstance(payload, bytes | bytearray | memoryview):
        return _storable(bytes(payload).decode("utf-8", "replace"))
    return _storable(json.dumps(payload, ensure_ascii=False, default=repr))


def _storable(text: str) -> str:
    """PostgreSQL refuses U+0000 and lone surrogates in text."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
