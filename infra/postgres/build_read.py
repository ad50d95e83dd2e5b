"""Reads a slice of the articles from the log for a build from nothing: each with all its facts, once.

Only the payload fields that the projection reads leave the database, each in a column of its own, and what comes again
and again (actors, places, days) is decoded once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_type_hints

import msgspec
import psycopg
from psycopg import sql

from domain.codec import from_data
from domain.events import EVENT_TYPES, SHAPES
from domain.origins import Steps
from domain.projections.dossier import Decisions, Dossier, Fact, decide
from domain.projections.projection import Projection

KEPT_VALUES = 50_000
"""Decoded values of one field that are remembered at a time."""

LAST_ID = "~"
"""Behind every article id: they are hex digits."""

_STREAMS_AT_A_TIME = 2_000
_CODING = {*EVENT_TYPES, "ArticleCoded", "CodingInherited"}
_UNUSED = {"signature"}
"""What is read of it by other means: origins are found for all articles at once."""

Value = Any


@dataclass(frozen=True, slots=True)
class Slice:
    """Articles by id from `low`, inclusive, to `high`, exclusive (None: to the end), as of a position of the log."""

    edition: str
    mark: int
    low: str
    high: str | None


def dossiers(
    connection: psycopg.Connection,
    projection: Projection,
    part: Slice,
    decisions: Decisions,
    origins_of: Callable[[str, datetime], Steps],
) -> Iterator[Dossier]:
    """The dossier of every article of a slice. Read them to the end before the connection is used again."""
    found = dict(_received(connection, projection, part, origins_of))
    inherited: dict[str, tuple[int, str]] = {}
    reading = _Reading(projection, coding=True)
    condition = sql.SQL("stream >= {} AND stream < {} AND split_part(stream, '@', 2) = {}").format(
        f"coding-{part.low}", f"coding-{part.high or LAST_ID}", part.edition
    )
    for stream, facts in reading.streams(connection, condition, part.mark):
        article_id = stream[7:].partition("@")[0]
        if facts[0].type == "CodingInherited":
            inherits: Any = facts[0].shape
            inherited[f"coding-{article_id}@{inherits.inherits}"] = (facts[0].position, article_id)
        elif (dossier := found.pop(article_id, None)) is not None:
            yield _with(dossier, facts, decisions, part.mark)
    streams = sorted(inherited)
    for first in range(0, len(streams), _STREAMS_AT_A_TIME):
        condition = sql.SQL("stream = ANY({})").format(streams[first : first + _STREAMS_AT_A_TIME])
        for stream, facts in reading.streams(connection, condition, part.mark):
            at, article_id = inherited[stream]
            if (dossier := found.pop(article_id, None)) is not None:
                yield _with(dossier, [_inherited(fact, at, part.edition) for fact in facts], decisions, part.mark)
    yield from found.values()


def _received(
    connection: psycopg.Connection, projection: Projection, part: Slice, origins_of: Callable[[str, datetime], Steps]
) -> Iterator[tuple[str, Dossier]]:
    condition = sql.SQL("stream >= {} AND stream < {}").format(f"article-{part.low}", f"article-{part.high or LAST_ID}")
    for stream, facts in _Reading(projection, coding=False).streams(connection, condition, part.mark):
        article_id = stream[8:]
        dossier = Dossier(article_id)
        for fact in facts:
            dossier.add(fact)
        if dossier.received_at is not None:
            dossier.origins = origins_of(article_id, dossier.received_at)
        yield article_id, dossier


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


class _Reading:
    """What a projection reads of the streams of articles, or else of codings: one column a field of the payload."""

    def __init__(self, projection: Projection, *, coding: bool) -> None:
        reads = {"CodingInherited": ("inherits",), **projection.reads}
        reads = {name: fields for name, fields in reads.items() if (name in _CODING) is coding and name in SHAPES}
        fields = {(f, _default(SHAPES[name][1], f)): () for name, fs in sorted(reads.items()) for f in fs}
        wanted = [field for field in fields if field[0] not in _UNUSED]
        self._columns = [_column(field, default) for field, default in wanted]
        kept: dict[Any, _Kept] = {}
        self._shapes = {name.encode(): _Shape(name, fields, wanted, kept) for name, fields in reads.items()}

    def streams(
        self, connection: psycopg.Connection, condition: sql.Composable, mark: int
    ) -> Iterator[tuple[str, list[Fact]]]:
        """Each stream with its facts of the types that are read, in order, up to a position."""
        facts: list[Fact] = []
        current, stream = b"", ""
        recorded_text, recorded_at = b"", datetime.min.replace(tzinfo=UTC)
        shapes = self._shapes
        with connection.cursor().copy(self._statement(condition, mark)) as rows:
            for row in rows:
                text = bytes(row)
                line = text.split(b"\t")
                if rb"\\" in text:  # JSON has no tab or line end as such, so that only its backslashes are doubled
                    line = [part.replace(rb"\\", b"\\") for part in line]
                if line[0] != current:
                    if facts:
                        yield stream, facts
                    current, facts = line[0], []
                    stream = current.decode()
                if line[3] != recorded_text:
                    recorded_text = line[3]
                    recorded_at = datetime.fromisoformat(recorded_text.decode())
                shape = shapes[line[2]]
                facts.append(Fact(int(line[1]), stream, shape.name, recorded_at, shape.read(line)))
        if facts:
            yield stream, facts

    def _statement(self, condition: sql.Composable, mark: int) -> sql.Composed:
        newest = {shape.name: SHAPES[shape.name][0] for shape in self._shapes.values()}
        of_old_shape = sql.SQL(" OR ").join(
            sql.SQL("(type = ANY({}) AND schema_version <> {})").format(
                [name for name in newest if newest[name] == version], version
            )
            for version in sorted(set(newest.values()))
        )
        old = sql.SQL("CASE WHEN {} THEN schema_version || ' ' || data::text ELSE '' END").format(of_old_shape)
        return sql.SQL(
            "COPY (SELECT stream, position, type, recorded_at, {columns} FROM frontlog_log.events"
            " WHERE {condition} AND position <= {mark} AND type = ANY({types}) ORDER BY stream, version) TO STDOUT"
        ).format(columns=sql.SQL(", ").join([*self._columns, old]), condition=condition, mark=mark, types=list(newest))


_FIRST_FIELD = 4
_CURRENT = b"\n"
"""The last column of an event in its newest shape, with the line's end."""


def _column(field: str, default: Value) -> sql.Composed:
    if default is msgspec.NODEFAULT:
        return sql.SQL("data->{}").format(field)
    return sql.SQL("coalesce(data->{}, {}::jsonb)").format(field, msgspec.json.encode(default).decode())


def _default(shape: type[msgspec.Struct], name: str) -> Value:
    return next(field.default for field in msgspec.structs.fields(shape) if field.name == name)


class _Shape:
    """Decodes events of one type to the fields that are read of them, under the names that its newest shape has."""

    def __init__(
        self, name: str, fields: Iterable[str], wanted: Sequence[tuple[str, Value]], kept: dict[Any, "_Kept"]
    ) -> None:
        self.name = name
        shape = SHAPES[name][1]
        hints = get_type_hints(shape)
        columns = {
            field: n for n, (field, default) in enumerate(wanted, _FIRST_FIELD)
            if field in fields and default == _default(shape, field)
        }  # fmt: skip
        seldom = [field for field in columns if hints[field] in _SELDOM_AGAIN]
        often = [field for field in columns if field not in seldom]
        self._struct = msgspec.defstruct(
            f"{name}Read", [(f, hints[f]) for f in (*often, *seldom)], namespace={"type": name}, frozen=True, gc=False
        )
        self._often = [(columns[f], kept.setdefault((f, hints[f]), _Kept(hints[f]))) for f in often]
        self._seldom = [(columns[f], msgspec.json.Decoder(hints[f]).decode) for f in seldom]

    def read(self, line: Sequence[bytes]) -> msgspec.Struct:
        """Raises Stop, or msgspec.ValidationError, where the payload is not of its shape."""
        if line[-1] != _CURRENT:
            version, _, data = line[-1].partition(b" ")
            return from_data(self.name, int(version), msgspec.json.decode(data))
        return self._struct(
            *[kept[line[n]] for n, kept in self._often], *[decode(line[n]) for n, decode in self._seldom]
        )


_SELDOM_AGAIN = (str, str | None, int, int | None)
"""Types of fields that are decoded as fast as looked up."""


class _Kept(dict[bytes, Value]):
    """Values of a type by their JSON, decoded when they come for the first time."""

    def __init__(self, hint: Any) -> None:
        super().__init__()
        self._decode = msgspec.json.Decoder(hint).decode

    def __missing__(self, text: bytes) -> Value:
        if len(self) >= KEPT_VALUES:
            self.clear()
        value = self[text] = self._decode(text)
        return value
