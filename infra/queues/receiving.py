"""The one way in: whatever was dropped becomes an article in the log, or a rejected_input row that says why not."""

from collections.abc import Callable
from typing import Any

import structlog

from domain import workflow
from domain.article import Article
from domain.errors import ConcurrencyError, FrontlogError, InvalidInput
from infra import logs
from infra.postgres import inbox
from infra.postgres.inbox import Dropped, Pool
from infra.postgres.store import PostgresEventStore, PostgresLogTransaction

log = structlog.get_logger(__name__)

TRIES = 5
"""How many unexpected errors an inbox row may cause before it is rejected, so that it cannot block the way for ever."""

Decode = Callable[[Any, str], Article]
"""Makes an article of a payload (decoded JSON, or bytes); the text names where it came from. Raises InvalidInput."""


class Door:
    """Takes articles in, each in one transaction with what tells of it.

    Once the log has a new one, `ring_code` is called with its id, and `announce` because the log has grown; both find
    the article's trace bound.
    """

    def __init__(
        self,
        store: PostgresEventStore,
        pool: Pool,
        decode: Decode,
        ring_code: Callable[[str], object],
        announce: Callable[[], None],
    ) -> None:
        self._store = store
        self._pool = pool
        self._decode = decode
        self._ring_code = ring_code
        self._announce = announce

    def take_next(self) -> bool:
        """Take the oldest row out of the inbox. False when there is none. TryAgain rises; the row is still there."""
        taken: list[Dropped] = []
        try:
            return self._take_next(taken)
        except ConcurrencyError:
            return True  # someone else wrote the same article or revision at this moment: the row waits for the repeat
        except FrontlogError:
            raise
        except Exception as error:
            if not taken:
                raise
            self._postpone(taken[0], error)
            return True

    def take_message(self, body: bytes, *, way_in: str, where: str, trace_id: str) -> None:
        """Take one message in; when this returns, the log or rejected_input has it for good."""
        with logs.bind_trace(trace_id):
            workflow.again(lambda: self._take_message(body, way_in, where, trace_id))

    def refuse_message(self, body: bytes, error: InvalidInput, *, way_in: str, trace_id: str) -> None:
        """Record a message as rejected through no fault of its own, all of it, without looking into it."""
        with self._store.transaction() as tx:
            inbox.reject(tx.connection, error, payload=body, way_in=way_in, trace_id=trace_id, whole=True)
        log.error("rejected", error=str(error), trace_id=trace_id)

    def _take_next(self, taken: list[Dropped]) -> bool:
        received = None
        with self._store.transaction() as tx:
            row = inbox.claim(tx.connection)
            if row is None:
                return False
            taken.append(row)
            with logs.bind_trace(row.trace_id):
                try:
                    article = self._decode(row.payload, f"inbox row {row.id}")
                except InvalidInput as error:
                    self._reject_row(tx, row, error)
                else:
                    received = _receive(tx, article, row.way_in, row.trace_id)
            inbox.remove(tx.connection, row.id)
        self._tell(received, row.trace_id)
        return True

    def _take_message(self, body: bytes, way_in: str, where: str, trace_id: str) -> None:
        received = None
        with self._store.transaction() as tx:
            try:
                article = self._decode(body, where)
            except InvalidInput as error:
                inbox.reject(tx.connection, error, payload=body, way_in=way_in, trace_id=trace_id)
                log.warning("rejected", error=str(error))
            else:
                received = _receive(tx, article, way_in, trace_id)
        self._tell(received, trace_id)

    def _tell(self, received: workflow.Received | None, trace_id: str) -> None:
        """Ring, after the commit: before it, a quick worker would find nothing."""
        if received is None:
            return
        with logs.bind_trace(trace_id, article_id=received.article_id):
            log.info("received", state=received.state)
            if received.state == "new":
                self._ring_code(received.article_id)
                self._announce()

    def _reject_row(
        self, tx: PostgresLogTransaction, row: Dropped, error: InvalidInput, *, whole: bool = False
    ) -> None:
        inbox.reject(
            tx.connection,
            error,
            payload=row.payload,
            way_in=row.way_in,
            trace_id=row.trace_id,
            inbox_id=row.id,
            received_at=row.received_at,
            whole=whole,
        )
        log.warning("rejected", error=str(error), inbox_id=row.id)

    def _postpone(self, row: Dropped, error: Exception) -> None:
        with logs.bind_trace(row.trace_id):
            log.error("an inbox row could not be taken in", inbox_id=row.id, exc_info=error)
            if inbox.postpone(self._pool, row.id) < TRIES:
                return
            with self._store.transaction() as tx:
                self._reject_row(tx, row, fault(f"inbox row {row.id}", error), whole=True)
                inbox.remove(tx.connection, row.id)


def _receive(tx: PostgresLogTransaction, article: Article, way_in: str, trace_id: str) -> workflow.Received:
    return workflow.receive(tx, article, way_in=way_in, metadata={"trace_id": trace_id})


def fault(where: str, error: Exception) -> InvalidInput:
    """An unexpected error as the reason of a rejection."""
    return InvalidInput(
        where=where,
        found=logs.scrub(f"an article that fails here each time ({type(error).__name__}: {error})"),
        expected="one that can be taken in",
        next_step="This is a fault of Frontlog: report it, and drop the article again once it is mended.",
    )
