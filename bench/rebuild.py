"""How fast projections are rebuilt from the log (DESIGN.md, Targets): ÷ raw COPY TO of the log + decode, in one run.

The peer copies the rows of the same codings out of the log in one COPY and decodes their JSON with msgspec: the least
that any rebuild must do. The log holds made-up codings of four events at 2,000 places (500 articles a transaction).

Run: python bench/rebuild.py [--articles 25000]
"""

import argparse
import random
import statistics
import time
from datetime import date, timedelta

import msgspec
from control import EVENTS_AN_ARTICLE, event, opened

from domain import workflow
from domain.article import Article
from domain.events import Coding, SentenceRecord
from domain.ports import NO_STREAM
from infra.postgres import projections
from infra.wiring import Frontlog

ROUNDS = 3
BATCH = 500
PLACES = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=25_000)
    asked = parser.parse_args()
    with opened() as frontlog:
        started = time.perf_counter()
        fill(frontlog, asked.articles)
        count = asked.articles * EVENTS_AN_ARTICLE
        print(f"{count:,} events in the log after {time.perf_counter() - started:.0f} s", flush=True)
        peer = statistics.median(copied(frontlog) for _ in range(ROUNDS))
        print(f"COPY TO and decode: {peer:.1f} s, {count / peer:,.0f} events/s", flush=True)
        for name in ("actor_activity", "control"):
            took = statistics.median(rebuilt(frontlog, name) for _ in range(ROUNDS))
            print(f"{name}: {took:.1f} s, {count / took:,.0f} events/s, ratio {peer / took:.2f}", flush=True)


def fill(frontlog: Frontlog, articles: int) -> None:
    chance = random.Random(1)
    edition = frontlog.live_edition()
    sentence = (SentenceRecord(1, 0, 5, "coded"),)
    for first in range(0, articles, BATCH):
        with frontlog.store.transaction() as tx:
            for n in range(first, min(first + BATCH, articles)):
                day = date(2014, 1, 1) + timedelta(days=n * 4_000 // articles)
                article = Article(f"Article {n}.", f"House {n % 7}", day)
                workflow.receive(tx, article, way_in="bench", metadata={})
                events = tuple(event(chance, day, k, PLACES, 0.3) for k in range(EVENTS_AN_ARTICLE))
                coding = Coding(article.article_id, edition, "d" * 64, "none", sentence, events, ())
                stream = f"coding-{article.article_id}@{edition}"
                tx.append(stream, NO_STREAM, workflow.coding_events(coding, {}))


def copied(frontlog: Frontlog) -> float:
    started = time.perf_counter()
    statement = (
        "COPY (SELECT data::text FROM frontlog_log.events WHERE stream ^@ 'coding-' ORDER BY position) TO STDOUT"
    )
    decode = msgspec.json.decode
    with frontlog.pool.connection() as connection, connection.cursor().copy(statement) as rows:
        rows.set_types(["text"])
        for (text,) in rows.rows():
            decode(text)
    return time.perf_counter() - started


def rebuilt(frontlog: Frontlog, name: str) -> float:
    started = time.perf_counter()
    projections.rebuild(frontlog.pool, name)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
