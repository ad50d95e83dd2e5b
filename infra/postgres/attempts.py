"""Attempts to code, counted before coding starts. Operational: outside the log and all digests."""

from dataclasses import dataclass

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to code an article under an edition: the `number`th since it last failed or was asked for."""

    article_id: str
    edition: str
    number: int
    last_error: str | None


def begin(pool: Pool, article_id: str, edition: str) -> Attempt:
    """Count an attempt and commit that before returning."""
    key = {"article_id": article_id, "edition": edition}
    with passing_trouble("counting an attempt", pool), pool.connection() as connection:
        row = connection.execute(queries("attempts")["begin"], key).fetchone()
    assert row is not None
    return Attempt(article_id, edition, int(row[0]), row[1])


def finish(pool: Pool, attempt: Attempt) -> None:
    """The article is coded, or nothing is left to code: it no longer waits."""
    _note(pool, "finish", attempt)


def note_error(pool: Pool, attempt: Attempt, error: str) -> None:
    """The attempt failed and counts."""
    _note(pool, "note_error", attempt, error)


def give_back(pool: Pool, attempt: Attempt) -> None:
    """The attempt ended through no fault of the article and does not count."""
    _note(pool, "give_back", attempt)


def start_over(pool: Pool, attempt: Attempt) -> None:
    """Count from 0 again, for whoever asks for a retry."""
    _note(pool, "start_over", attempt)


def _note(pool: Pool, query: str, attempt: Attempt, error: str | None = None) -> None:
    values = {"article_id": attempt.article_id, "edition": attempt.edition, "error": error}
    with passing_trouble("noting an attempt", pool), pool.connection() as connection:
        connection.execute(queries("attempts")[query], values)
