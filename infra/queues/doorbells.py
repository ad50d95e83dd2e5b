"""Rings the two doorbells: `code` for an article that waits, `project` for a projection that is behind."""

import uuid

import dramatiq
import psycopg
import structlog
from dramatiq.errors import BrokerError
from psycopg_pool import PoolTimeout

log = structlog.get_logger(__name__)

CODE_QUEUE = "frontlog.code"
PROJECT_QUEUE = "frontlog.project"
# one queue each, for dramatiq-postgres knows no priorities

_SAME_BELL = uuid.UUID("6f1d1c8e-54a1-5d0b-9d53-8b4c1f0f2a77")


class Doorbells:
    """Rings through a broker. A ring never raises: what it announces is in the log, and the sweep rings again.

    A message's id is the doorbell's, so in the database a bell that rings ten times before anyone answers is one
    message; one that rings while somebody answers rings once more afterwards.
    """

    def __init__(self, broker: dramatiq.Broker) -> None:
        self._broker = broker

    def ring_code(self, article_id: str, trace_id: str | None = None) -> bool:
        """Say that this article waits to be coded. False: the broker did not take it."""
        return self._ring(CODE_QUEUE, "code", article_id, trace_id)

    def ring_project(self, name: str, trace_id: str | None = None) -> bool:
        """Say that this projection is behind the log. False: the broker did not take it."""
        return self._ring(PROJECT_QUEUE, "project", name, trace_id)

    def _ring(self, queue: str, actor: str, argument: str, trace_id: str | None) -> bool:
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=queue,
            actor_name=actor,
            args=(argument,),
            kwargs={},
            options={} if trace_id is None else {"trace_id": trace_id},
            message_id=str(uuid.uuid5(_SAME_BELL, f"{actor} {argument}")),
        )
        try:
            self._broker.enqueue(message)
        except (BrokerError, psycopg.Error, PoolTimeout, OSError) as error:
            log.warning("doorbell not rung; the sweep will", doorbell=actor, of=argument, error=str(error))
            return False
        return True
