"""Which articles the log holds that are not coded yet: what the sweep rings for when a doorbell was lost."""

from dataclasses import dataclass

from psycopg.rows import class_row

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article that waits, and the trace it came in with."""

    article_id: str
    trace_id: str | None


def look(pool: Pool, mark: int) -> bool:
    """Read on in the log up to the safe mark and note what waits there and what no longer does.

    False: another process is at it. Any ArticleCoded ends the wait, whatever its edition: an activation itself codes
    what its edition lacks.
    """
    with (
        passing_trouble("looking for waiting articles", pool),
        pool.connection() as connection,
        connection.transaction(),
    ):
        row = connection.execute(queries("sweep")["hold"]).fetchone()
        if row is not None and row[0] < mark:
            connection.execute(queries("sweep")["note"], {"after": row[0], "mark": mark})
    return row is not None


def overdue(pool: Pool, *, patience_s: float, limit: int) -> list[Waiting]:
    """Articles whose doorbell rang longer ago than this and whom nobody is coding; they count as rung from here on."""
    parameters = {"patience_s": patience_s, "limit": limit}
    with (
        passing_trouble("looking for overdue articles", pool),
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(Waiting)) as cursor,
    ):
        return cursor.execute(queries("sweep")["ring"], parameters).fetchall()


def backlog(pool: Pool, queue: str, *, enough: int) -> int:
    """How many doorbells of a queue in the database nobody has taken up; counts no further than `enough`."""
    with passing_trouble("counting doorbells", pool), pool.connection() as connection:
        row = connection.execute(queries("sweep")["backlog"], {"queue": queue, "enough": enough}).fetchone()
    assert row is not None
    return int(row[0])
