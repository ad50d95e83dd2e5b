"""Reads a batch of the log as dossiers: the articles it touches, as they were before it and as they are after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec
import psycopg

from domain.codec import from_data
from domain.events import SHAPES, ArticleCoded, CodingInherited
from domain.projections.dossier import Decisions, Dossier, Fact, article_of, dossiers
from domain.projections.projection import Projection
from infra.postgres import projections_origins
from infra.postgres.queries import queries

_DECODERS = {name: (version, msgspec.json.Decoder(shape)) for name, (version, shape) in SHAPES.items()}

EVERYTHING = 2**63 - 1
"""A position beyond every other."""


class Target(Protocol):
    """What is read for: the codings of one edition, after a checkpoint."""

    @property
    def edition(self) -> str: ...

    @property
    def position(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """`count` events read, up to the position `reached`; dossiers of the touched articles before and after them."""

    count: int
    reached: int
    before: dict[str, Dossier]
    after: dict[str, Dossier]


class _Row(NamedTuple):
    """An event of the log; `data` is None where the projection does not read its type."""

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    recorded_at: Any
    data: str | None


def read(connection: psycopg.Connection, projection: Projection, target: Target, mark: int, limit: int) -> Batch:
    """At most `limit` events after the target's checkpoint, up to the safe mark, with all their articles' others."""
    found = [
        _Row(*row)
        for row in connection.execute(
            queries("projections")["batch"],
            {"after": target.position, "mark": mark, "limit": limit, "reads": _types(projection)},
        )
    ]
    reached = found[-1].position if len(found) == limit else max(mark, target.position)
    own = [row for row in found if _concerns(row.stream, target.edition)]
    touched = {article for row in own if (article := article_of(row.stream))}
    reads_decisions = "EventRejected" in projection.reads
    if reads_decisions:
        touched |= _reviewed(connection, own, target, reached)
    if not touched:
        return Batch(len(found), reached, {}, {})
    origins = projections_origins.Origins()
    if "signature" in projection.reads.get("ArticleReceived", ()):
        origins = projections_origins.read(connection, target.edition, touched, target.position, reached)
        touched |= origins.changed
    rows = _complete(connection, projection, own, touched, target, reached)
    facts = [_fact(row) for row in rows if row.data is not None and not row.stream.startswith("review-")]
    facts += _inherited(connection, _types(projection), facts)
    decisions = _decisions(connection, _types(projection), facts, reached) if reads_decisions else {}
    earlier = any(fact.counts_from <= target.position for fact in facts)
    before = dossiers(facts, decisions, origins.before, up_to=target.position) if earlier else {}
    return Batch(len(found), reached, before, dossiers(facts, decisions, origins.after, up_to=reached))


def dossiers_of(connection: psycopg.Connection, article_ids: Sequence[str], edition: str) -> dict[str, Dossier]:
    """Dossiers of these articles under an edition, as the log has them now, with all that any projection reads."""
    wanted = [name for one in article_ids for name in (f"article-{one}", f"coding-{one}@{edition}")]
    found = connection.execute(
        queries("projections")["streams"], {"streams": wanted, "up_to": EVERYTHING, "reads": list(SHAPES)}
    )
    facts = [_fact(_Row(*row)) for row in found]
    facts += _inherited(connection, list(SHAPES), facts)
    origins = projections_origins.read(connection, edition, article_ids, EVERYTHING, EVERYTHING).after
    return dossiers(facts, _decisions(connection, list(SHAPES), facts, EVERYTHING), origins, up_to=EVERYTHING)


def decisions_on(connection: psycopg.Connection, fingerprints: Iterable[str]) -> Decisions:
    """What was decided on these fingerprints, in the order it was."""
    streams = [f"review-{one}" for one in sorted(set(fingerprints))]
    found: dict[str, list[Fact]] = {}
    asked = {"streams": streams, "up_to": EVERYTHING, "reads": list(SHAPES)}
    for row in connection.execute(queries("projections")["streams"], asked):
        fact = _fact(_Row(*row))
        found.setdefault(fact.stream.removeprefix("review-"), []).append(fact)
    return found


def decisions_up_to(connection: psycopg.Connection, mark: int) -> Decisions:
    """All decisions up to a position, by fingerprint, in the order they were made."""
    found: dict[str, list[Fact]] = {}
    for row in connection.execute(queries("building")["decisions"], {"mark": mark}):
        fact = _fact(_Row(*row))
        found.setdefault(fact.stream.removeprefix("review-"), []).append(fact)
    return found


def _inherited(connection: psycopg.Connection, reads: list[str], facts: Sequence[Fact]) -> list[Fact]:
    """The events that codings among these facts inherit, as codings of the inheriting edition."""
    markers = {
        f"coding-{fact.shape.article_id}@{fact.shape.inherits}": (fact.position, fact.shape)
        for fact in facts
        if isinstance(fact.shape, CodingInherited)
    }
    if not markers:
        return []
    asked = {"streams": list(markers), "up_to": EVERYTHING, "reads": reads}
    found = []
    for each in connection.execute(queries("projections")["streams"], asked):
        row = _Row(*each)
        if row.data is None:
            continue
        fact = _fact(row)
        at, marker = markers[fact.stream]
        found.append(msgspec.structs.replace(fact, inherited_at=at, shape=_renamed(fact.shape, marker.edition)))
    return found


def _renamed(shape: msgspec.Struct, edition: str) -> msgspec.Struct:
    return msgspec.structs.replace(shape, edition=edition) if isinstance(shape, ArticleCoded) else shape


def _types(projection: Projection) -> list[str]:
    return [*projection.reads, "CodingInherited"]


def _concerns(stream: str, edition: str) -> bool:
    if stream.startswith("coding-"):
        return stream.partition("@")[2] == edition
    return stream.startswith(("article-", "review-"))


def _reviewed(connection: psycopg.Connection, rows: Iterable[_Row], target: Target, reached: int) -> set[str]:
    """Articles whose events the batch holds decisions on."""
    fingerprints = sorted({row.stream.removeprefix("review-") for row in rows if row.stream.startswith("review-")})
    if not fingerprints:
        return set()
    found = connection.execute(
        queries("projections")["articles_of_fingerprints"],
        {"fingerprints": fingerprints, "up_to": reached, "edition": target.edition},
    )
    return {article_id for (article_id,) in found}


def _complete(
    connection: psycopg.Connection,
    projection: Projection,
    rows: Sequence[_Row],
    touched: set[str],
    target: Target,
    reached: int,
) -> list[_Row]:
    """The batch's rows and the rest of the touched articles' streams, in order. A new article has no rest."""
    begun = {row.stream for row in rows if row.version == 1}
    missing: list[str] = []
    for article_id in sorted(touched):
        article, coding = f"article-{article_id}", f"coding-{article_id}@{target.edition}"
        if article not in begun:
            missing.append(article)
            if coding not in begun:
                missing.append(coding)
    if not missing:
        return list(rows)
    rest = connection.execute(
        queries("projections")["streams"], {"streams": missing, "up_to": reached, "reads": _types(projection)}
    )
    replaced = set(missing)
    return sorted([*(row for row in rows if row.stream not in replaced), *(_Row(*row) for row in rest)])


def _decisions(connection: psycopg.Connection, reads: list[str], facts: Iterable[Fact], reached: int) -> Decisions:
    row = connection.execute(queries("projections")["any_review"]).fetchone()
    if row is None or not row[0]:
        return {}
    prints = {str(getattr(fact.shape, "fingerprint", "")) for fact in facts} - {""}
    streams = [f"review-{one}" for one in sorted(prints)]
    found: dict[str, list[Fact]] = {}
    for each in connection.execute(
        queries("projections")["streams"], {"streams": streams, "up_to": reached, "reads": reads}
    ):
        fact = _fact(_Row(*each))
        found.setdefault(fact.stream.removeprefix("review-"), []).append(fact)
    return found


def _fact(row: _Row) -> Fact:
    return Fact(row.position, row.stream, row.type, row.recorded_at, _shape(row))


def _shape(row: _Row) -> msgspec.Struct:
    assert row.data is not None
    newest, decoder = _DECODERS.get(row.type, (0, None))
    if decoder is not None and newest == row.schema_version:
        return decoder.decode(row.data)
    return from_data(row.type, row.schema_version, msgspec.json.decode(row.data))
