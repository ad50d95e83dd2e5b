"""The step `switch`: what arrived meanwhile is coded, and the edition becomes live in the moment its rows are shown."""

import time
from collections.abc import Mapping
from typing import Any

import psycopg

from domain import workflow
from domain.errors import Stop
from infra import logs
from infra.postgres import differences, generations, projections, registry, replays
from infra.postgres.inbox import Pool
from infra.postgres.queries import queries
from infra.postgres.store import PostgresLogTransaction
from infra.replay.recode import Archive, code_arrivals

UNDER_LOCK = 20
"""Articles coded while nothing new can be shown; with more than that the arrivals are worked off once more before."""


def switch(pool: Pool, replay: replays.Replay, deadline: float) -> dict[str, Any] | None:
    """Activate the replay's edition and show its rows, in one transaction. None when its time was up before.

    Safe to repeat: killed before the commit nothing has changed, killed after it only late arrivals are left to code.
    """
    archive = Archive(pool, replay)
    if workflow.live_edition(archive.store) != replay.edition:
        if not code_arrivals(archive, deadline):
            return None
        if not come_near(pool, replay.generations, deadline):
            return None
        registry.keep(pool, replay.edition)
        missing = _shown_without(pool, replay)
        if len(missing) > UNDER_LOCK:
            if not _code(archive, missing, deadline):
                return None
            missing = _shown_without(pool, replay)
        projections.swap(
            pool,
            replay.generations,
            admit=lambda connection: replays.admit(connection, replay.replay_id),
            prepare=lambda connection: _last_ones(archive, connection),
            conclude=lambda connection: _conclude(replay, connection),
        )
    # whoever chose his coder before the switch has coded under the edition before: its articles are coded anew
    if not code_arrivals(archive, deadline):
        return None
    differences.forget_staged(pool, replay.edition)
    generations.prune(pool)
    for name in projections.names():
        projections.project(pool, name)
    return {}


def come_near(pool: Pool, generations: Mapping[str, int], deadline: float) -> bool:
    """Fold what is on display and the candidates until both lack less than a batch; False: its time was up before.

    What is left is done under the locks of the swap, with the projectors waiting.
    """
    for name, generation in sorted(generations.items()):
        for each in (None, generation):
            while projections.advance(pool, name, each) > projections.BATCH:
                if time.monotonic() > deadline:
                    return False
    return True


def _shown_without(pool: Pool, replay: replays.Replay) -> list[str]:
    with pool.connection() as connection:
        return _missing(connection, replay.edition)


def _missing(connection: psycopg.Connection, edition: str) -> list[str]:
    return [row[0] for row in connection.execute(queries("differences")["shown_without"], {"edition": edition})]


def _code(archive: Archive, articles: list[str], deadline: float) -> bool:
    for article_id in articles:
        if time.monotonic() > deadline:
            return False
        archive.keep(article_id, archive.code(article_id)[0])
    return True


def _last_ones(archive: Archive, connection: psycopg.Connection) -> None:
    """Through connections of their own: what this transaction appended itself, it could not read as safe."""
    _code(archive, _missing(connection, archive.edition), float("inf"))


def _conclude(replay: replays.Replay, connection: psycopg.Connection) -> None:
    lost = connection.execute(queries("differences")["shown_and_lost"], [replay.generations["articles"]]).fetchall()
    if lost:
        raise Stop(
            f"article {lost[0][0]} is on display but would not be under {replay.edition}; nothing was switched. "
            "frontlog replay --resume tries again, --abandon gives it up."
        )
    shown = connection.execute(queries("projections")["live"], ["control"]).fetchone()
    assert shown is not None
    both = {"before": shown[0], "after": replay.generations["control"], "edition": replay.edition}
    connection.execute(queries("differences")["record_switch"], both)
    tx = PostgresLogTransaction(connection)
    workflow.activate_within(tx, replay.edition, metadata={"trace_id": logs.trace_id(), "replay": replay.replay_id})
