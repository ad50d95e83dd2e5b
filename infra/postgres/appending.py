"""Writing events: one call to the database for a short append, COPY for a long one, the same rows either way."""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from domain import chain
from domain.errors import ConcurrencyError, InvalidInput
from domain.ports import NewEvent, StoredEvent
from infra.postgres.queries import queries

LONG = 5
"""From this many events on, COPY is faster than one function call (docs/decisions/012-appends.md)."""

CHUNK = 128
"""Rows handed to COPY at a time: the server takes one chunk in while the next is being written."""

_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"
# nine fields; then length and value of the four of fixed size, and the length of the first of the others
_FIXED = struct.Struct("!hiqiqiiiii").pack
_SIZE = struct.Struct("!i").pack
_JSONB = struct.Struct("!ib").pack  # its binary form is a version byte, 1, and the text


def append(
    connection: psycopg.Connection, stream: str, expected_version: int, events: Sequence[NewEvent]
) -> list[StoredEvent]:
    """Append to a stream at its expected version, inside the caller's transaction when there are `LONG` or more.

    Raises ConcurrencyError, with nothing changed, when the stream is at another version; InvalidInput for data that
    is not JSON or holds U+0000, which jsonb refuses.
    """
    if not events:
        actual = stream_version(connection, stream)
        if actual != expected_version:
            raise ConcurrencyError(stream, expected_version, actual)
        return []
    rows = _Rows(stream, expected_version, events)
    if len(events) < LONG:
        at, positions, digests = _call(connection, rows, len(events))
    else:
        at, positions, digests = _copy(connection, rows)
    return [
        StoredEvent(position, stream, version, event.type, event.schema_version, event.data, event.metadata, at, hashed)
        for version, (position, event, hashed) in enumerate(
            zip(positions, events, (digest.hex() for digest in digests), strict=True), expected_version + 1
        )
    ]


def stream_version(connection: psycopg.Connection, stream: str) -> int:
    """The stream's version as the connection sees it; 0 when there is none."""
    row = connection.execute(queries("log")["stream_version"], (stream,)).fetchone()
    return int(row[0]) if row else 0


class _Rows:
    """Events on their way into one stream, and their canonical spelling."""

    def __init__(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> None:
        self.stream = stream
        self.expected_version = expected_version
        self.events = events
        self._metadata: Mapping[str, Any] | None = None
        self._spelled_metadata = b""

    def spelled(self, index: int) -> tuple[bytes, bytes, bytes]:
        """(head, data, metadata) of one event, as domain.chain spells them."""
        event = self.events[index]
        if event.metadata is not self._metadata:  # one append shares its metadata
            self._metadata, self._spelled_metadata = event.metadata, _spell(self.stream, event, event.metadata)
        head = chain.head(self.stream, self.expected_version + index + 1, event.type, event.schema_version)
        return head, _spell(self.stream, event, event.data), self._spelled_metadata


def _spell(stream: str, event: NewEvent, document: Mapping[str, Any]) -> bytes:
    try:
        written = chain.canonical(document)
    except (TypeError, UnicodeEncodeError) as error:
        raise _not_storable(stream, event, str(error)) from error
    if b"\\u0000" in written and b"\\u0000" in written.replace(b"\\\\", b""):
        raise _not_storable(stream, event, "a text with U+0000")
    return written


def _not_storable(stream: str, event: NewEvent, found: str) -> InvalidInput:
    return InvalidInput(
        f"event {event.type} for stream {stream}",
        found,
        "JSON without U+0000",
        "Normalise texts with domain.article.normalise and build data with domain.codec.to_data.",
    )


def _call(
    connection: psycopg.Connection, rows: _Rows, count: int, reserve: int | None = None
) -> tuple[datetime, list[int], list[bytes]]:
    """The first `count` events through frontlog_log.append; `reserve` more positions come after theirs."""
    events = rows.events[:count]
    spelled = [tuple(part.decode() for part in rows.spelled(index)) for index in range(count)]
    heads, datas, metadatas = (list(column) for column in zip(*spelled, strict=True))
    arguments: tuple[object, ...] = (
        rows.stream,
        rows.expected_version,
        [event.type for event in events],
        [event.schema_version for event in events],
        heads,
        datas,
        metadatas,
    )
    if reserve is None:
        row = connection.execute(queries("log")["append"], arguments, binary=True).fetchone()
    else:
        row = connection.execute(queries("log")["append_first"], (reserve, *arguments), binary=True).fetchone()
    assert row is not None
    if row[2] is None:
        raise ConcurrencyError(rows.stream, rows.expected_version, row[0])
    return row[1], row[2] + (row[4] if reserve else []), row[3]


def _copy(connection: psycopg.Connection, rows: _Rows) -> tuple[datetime, list[int], list[bytes]]:
    """The first event through the function, which takes the stream's next version; the rest by COPY."""
    count = len(rows.events)
    at, positions, digests = _call(connection, rows, 1, reserve=count - 1)
    with connection.cursor() as cursor, cursor.copy(queries("log")["copy_rest"]) as copy:
        copy.write(_COPY_HEADER)
        for start in range(1, count, CHUNK):
            copy.write(_chunk(rows, start, min(start + CHUNK, count), at, positions, digests))
        copy.write(_COPY_END)
    return at, positions, digests


def _chunk(rows: _Rows, start: int, stop: int, at: datetime, positions: list[int], digests: list[bytes]) -> bytes:
    """Rows of COPY's binary format, in the column order of `copy_rest`; appends their digests to `digests`."""
    parts: list[bytes] = []
    stream = rows.stream.encode()
    recorded_us = chain.microseconds(at)
    digest = digests[-1]
    for index in range(start, stop):
        event = rows.events[index]
        position = positions[index]
        head, data, metadata = rows.spelled(index)
        digest = chain.link(digest, recorded_us, position, head, data, metadata)
        digests.append(digest)
        type_name = event.type.encode()
        version = rows.expected_version + index + 1
        parts.append(
            b"%b%b%b%b%b%b%b%b\0\0\0\x20%b"
            % (
                _FIXED(9, 8, position, 8, recorded_us, 4, version, 4, event.schema_version, len(stream)),
                stream,
                _SIZE(len(type_name)),
                type_name,
                _JSONB(len(data) + 1, 1),
                data,
                _JSONB(len(metadata) + 1, 1),
                metadata,
                digest,
            )
        )
    return b"".join(parts)
