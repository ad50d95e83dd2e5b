"""Recomputes the digests of the log, outside of the database that keeps it."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import psycopg

from domain.chain import Broken, broken
from domain.ports import StoredEvent
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

_decode = msgspec.json.Decoder().decode

PAGE = 2_000
"""Events fetched at a time."""


class Verified(msgspec.Struct, frozen=True):
    """What a check found. `first` is the broken event of the lowest position; texts are named by their digest."""

    events: int
    broken_events: int
    first: Broken | None
    broken_texts: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return self.first is None and not self.broken_texts


def verify_stream(connection: psycopg.Connection, stream: str) -> Verified:
    """Check one stream's chain. An unknown stream has no events and is sound. Raises TryAgain."""
    with passing_trouble(f"verifying {stream}"):
        return _checked(_raw(connection, "verify_stream", (stream,)))


def verify_all(connection: psycopg.Connection) -> Verified:
    """Check every stream's chain and every text that is still here, as of one moment. Raises TryAgain."""
    with passing_trouble("verifying the log"):
        found = _checked(_raw(connection, "verify_all", ()))
        texts = tuple(digest for (digest,) in connection.execute(queries("log")["broken_texts"]))
    return msgspec.structs.replace(found, broken_texts=texts)


def _checked(events: Iterable[StoredEvent]) -> Verified:
    count = 0

    def counted() -> Iterator[StoredEvent]:
        nonlocal count
        for event in events:
            count += 1
            yield event

    findings = 0
    first: Broken | None = None
    for finding in broken(counted()):
        findings += 1
        if first is None or finding.position < first.position:
            first = finding
    return Verified(count, findings, first)


def _raw(connection: psycopg.Connection, query: str, arguments: tuple[Any, ...]) -> Iterator[StoredEvent]:
    """Events as they are stored, not upcast, a page at a time in a transaction of their own."""
    with connection.transaction(), connection.cursor("verify", binary=True) as cursor:
        cursor.itersize = PAGE
        for row in cursor.execute(queries("log")[query], arguments):
            position, stream, version, type_name, schema_version, data, metadata, recorded_at, digest = row
            yield StoredEvent(
                position, stream, version, type_name, schema_version,
                _decode(data), _decode(metadata), recorded_at, digest.hex(),
            )  # fmt: skip
