"""What the domain asks of the outside. `infra/` implements each; `tests/contract` holds them to one behaviour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

NO_STREAM = 0
"""Expected version of a stream that must not exist yet."""


class NewEvent(msgspec.Struct, frozen=True):
    """An event on its way into the log. `data` is JSON-ready (date as ISO string)."""

    type: str
    data: Mapping[str, Any]
    schema_version: int = 1
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)


class StoredEvent(msgspec.Struct, frozen=True):
    """An event in the log. `position` is global and rises, with harmless holes; `version` counts in the stream from 1.

    `recorded_at` is the database's, with time zone; `digest` (hex) chains to the event before it in its stream.
    """

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    data: Mapping[str, Any]
    metadata: Mapping[str, Any]
    recorded_at: datetime
    digest: str


class LogTransaction(Protocol):
    """One transaction on the log: all of it becomes visible, or nothing."""

    def append(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
        """Append to `stream` if it is at `expected_version`; else raise ConcurrencyError and change nothing."""

    def put_text(self, digest: str, text: str) -> None:
        """Keep an article's text under its digest. A repeat changes nothing; an erased text stays erased."""

    def erase_text(self, digest: str) -> None:
        """Remove a text for good, keeping the fact that it was there."""

    def stream_version(self, stream: str) -> int:
        """The stream's version as this transaction sees it; 0 when there is none."""

    def read_stream(self, stream: str, after_version: int = 0) -> Iterator[StoredEvent]:
        """`EventStore.read_stream` as this transaction sees it."""

    def lock(self, name: str) -> None:
        """Hold the lock of this name until the transaction ends (serialises, say, revisions of one url)."""


class EventStore(Protocol):
    """The append-only log."""

    def transaction(self) -> AbstractContextManager[LogTransaction]:
        """Open a transaction; it commits at the end of the block and rolls back when the block raises."""

    def append(self, stream: str, expected_version: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
        """`LogTransaction.append` in a transaction of its own."""

    def read_stream(self, stream: str, after_version: int = 0) -> Iterator[StoredEvent]:
        """A stream's events in order, upcast to the newest shapes."""

    def read_all(self, after_position: int, limit: int, up_to: int | None = None) -> list[StoredEvent]:
        """At most `limit` events after a position in order, up to the safe mark (or `up_to`), upcast. Skips none."""

    def safe_mark(self) -> int:
        """The position up to which every event that will ever be there is visible now."""

    def text(self, digest: str) -> str | None:
        """An article's text; None when it was erased or never came."""

    def streams(self, prefix: str) -> Iterable[str]:
        """Names of the streams that start with `prefix`, sorted."""


class Token(msgspec.Struct, frozen=True, gc=False):
    """A word of a parsed sentence. `head` is a token index; `start` a character offset in the sentence.

    Tag sets: `pos` universal, `tag` Penn Treebank, `dep` ClearNLP as spaCy's English models give them.
    """

    i: int
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Parser(Protocol):
    """A dependency parser. The same sentence gives the same tree in any batch."""

    @property
    def model(self) -> str:
        """Name and version: part of every edition's digest."""

    def parse(self, sentences: Sequence[str]) -> list[tuple[Token, ...]]:
        """One tree a sentence, in order."""


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """A place of the gazetteer. `kind`: city, facility, region, ...; `country` ISO alpha-2; degrees WGS 84."""

    id: str
    name: str
    kind: str
    country: str
    lat: float | None
    lon: float | None
    population: int = 0
    region: str | None = None


class Gazetteer(Protocol):
    """Named places of the world, asked for by country so that a place of another theatre never answers."""

    @property
    def version(self) -> str:
        """Name and version: part of every edition's digest."""

    def exact(self, folded: str, countries: Iterable[str]) -> list[GazetteerEntry]:
        """Entries with this folded name (`domain.places.fold`), most populous first."""

    def similar(self, folded: str, countries: Iterable[str]) -> list[GazetteerEntry]:
        """Entries whose name is a transliteration variant; for place slots only. Best first."""
