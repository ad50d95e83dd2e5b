"""What the control record costs on places that are told of again and again.

1. Live: articles of four events each on a dozen places, folded as they come (`projections.project`).
2. One more claim on a holding that has many: the median of nine, each in a batch of its own, at 300, 1,000 and 3,000
   articles on one place, half of whose claims repeat that the same side holds it.

Made by SQL-free means: the events go into the log as codings, without parser or rules. Run: python bench/control.py
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg_pool import ConnectionPool

from domain import workflow
from domain.article import Article
from domain.events import ActorRef, CodedEvent, Coding, Occurred, PlaceRef, SentenceRecord
from domain.ports import NO_STREAM
from infra.embedded import lease
from infra.postgres import projections
from infra.settings import Settings
from infra.wiring import Frontlog, open_frontlog

EVENTS_AN_ARTICLE = 4
SIDES = tuple(ActorRef(f"bench.{name}", name, name, name) for name in ("Army", "Rebels", "Militia"))
TYPES = ("ControlAsserted", "ControlAsserted", "ControlTaken", "WithdrawalReported", "ClashReported")

Pool = ConnectionPool[psycopg.Connection]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=3_000)
    asked = parser.parse_args()
    with opened() as frontlog:
        told = fill(frontlog, asked.articles, places=12, steady=0.0, seed=1)
        started = time.perf_counter()
        projections.project(frontlog.pool, "control")
        took = time.perf_counter() - started
        print(f"live, {asked.articles:,} articles on 12 places: {took:.1f} s, {told / took:,.0f} events/s")
    with opened() as frontlog:
        have = 0
        for target in (300, 1_000, 3_000):
            fill(frontlog, target - have, places=1, steady=0.5, seed=target)
            projections.project(frontlog.pool, "control")
            print(
                f"one more article on a place with {target:,}: {one_more(frontlog, target) * 1000:.0f} ms", flush=True
            )
            have = target + 9


@contextmanager
def opened() -> Iterator[Frontlog]:
    with tempfile.TemporaryDirectory(prefix="frontlog-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another account
        settings = Settings(data_dir=Path(folder) / "data", server_linger_s=0.0)
        with lease(settings), open_frontlog(settings) as frontlog:
            projections.project_all(frontlog.pool)
            yield frontlog


def one_more(frontlog: Frontlog, have: int) -> float:
    took = []
    for n in range(9):
        fill(frontlog, 1, places=1, steady=0.5, seed=10_000 * have + n, first_day=have // 3)
        started = time.perf_counter()
        projections.project(frontlog.pool, "control")
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def fill(frontlog: Frontlog, articles: int, *, places: int, steady: float, seed: int, first_day: int = 0) -> int:
    """Receive and code made-up articles, three a day; how many events were told."""
    chance = random.Random(seed)
    edition = frontlog.live_edition()
    for n in range(articles):
        day = date(2014, 1, 1) + timedelta(days=first_day + n // 3)
        article = Article(f"Article {n} of {seed}.", f"House {n % 7}", day)
        frontlog.receive(article, way_in="bench")
        events = tuple(event(chance, day, k, places, steady) for k in range(EVENTS_AN_ARTICLE))
        sentence = (SentenceRecord(1, 0, 5, "coded"),)
        coding = Coding(article.article_id, edition, "d" * 64, "none", sentence, events, ())
        stream = f"coding-{article.article_id}@{edition}"
        frontlog.store.append(stream, NO_STREAM, workflow.coding_events(coding, {}))
    return articles * EVENTS_AN_ARTICLE


def event(chance: random.Random, day: date, n: int, places: int, steady: float) -> CodedEvent:
    steadily = chance.random() < steady
    on = day - timedelta(days=chance.choice([0, 0, 1, 2, 5]))
    number = chance.randrange(places)
    return CodedEvent(
        type="ControlAsserted" if steadily else chance.choice(TYPES),
        sentence=1,
        ordinal=n,
        rule="bench",
        modality="asserted",
        actors=(SIDES[0] if steadily else chance.choice(SIDES),),
        counterparties=(),
        places=(PlaceRef(f"bench:{number}", f"Place {number}", "it", "it"),),
        occurred=Occurred(on, on, "day"),
        start=0,
        end=5,
        trigger="took",
        trigger_start=0,
        trigger_end=4,
        fingerprint=f"{day}:{n}:{chance.random()}",
    )


if __name__ == "__main__":
    main()
