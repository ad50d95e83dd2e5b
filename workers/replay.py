"""The Celery worker: its one task does a range of a replay by calling one function."""

import sys
import time
import warnings

import structlog
from celery import Celery, Task
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging

from domain.errors import FrontlogError, TryAgain
from infra import logs
from infra.postgres.inbox import Pool
from infra.postgres.pool import open_pool
from infra.replay import broker, work
from infra.replay.child import given_by_parent

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 1.0


def declare(app: Celery, pool: Pool) -> None:
    """Answer this app's messages."""

    def ring(replay_id: int, lane: str) -> None:
        try:
            broker.ring_all(app, replay_id, [lane])
        except TryAgain as trouble:
            log.warning("not rung; who conducts the replay will ring again", lane=lane, error=str(trouble))

    def answer(self: Task, replay_id: int, lane: str) -> None:
        try:
            work.answer(pool, replay_id, lane, ring)
        except TryAgain as trouble:
            # waited for here: what Celery is to do later it does in its timer's thread, beside the next range
            time.sleep(RETRY_AFTER_S)
            raise self.retry(exc=trouble, countdown=0, max_retries=None) from trouble

    app.task(name=broker.TASK, bind=True)(answer)


def main() -> None:
    """Work until the parent ends, or SIGTERM."""
    given = given_by_parent(sys.stdin)
    logs.configure(given["log_level"] or "warning", given["log_format"] or "auto")  # type: ignore[arg-type]
    # the messages are JSON and hold two words, so that root need not fear them
    warnings.simplefilter("ignore", SecurityWarning)
    setup_logging.connect(lambda **_: None, weak=False)  # or Celery would take the root logger
    conninfo = given["conninfo"]
    assert conninfo is not None
    try:
        work_for(conninfo, given["broker_url"])
    except FrontlogError as trouble:  # a server that is away: the parent brings this worker back
        log.warning("the replay worker ends", error=str(trouble))
        sys.exit(1)


def work_for(conninfo: str, broker_url: str | None) -> None:
    """Answer messages until the worker is stopped."""
    app = broker.open_app(conninfo, broker_url)
    with open_pool(conninfo, max_size=4, application_name="frontlog replay") as pool:
        declare(app, pool)
        app.Worker(pool="solo", without_gossip=True, without_mingle=True, without_heartbeat=True, quiet=True).start()


if __name__ == "__main__":
    main()
