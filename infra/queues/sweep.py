"""Finds what waits although no doorbell rings for it any more, and rings. `frontlog up` runs it every few seconds.

It is one function without memory of its own, so that a schedule elsewhere can call it just as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from infra.postgres import waiting
from infra.postgres.inbox import Pool
from infra.postgres.store import PostgresEventStore
from infra.queues.doorbells import Doorbells

log = structlog.get_logger(__name__)

PATIENCE_S = 10.0
"""How long after its doorbell an article may wait: longer than a killed worker's doorbell takes to ring again."""
BACKLOG = 100
"""With as many doorbells still waiting for an answer none is taken for lost."""
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Swept:
    """How many doorbells a sweep rang."""

    articles: int
    projections: int


def sweep(
    store: PostgresEventStore,
    pool: Pool,
    bells: Doorbells,
    *,
    behind: Callable[[], Sequence[str]],
    backlog: Callable[[], int],
    patience_s: float = PATIENCE_S,
) -> Swept:
    """Ring for articles that wait overdue and for projections that are behind the log.

    `behind` names those projections; `backlog` counts doorbells `code` not yet answered. Safe to run anywhere, at any
    time, by several at once. TryAgain rises.
    """
    waiting.look(pool, store.safe_mark())
    overdue = waiting.overdue(pool, patience_s=patience_s, limit=AT_ONCE) if backlog() < BACKLOG else []
    for each in overdue:
        bells.ring_code(each.article_id, each.trace_id)
    names = behind()
    for name in names:
        bells.ring_project(name)
    if overdue:
        log.info("rang for what waited", articles=len(overdue))
    return Swept(len(overdue), len(names))
