"""What one more article costs a place that has very many claims, committed, and how much memory its worker takes.

For a place where all reports agree, for one that changes hands with each, at 1,000, 10,000 and 100,000 claims, and for
one whose reports are all of the same three days, one in ten against the others (asked for by name; with few claims):
the first article after a start of the worker (it reads all claims again), the next ones (median of nine), one dated in
the middle, one dated and one received shortly before others, and the retraction of a recent and of an old article.
The worker is a process of its own, so that its peak memory is its own.

Run: python bench/hot_place.py [--claims 1000 10000 100000]
     python bench/hot_place.py --kinds crowded --claims 1000 4000
"""

import argparse
import multiprocessing
import resource
import statistics
import time
from datetime import date, timedelta
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from control import SIDES, opened

from domain import workflow
from domain.article import Article
from domain.events import CodedEvent, Coding, Occurred, PlaceRef, SentenceRecord
from domain.ports import NO_STREAM
from infra.embedded import lease
from infra.postgres import projections
from infra.settings import Settings
from infra.wiring import Frontlog, open_frontlog

KINDS = ("agreeing", "alternating", "crowded")
CLAIMS_AN_ARTICLE = 4
BATCH = 500
FIRST_DAY = date(900, 1, 1)
DAYS_APART = 4
"""More than the dispute window, so that each change of hands is one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--kinds", nargs="*", default=["agreeing", "alternating"], choices=KINDS)
    asked = parser.parse_args()
    for kind in asked.kinds:
        with opened() as frontlog:
            place = Place(frontlog, kind)
            for claims in asked.claims:
                measure(place, claims)


class Place:
    """A place whose nth claim is of the nth day, told in articles of four claims."""

    def __init__(self, frontlog: Frontlog, kind: str) -> None:
        self.frontlog, self.kind, self.articles = frontlog, kind, list[str]()
        self._edition = frontlog.live_edition()

    def fill(self, articles: int) -> None:
        for first in range(0, articles, BATCH):
            with self.frontlog.store.transaction() as tx:
                for _ in range(min(BATCH, articles - first)):
                    self._code(tx, self._receive(tx), len(self.articles) - 1)

    def tell(self, n: int | None = None) -> None:
        """One more article, of the days of the nth (the next)."""
        with self.frontlog.store.transaction() as tx:
            article = self._receive(tx)
            self._code(tx, article, len(self.articles) - 1 if n is None else n)

    def receive(self) -> str:
        with self.frontlog.store.transaction() as tx:
            return self._receive(tx)

    def code(self, article: str, n: int) -> None:
        with self.frontlog.store.transaction() as tx:
            self._code(tx, article, n)

    def _receive(self, tx: Any) -> str:
        n = len(self.articles)
        article = Article(f"Article {n}.", f"House {n % 7}", _day(n * CLAIMS_AN_ARTICLE))
        workflow.receive(tx, article, way_in="bench", metadata={})
        self.articles.append(article.article_id)
        return article.article_id

    def _code(self, tx: Any, article: str, n: int) -> None:
        events = tuple(self._claim(article, n, k) for k in range(CLAIMS_AN_ARTICLE))
        coding = Coding(article, self._edition, "d" * 64, "none", (SentenceRecord(1, 0, 5, "coded"),), events, ())
        tx.append(f"coding-{article}@{self._edition}", NO_STREAM, workflow.coding_events(coding, {}))

    def _claim(self, article: str, n: int, k: int) -> CodedEvent:
        number = n * CLAIMS_AN_ARTICLE + k
        agrees, crowded = self.kind == "agreeing", self.kind == "crowded"
        side = 0 if agrees else number % 10 == 3 if crowded else number % 2
        day = FIRST_DAY + timedelta(days=number % 3) if crowded else _day(number)
        return CodedEvent(
            type="ControlAsserted" if agrees and number % 50 else "ControlTaken",
            sentence=1,
            ordinal=k,
            rule="bench",
            modality="asserted",
            actors=(SIDES[side],),
            counterparties=(),
            places=(PlaceRef("bench:0", "Place", "it", "it"),),
            occurred=Occurred(day, day, "day"),
            start=0,
            end=5,
            trigger="took",
            trigger_start=0,
            trigger_end=4,
            fingerprint=f"{article}:{k}",
        )


def _day(n: int) -> date:
    return FIRST_DAY + timedelta(days=n * DAYS_APART)


def measure(place: Place, claims: int) -> None:
    have = len(place.articles)
    place.fill(claims // CLAIMS_AN_ARTICLE - have)
    live = Worker(place.frontlog)
    took = live.project()
    told = claims - have * CLAIMS_AN_ARTICLE
    rates = f"{told / took.clock_s:,.0f} claims/s ({told / took.worked_s:,.0f} a second of its own)"
    print(f"{place.kind}, {claims:,} claims: live {rates}, {live.stop()} MB at most", flush=True)
    worker = Worker(place.frontlog)
    place.tell()
    print(f"  first article after a start: {worker.project()}", flush=True)
    costs = []
    for _ in range(9):
        place.tell()
        costs.append(worker.project())
    print(f"  one more: {Took(*map(statistics.median, zip(*costs, strict=True)))}", flush=True)
    early = place.receive()
    for _ in range(3):
        place.tell()
        worker.project()
    place.code(early, len(place.articles) - 1)
    print(f"  one received three articles ago: {worker.project()}", flush=True)
    for what in ("dated ten articles back", "dated in the middle"):
        n = len(place.articles)
        place.tell(n // 2 if "middle" in what else n - 10)
        print(f"  one {what}: {worker.project()}", flush=True)
    for what, n in (("ten articles old", -10), ("in the middle", len(place.articles) // 2)):
        workflow.retract(place.frontlog.store, place.articles[n], reason="wrong", metadata={})
        print(f"  retraction of one {what}: {worker.project()}", flush=True)
    print(f"  memory of the worker at most: {worker.stop()} MB", flush=True)


class Took(NamedTuple):
    """Seconds on the clock, and of the worker's processor: on a busy machine the latter says more."""

    clock_s: float
    worked_s: float

    def __str__(self) -> str:
        return f"{self.clock_s * 1000:,.0f} ms (the worker's own {self.worked_s * 1000:,.0f})"


class Worker:
    """A process that projects when told to."""

    def __init__(self, frontlog: Frontlog) -> None:
        started = multiprocessing.get_context("spawn")
        self._end, other = started.Pipe()
        self._process = started.Process(target=work, args=(frontlog.settings, other))
        self._process.start()
        self._end.recv()

    def project(self) -> "Took":
        """How long until all is committed."""
        self._end.send("project")
        return Took(*self._end.recv())

    def stop(self) -> int:
        """Its peak memory in MB."""
        self._end.send("stop")
        peak = int(self._end.recv())
        self._process.join()
        return peak


def work(settings: Settings, end: Connection) -> None:
    with lease(settings), open_frontlog(settings) as frontlog:
        end.send("ready")
        while end.recv() == "project":
            started, worked = time.perf_counter(), time.process_time()
            projections.project(frontlog.pool, "control")
            end.send((time.perf_counter() - started, time.process_time() - worked))
        end.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
