"""Writing events: one call to the database takes the stream's next version, COPY brings what comes behind it."""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from domain import chain
from domain.errors import ConcurrencyError, InvalidInput
from domain.ports import NewEvent, StoredEvent
from infra.postgres.queries import queries

CHUNK = 128
"""Rows handed to COPY at a time: the server takes one chunk in while the next is being written."""

_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"
# nine fields; then size and value of the four of fixed size, and the size of the stream's name
_FIXED = struct.Struct("!hiqiqiiiii").pack
_SIZE = struct.Struct("!i").pack
_JSONB = struct.Struct("!ib").pack  # its binary form is a version byte, 1, and the text

_Spelled = tuple[bytes, bytes, bytes]
"""(head, data, metadata) of an event's canonical array."""

_Ready = tuple[NewEvent, int, _Spelled]
"""An event with its position, ready to be chained to the one before it."""


def append(
    connection: psycopg.Connection, stream: str, expected_version: int, events: Sequence[NewEvent]
) -> list[StoredEvent]:
    """Append to a stream at its expected version; more than one event only inside the caller's transaction.

    Raises ConcurrencyError, with nothing changed, when the stream is at another version; InvalidInput for data that
    is not JSON or holds U+0000, which jsonb refuses.
    """
    if not events:
        _expect(connection, stream, expected_version)
        return []
    spelling = _Spelling(stream)
    # all of them before the first statement: data that is refused then costs the caller no transaction
    spelled = [spelling.parts(version, event) for version, event in enumerate(events, expected_version + 1)]
    values = [part.decode() for part in spelled[0]]
    arguments = (stream, expected_version, events[0].type, events[0].schema_version, *values, len(events) - 1)
    row = connection.execute(queries("log")["append"], arguments, binary=True).fetchone()
    assert row is not None
    actual_version, at, digest, position, more = row
    if position is None:
        raise ConcurrencyError(stream, expected_version, actual_version)
    first = _stored(events[0], position, stream, expected_version + 1, at, digest)
    if more is None:
        return [first]
    return _copy(connection, first, list(zip(events[1:], more, spelled[1:], strict=True)))


def stream_version(connection: psycopg.Connection, stream: str) -> int:
    """The stream's version as the connection sees it; 0 when there is none."""
    row = connection.execute(queries("log")["stream_version"], (stream,)).fetchone()
    return int(row[0]) if row else 0


def _expect(connection: psycopg.Connection, stream: str, expected_version: int) -> None:
    actual_version = stream_version(connection, stream)
    if actual_version != expected_version:
        raise ConcurrencyError(stream, expected_version, actual_version)


def _copy(connection: psycopg.Connection, first: StoredEvent, rest: list[_Ready]) -> list[StoredEvent]:
    """Bring what comes behind the first event."""
    stored = [first]
    with connection.cursor() as cursor, cursor.copy(queries("log")["copy_rest"]) as copy:
        copy.write(_COPY_HEADER)
        for start in range(0, len(rest), CHUNK):
            rows: list[bytes] = []
            for ready in rest[start : start + CHUNK]:
                stored.append(_follow(stored[-1], ready, rows))
            copy.write(b"".join(rows))
        copy.write(_COPY_END)
    return stored


class _Spelling:
    """Events of one stream as domain.chain spells them. One append shares its metadata, so that is spelled once."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self._metadata: Mapping[str, Any] | None = None
        self._written = b""

    def parts(self, version: int, event: NewEvent) -> _Spelled:
        """The event's array in its three pieces."""
        if event.metadata is not self._metadata:
            self._metadata, self._written = event.metadata, self._canonical(event, event.metadata)
        head = chain.head(self.stream, version, event.type, event.schema_version)
        return head, self._canonical(event, event.data), self._written

    def _canonical(self, event: NewEvent, document: Mapping[str, Any]) -> bytes:
        try:
            written = chain.canonical(document)
        except (TypeError, UnicodeEncodeError) as error:
            raise self._not_storable(event, str(error)) from error
        # an escaped backslash before u0000 makes it mere text
        if b"\\u0000" in written and b"\\u0000" in written.replace(b"\\\\", b""):
            raise self._not_storable(event, "a text with U+0000")
        return written

    def _not_storable(self, event: NewEvent, found: str) -> InvalidInput:
        return InvalidInput(
            f"event {event.type} for stream {self.stream}",
            found,
            "JSON without U+0000",
            "Normalise texts with domain.article.normalise and build data with domain.codec.to_data.",
        )


def _follow(last: StoredEvent, ready: _Ready, rows: list[bytes]) -> StoredEvent:
    """The event behind `last`; its row in COPY's binary format goes to `rows`, columns in the order of `copy_rest`."""
    event, position, (head, data, metadata) = ready
    version = last.version + 1
    recorded_us = chain.microseconds(last.recorded_at)
    digest = chain.link(bytes.fromhex(last.digest), recorded_us, position, head, data, metadata)
    stream, type_name = last.stream.encode(), event.type.encode()
    rows.append(
        b"%b%b%b%b%b%b%b%b%b%b"
        % (
            _FIXED(9, 8, position, 8, recorded_us, 4, version, 4, event.schema_version, len(stream)),
            stream,
            _SIZE(len(type_name)),
            type_name,
            _JSONB(len(data) + 1, 1),
            data,
            _JSONB(len(metadata) + 1, 1),
            metadata,
            _SIZE(len(digest)),
            digest,
        )
    )
    return _stored(event, position, last.stream, version, last.recorded_at, digest)


def _stored(event: NewEvent, position: int, stream: str, version: int, at: datetime, digest: bytes) -> StoredEvent:
    return StoredEvent(
        position, stream, version, event.type, event.schema_version, event.data, event.metadata, at, digest.hex()
    )
