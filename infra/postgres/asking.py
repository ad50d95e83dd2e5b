"""An analyst's query: as frontlog_reader, read-only, one statement, with a time limit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors
from psycopg.types import datetime as times
from psycopg_pool import ConnectionPool

from domain.errors import BadQuery
from infra.postgres.queries import queries

READER_TIMEOUT_S = 60
READ_ONLY = "frontlog sql only reads: it runs as frontlog_reader, over the views of schema frontlog (docs/sql.md)."

# a comment may stand before the first word; nested ones are rare enough to be left to the server
_NOTHING = re.compile(r"(?:\s|;|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_COPY = re.compile(r"copy\b", re.IGNORECASE)

_REFUSED_TO_WRITE = (
    errors.ReadOnlySqlTransaction,
    errors.InsufficientPrivilege,
    errors.ObjectNotInPrerequisiteState,  # "cannot delete from view": its hint tells how to make the view writable
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Column names in order (two may be the same) and rows as tuples."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def is_empty(sql: str) -> bool:
    """Whether there is nothing in it but blanks, semicolons and comments."""
    return _first_word_at(sql) == len(sql)


def query(pool: ConnectionPool[psycopg.Connection], sql: str) -> Answer:
    """Run one statement and roll it back. Raises BadQuery with the server's words, and for COPY."""
    if _COPY.match(sql, _first_word_at(sql)):
        raise BadQuery("COPY is no query. Give the SELECT inside it, with --format csv.")
    with _server_words(), pool.connection() as connection, connection.transaction(force_rollback=True):
        cursor = connection.cursor()
        for name, loader in _LOADERS.items():
            cursor.adapters.register_loader(name, loader)
        cursor.execute(queries("reading")["as_analyst"], {"timeout": f"{READER_TIMEOUT_S}s"})
        cursor.execute(sql.encode(), prepare=True)  # what is prepared can only be one statement
        rows = cursor.fetchall() if cursor.description else []
        return Answer([column.name for column in cursor.description or []], rows)


def _first_word_at(sql: str) -> int:
    found = _NOTHING.match(sql)
    return found.end() if found else 0


@contextmanager
def _server_words() -> Iterator[None]:
    try:
        yield
    except _REFUSED_TO_WRITE as error:
        raise BadQuery(f"{_message(error)}. {READ_ONLY}") from error
    except errors.QueryCanceled as error:
        advice = "For longer ones use the address of frontlog dsn --reader."
        raise BadQuery(f"{_message(error)}: a query may take {READER_TIMEOUT_S} s. {advice}") from error
    except psycopg.Error as error:
        advice = error.diag.message_hint or "The views are described in docs/sql.md."
        raise BadQuery(f"{_message(error)}. {advice}") from error


def _message(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).strip().rstrip(".")


class _OrText:
    """A loader that hands on the server's text where Python has no such day: infinity, years past 9999."""

    def load(self, data: Any) -> Any:
        try:
            return super().load(data)  # type: ignore[misc]
        except psycopg.DataError:
            return bytes(data).decode()


_LOADERS = {
    "date": type("DateOrText", (_OrText, times.DateLoader), {}),
    "timestamp": type("TimestampOrText", (_OrText, times.TimestampLoader), {}),
    "timestamptz": type("TimestamptzOrText", (_OrText, times.TimestamptzLoader), {}),
}
