"""The broker that carries the doorbells: the database itself, or RabbitMQ when the settings name one.

A doorbell says that something waits, never what: losing one costs a delay, and the sweep finds what waits. So nothing
here has to be transactional with the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dramatiq
import dramatiq_postgres
import pika
from dramatiq.brokers.rabbitmq import DEAD_MESSAGE_TTL, RabbitmqBroker
from dramatiq.common import xq_name
from dramatiq.middleware import Middleware, Retries, ShutdownNotifications, TimeLimit
from pika.exceptions import AMQPError, ChannelClosedByBroker

from domain.errors import TryAgain
from infra.postgres.pool import open_pool
from infra.queues.trace import TraceMiddleware
from infra.settings import Settings

SCHEMA = "frontlog_queue"
"""dramatiq-postgres' own tables. Nobody else writes there: a row without its envelope stops a worker."""

# A killed worker's doorbells ring again within 12 s instead of a minute. All workers of one schema must agree on these.
HEARTBEAT_INTERVAL_S = 2.0
HEARTBEAT_TTL_S = 8.0
MAINTENANCE_INTERVAL_S = 4.0
POLL_INTERVAL_S = 0.5

CODE_TIME_LIMIT_MS = 120_000
MAX_RETRIES = 6
"""More than the attempts that `coding` grants an article, so that it is always `coding` that gives up."""
MIN_BACKOFF_MS = 250
MAX_BACKOFF_MS = 10_000
DELIVERY_LIMIT = 20
"""RabbitMQ 4 has a default limit for quorum queues; ours is stated. Beyond it a doorbell goes to the dead letters."""

POOL_SIZE = 12
"""A connection each for four consumers (two queues and their delay queues) and the listener; the rest acknowledge."""


@contextmanager
def open_broker(settings: Settings, conninfo: str) -> Iterator[dramatiq.Broker]:
    """Open the broker these settings ask for; the block's end closes its connections."""
    if settings.broker_url is not None:
        rabbit = rabbit_broker(settings.broker_url)
        try:
            yield rabbit
        finally:
            rabbit.close()
        return
    with open_pool(conninfo, max_size=POOL_SIZE, application_name="frontlog queue") as pool:
        with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            dramatiq_postgres.init(cursor, SCHEMA)
        broker = dramatiq_postgres.PostgresBroker(
            pool=pool,
            schema=SCHEMA,
            results=False,
            middleware=middleware(),
            poll_interval=POLL_INTERVAL_S,
            heartbeat_interval=HEARTBEAT_INTERVAL_S,
            heartbeat_ttl=HEARTBEAT_TTL_S,
            maintenance_interval=MAINTENANCE_INTERVAL_S,
        )
        try:
            yield broker
        finally:
            broker.close()


def rabbit_broker(url: str) -> "QuorumBroker":
    """RabbitMQ with publisher confirms: without them a broker that dies takes what it had accepted along, unnoticed."""
    broker = QuorumBroker(url=url, confirm_delivery=True, middleware=middleware())
    broker.parameters = [parameters(url)]
    return broker


def parameters(url: str) -> pika.URLParameters:
    """Connection parameters that never wait for ever: a blocked or silent broker is given up after seconds."""
    found = pika.URLParameters(url)
    found.blocked_connection_timeout = found.blocked_connection_timeout or 10.0
    found.heartbeat = found.heartbeat or 30
    return found


def rabbit_backlog(url: str, queue: str) -> int:
    """How many messages of a queue nobody has taken up; 0 when there is no such queue. TryAgain: no answer."""
    try:
        with pika.BlockingConnection(parameters(url)) as connection:
            declared = connection.channel().queue_declare(queue, passive=True)
            return declared.method.message_count or 0
    except ChannelClosedByBroker:
        return 0
    except (AMQPError, OSError) as error:
        raise TryAgain(f"the AMQP broker did not answer as hoped ({error!r})") from error


def middleware() -> list[Middleware]:
    """What goes along with every doorbell. The limits are stated, for dramatiq's own are made for other work.

    There is no age limit: a doorbell that waited long is still worth answering.
    """
    return [
        TimeLimit(time_limit=CODE_TIME_LIMIT_MS),
        ShutdownNotifications(),
        Retries(max_retries=MAX_RETRIES, min_backoff=MIN_BACKOFF_MS, max_backoff=MAX_BACKOFF_MS),
        TraceMiddleware(),
    ]


class QuorumBroker(RabbitmqBroker):
    """RabbitMQ with quorum queues, their delivery limit and their dead letters stated."""

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        return {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": xq_name(queue_name),
        }

    def _declare_xq_queue(self, queue_name: str) -> Any:
        arguments = {"x-queue-type": "quorum", "x-message-ttl": DEAD_MESSAGE_TTL}
        return self.channel.queue_declare(queue=xq_name(queue_name), durable=True, arguments=arguments)
