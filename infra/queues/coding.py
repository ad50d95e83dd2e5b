"""What the doorbell `code` sets off: a bounded number of attempts at one article, then the log says that it failed."""

import threading
from collections.abc import Callable

import structlog
from dramatiq.middleware import Shutdown, TimeLimitExceeded

from domain import workflow
from domain.errors import InvalidInput, Stop, TryAgain
from domain.ports import EventStore
from infra import logs
from infra.postgres import attempts
from infra.postgres.attempts import Attempt
from infra.postgres.inbox import Pool

log = structlog.get_logger(__name__)

ASKED_FOR = ("ArticleReceived", "RetryRequested")

ATTEMPTS = 5
"""How often an article may fail, or kill the process that codes it, before it is given up."""


class Coding:
    """Codes articles as their doorbells ring. One article at a time in a process: the parser is not made for more.

    `coder` gives the coder of the live edition, anew for each article, for another edition may have become live.
    `announce` is called when the log has grown.
    """

    def __init__(
        self,
        store: EventStore,
        pool: Pool,
        coder: Callable[[], workflow.CodesArticles],
        announce: Callable[[], None],
    ) -> None:
        self._store = store
        self._pool = pool
        self._coder = coder
        self._announce = announce
        self._one_at_a_time = threading.Lock()

    def code(self, article_id: str) -> None:
        """Code one article. Safe to repeat.

        An error rises, so that the doorbell rings again, as long as attempts are left; the last one becomes a
        CodingFailed event instead. TryAgain and Stop rise without using an attempt up.
        """
        with logs.bind_trace(self._trace_of(article_id), article_id=article_id):
            if self._is_to_be_coded(article_id):
                self._attempt(article_id)

    def _trace_of(self, article_id: str) -> str:
        """The trace that the article came in or was asked for again with, whoever rang; the log has it."""
        asked = [e for e in self._store.read_stream(f"article-{article_id}") if e.type in ASKED_FOR]
        return str(asked[-1].metadata.get("trace_id") or logs.trace_id()) if asked else logs.trace_id()

    def _is_to_be_coded(self, article_id: str) -> bool:
        try:
            record = workflow.article_record(self._store, article_id)
        except InvalidInput:
            log.warning("a doorbell rang for an article that the log does not have")
            return False
        if record.failed is not None:
            log.info("left alone: coding failed before and nobody asked for a retry")
        return record.failed is None

    def _attempt(self, article_id: str) -> None:
        coder = self._coder()
        attempt = attempts.begin(self._pool, article_id, coder.edition.name)
        if attempt.number > ATTEMPTS:
            self._give_up(attempt, attempt.last_error or "the process died in every attempt (out of memory, or killed)")
            return
        try:
            with self._one_at_a_time:
                outcome = workflow.code_article(self._store, coder, article_id, metadata=_metadata())
        except (TryAgain, Stop, Shutdown):
            attempts.give_back(self._pool, attempt)
            raise
        except (Exception, TimeLimitExceeded) as error:
            self._note_failure(attempt, error)
            if attempt.number < ATTEMPTS:
                raise
            return
        if outcome != "coded":
            attempts.finish(self._pool, attempt)  # else the sweep reads it off the log, which saves a commit
        log.info("coded", outcome=outcome, edition=attempt.edition, attempt=attempt.number)
        self._announce()
        if self._coder().edition.name != attempt.edition:
            self._attempt(article_id)  # another edition became live meanwhile, and what it shows lacks this article

    def _note_failure(self, attempt: Attempt, error: BaseException) -> None:
        said = logs.scrub(f"{type(error).__name__}: {error}")
        attempts.note_error(self._pool, attempt, said)
        if attempt.number >= ATTEMPTS:
            log.error("coding failed", attempt=attempt.number, exc_info=error)
            self._give_up(attempt, said)

    def _give_up(self, attempt: Attempt, error: str) -> None:
        # first the count, then the log: killed between the two, the article gets its attempts again, which is bounded
        # by luck; the other way round a retry would find no attempts left
        attempts.start_over(self._pool, attempt)
        tried = min(attempt.number, ATTEMPTS)
        workflow.fail_coding(
            self._store, attempt.article_id, attempt.edition, attempts=tried, error=error, metadata=_metadata()
        )
        log.error("gave the article up", attempts=tried, error=error, next_step=f"frontlog retry {attempt.article_id}")
        self._announce()


def _metadata() -> dict[str, str]:
    return {"trace_id": logs.trace_id()}
