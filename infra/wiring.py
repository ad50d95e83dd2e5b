"""The composition root: opens the database, makes it ready, and hands out what the commands and workers call."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import conninfo as conninfos
from psycopg_pool import ConnectionPool

from domain import workflow
from domain.article import Article
from domain.coder import CODER_VERSION
from domain.errors import Stop
from infra import coders, editions, embedded, logs, up
from infra.postgres import projections, reader, registry
from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.postgres.queries import queries
from infra.postgres.store import PostgresEventStore
from infra.postgres.verify import Verified, verify_all
from infra.settings import Settings

WAIT_S = 600.0
"""How long a command waits without any progress before it gives up waiting."""

READER = "frontlog_reader"


@dataclass(frozen=True)
class Frontlog:
    """An open Frontlog: a ready database and what can be done with it. Made by `open_frontlog`."""

    settings: Settings
    conninfo: str
    pool: ConnectionPool[psycopg.Connection]
    store: PostgresEventStore

    @property
    def embedded(self) -> bool:
        """Whether the database is Frontlog's own."""
        return self.settings.database_url is None

    def metadata(self) -> dict[str, str]:
        """The envelope's metadata for what this command writes."""
        return {"trace_id": logs.trace_id()}

    def receive(self, article: Article, *, way_in: str, revises: bool = True) -> workflow.Received:
        """Take one article into the log, in a transaction of its own."""

        def attempt() -> workflow.Received:
            with self.store.transaction() as tx:
                return workflow.receive(tx, article, way_in=way_in, metadata=self.metadata(), revises=revises)

        return workflow.again(attempt)

    def article_id(self, beginning: str) -> str:
        """The article whose id begins so; projections first catch up, so that a new one is found."""
        projections.project_all(self.pool)
        return reader.article_id(self.pool, beginning)

    def fingerprint(self, event: str) -> str:
        """The fingerprint of an event given by fingerprint or position."""
        return reader.fingerprint(self.pool, event)

    def live_edition(self) -> str:
        """Name of the edition that codes what comes in."""
        return workflow.live_edition(self.store)

    def ring(self, article_ids: Sequence[str]) -> None:
        """Ring the doorbell `code` for each; whoever works answers, now or when someone does."""
        up.ring_code(self.settings, self.conninfo, article_ids)

    def see_through(self, article_ids: Sequence[str], progress: Callable[[int], None] = lambda done: None) -> None:
        """Wait until each article is settled and projected, by the workers of `frontlog up` or else by this process.

        `progress` hears how many are. Raises Stop after WAIT_S without any progress; nothing is lost by that.
        """
        with up.in_process_workers(self.settings, self.conninfo):
            self.ring(article_ids)
            best, deadline = -1, time.monotonic() + WAIT_S
            while (done := self.worked_off(article_ids)) < len(article_ids):
                progress(done)
                if done > best:
                    best, deadline = done, time.monotonic() + WAIT_S
                if time.monotonic() > deadline:
                    raise Stop(
                        f"{len(article_ids) - done} articles are in the log but nothing moved for {WAIT_S:.0f} s. "
                        "Nothing is lost: frontlog status shows what waits, frontlog up works it off."
                    )
                time.sleep(0.05)
            progress(done)

    def worked_off(self, article_ids: Sequence[str]) -> int:
        """How many of these are settled and seen by every projection."""
        parameters = {
            "ids": list(article_ids),
            "edition": self.live_edition(),
            "projections": len(projections.names()),
        }
        with self.pool.connection() as connection:
            row = connection.execute(queries("waiting")["worked_off"], parameters).fetchone()
        return int(row[0]) if row else 0

    def project(self) -> None:
        """Bring every projection to the head of the log."""
        projections.project_all(self.pool)

    def verify(self) -> Verified:
        """Recompute every digest of the log."""
        with self.pool.connection() as connection:
            return verify_all(connection)

    def describe(self) -> str:
        """Where the database is and which edition is live, in a line without secrets."""
        where = f"embedded server in {self.settings.data_dir}" if self.embedded else _without_password(self.conninfo)
        return f"{where} · edition {self.live_edition()} · coder version {CODER_VERSION}"

    def dsn(self, *, reader: bool = False) -> str:
        """The database's address; with `reader` for the role frontlog_reader, without a password."""
        if not reader:
            return self.conninfo
        return conninfos.make_conninfo(_without_password(self.conninfo), user=READER)


@contextmanager
def open_frontlog(settings: Settings | None = None, *, log_level: str = "critical") -> Iterator[Frontlog]:
    """Open the database of these settings, brought to this version's shape and with an edition to code by.

    `log_level` holds where the settings name none: a command tells its user what went wrong in a sentence instead.
    """
    settings = settings or Settings.from_environment()
    logs.configure(settings.log_level or log_level, settings.log_format)
    with ExitStack() as stack:
        conninfo = stack.enter_context(embedded.lease(settings))
        migrate(conninfo)
        pool = stack.enter_context(open_pool(conninfo))
        store = PostgresEventStore(pool)
        _have_an_edition(store)
        registry.keep(pool, workflow.live_edition(store))
        yield Frontlog(settings, conninfo, pool, store)


def _have_an_edition(store: PostgresEventStore) -> None:
    """Publish and activate the shipped edition in a log that has none. Two commands at once publish it once."""
    if store.streams(workflow.EDITIONS):
        return
    files = editions.shipped(editions.SHIPPED)
    metadata = {"trace_id": logs.trace_id()}
    workflow.publish(store, coders.load_edition(editions.SHIPPED, files), files, metadata=metadata)
    workflow.activate(store, editions.SHIPPED, metadata=metadata)


def _without_password(conninfo: str) -> str:
    return conninfos.make_conninfo(conninfo, password=None)
