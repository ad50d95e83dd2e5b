"""How fast projections are rebuilt from the log (DESIGN.md, Targets): ÷ raw COPY TO of the log + decode, in one run.

The peer copies the rows of the same codings out of the log in one COPY and decodes their JSON with msgspec: the least
that any rebuild must do. The log holds the development articles' codings, told again of --places (`retold.py`), or
with --changing four events an article that all bear on control, nearly each with another holder: the worst case.

A rebuild is what a replay does until its rows are there (build, reduce, catch_up), by as many worker processes as
asked, without a broker; then it is verified and switched. With --ingest both are measured again while articles are
received, coded by a trivial coder and projected, so many a second; afterwards each of them must be in the rows.

Run: python bench/rebuild.py [--events 100000] [--places 2000] [--changing] [--workers 2] [--ingest 20] [--only control]
"""

import argparse
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import msgspec
from control import EVENTS_AN_ARTICLE, event, opened
from retold import DAYS, FIRST_DAY, FIRST_RECEIPT, PLACES, codings, retold

from domain import workflow
from domain.article import Article
from domain.events import ActorRef, ArticleReceived, CodedEvent, Coding, SentenceRecord
from domain.ports import NO_STREAM
from infra import logs
from infra.postgres import projections, replays
from infra.postgres.copy_text import line
from infra.postgres.pool import open_pool
from infra.replay import conduct, work
from infra.wiring import Frontlog

ROUNDS = 3
BATCH = 500
NAMES = ("actor_activity", "control")
NEWCOMER = ActorRef("bench.Newcomer", "Newcomer", "it", "it")
KEYS_INDEX = "frontlog_log.events_origin_keys"
COLUMNS = "position, recorded_at, version, schema_version, stream, type, data, metadata, digest"
SENTENCE = (SentenceRecord(1, 0, 5, "coded"),)
DIGEST = "\\x" + "00" * 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--places", type=int, default=PLACES, help="about so many; not with --changing")
    parser.add_argument("--changing", action="store_true")
    parser.add_argument("--only", choices=NAMES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ingest", type=float, default=0.0, help="articles a second beside a second rebuild")
    parser.add_argument("--work-on", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work_on:
        work_on(asked.database, asked.work_on)
        return
    with opened() as frontlog:
        started = time.perf_counter()
        log = changing(asked.events) if asked.changing else retold(codings(frontlog), asked.events, asked.places)
        count = fill(frontlog, log)
        print(f"{count:,} events in the log after {time.perf_counter() - started:.0f} s", flush=True)
        names = [asked.only] if asked.only else list(NAMES)
        measure(frontlog, names, count, asked.workers, ROUNDS)
        if asked.ingest:
            with ingesting(frontlog, names, asked.ingest) as told:
                measure(frontlog, names, count, asked.workers, 1)
            missed(frontlog, names, told)


def measure(frontlog: Frontlog, names: Iterable[str], count: int, workers: int, rounds: int) -> None:
    """Both rebuilds after the peer; a log of a million events is rebuilt once."""
    peer = statistics.median(copied(frontlog) for _ in range(ROUNDS))
    print(f"COPY TO and decode: {peer:.1f} s, {count / peer:,.0f} events/s", flush=True)
    for name in names:
        took = statistics.median(rebuilt(frontlog, name, workers) for _ in range(rounds if count < 500_000 else 1))
        print(f"{name}: {took:.1f} s, {count / took:,.0f} events/s, ratio {peer / took:.2f}", flush=True)


def fill(frontlog: Frontlog, told: Iterable[tuple[Article, Coding, datetime]]) -> int:
    """Bring articles and their codings into the log by COPY, around its functions: without digests and texts.

    Signatures are by chance, so that no article is a copy of another. Returns how many events were told.
    """
    chance = random.Random(1)
    edition = frontlog.live_edition()
    with frontlog.pool.connection() as connection, connection.transaction():
        found = connection.execute(
            "SELECT last_value, pg_get_indexdef(%s::regclass) FROM frontlog_log.event_position", [KEYS_INDEX]
        ).fetchone()
        assert found is not None
        position, index = found
        connection.execute(f"DROP INDEX {KEYS_INDEX}")
        connection.execute("SELECT frontlog_log.hold_floor()")
        count = 0
        with connection.cursor().copy(f"COPY frontlog_log.events ({COLUMNS}) FROM STDIN") as rows:
            for article, coding, at in told:
                facts = stored(
                    article, msgspec.structs.replace(coding, edition=edition), at, chance.randbytes(256).hex()
                )
                rows.write("".join(line((position + k, *row)) for k, row in enumerate(facts, 1)))
                position += len(facts)
                count += len(coding.events)
        connection.execute("SELECT setval('frontlog_log.event_position', %s)", [position])
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute(index)
    with frontlog.pool.connection() as connection:
        connection.execute("VACUUM ANALYZE frontlog_log.events")
        # as after an upgrade: verifying the first rebuild would otherwise project the whole log live, event by event
        connection.execute("UPDATE frontlog_read.generations SET version = 0")
    return count


def stored(article: Article, coding: Coding, at: datetime, signature: str) -> list[tuple[object, ...]]:
    """The rows of one article's two streams, without their positions."""
    received = ArticleReceived(
        article.article_id, "3" * 64, 14, article.source, article.published, way_in="bench", signature=signature
    )
    streams = {
        f"article-{article.article_id}": [workflow.new_event(received, {})],
        f"coding-{article.article_id}@{coding.edition}": workflow.coding_events(coding, {}),
    }
    return [
        (at, version, e.schema_version, stream, e.type, msgspec.json.encode(e.data).decode(), "{}", DIGEST)
        for stream, facts in streams.items()
        for version, e in enumerate(facts, 1)
    ]


def changing(events: int) -> Iterator[tuple[Article, Coding, datetime]]:
    """Articles of four events each that all bear on control, nearly each with another holder."""
    chance, articles = random.Random(1), events // EVENTS_AN_ARTICLE
    for n in range(articles):
        day = FIRST_DAY + timedelta(days=n * DAYS // articles)
        article = Article(f"Article {n}.", f"House {n % 7}", day)
        told = tuple(event(chance, day, k, PLACES, 0.3) for k in range(EVENTS_AN_ARTICLE))
        coding = Coding(article.article_id, "", "d" * 64, "none", SENTENCE, told, ())
        yield article, coding, FIRST_RECEIPT + timedelta(seconds=n)


def append_coding(frontlog: Frontlog, article: Article, events: tuple[CodedEvent, ...]) -> None:
    edition = frontlog.live_edition()
    coding = Coding(article.article_id, edition, "d" * 64, "none", SENTENCE, events, ())
    stream = f"coding-{article.article_id}@{edition}"
    frontlog.store.append(stream, NO_STREAM, workflow.coding_events(coding, {}))


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


def rebuilt(frontlog: Frontlog, name: str, workers: int) -> float:
    """Seconds from the start of a replay until its rows are there."""
    replay = conduct.begin(frontlog.pool, [name])
    command = [sys.executable, __file__, "--work-on", str(replay.replay_id), "--database", frontlog.conninfo]
    children = [subprocess.Popen(command) for _ in range(workers)]
    try:
        while (now := replays.one(frontlog.pool, replay.replay_id)).state == "running":
            if all(child.poll() is not None for child in children):
                raise SystemExit("the workers ended before their work")
            time.sleep(0.2)
    finally:
        for child in children:
            child.wait()
    if now.state != "done":
        raise SystemExit(f"{name}: {now.state}, {now.error}, {replays.found(frontlog.pool, replay.replay_id)}")
    with frontlog.pool.connection() as connection:
        steps = connection.execute(
            "SELECT step, extract(epoch FROM max(ended_at) - min(claimed_at))::float8 FROM frontlog_ops.replay_ranges"
            " WHERE replay_id = %s GROUP BY step ORDER BY max(ended_at)",
            [replay.replay_id],
        ).fetchall()
        took = connection.execute(
            "SELECT extract(epoch FROM max(ended_at) - min(claimed_at))::float8 FROM frontlog_ops.replay_ranges"
            " WHERE replay_id = %s AND step IN ('build', 'reduce', 'catch_up')",
            [replay.replay_id],
        ).fetchone()
    print(f"  {name}: " + ", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps), flush=True)
    assert took is not None
    return float(took[0])


def work_on(conninfo: str, replay_id: int) -> None:
    """What a replay's worker does, until the replay has ended."""
    logs.configure("warning", "auto")
    with open_pool(conninfo, application_name="frontlog replay") as pool:
        while replays.one(pool, replay_id).state == "running":
            lanes = replays.open_lanes(pool, replay_id)
            random.shuffle(lanes)
            for lane in lanes:
                work.answer(pool, replay_id, lane, lambda *_: None)
            time.sleep(0.02)


@contextmanager
def ingesting(frontlog: Frontlog, names: Iterable[str], rate: float) -> Iterator[list[str]]:
    """Receive, code and project articles until the block ends; their ids are in the list that is given."""
    told: list[str] = []
    ended = threading.Event()

    def ingest() -> None:
        chance, started = random.Random(2), time.monotonic()
        while not ended.is_set():
            told.append(tell(frontlog, chance, len(told)))
            ended.wait(max(0.0, started + len(told) / rate - time.monotonic()))

    def project() -> None:
        while not ended.wait(0.2):
            for name in names:
                projections.project(frontlog.pool, name)

    threads = [threading.Thread(target=ingest), threading.Thread(target=project)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def tell(frontlog: Frontlog, chance: random.Random, n: int) -> str:
    """One more article with its coding, all by an actor of its own."""
    article = Article(f"Newcomer {n}.", "House 8", date(2025, 1, 1))
    frontlog.receive(article, way_in="bench")
    events = [event(chance, date(2025, 1, 1), k, PLACES, 0.0) for k in range(EVENTS_AN_ARTICLE)]
    append_coding(frontlog, article, tuple(msgspec.structs.replace(each, actors=(NEWCOMER,)) for each in events))
    return article.article_id


def missed(frontlog: Frontlog, names: Iterable[str], told: list[str]) -> None:
    """Say how many of the articles that came in beside a rebuild are not in the rows shown after it."""
    for name in names:
        projections.project(frontlog.pool, name)
        with frontlog.pool.connection() as connection:
            found = connection.execute(_THERE[name], {"actor": NEWCOMER.id, "articles": told}).fetchone()
        assert found is not None
        print(f"{len(told)} articles came in beside it, {name}: {len(told) - (found[0] or 0)} of them missing")


_THERE = {
    "actor_activity": f"SELECT sum(events) / {EVENTS_AN_ARTICLE} FROM frontlog.actor_activity"
    " WHERE actor_id = %(actor)s",
    "control": "SELECT count(DISTINCT article_id) FROM frontlog.control_evidence WHERE article_id = ANY(%(articles)s)",
}


if __name__ == "__main__":
    main()
