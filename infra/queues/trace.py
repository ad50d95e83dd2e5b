"""Carries the trace id with a doorbell, from the process that rings to the one that answers."""

from typing import Any

import dramatiq
import structlog
from dramatiq.middleware import Middleware

from infra import logs

OPTION = "trace_id"


class TraceMiddleware(Middleware):
    """Puts the ringing process' trace id into the message and binds it where the message is worked on."""

    def before_enqueue(self, broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: int) -> None:
        message.options.setdefault(OPTION, logs.trace_id())

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        structlog.contextvars.clear_contextvars()
        trace_id = message.options.get(OPTION) or logs.new_trace_id()
        structlog.contextvars.bind_contextvars(trace_id=trace_id, doorbell=message.actor_name)

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        structlog.contextvars.clear_contextvars()

    def after_skip_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        structlog.contextvars.clear_contextvars()
