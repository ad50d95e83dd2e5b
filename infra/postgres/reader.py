"""Reads the public views for the commands and the page. Rows come back as dicts, in the order of the query."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from domain.errors import InvalidInput
from infra.postgres.queries import queries

Pool = ConnectionPool[psycopg.Connection]
Rows = list[dict[str, Any]]


def control(pool: Pool, place: str | None, day: date | None, known_at: datetime | None) -> Rows:
    """Control rows now, or as of `day` in the world (else that of `known_at`) as known at the moment `known_at`."""
    if day is None and known_at is None:
        return ask(pool, "control", place=place)
    return ask(pool, "control_as_of", place=place, **as_of(day, known_at))


def places(pool: Pool) -> list[str]:
    """The names of all places whose control is on record."""
    return [row["place"] for row in ask(pool, "places")]


def as_of(day: date | None, known_at: datetime | None) -> dict[str, Any]:
    """The two times of a question of which one was given: its day is the moment's, its moment after all time."""
    return {"day": day or _day_of(known_at), "known_at": known_at or end_of(None)}


def first_known(pool: Pool, place: str | None) -> datetime | None:
    """When the archive first supported a state of a place (name or id), or of any; None: it never did."""
    found: datetime | None = ask(pool, "first_known", place=place)[0]["first_known"]
    return found


def _day_of(moment: datetime | None) -> date | None:
    """The day whose end a midnight is, else the day itself."""
    return (moment - timedelta(microseconds=1)).astimezone(UTC).date() if moment else None


def end_of(day: date | None) -> datetime:
    """The moment (UTC) at which a day is over; without one, after all time."""
    return datetime.combine(day + timedelta(days=1), time(), UTC) if day else datetime.max.replace(tzinfo=UTC)


def evidence(pool: Pool, place: str) -> Rows:
    """The claims about a place, with sentence, quote, source, and the `standing` of each; those that count first."""
    return ask(pool, "evidence", place=place)


def actors(pool: Pool, name: str | None) -> Rows:
    """Activity by actor, role and event type; `name` is an id or a part of a name."""
    return ask(pool, "actors", actor=name)


def articles(pool: Pool) -> Rows:
    """Every article with its state."""
    return ask(pool, "articles")


def outcomes(pool: Pool, article_ids: Sequence[str]) -> Rows:
    """The same for these articles only."""
    return ask(pool, "outcomes", ids=list(article_ids))


def unresolved(pool: Pool) -> Rows:
    """Mentions that the coder left open."""
    return ask(pool, "unresolved")


def projections(pool: Pool) -> Rows:
    """How far each projection has come."""
    return ask(pool, "projections")


def schedule(pool: Pool) -> Rows:
    """What is done on schedule, and how it last went."""
    return ask(pool, "schedule")


def rejected(pool: Pool) -> Rows:
    """The newest ten inputs that were rejected, with the reason."""
    return ask(pool, "rejected")


def totals(pool: Pool) -> dict[str, Any]:
    """Counts for the overview."""
    return ask(pool, "totals")[0]


def article_id(pool: Pool, beginning: str) -> str:
    """The one article whose id begins so. InvalidInput when there is none, or more than one."""
    return _only(
        [row["article_id"] for row in ask(pool, "article_ids", beginning=beginning)],
        beginning,
        "an article's id or its beginning",
        "List them: frontlog status --articles.",
    )


def fingerprint(pool: Pool, event: str) -> str:
    """The fingerprint of an event given by fingerprint or log position. InvalidInput when there is none."""
    return _only(
        [row["fingerprint"] for row in ask(pool, "fingerprint", event=event)],
        event,
        "an event's fingerprint or position",
        'List them: frontlog sql "SELECT position, fingerprint, type, quote FROM frontlog.events".',
    )


def event_told(pool: Pool, fingerprint: str) -> Rows:
    """Type and quote of the event of this fingerprint: one row, or none."""
    return ask(pool, "event_told", fingerprint=fingerprint)


def ask(pool: Pool, query: str, **parameters: Any) -> Rows:
    """Run the named query of queries/reading.sql."""
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(queries("reading")[query], parameters).fetchall()


def _only(found: list[str], given: str, expected: str, next_step: str) -> str:
    if len(found) == 1:
        return found[0]
    what = "more than one that fits" if found else "nothing that fits"
    raise InvalidInput(repr(given), what, expected, next_step)
