"""Parts of the queue tests: a coder that does what the article tells it, and waiting with a deadline."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg

from domain import workflow
from domain.article import Article
from domain.coder import CODER_VERSION
from domain.errors import Stop, TryAgain
from domain.events import Coding, EditionActivated, EditionPublished
from infra.editions import shipped
from infra.postgres.store import PostgresEventStore

EDITION = "test"
SHIPPED_EDITION = "2026.1"


class ObedientCoder:
    """Codes nothing in any article, but obeys its words.

    `FAIL` raises; `FAIL WHILE path` raises as long as the file exists; `TRY AGAIN ONCE path` and `DIE ONCE path` do so
    unless the file exists, and make it; `DIE` kills the process; `TAKE n SECONDS` takes its time; `STOP` says that
    someone must act.
    """

    edition: Any = SimpleNamespace(name=EDITION, digest="0" * 64)

    def code(self, articles: Sequence[Article]) -> list[Coding]:
        return [self._code(article) for article in articles]

    def _code(self, article: Article) -> Coding:
        match article.text.split():
            case ["FAIL"]:
                raise ValueError("this article always fails")
            case ["FAIL", "WHILE", path] if Path(path).exists():
                raise ValueError("this article fails for now")
            case ["TRY", "AGAIN", "ONCE", path] if _first_time(path):
                raise TryAgain("the database is away")
            case ["DIE", "ONCE", path] if _first_time(path):
                os.kill(os.getpid(), signal.SIGKILL)
            case ["DIE"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["TAKE", seconds, "SECONDS"]:
                time.sleep(float(seconds))
            case ["STOP"]:
                raise Stop("Someone must act first.")
        return Coding(article.article_id, EDITION, self.edition.digest, "none", (), (), ())


def _first_time(path: str) -> bool:
    try:
        Path(path).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def activate(store: PostgresEventStore) -> None:
    """Make the obedient coder's edition the live one; it carries the shipped files, for the projections read them."""
    published = EditionPublished(EDITION, ObedientCoder.edition.digest, CODER_VERSION, shipped(SHIPPED_EDITION))
    store.append(f"edition-{EDITION}", 0, [workflow.new_event(published, {})])
    store.append(workflow.EDITIONS, 0, [workflow.new_event(EditionActivated(EDITION), {})])


def until(condition: Callable[[], object], timeout_s: float = 30.0, what: str = "it") -> None:
    """Wait until the condition holds; fail the test after the deadline."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s in vain until {what}"
        time.sleep(0.05)


def receive(store: PostgresEventStore, text: str, trace_id: str = "t0") -> str:
    """Put an article into the log without ringing, and return its id."""
    with store.transaction() as tx:
        return workflow.receive(tx, Article(text), way_in="test", metadata={"trace_id": trace_id}).article_id


def types(store: PostgresEventStore, stream: str) -> list[str]:
    return [event.type for event in store.read_stream(stream)]


def coded(store: PostgresEventStore, article_id: str) -> bool:
    return types(store, f"coding-{article_id}@{EDITION}") == ["ArticleCoded"]


def failed(store: PostgresEventStore, article_id: str) -> bool:
    return types(store, f"article-{article_id}")[-1] == "CodingFailed"


def one(conninfo: str, query: str, *parameters: object) -> Any:
    """The first column of the only row."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]
