"""One process' share of the work: its dramatiq worker and the loops beside it, started together, stopped in reverse."""

import contextlib
import importlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import dramatiq
import structlog
from dramatiq.errors import Retry

from domain.errors import Stop, TryAgain
from domain.workflow import CodesArticles
from infra import reading
from infra.postgres import inbox, projections, waiting, workers
from infra.postgres.inbox import Pool
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
from infra.queues.announcing import Announcer
from infra.queues.bridge import Bridge
from infra.queues.broker import open_broker, rabbit_backlog
from infra.queues.coding import Coding
from infra.queues.doorbells import CODE_QUEUE, Doorbells
from infra.queues.loops import Loop
from infra.queues.projecting import Projecting
from infra.queues.receiving import Door
from infra.queues.sweep import BACKLOG, sweep
from infra.replay.child import replay_worker
from infra.schedule import LOOK_EVERY_S, Schedule
from infra.settings import Settings

log = structlog.get_logger(__name__)

ACTORS = "workers.actors"
"""The entry points, found by name as dramatiq's own command does it: infra calls no layer above it."""

SWEEP_EVERY_S = 2.0
POLL_INBOX_S = 0.5
BRING_BACK_EVERY_S = 2.0
WORKER_TIMEOUT_MS = 200
"""How soon an idle dramatiq thread notices that it is to stop."""
STOP_WITHIN_MS = 1500
"""How long a stop waits for doorbells being answered; an article that takes longer is coded by whoever comes next."""
LOOPS_STOP_WITHIN_S = 1.0
POOL_SIZE = 8

Kind = Literal["up", "command"]
LiveCoder = Callable[[PostgresEventStore], CodesArticles]


class Station:
    """The parts of a working process. `stop` ends its loops; `failure` is what made it stop by itself, if anything."""

    def __init__(
        self,
        settings: Settings,
        conninfo: str,
        pool: Pool,
        broker: dramatiq.Broker,
        live_coder: LiveCoder,
        stop: threading.Event,
    ) -> None:
        self.stop = stop
        self.failure: Stop | None = None
        self.pool = pool
        self.broker = broker
        self.bells = Doorbells(broker)
        self.store = PostgresEventStore(pool)
        self._settings = settings
        self._projecting = Projecting(lambda name: projections.project(self.pool, name))
        self._behind: set[str] = set()
        self._news = inbox.News(conninfo)
        self.announcer = Announcer(self.bells, projections.names(), stop)
        self._coding = Coding(self.store, pool, lambda: live_coder(self.store), self.announcer.announce)
        self._door = Door(self.store, pool, reading.decode, self.bells.ring_code, self.announcer.announce)

    def give_up(self, failure: Stop) -> None:
        """Stop working because someone must act first."""
        if self.failure is None:
            log.error("stopping", error=str(failure))
            self.failure = failure
        self.stop.set()

    def worker(self) -> dramatiq.Worker:
        """A dramatiq worker for both doorbells, not yet started."""
        actors = importlib.import_module(ACTORS)
        actors.declare(
            self.broker, code=self._answering(self._coding.code), project=self._answering(self._projecting.project)
        )
        threads = self._settings.worker_threads
        worker = dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=WORKER_TIMEOUT_MS)
        worker.queue_prefetch = worker.delay_prefetch = threads * 2  # few, so that other hosts get their share
        return worker

    def loops(self, kind: Kind, worker_id: str) -> list[Loop]:
        """The threads beside the worker, not yet started. A command's own station only helps the doorbells along."""

        def beat() -> None:
            workers.beat(self.pool, worker_id, host=socket.gethostname(), pid=os.getpid(), kind=kind)

        found = [
            Loop("heartbeat", beat, self.stop, every_s=workers.BEAT_INTERVAL_S),
            Loop("sweep", self._sweep, self.stop, every_s=SWEEP_EVERY_S),
            Loop("announcer", self.announcer.step, self.stop),
        ]
        if kind == "up":
            found.append(Loop("inbox", self._take_in, self.stop))
            if self._settings.broker_url is not None:
                bridge = Bridge(self._settings.broker_url, self._door, self.stop)
                found.append(Loop("bridge", bridge.run, self.stop))
        return found

    def _answering(self, answer: Callable[[str], None]) -> Callable[[str], None]:
        def answered(argument: str) -> None:
            try:
                answer(argument)
            except TryAgain as trouble:
                log.warning("the doorbell will ring again", of=argument, error=str(trouble))
                raise Retry(str(trouble)) from trouble
            except Stop as must_act:
                self.give_up(must_act)
                raise Retry(str(must_act)) from must_act

        return answered

    def _take_in(self) -> None:
        try:
            while not self.stop.is_set() and self._door.take_next():
                pass
            self._news.wait(POLL_INBOX_S)
        except BaseException:
            self._news.close()
            raise
        if self.stop.is_set():
            self._news.close()

    def _sweep(self) -> None:
        sweep(
            self.store,
            self.pool,
            self.bells,
            behind=self._still_behind,
            backlog=self._backlog,
        )

    def _still_behind(self) -> list[str]:
        """Projections that were behind at the last look as well: their doorbell is not just on its way."""
        before, self._behind = self._behind, set(projections.behind(self.pool))
        return sorted(name for name in before & self._behind if not self._projecting.resting(name))

    def _backlog(self) -> int:
        if self._settings.broker_url is None:
            return waiting.backlog(self.pool, CODE_QUEUE, enough=BACKLOG)
        return rabbit_backlog(self._settings.broker_url, CODE_QUEUE)


@contextmanager
def working(
    settings: Settings, conninfo: str, *, live_coder: LiveCoder, kind: Kind, stop: threading.Event
) -> Iterator[Station]:
    """Work the queues in this process for as long as the block lasts, on a migrated database.

    The live edition's coder is loaded first, so that what forbids it (Stop) rises here. A failure that comes later
    sets `stop` and rises at the block's end.
    """
    worker_id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    with ExitStack() as stack:
        pool = stack.enter_context(open_pool(conninfo, max_size=POOL_SIZE, application_name=f"frontlog {kind}"))
        broker = stack.enter_context(open_broker(settings, conninfo))
        station = Station(settings, conninfo, pool, broker, live_coder, stop)
        live_coder(station.store)
        workers.beat(pool, worker_id, host=socket.gethostname(), pid=os.getpid(), kind=kind)
        stack.callback(_sign_off, pool, worker_id)
        worker = station.worker()
        broker.emit_after("process_boot")  # starts the time limits; dramatiq's own command does the same
        worker.start()
        stack.callback(station.announcer.ring)
        stack.callback(worker.stop, STOP_WITHIN_MS)
        loops = station.loops(kind, worker_id)
        if kind == "up":
            replaying = stack.enter_context(replay_worker(settings, conninfo))
            loops.append(Loop("replay worker", replaying.bring_back, stop, every_s=BRING_BACK_EVERY_S))
            schedule = Schedule(settings, conninfo, pool)
            loops.append(Loop("schedule", schedule.step, stop, every_s=LOOK_EVERY_S))
        for loop in loops:
            loop.start()
        stack.callback(_end, loops, stop)
        log.info("at work", worker=worker_id, threads=settings.worker_threads)
        yield station
    if station.failure is not None:
        raise station.failure


def _end(loops: list[Loop], stop: threading.Event) -> None:
    stop.set()
    deadline = time.monotonic() + LOOPS_STOP_WITHIN_S
    for loop in loops:
        loop.join(max(0.0, deadline - time.monotonic()))


def _sign_off(pool: Pool, worker_id: str) -> None:
    """Without the database there is nobody to tell: the heartbeat grows old instead."""
    with contextlib.suppress(TryAgain):
        workers.leave(pool, worker_id)
