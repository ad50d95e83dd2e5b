"""What a worker does for one message: claim the lane's next range, do its step, finish it, ring for what follows."""

import os
import socket
import time
from collections.abc import Callable
from typing import Any

import structlog

from domain.errors import FrontlogError, Stop, TryAgain
from infra.logs import bind_trace
from infra.postgres import comparing, generations, projections, replays
from infra.postgres.inbox import Pool

log = structlog.get_logger(__name__)

BATCH = 2_000
"""Events a transaction of a rebuild: a kill loses no more, and the progress moves."""

RANGE_WITHIN_S = 15.0
"""A range that takes longer is left and rung for again: a message's worker is to be free well within half a minute."""


def answer(pool: Pool, replay_id: int, lane: str, ring: Callable[[int, str], None]) -> None:
    """Do a lane's next range. Raises TryAgain for passing trouble; anything else fails the replay, visibly.

    Safe to repeat and beside others: a range is folded from its candidate's checkpoint, and has one worker at a time.
    """
    replay = replays.one(pool, replay_id)
    with bind_trace(replay.trace_id, replay=str(replay_id), lane=lane):
        try:
            following = _work(pool, replay, lane)
        except TryAgain as passing:
            log.warning("a range is tried again", error=str(passing))
            replays.trouble(pool, replay_id, lane, str(passing))
            raise
        except Exception as error:
            said = str(error) if isinstance(error, FrontlogError) else f"{type(error).__name__}: {error}"
            log.error("the replay failed", error=said, exc_info=not isinstance(error, Stop))
            replays.fail(pool, replay_id, said)
            return
        for each in following:
            ring(replay_id, each)


def _work(pool: Pool, replay: replays.Replay, lane: str) -> list[str]:
    with replays.claimed(pool, replay.replay_id, lane, f"{socket.gethostname()}:{os.getpid()}") as claimed:
        if claimed is None:
            return []
        log.info("replaying", step=claimed.step, from_position=claimed.from_position, to=claimed.to_position)
        if claimed.step in ("build", "catch_up") and not _fold(pool, replay, claimed):
            replays.touch(pool, replay.replay_id)
            return [lane]
        seen = _STEPS[claimed.step](pool, replay, claimed)
        return replays.finish(pool, replay.replay_id, claimed, seen)


def _fold(pool: Pool, replay: replays.Replay, claimed: replays.Range) -> bool:
    """Whether the range is folded; False when its time was up before."""
    deadline = time.monotonic() + RANGE_WITHIN_S
    for start in range(claimed.from_position, claimed.to_position, BATCH):
        if time.monotonic() > deadline:
            return False
        up_to = min(start + BATCH, claimed.to_position)
        projections.catch_up(pool, claimed.lane, replay.generations[claimed.lane], up_to=up_to, batch=BATCH)
    return True


def _nothing_more(pool: Pool, replay: replays.Replay, claimed: replays.Range) -> None:
    return None


def _verify(pool: Pool, replay: replays.Replay, claimed: replays.Range) -> dict[str, Any]:
    candidate = replay.generations[claimed.lane]
    comparing.bring_up_live(pool, claimed.lane, candidate)
    return comparing.verify(pool, claimed.lane, candidate)


def _swap(pool: Pool, replay: replays.Replay, claimed: replays.Range) -> None:
    projections.swap(pool, replay.generations)
    generations.prune(pool)


_STEPS: dict[str, Callable[[Pool, replays.Replay, replays.Range], dict[str, Any] | None]] = {
    "build": _nothing_more,
    "catch_up": _nothing_more,
    "verify": _verify,
    "swap": _swap,
}
