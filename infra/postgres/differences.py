"""Codings staged under another edition, and the rows that say what differs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from domain.events import Coding
from infra.postgres import replay_rows
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

_CODING = msgspec.json.Decoder(Coding)

Found = dict[str, Any]


class Difference(TypedDict, total=False):
    """A row of frontlog_ops.replay_differences; kind, key and change are always there. Sides are JSON-ready."""

    kind: str
    key: str
    change: str
    weight: int
    fields: list[str]
    article_id: str | None
    sentence: int | None
    event_type: str | None
    rule: str | None
    fingerprint: str | None
    place_id: str | None
    place: str | None
    area: str | None
    actor_id: str | None
    actor: str | None
    role: str | None
    before: Any
    after: Any
    note: str | None
    text_digest: str | None
    start_at: int | None
    end_at: int | None


def articles(pool: Pool, after: int, up_to: int, lane: int, lanes: int) -> list[tuple[str, str]]:
    """Id and text digest of the articles received in (after, up_to] whose share of the work is `lane` of `lanes`."""
    with passing_trouble("listing articles to recode", pool), pool.connection() as connection:
        given = {"after": after, "up_to": up_to, "lane": lane, "lanes": lanes}
        return [(row[0], row[1]) for row in connection.execute(queries("differences")["articles"], given)]


def arrivals(pool: Pool, after: int, edition: str, limit: int) -> list[str]:
    """Articles received after a position that have no coding under the edition, at most so many."""
    with passing_trouble("listing what arrived", pool), pool.connection() as connection:
        given = {"after": after, "edition": edition, "limit": limit}
        return [row[0] for row in connection.execute(queries("differences")["arrivals"], given)]


def staged(pool: Pool, edition: str, article_id: str) -> Coding | None:
    """A staged coding; None where there is none, or coding it failed."""
    with passing_trouble("reading a staged coding", pool), pool.connection() as connection:
        row = connection.execute(queries("differences")["staged"], [edition, article_id]).fetchone()
    return _CODING.decode(row[0]) if row and row[0] is not None else None


def keep(
    pool: Pool,
    replay_id: int,
    edition: str,
    codings: Iterable[tuple[str, Coding | None, str | None]],
    found: Iterable[Difference],
) -> None:
    """Stage codings (article id, coding or else the error) and note differences, all or nothing. Safe to repeat.

    Nothing is left behind of a replay that was abandoned meanwhile.
    """
    with passing_trouble("staging codings", pool), pool.connection() as connection, connection.transaction():
        if not replay_rows.keep_running(connection, replay_id):
            return
        for article_id, coding, error in codings:
            encoded = None if coding is None else msgspec.json.encode(coding)
            connection.execute(queries("differences")["stage"], [edition, article_id, encoded, error])
        add(connection, replay_id, found)


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a set of ids, by their hash: of one lane of several the piece `piece` of `pieces`."""

    lane: int
    piece: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What a differing article contributes: places of either side, and (actor_id, actor, role, type, events more)."""

    article_id: str
    places: list[str]
    sums: list[tuple[str, str, str, str, int]]


def keep_compared(pool: Pool, replay_id: int, compared: Iterable[Compared], orphans: Iterable[Difference]) -> None:
    """Note what articles contribute and the decisions they lose, all or nothing. Safe to repeat."""
    with passing_trouble("noting differences", pool), pool.connection() as connection, connection.transaction():
        if not replay_rows.keep_running(connection, replay_id):
            return
        for each in compared:
            row = [replay_id, each.article_id, each.places, Jsonb(each.sums)]
            connection.execute(queries("differences")["keep_compared"], row)
        add(connection, replay_id, orphans)


def keep_derived(pool: Pool, replay_id: int, found: Iterable[Difference]) -> None:
    """Note what follows from the events' differences, all or nothing. Safe to repeat."""
    with passing_trouble("noting differences", pool), pool.connection() as connection, connection.transaction():
        if not replay_rows.keep_running(connection, replay_id):
            return
        add(connection, replay_id, found)


def add(connection: psycopg.Connection, replay_id: int, found: Iterable[Difference]) -> None:
    """Note differences; one whose key is there already changes nothing."""
    usual = dict.fromkeys(Difference.__annotations__)
    for each in found:
        row = {**usual, "weight": 1, "fields": [], **each, "replay_id": replay_id}
        for side in ("before", "after"):
            row[side] = None if row[side] is None else Jsonb(row[side])
        connection.execute(queries("differences")["add"], row)


def differing_articles(pool: Pool, replay_id: int, share: Share) -> list[str]:
    """Articles of this share of which some event differs."""
    given = {"replay_id": replay_id, **asdict(share)}
    return [row["article_id"] for row in _ask(pool, "differing_articles", given)]


def places_to_weigh(pool: Pool, replay_id: int, share: Share, *, everywhere: bool) -> list[str]:
    """Places of this share that differing articles touch; `everywhere`: that anything on display speaks of, too."""
    given = {"replay_id": replay_id, "everywhere": everywhere, **asdict(share)}
    return [row["place_id"] for row in _ask(pool, "places_to_weigh", given)]


def articles_at(pool: Pool, replay_id: int, places: Sequence[str]) -> list[str]:
    """Differing articles that touch one of these places."""
    return [row["article_id"] for row in _ask(pool, "articles_at", [replay_id, list(places)])]


def report(pool: Pool, replay_id: int) -> list[Found]:
    """All that a replay found, rows of the view, the weightiest of each kind first."""
    return _ask(pool, "rows", [replay_id])


def evidence_shown(pool: Pool, places: Sequence[str]) -> list[Found]:
    """Rows of evidence on display of these places."""
    return _ask(pool, "evidence_shown", [list(places)])


def forget_staged(pool: Pool, edition: str) -> None:
    """Drop the codings staged under this edition."""
    with passing_trouble("dropping staged codings", pool), pool.connection() as connection:
        connection.execute(queries("differences")["forget_staged"], [edition])


def _ask(pool: Pool, name: str, arguments: list[Any] | dict[str, Any]) -> list[Found]:
    with (
        passing_trouble("reading differences", pool),
        pool.connection() as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(queries("differences")[name], arguments).fetchall()
