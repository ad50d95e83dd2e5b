"""Reads a slice of the articles from the log for a build from nothing: each with all its facts, once.

Only the payload fields that the projection reads leave the database, each in a column of its own, and what comes again
and again (actors, places, days) is decoded once.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, get_type_hints

import msgspec
import psycopg
from psycopg import sql

from domain.codec import from_data
from domain.events import EVENT_TYPES, SHAPES
from domain.origins import Steps
from domain.projections.dossier import Decisions, Dossier, Fact, decide
from domain.projections.projection import Projection
from infra.postgres.remembered import Remembered

ROWS_AT_A_TIME = 1_000

_STREAMS_AT_A_TIME = 2_000
_CODING = {*EVENT_TYPES, "ArticleCoded", "CodingInherited"}
_UNUSED = {"signature"}
"""What is read of it by other means: origins are found for all articles at once."""

Value = Any


@dataclass(frozen=True, slots=True)
class Slice:
    """Articles received at positions from `low`, inclusive, to `high`, exclusive, as of a position of the log."""

    edition: str
    mark: int
    low: int
    high: int


def dossiers(
    connection: psycopg.Connection,
    projection: Projection,
    part: Slice,
    decisions: Decisions,
    origins_of: Callable[[Mapping[str, datetime]], Mapping[str, Steps]],
) -> Iterator[Dossier]:
    """The dossier of every article of a slice. Read them to the end before the connection is used again.

    Most codings follow soon on the receipt and are read with one stretch of the log; the others by their streams.
    """
    waiting = _received(connection, projection, part, origins_of)
    reading = _Reading(projection, coding=True)
    coded = {f"coding-{article_id}@{part.edition}": article_id for article_id in waiting}
    near = _begun(connection, part) & coded.keys()
    inherited: dict[str, tuple[int, str]] = {}
    far = ((_streams(streams), streams) for streams in _chunks(coded))
    for where, wanted in chain([(_near(part), near)], far):
        for stream, facts in _codings(reading, connection, where, wanted, part.mark):
            article_id = coded.pop(stream)
            if facts[0].type == "CodingInherited":
                inherited[_inherits(facts[0], article_id)] = (facts[0].position, article_id)
            else:
                yield _with(waiting.pop(article_id), facts, decisions, part.mark)
    for streams in _chunks(inherited):
        for stream, facts in _codings(reading, connection, _streams(streams), streams, part.mark):
            at, article_id = inherited[stream]
            told = [_inherited(fact, at, part.edition) for fact in facts]
            yield _with(waiting.pop(article_id), told, decisions, part.mark)
    yield from waiting.values()


def _received(
    connection: psycopg.Connection,
    projection: Projection,
    part: Slice,
    origins_of: Callable[[Mapping[str, datetime]], Mapping[str, Steps]],
) -> dict[str, Dossier]:
    """The articles of a slice by id, with all facts of their own streams."""
    reading = _Reading(projection, coding=False)
    first = sql.SQL("{} AND stream ^@ 'article-' AND version = 1").format(_stretch(part))
    found: dict[str, Dossier] = {}
    for fact in reading.facts(connection, first, part.mark):
        article_id = fact.stream[8:]
        dossier = found[article_id] = Dossier(article_id)
        dossier.add(fact)
    for streams in _chunks(f"article-{article_id}" for article_id in found):
        later = sql.SQL("{} AND version > 1").format(_streams(streams))
        for fact in reading.facts(connection, later, part.mark):
            found[fact.stream[8:]].add(fact)
    received = {one.article_id: one.received_at for one in found.values() if one.received_at is not None}
    for article_id, origins in origins_of(received).items():
        found[article_id].origins = origins
    return found


def _begun(connection: psycopg.Connection, part: Slice) -> set[str]:
    """The codings under the slice's edition that begin where it lies."""
    statement = sql.SQL("SELECT stream FROM frontlog_log.events WHERE {} AND version = 1").format(_near(part))
    return {stream for (stream,) in connection.execute(statement)}


def _codings(
    reading: "_Reading", connection: psycopg.Connection, where: sql.Composable, wanted: Container[str], mark: int
) -> Iterator[tuple[str, list[Fact]]]:
    """Each stream that is wanted and ends, with its facts in order."""
    begun: dict[str, list[Fact]] = {}
    for fact in reading.facts(connection, where, mark, wanted):
        facts = begun.get(fact.stream)
        if facts is None:
            facts = begun[fact.stream] = []
        facts.append(fact)
        if fact.type in _CLOSING:
            yield fact.stream, begun.pop(fact.stream)


_CLOSING = {"ArticleCoded", "CodingInherited"}


def _stretch(part: Slice) -> sql.Composed:
    return sql.SQL("position >= {} AND position < {}").format(part.low, part.high)


def _near(part: Slice) -> sql.Composed:
    of_edition = sql.SQL("stream ^@ 'coding-' AND split_part(stream, '@', 2) = {}").format(part.edition)
    return sql.SQL("{} AND {}").format(_stretch(part), of_edition)


def _streams(streams: Sequence[str]) -> sql.Composed:
    # a list as such would be weighed name by name: planning would take longer than reading
    return sql.SQL("stream = ANY(ARRAY(SELECT unnest({}::text[])))").format(streams)


def _chunks(streams: Iterable[str]) -> Iterator[list[str]]:
    streams = sorted(streams)
    for first in range(0, len(streams), _STREAMS_AT_A_TIME):
        yield streams[first : first + _STREAMS_AT_A_TIME]


def _inherits(fact: Fact, article_id: str) -> str:
    shape: Any = fact.shape
    return f"coding-{article_id}@{shape.inherits}"


def _with(dossier: Dossier, coding: Iterable[Fact], decisions: Decisions, mark: int) -> Dossier:
    for fact in coding:
        dossier.add(fact)
    if decisions:
        decide(dossier, decisions, mark)
    return dossier


def _inherited(fact: Fact, at: int, edition: str) -> Fact:
    shape = fact.shape
    if "edition" in shape.__struct_fields__:
        shape = msgspec.structs.replace(shape, edition=edition)
    return msgspec.structs.replace(fact, inherited_at=at, shape=shape)


class _Field(NamedTuple):
    """A field of payloads as one column brings it: text and numbers as such, all else in JSON, to be decoded."""

    name: str
    default: Value
    hint: Any

    @property
    def as_such(self) -> bool:
        return self.hint in _AS_SUCH

    @property
    def column(self) -> sql.Composed:
        if self.as_such:
            column = sql.SQL("(data->>{})::" + _AS_SUCH[self.hint]).format(self.name)
            missing: Value = self.default
        else:
            column = sql.SQL("(data->{})::text").format(self.name)
            missing = msgspec.NODEFAULT if self.default is msgspec.NODEFAULT else _json(self.default)
        if missing is None or missing is msgspec.NODEFAULT:
            return column
        return sql.SQL("coalesce({}, {})").format(column, missing)


_AS_SUCH = {str: "text", str | None: "text", int: "bigint", int | None: "bigint"}


def _fields(name: str, read: Iterable[str]) -> list[_Field]:
    """The fields that are read of a type, as its newest shape has them."""
    shape = SHAPES[name][1]
    hints, defaults = get_type_hints(shape), {each.name: each.default for each in msgspec.structs.fields(shape)}
    return [_Field(each, defaults[each], hints[each]) for each in read]


def _json(value: Value) -> str:
    return msgspec.json.encode(value).decode()


class _Reading:
    """What a projection reads of the streams of articles, or else of codings: one column a field of the payload."""

    def __init__(self, projection: Projection, *, coding: bool) -> None:
        reads = {"CodingInherited": ("inherits",), **projection.reads}
        reads = {name: fields for name, fields in reads.items() if (name in _CODING) is coding and name in SHAPES}
        of_type = {name: _fields(name, read) for name, read in sorted(reads.items())}
        # a dict for its order
        columns = {each: None for some in of_type.values() for each in some if each.name not in _UNUSED}
        self._columns = [each.column for each in columns]
        kept = {each: Remembered(msgspec.json.Decoder(each.hint).decode) for each in columns if not each.as_such}
        numbered = {each: n for n, each in enumerate(columns, _FIRST_FIELD)}
        self._shapes = {name: _Shape(name, some, numbered, kept) for name, some in of_type.items()}

    def facts(
        self, connection: psycopg.Connection, where: sql.Composable, mark: int, wanted: Container[str] | None = None
    ) -> Iterator[Fact]:
        """The facts of the types that are read, up to a position and in order; `wanted` streams only (None: all)."""
        current, skipped = "", False
        shapes = self._shapes
        for row in connection.cursor(binary=True).stream(self._statement(where, mark), size=ROWS_AT_A_TIME):
            stream = row[0]
            if stream != current:
                current = stream
                skipped = wanted is not None and stream not in wanted
            if not skipped:
                shape = shapes[row[2]]
                yield Fact(row[1], stream, shape.name, row[3], shape.read(row))

    def _statement(self, where: sql.Composable, mark: int) -> sql.Composed:
        newest = {shape.name: SHAPES[shape.name][0] for shape in self._shapes.values()}
        of_old_shape = sql.SQL(" OR ").join(
            sql.SQL("(schema_version <> {} AND type = ANY({}))").format(
                version, [name for name in newest if newest[name] == version]
            )
            for version in sorted(set(newest.values()))
        )
        old = sql.SQL("CASE WHEN {} THEN schema_version || ' ' || data::text END").format(of_old_shape)
        return sql.SQL(
            "SELECT stream, position, type, recorded_at, {columns} FROM frontlog_log.events"
            " WHERE {where} AND position <= {mark} AND type = ANY({types}) ORDER BY position"
        ).format(columns=sql.SQL(", ").join([*self._columns, old]), where=where, mark=mark, types=list(newest))


_FIRST_FIELD = 4


class _Shape:
    """Decodes events of one type to the fields that are read of them, under the names that its newest shape has."""

    def __init__(
        self, name: str, fields: Iterable[_Field], columns: Mapping[_Field, int], kept: Mapping[_Field, Remembered]
    ) -> None:
        self.name = name
        decoded = [each for each in fields if each in kept]
        as_such = [each for each in fields if each in columns and each not in kept]
        self._struct = msgspec.defstruct(
            f"{name}Read",
            [(each.name, each.hint) for each in (*decoded, *as_such)],
            namespace={"type": name},
            frozen=True,
            gc=False,
        )
        self._decoded = [(columns[each], kept[each]) for each in decoded]
        self._as_such = [columns[each] for each in as_such]

    def read(self, row: Sequence[Any]) -> msgspec.Struct:
        """Raises Stop, or msgspec.ValidationError, where the payload is not of its shape."""
        if row[-1] is not None:
            version, _, data = row[-1].partition(" ")
            return from_data(self.name, int(version), msgspec.json.decode(data))
        return self._struct(*[kept[row[n]] for n, kept in self._decoded], *[row[n] for n in self._as_such])
