"""Conducts a replay from a command: begins or takes it up, has it worked on, and watches it to its end."""

import getpass
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import structlog
from celery import Celery

from domain.errors import InvalidInput, Stop, TryAgain
from infra import logs, up
from infra.postgres import generations, projections, replays
from infra.postgres.inbox import Pool
from infra.postgres.replays import Progress, Replay
from infra.replay import broker
from infra.replay.child import replay_worker
from infra.settings import Settings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.05
RING_AGAIN_S = 2.0
"""After so long without getting ahead the lanes are rung again: a message, or its worker, may be lost."""
HELP_AFTER_S = 6.0
"""After so long without getting ahead this command works itself, whoever else was to do it."""


def begin(pool: Pool, names: Sequence[str] = ()) -> Replay:
    """Begin a replay of these projections, all of them where none is named. Raises Stop while another is unfinished."""
    known = projections.names()
    for name in names:
        if name not in known:
            raise InvalidInput("projection", repr(name), "one of " + ", ".join(known), "Name one of these.")
    generations.drop_set_aside(pool)
    return replays.begin(
        pool,
        sorted(set(names)) or list(known),
        trace_id=logs.trace_id(),
        host=socket.gethostname(),
        pid=os.getpid(),
        account=_account(),
    )


def unfinished(pool: Pool) -> Replay:
    """The replay to resume or abandon. Raises Stop when there is none."""
    found = replays.unfinished(pool)
    if found is None:
        raise Stop("there is no unfinished replay. Start one: frontlog replay")
    return found


def resume(pool: Pool, *, accept_differences: bool = False) -> Replay:
    """Take up the unfinished replay, whatever stopped it. With `accept_differences` its rebuilt rows are shown."""
    found = unfinished(pool)
    if accept_differences and found.state != "mismatched":
        raise Stop(f"replay {found.replay_id} is {found.state} and has no differences to accept. Drop that option.")
    replays.go_on(pool, found.replay_id, accept_differences=accept_differences)
    return replays.one(pool, found.replay_id)


def abandon(pool: Pool) -> tuple[Replay, int]:
    """Drop the unfinished replay and its candidates; returns it, and how many of these wait for readers to end."""
    found = unfinished(pool)
    replays.abandon(pool, found)
    return found, generations.drop_set_aside(pool)


def see_through(
    settings: Settings, conninfo: str, pool: Pool, replay: Replay, heard: Callable[[Progress], None]
) -> Replay:
    """Have a replay worked on until it ends one way or the other; `heard` gets its progress. Safe to repeat.

    The worker of a `frontlog up` does the work, or else one that this command starts.
    """
    with logs.bind_trace(replay.trace_id, replay=str(replay.replay_id)), ExitStack() as stack:
        app = stack.enter_context(_app(settings, conninfo))
        child = None if up.somebody_works(pool) else stack.enter_context(replay_worker(settings, conninfo))
        rung_at = -RING_AGAIN_S
        while (now := replays.progress(pool, replay)).state == "running":
            heard(now)
            if now.idle_s > HELP_AFTER_S and (child is None or not child.alive()):
                child = stack.enter_context(replay_worker(settings, conninfo))
            if time.monotonic() - rung_at >= RING_AGAIN_S and (rung_at < 0 or now.idle_s >= RING_AGAIN_S):
                rung_at = time.monotonic()
                ring_lanes(app, pool, replay.replay_id)
            time.sleep(LOOK_EVERY_S)
        heard(now)
    return replays.one(pool, replay.replay_id)


def ring_lanes(app: Celery, pool: Pool, replay_id: int) -> None:
    """Ring for every lane that has work. A broker that is away only costs time."""
    try:
        for lane in replays.open_lanes(pool, replay_id):
            broker.ring(app, replay_id, lane)
    except (TryAgain, *app.connection().connection_errors) as error:
        log.warning("the broker does not answer; ringing again soon", error=str(error))


@contextmanager
def _app(settings: Settings, conninfo: str) -> Iterator[Celery]:
    app = broker.open_app(conninfo, settings.broker_url)
    try:
        yield app
    finally:
        app.close()


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return str(os.getuid())
