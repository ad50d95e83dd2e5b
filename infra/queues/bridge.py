"""Takes bare JSON articles from the AMQP queue `frontlog.articles` into the log, and only then acknowledges them.

What the broker gives up on (a message that killed its reader again and again) it moves to `frontlog.articles.dead`;
the bridge turns that into rejected_input rows, so that nothing ends where nobody looks.
"""

import threading
from collections.abc import Callable
from typing import Any

import pika
import structlog
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from domain.errors import InvalidInput, TryAgain
from infra import logs
from infra.queues.broker import parameters
from infra.queues.receiving import Door, fault

log = structlog.get_logger(__name__)

QUEUE = "frontlog.articles"
DEAD_QUEUE = "frontlog.articles.dead"
DELIVERY_LIMIT = 5
PREFETCH = 1
"""The broker counts a delivery for every message a dying reader held: more than one would condemn its neighbours."""
TRACE_HEADER = "trace_id"
WAKE_S = 0.25
"""How often the bridge looks whether it is to stop."""
PAUSE_S = 1.0
"""How long it lets a database rest that did not answer."""


def declare(channel: BlockingChannel) -> None:
    """Declare both queues: durable, quorum, and a dead article is moved only once the dead queue has it."""
    channel.queue_declare(DEAD_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": DEAD_QUEUE,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once needs it
    }
    channel.queue_declare(QUEUE, durable=True, arguments=arguments)


class Bridge:
    """One consumer of the article queues, on a connection of its own."""

    def __init__(self, broker_url: str, door: Door, stop: threading.Event) -> None:
        self._parameters = parameters(broker_url)
        self._door = door
        self._stop = stop

    def run(self) -> None:
        """Take messages in until `stop` is set. Raises TryAgain when the broker is gone: its messages wait there."""
        try:
            with pika.BlockingConnection(self._parameters) as connection:
                self._consume(connection.channel())
        except (AMQPError, OSError) as error:
            raise TryAgain(f"the AMQP broker did not answer as hoped ({error!r}); its messages wait there.") from error

    def _consume(self, channel: BlockingChannel) -> None:
        declare(channel)
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(QUEUE, self._take)
        channel.basic_consume(DEAD_QUEUE, self._bury)
        while not self._stop.is_set():
            channel.connection.process_data_events(time_limit=WAKE_S)  # type: ignore[arg-type]  # seconds, a float too

    def _take(self, channel: BlockingChannel, method: Any, properties: pika.BasicProperties, body: bytes) -> None:
        trace_id = _trace_id(properties)

        def take() -> None:
            self._door.take_message(body, way_in="amqp", where=f"queue {QUEUE}", trace_id=trace_id)

        try:
            settled = self._patiently(channel, take)
        except Exception as error:
            log.exception("a message could not be taken in", queue=QUEUE, trace_id=trace_id)
            settled = self._refuse(channel, fault(f"queue {QUEUE}", error), trace_id, body)
        if settled:
            channel.basic_ack(method.delivery_tag)

    def _bury(self, channel: BlockingChannel, method: Any, properties: pika.BasicProperties, body: bytes) -> None:
        trace_id = _trace_id(properties)
        error = InvalidInput(
            where=f"queue {QUEUE}",
            found=f"a message that ended the process reading it {DELIVERY_LIMIT + 1} times",
            expected="one that can be taken in",
            next_step=f"Look for trace {trace_id} in the log; mend the cause and send it again.",
        )
        if self._refuse(channel, error, trace_id, body):
            channel.basic_ack(method.delivery_tag)

    def _refuse(self, channel: BlockingChannel, error: InvalidInput, trace_id: str, body: bytes) -> bool:
        return self._patiently(
            channel, lambda: self._door.refuse_message(body, error, way_in="amqp", trace_id=trace_id)
        )

    def _patiently(self, channel: BlockingChannel, act: Callable[[], None]) -> bool:
        """Act once the database is there. Meanwhile the message is held: to give it back would be counted.

        False: told to stop meanwhile; what is not acknowledged the broker delivers to whoever comes next.
        """
        while True:
            try:
                act()
            except TryAgain as trouble:
                log.warning("waiting for the database", error=str(trouble))
                channel.connection.sleep(PAUSE_S)
                if self._stop.is_set():
                    return False
            else:
                return True


def _trace_id(properties: pika.BasicProperties) -> str:
    """The sender's trace id when it gave one that fits in a log line, else a fresh one."""
    given = (properties.headers or {}).get(TRACE_HEADER)
    return given if isinstance(given, str) and given.isascii() and 0 < len(given) <= 64 else logs.new_trace_id()
