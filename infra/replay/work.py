"""What a worker does for one message: claim the lane's next range, do its step, finish it, ring for what follows."""

import os
import socket
import time
from collections.abc import Callable
from typing import Any

import structlog

from domain.errors import FrontlogError, Stop, TryAgain
from infra.logs import bind_trace
from infra.postgres import comparing, generations, projections, replay_steps, replays
from infra.postgres.inbox import Pool
from infra.replay import compare, recode, switch, weigh
from infra.replay.switch import come_near

Found = dict[str, Any]

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
        seen = _STEPS[claimed.step](pool, replay, claimed, time.monotonic() + RANGE_WITHIN_S)
        if seen is None:
            replays.touch(pool, replay.replay_id)
            return [lane]
        return replays.finish(pool, replay.replay_id, claimed, seen)


def _build(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found:
    name, number = replay_steps.slice_of(claimed.lane, claimed.ordinal)
    projections.fold_slice(pool, name, replay.generations[name], number)
    return {}


def _reduce(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found:
    name, number = replay_steps.slice_of(claimed.lane, claimed.ordinal)
    projections.assess_slice(pool, name, replay.generations[name], number)
    return {}


def _fold(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found | None:
    in_time = _folded(
        pool, claimed.lane, replay.generations[claimed.lane], claimed.from_position, claimed.to_position, deadline
    )
    return {} if in_time else None


def _folded(pool: Pool, name: str, generation: int, start: int, end: int, deadline: float) -> bool:
    """Fold a candidate up to a position, a batch a transaction and at least one; False: its time was up before.

    Whatever is left of its build is done first.
    """
    reached = projections.catch_up(pool, name, generation, up_to=start, batch=BATCH)
    while reached < end:
        reached = projections.catch_up(pool, name, generation, up_to=min(reached + BATCH, end), batch=BATCH)
        if reached < end and time.monotonic() > deadline:
            return False
    return True


def _verify(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found | None:
    name, candidate = claimed.lane, replay.generations[claimed.lane]
    shown, built = comparing.checkpoints(pool, name, candidate)
    while shown < built:
        if time.monotonic() > deadline:
            return None
        projections.advance(pool, name)
        shown, built = comparing.checkpoints(pool, name, candidate)
    if not _folded(pool, name, candidate, built, shown, deadline):
        return None
    return comparing.verify(pool, name, candidate, claimed.ordinal, claimed.of)


def _swap(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found | None:
    if not come_near(pool, replay.generations, deadline):
        return None
    projections.swap(pool, replay.generations, admit=lambda connection: replays.admit(connection, replay.replay_id))
    generations.prune(pool)
    return {}


def _compare(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found:
    return compare.compare(pool, replay, claimed)


def _switch(pool: Pool, replay: replays.Replay, claimed: replays.Range, deadline: float) -> Found | None:
    return switch.switch(pool, replay, deadline)


Step = Callable[[Pool, replays.Replay, replays.Range, float], Found | None]
"""Does a range until a deadline (of time.monotonic) and says what it found; None: its time was up before."""

_STEPS: dict[str, Step] = {
    "recode": recode.recode,
    "compare": _compare,
    "weigh": weigh.weigh,
    "append": recode.append,
    "build": _build,
    "reduce": _reduce,
    "catch_up": _fold,
    "verify": _verify,
    "swap": _swap,
    "switch": _switch,
}
