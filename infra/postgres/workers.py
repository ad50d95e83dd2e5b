"""Which processes work the queues, by their heartbeats."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

BEAT_INTERVAL_S = 2.0
ALIVE_WITHIN_S = 8.0
"""Four beats: one lost to a busy database does not make a worker dead."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process at work. `kind`: up, or the command that works for itself meanwhile. Times are the database's."""

    worker_id: str
    host: str
    pid: int
    kind: str
    started_at: datetime
    heartbeat_at: datetime


def beat(pool: Pool, worker_id: str, *, host: str, pid: int, kind: str) -> None:
    """Say that this worker lives."""
    values = {"worker_id": worker_id, "host": host, "pid": pid, "kind": kind}
    with passing_trouble("sending a heartbeat", pool), pool.connection() as connection:
        connection.execute(queries("workers")["beat"], values)


def leave(pool: Pool, worker_id: str) -> None:
    """Say that this worker stops."""
    with passing_trouble("signing a worker off", pool), pool.connection() as connection:
        connection.execute(queries("workers")["leave"], {"worker_id": worker_id})


def alive(pool: Pool, within_s: float = ALIVE_WITHIN_S) -> list[Worker]:
    """Workers heard of within so many seconds, oldest first."""
    with (
        passing_trouble("asking for workers", pool),
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(Worker)) as cursor,
    ):
        return cursor.execute(queries("workers")["alive"], {"within_s": within_s}).fetchall()
