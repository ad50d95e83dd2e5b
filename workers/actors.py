"""The dramatiq actors: each answers a doorbell by calling one function."""

from collections.abc import Callable

import dramatiq

from infra.queues.doorbells import CODE_QUEUE, PROJECT_QUEUE

FIRST, LATER = 0, 10
"""Within a process, projecting goes before coding: it is short, and what is coded should show."""

PROJECT_TIME_LIMIT_MS = 3_600_000
"""A projection that has the whole log before it commits as it goes, and is not to be interrupted for being late."""


def declare(broker: dramatiq.Broker, *, code: Callable[[str], None], project: Callable[[str], None]) -> None:
    """Answer the doorbells of this broker: `code` takes an article id, `project` a projection's name."""
    dramatiq.actor(actor_name="code", queue_name=CODE_QUEUE, priority=LATER, broker=broker)(code)
    dramatiq.actor(
        actor_name="project",
        queue_name=PROJECT_QUEUE,
        priority=FIRST,
        broker=broker,
        time_limit=PROJECT_TIME_LIMIT_MS,
    )(project)
