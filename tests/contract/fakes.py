"""The event store in memory: the same behaviour as PostgreSQL's, held to it by test_event_store.py."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec

from domain import chain
from domain.errors import ConcurrencyError
from domain.ports import NewEvent, StoredEvent
from domain.upcasters import UPCASTERS, Registry, upcast

FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class InMemoryEventStore:
    """`ports.EventStore` without a database. Transactions take turns; readers see what is committed.

    `now` gives recorded_at; without it the first append is at FIRST_MOMENT and each later one a second after.
    """

    def __init__(self, registry: Registry = UPCASTERS, now: Callable[[], datetime] | None = None) -> None:
        self.events: list[StoredEvent] = []
        self.texts: dict[str, str | None] = {}
        self.registry = registry
        self.now = now or self._tick
        self._appends = 0
        self._writing = threading.RLock()

    def _tick(self) -> datetime:
        self._appends += 1
        return FIRST_MOMENT + timedelta(seconds=self._appends - 1)

    @contextmanager
    def transaction(self) -> Iterator["InMemoryTransaction"]:
        with self._writing:
            transaction = InMemoryTransaction(self)
            yield transaction
            self.events, self.texts = transaction.events, transaction.texts

    def append(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
        with self.transaction() as transaction:
            return transaction.append(stream, expected_version, events)

    def read_stream(self, stream: str, after_version: int = 0) -> Iterator[StoredEvent]:
        return self._newest(e for e in self.events if e.stream == stream and e.version > after_version)

    def read_all(self, after_position: int, limit: int, up_to: int | None = None) -> list[StoredEvent]:
        mark = self.safe_mark() if up_to is None else up_to
        return list(self._newest(e for e in self.events if after_position < e.position <= mark))[:limit]

    def safe_mark(self) -> int:
        return self.events[-1].position if self.events else 0

    def text(self, digest: str) -> str | None:
        return self.texts.get(digest)

    def streams(self, prefix: str) -> list[str]:
        return sorted({e.stream for e in self.events if e.stream.startswith(prefix)})

    def _newest(self, events: Iterator[StoredEvent]) -> Iterator[StoredEvent]:
        for event in list(events):
            version, data = upcast(event.type, event.schema_version, event.data, registry=self.registry)
            yield msgspec.structs.replace(event, schema_version=version, data=data)


class InMemoryTransaction:
    """`ports.LogTransaction` on copies that replace the store's when the block ends well."""

    def __init__(self, store: InMemoryEventStore) -> None:
        self.events = list(store.events)
        self.texts = dict(store.texts)
        self._store = store

    def append(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
        actual = self.stream_version(stream)
        if actual != expected_version:
            raise ConcurrencyError(stream, expected_version, actual)
        recorded_at = self._store.now()
        return [self._append(stream, event, recorded_at) for event in events]

    def _append(self, stream: str, event: NewEvent, recorded_at: datetime) -> StoredEvent:
        last = next((e for e in reversed(self.events) if e.stream == stream), None)
        data, metadata = (msgspec.json.decode(chain.canonical(each)) for each in (event.data, event.metadata))
        position = self.events[-1].position + 1 if self.events else 1
        version = last.version + 1 if last else 1
        stored = StoredEvent(
            position, stream, version, event.type, event.schema_version, data, metadata, recorded_at, digest=""
        )
        digest = chain.expected_digest(bytes.fromhex(last.digest) if last else b"", stored)
        self.events.append(msgspec.structs.replace(stored, digest=digest))
        return self.events[-1]

    def put_text(self, digest: str, text: str) -> None:
        self.texts.setdefault(digest, text)

    def erase_text(self, digest: str) -> None:
        if digest in self.texts:
            self.texts[digest] = None

    def stream_version(self, stream: str) -> int:
        return max((e.version for e in self.events if e.stream == stream), default=0)

    def read_stream(self, stream: str, after_version: int = 0) -> Iterator[StoredEvent]:
        return self._store._newest(e for e in self.events if e.stream == stream and e.version > after_version)

    def lock(self, name: str) -> None:
        """Held already: transactions take turns."""
