"""The broker that carries a replay's messages: pgmq in the database itself, or RabbitMQ when the settings name one.

A message says that a lane of a replay has work, never what: the ranges are rows, and a lost message is rung again.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pgmq
import psycopg
from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from domain.errors import TryAgain
from infra.postgres.pool import passing_trouble, with_session
from infra.postgres.queries import queries

QUEUE = "frontlog_replay"
TASK = "frontlog.replay"

VISIBILITY_S = 120
"""How long pgmq hides what a worker has taken; it is never extended, so tasks end well within it."""
POLL_INTERVAL_S = 0.1
DELIVERY_LIMIT = 20
CONNECT_WITHIN_S = 5
HEARTBEAT_S = 120
"""Seconds; a solo worker does not answer heartbeats while it works on a range."""


def open_app(conninfo: str, broker_url: str | None) -> Celery:
    """A Celery app on the broker these name, its queue made. TryAgain when the database does not answer.

    There is no result backend: what came of a task is in the replay's rows.
    """
    if broker_url is None:
        _have_queue(conninfo)
    arguments = {} if broker_url is None else {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    app = Celery("frontlog", broker=_without_options(broker_url), set_as_current=False)
    app.conf.update(
        task_queues=[Queue(QUEUE, routing_key=QUEUE, queue_arguments=arguments)],  # type: ignore[no-untyped-call]
        task_default_queue=QUEUE,
        task_default_queue_type="classic" if broker_url is None else "quorum",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_heartbeat=HEARTBEAT_S,
        broker_connection_timeout=CONNECT_WITHIN_S,
        broker_transport_options=_options(conninfo) if broker_url is None else {"confirm_publish": True},
    )
    return app


def ring(app: Celery, replay_id: int, lane: str) -> None:
    """Say that a lane has work. Whoever gets the message twice, or late, finds nothing to do."""
    app.send_task(TASK, args=[replay_id, lane], queue=QUEUE, retry=False)


def ring_all(app: Celery, replay_id: int, lanes: Iterable[str]) -> None:
    """Ring for each of these lanes. Raises TryAgain when the broker does not answer; it only costs time."""
    try:
        for lane in lanes:
            ring(app, replay_id, lane)
    except (OperationalError, *app.connection().connection_errors) as error:
        raise TryAgain(f"the broker of replays does not answer ({error}). A repeat is safe: try again.") from error


def _without_options(broker_url: str | None) -> str:
    """The broker's address for kombu, which refuses the options that pika takes in a URL."""
    if broker_url is None:
        return "pgmq://localhost"  # only the name of the transport counts: the options hold the address
    return urlsplit(broker_url)._replace(query="").geturl()


def _options(conninfo: str) -> dict[str, Any]:
    return {
        "conn_string": with_session(conninfo, "frontlog replay queue"),
        "init_extension": False,
        # `use_notify` makes its trigger anew with each worker that starts: two at once deadlock (pgmq 1.13)
        "use_notify": False,
        "visibility_timeout": VISIBILITY_S,
        "polling_interval": POLL_INTERVAL_S,
        "wait_time_seconds": 0,
        "pool_size": 2,
    }


def _have_queue(conninfo: str) -> None:
    """Install pgmq and make the queue, once; several processes at once wait for each other."""
    with (
        passing_trouble("making the replay queue"),
        psycopg.connect(with_session(conninfo, "frontlog replay queue")) as connection,
    ):
        connection.execute(queries("replays")["queue_turn"])
        installed = connection.execute(queries("replays")["queue_installed"]).fetchone()
        if installed is None or not installed[0]:
            connection.execute(pgmq.get_embedded_install_sql().encode())
        made = connection.execute(queries("replays")["queue_exists"], [QUEUE]).fetchone()
        if made is None or not made[0]:
            connection.execute(queries("replays")["make_queue"], [QUEUE])
