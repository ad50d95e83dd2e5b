"""Conducts a replay from a command: begins or takes it up, has it worked on, and watches it to its end."""

import getpass
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import structlog
from celery import Celery

from domain import workflow
from domain.errors import InvalidInput, Stop, TryAgain
from infra import coders, logs, up
from infra.postgres import generations, projections, replays
from infra.postgres.inbox import Pool
from infra.postgres.replays import Progress, Replay
from infra.postgres.store import PostgresEventStore
from infra.replay import broker
from infra.replay.child import Child, replay_worker
from infra.settings import Settings

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.05
RING_AGAIN_S = 2.0
"""After so long without getting ahead the lanes are rung again: a message, or its worker, may be lost."""
PATIENCE_S = 60.0
SHARED_FROM = 20_000
"""With so many events to go through, over all its steps, a replay is worth the start of more workers."""
HELP_AFTER_S = 6.0
"""After so long without getting ahead this command works itself, whoever else was to do it."""


def begin(pool: Pool, names: Sequence[str] = ()) -> Replay:
    """Begin a replay of these projections, all of them where none is named. Raises Stop while another is unfinished."""
    known = projections.names()
    for name in names:
        if name not in known:
            raise InvalidInput("projection", repr(name), "one of " + ", ".join(known), "Name one of these.")
    generations.drop_set_aside(pool)
    return replays.begin(pool, sorted(set(names)) or list(known), _who())


def begin_edition(
    pool: Pool, edition: str, *, activate: bool = False, accept_orphans: bool = False, dry_run: bool = False
) -> Replay:
    """Begin to recode the archive under a published edition, to see what it changes or to switch to it.

    Raises Stop when the log lacks it, when it was published for another coder version, when it is live already, and
    while another replay is unfinished.
    """
    coders.refuse_another_version(workflow.published_edition(PostgresEventStore(pool), edition))
    generations.drop_set_aside(pool)
    return replays.begin_edition(
        pool, edition, _who(), activate=activate, accept_orphans=accept_orphans, dry_run=dry_run
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

    The worker of a `frontlog up` does the work, or else one that this command starts; where there is much of it, this
    command's workers share it.
    """
    with logs.bind_trace(replay.trace_id, replay=str(replay.replay_id)), ExitStack() as stack:
        log.info("seeing a replay through", aim=replay.aim, edition=replay.edition)
        children: list[Child] = []
        app: Celery | None = None
        alone = False
        look_at = time.monotonic()
        while (now := _patiently(lambda: replays.progress(pool, replay))).state == "running":
            heard(now)
            looking = time.monotonic() >= look_at and (app is None or now.idle_s >= RING_AGAIN_S)
            if looking:
                look_at = time.monotonic() + RING_AGAIN_S
                app = app or _patiently(lambda: stack.enter_context(_app(settings, conninfo)))
                for child in children:
                    child.bring_back()
                alone = alone or now.idle_s > HELP_AFTER_S or not _patiently(lambda: up.somebody_works(pool))
            missing = _workers(settings, now, alone=alone) - len(children)
            children += [stack.enter_context(replay_worker(settings, conninfo)) for _ in range(missing)]
            if app is not None and (looking or missing > 0):
                ring_lanes(app, pool, replay.replay_id)
            time.sleep(LOOK_EVERY_S)
        heard(now)
        log.info("the replay has ended", state=now.state, error=now.error)
    return _patiently(lambda: replays.one(pool, replay.replay_id))


def _workers(settings: Settings, now: Progress, *, alone: bool) -> int:
    """How many this command is to have; without being alone there is one at work elsewhere."""
    wanted = settings.replay_workers if now.events >= SHARED_FROM else 1
    return wanted if alone else wanted - 1


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """Ask until the database answers, or has not for PATIENCE_S: then TryAgain rises, and nothing is lost by it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except TryAgain as trouble:
            if time.monotonic() > deadline:
                raise
            log.warning("waiting for the database", error=str(trouble))
            time.sleep(RING_AGAIN_S / 4)


def ring_lanes(app: Celery, pool: Pool, replay_id: int) -> None:
    """Ring for every lane that has work. A broker that is away only costs time."""
    try:
        broker.ring_all(app, replay_id, replays.open_lanes(pool, replay_id))
    except TryAgain as error:
        log.warning("the broker does not answer; ringing again soon", error=str(error))


@contextmanager
def _app(settings: Settings, conninfo: str) -> Iterator[Celery]:
    app = broker.open_app(conninfo, settings.broker_url)
    try:
        yield app
    finally:
        app.close()


def _who() -> replays.Starter:
    return replays.Starter(logs.trace_id(), socket.gethostname(), os.getpid(), _account())


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return str(os.getuid())
