"""What tests of replays share: an archive that has been shown, and a replay without a broker."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from archive import Archive, tell_all
from psycopg_pool import ConnectionPool

from infra.postgres import projections, replays
from infra.postgres.pool import open_pool
from infra.replay import work

Pool = ConnectionPool[psycopg.Connection]


@contextmanager
def archive_on_display(conninfo: str) -> Iterator[Archive]:
    """Twenty articles, told and projected."""
    with open_pool(conninfo, max_size=8) as pool:
        archive = Archive(pool)
        tell_all(archive, range(20))
        projections.project_all(pool)
        yield archive


def in_this_process(pool: Pool, replay: replays.Replay) -> replays.Replay:
    """Do all the work without a broker."""
    lanes = replays.open_lanes(pool, replay.replay_id)
    while lanes:
        work.answer(pool, replay.replay_id, lanes.pop(0), lambda _, lane: lanes.append(lane))
    return replays.one(pool, replay.replay_id)
