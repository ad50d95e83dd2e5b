"""The event log on PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from domain.ports import NewEvent, StoredEvent
from domain.upcasters import UPCASTERS, Registry, upcast
from infra.postgres import appending
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

_decode = msgspec.json.Decoder().decode


class PostgresLogTransaction:
    """`ports.LogTransaction` on one connection. Other SQL on `connection` commits or rolls back with the log."""

    def __init__(self, connection: psycopg.Connection, registry: Registry = UPCASTERS) -> None:
        self.connection = connection
        self._registry = registry

    def append(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
        """See `ports.LogTransaction.append`. Append late: until it commits, readers wait below its positions."""
        return appending.append(self.connection, stream, expected_version, events)

    def put_text(self, digest: str, text: str) -> None:
        """Keep a text under its digest; a repeat changes nothing, an erased text stays erased."""
        self.connection.execute(queries("log")["put_text"], (digest, text))

    def erase_text(self, digest: str) -> None:
        """Remove a text for good; nothing happens when it never came."""
        self.connection.execute(queries("log")["erase_text"], (digest,))

    def stream_version(self, stream: str) -> int:
        """The stream's version as this transaction sees it."""
        return appending.stream_version(self.connection, stream)

    def read_stream(self, stream: str, after_version: int = 0) -> Iterator[StoredEvent]:
        """The stream as this transaction sees it, upcast."""
        return iter(_read(self.connection, queries("log")["read_stream"], (stream, after_version), self._registry))

    def lock(self, name: str) -> None:
        """Wait for and hold the lock of this name until the transaction ends; a long wait raises TryAgain."""
        self.connection.execute(queries("log")["lock"], (name,))


class PostgresEventStore:
    """`ports.EventStore` on a pool (`pool.open_pool`), which the caller opens and closes.

    Lost connections and locks not granted raise TryAgain; a repeat is safe.
    """

    def __init__(self, pool: ConnectionPool[psycopg.Connection], registry: Registry = UPCASTERS) -> None:
        self._pool = pool
        self._registry = registry

    @contextmanager
    def transaction(self) -> Iterator[PostgresLogTransaction]:
        """One READ COMMITTED transaction; commits at the end of the block, rolls back when it raises."""
        with self._connection("writing to the log") as connection, connection.transaction():
            yield PostgresLogTransaction(connection, self._registry)

    def append(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
        """One append in a transaction of its own; that of one event is a single round trip."""
        with self._connection(f"appending to {stream}") as connection:
            if len(events) == 1:
                return appending.append(connection, stream, expected_version, events)
            with connection.transaction():
                return appending.append(connection, stream, expected_version, events)

    def read_stream(self, stream: str, after_version: int = 0) -> Iterator[StoredEvent]:
        """A stream's events in order, upcast; read whole before the first is given out."""
        with self._connection(f"reading {stream}") as connection:
            found = _read(connection, queries("log")["read_stream"], (stream, after_version), self._registry)
        return iter(found)

    def read_all(self, after_position: int, limit: int, up_to: int | None = None) -> list[StoredEvent]:
        """At most `limit` events after a position, up to the safe mark or `up_to`; two statements, in this order."""
        with self._connection("reading the log") as connection:
            mark = safe_mark(connection) if up_to is None else up_to
            return _read(connection, queries("log")["read_all"], (after_position, mark, limit), self._registry)

    def safe_mark(self) -> int:
        """The position up to which every event that will ever be there is visible to the next statement."""
        with self._connection("reading the log's safe mark") as connection:
            return safe_mark(connection)

    def text(self, digest: str) -> str | None:
        """An article's text; None when it was erased or never came."""
        with self._connection("reading an article's text") as connection:
            row = connection.execute(queries("log")["text"], (digest,)).fetchone()
        return row[0] if row else None

    def streams(self, prefix: str) -> list[str]:
        """Names of the streams that start with `prefix`, sorted by code point."""
        with self._connection("listing streams") as connection:
            return [name for (name,) in connection.execute(queries("log")["streams"], (prefix,))]

    @contextmanager
    def _connection(self, doing: str) -> Iterator[psycopg.Connection]:
        with passing_trouble(doing, self._pool), self._pool.connection() as connection:
            yield connection


def safe_mark(connection: psycopg.Connection) -> int:
    """`PostgresEventStore.safe_mark` on a connection of the caller's: read what it covers in a later statement.

    Inside a REPEATABLE READ transaction the mark is of no use: its snapshot may be older than the mark.
    """
    row = connection.execute(queries("log")["safe_mark"]).fetchone()
    assert row is not None
    return int(row[0])


def _read(
    connection: psycopg.Connection, query: LiteralString, arguments: tuple[object, ...], registry: Registry
) -> list[StoredEvent]:
    return [_stored(row, registry) for row in connection.execute(query, arguments, binary=True)]


def _stored(row: tuple[Any, ...], registry: Registry) -> StoredEvent:
    position, stream, version, type_name, schema_version, data, metadata, recorded_at, digest = row
    newest, shaped = upcast(type_name, schema_version, _decode(data), registry=registry)
    return StoredEvent(
        position, stream, version, type_name, newest, shaped, _decode(metadata), recorded_at, digest.hex()
    )
