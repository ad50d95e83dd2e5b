"""Gets rid of generations that nobody shows, without ever standing in a reader's way."""

import psycopg
from psycopg import errors, sql

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

KEEP_RETIRED = 1
"""Builds of each projection kept after a swap, to look at what was shown before."""


def prune(pool: Pool, keep: int = KEEP_RETIRED) -> int:
    """Drop the retired generations beyond the newest `keep` of each projection, and what was set aside.

    Returns how many wait for a reader's transaction to end: the next call drops them. Safe to repeat.
    """
    with passing_trouble("pruning generations", pool), pool.connection() as connection:
        old = [number for (number,) in connection.execute(queries("replays")["old_generations"], [keep])]
        connection.execute(queries("replays")["set_aside"], [old])
    return drop_set_aside(pool)


def drop_set_aside(pool: Pool) -> int:
    """Drop every generation that was set aside; returns how many wait for a reader. Safe to repeat."""
    waiting = 0
    with passing_trouble("dropping generations", pool), pool.connection() as connection:
        connection.execute(queries("replays")["briefly"])
        try:
            for (generation,) in connection.execute(queries("replays")["dropping"]).fetchall():
                waiting += not _drop(connection, generation)
        finally:
            connection.execute(queries("replays")["as_before"])
    return waiting


def _drop(connection: psycopg.Connection, generation: int) -> bool:
    """Whether it is gone. A plain DROP would wait for open readers with all new ones waiting behind it."""
    try:
        for parent, child, pending in connection.execute(queries("replays")["partitions"], [generation]).fetchall():
            if pending is not None:
                how = sql.SQL("FINALIZE" if pending else "CONCURRENTLY")
                names = sql.Identifier("frontlog_read", parent), sql.Identifier("frontlog_read", child)
                connection.execute(sql.SQL("ALTER TABLE {} DETACH PARTITION {} {}").format(*names, how))
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("frontlog_read", child)))
    except (errors.LockNotAvailable, errors.ObjectInUse, errors.ObjectNotInPrerequisiteState, errors.UndefinedTable):
        return False  # a reader holds it, or another process drops it at this moment
    connection.execute(queries("replays")["forget_generation"], [generation])
    return True
