"""`frontlog up`: one process that works the queues until it is told to stop, and what commands do without it."""

import contextlib
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from domain.errors import TryAgain
from infra import embedded
from infra.coders import LiveCoder
from infra.postgres import workers
from infra.postgres.inbox import Pool
from infra.postgres.pool import open_pool
from infra.queues.broker import open_broker
from infra.queues.doorbells import Doorbells
from infra.queues.station import working
from infra.settings import Settings, redacted

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
"""How often a waiting command looks whether `frontlog up` still works for it."""


def run(settings: Settings, conninfo: str, stop: threading.Event) -> None:
    """Work until `stop`, then end cleanly within 5 s. Any number of these may run, on any hosts.

    Raises Stop when someone must act before there can be work.
    """
    if stop.is_set():
        return
    with working(settings, conninfo, live_coder=LiveCoder(), kind="up", stop=stop):
        while not stop.wait(LOOK_EVERY_S):
            _bring_back(settings)
        log.info("stopping")
    log.info("stopped")


def somebody_works(pool: Pool) -> bool:
    """Whether a `frontlog up` is alive on this database."""
    return any(worker.kind == "up" for worker in workers.alive(pool))


@contextmanager
def in_process_workers(settings: Settings, conninfo: str) -> Iterator[None]:
    """Have doorbells answered while the block lasts: by this process, from when no `frontlog up` is alive.

    Stop rises at once when nobody else works and the live edition cannot be coded with here.
    """
    with open_pool(conninfo, max_size=1) as pool:
        block = _standing_by if somebody_works(pool) else _working
        with block(settings, conninfo, pool):
            yield


def ring_code(settings: Settings, conninfo: str, article_ids: Iterable[str]) -> None:
    """Ring the doorbell `code` for each of these articles. TryAgain when the broker does not take one."""
    with open_broker(settings, conninfo) as broker:
        bells = Doorbells(broker)
        if not all(bells.ring_code(article_id) for article_id in article_ids):
            where = redacted(settings.broker_url) if settings.broker_url else "in the database"
            raise TryAgain(
                f"the queue broker ({where}) does not answer. The articles are in the log and nothing is lost: they "
                "are coded once the broker is back and frontlog up runs."
            )


def _bring_back(settings: Settings) -> None:
    """Start the embedded server again when it and its supervisor were both killed: nobody else would."""
    if settings.database_url is None and not embedded.running(settings):
        with contextlib.suppress(TryAgain), embedded.lease(settings):
            log.warning("the embedded server was gone and is back")


@contextmanager
def _working(settings: Settings, conninfo: str, pool: Pool) -> Iterator[None]:
    with working(settings, conninfo, live_coder=LiveCoder(), kind="command", stop=threading.Event()):
        yield


@contextmanager
def _standing_by(settings: Settings, conninfo: str, pool: Pool) -> Iterator[None]:
    """Leave the work to those who are at it, and take it over should they go."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY_S):
            try:
                if somebody_works(pool):
                    continue
            except TryAgain:
                continue
            log.warning("no worker is left; this command works for itself")
            with _working(settings, conninfo, pool):
                ended.wait()
            return

    watching = threading.Thread(target=watch, name="frontlog-standing-by", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


@contextmanager
def signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set `stop`; a second one ends the process at once.

    Outside the main thread signals are somebody else's business.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        # in a thread: the main one may be inside stop.wait, holding the very lock that set() needs
        threading.Thread(target=stop.set).start()

    for each in before:
        signal.signal(each, on_signal)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
