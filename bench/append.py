"""How fast the log takes events in, as ratios within one run (DESIGN.md, Targets).

1. Single events with a version check, 4 writer processes: Frontlog's store ÷ `eventsourcing` 9.5's recorder, on the
   same server, the same payload, durable commits (fsync on). Its recorder is called directly, without its aggregates.
2. 1,000 events a transaction, one writer: Frontlog's append, with version check, floor and digests, ÷ raw COPY of the
   same rows into a table of the same columns, keys and checks, without any of the three. Raw COPY is measured as
   psycopg users write it (COPY BINARY, `write_row`, JSON made on the way) and with ready-made rows, JSON made before.

Rounds alternate, so that a busy machine slows all of them; medians count. Run: python bench/append.py [--seconds 4]
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from domain import chain
from domain.ports import NewEvent
from infra.embedded import lease
from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
from infra.settings import Settings

WRITERS = 4
STREAMS_A_WRITER = 50
BATCH = 1_000

METADATA = {"trace_id": "0123456789abcdef0123456789abcdef"}
DATA = {
    "type": "ControlTaken", "sentence": 3, "ordinal": 1, "rule": "sample.rule", "modality": "asserted",
    "actors": [{"id": "exm.army", "name": "Army of Example", "as_written": "The army", "resolved": "Example army"}],
    "counterparties": [], "places": [{"id": "geonames:1", "name": "Example Town", "as_written": "Example Town",
    "resolved": "Example Town", "lat": 35.33, "lon": 40.14}], "occurred": {"latest": "2024-12-06"}, "start": 0,
    "end": 119, "trigger": "seized", "trigger_start": 20, "trigger_end": 26,
}  # fmt: skip
RAW_COLUMNS = "position, recorded_at, version, schema_version, stream, type, data, metadata, digest"
RAW_TYPES = ["int8", "timestamptz", "int4", "int4", "text", "text", "jsonb", "jsonb", "bytea"]


def event(ordinal: int) -> NewEvent:
    return NewEvent("ControlTaken", {**DATA, "ordinal": ordinal}, metadata=METADATA)


# --- single events, four writers --------------------------------------------------------------------------------------


def write_frontlog(conninfo: str, seconds: float, start: Any) -> int:
    """Append to streams that grow, one event a transaction; how many were written."""
    with open_pool(conninfo, max_size=1) as pool:
        store = PostgresEventStore(pool)
        streams = [f"coding-{os.urandom(16).hex()}@bench" for _ in range(STREAMS_A_WRITER)]
        return count_turns(lambda n, version: store.append(streams[n], version, [event(version)]), seconds, start)


def write_eventsourcing(conninfo: str, seconds: float, start: Any) -> int:
    """The same through eventsourcing's application recorder."""
    from eventsourcing.persistence import StoredEvent

    recorder = eventsourcing_recorder(conninfo)
    streams = [uuid.UUID(bytes=os.urandom(16)) for _ in range(STREAMS_A_WRITER)]
    encode = msgspec.json.encode

    def write(n: int, version: int) -> object:
        state = encode({"data": event(version).data, "metadata": METADATA})
        return recorder.insert_events([StoredEvent(streams[n], version + 1, "ControlTaken", state)])

    return count_turns(write, seconds, start)


def count_turns(write: Callable[[int, int], object], seconds: float, start: Any) -> int:
    for n in range(STREAMS_A_WRITER):
        write(n, 0)  # connections, prepared statements and caches are warm before the clock starts
    start.wait()
    end = time.perf_counter() + seconds
    written = 0
    while time.perf_counter() < end:
        write(written % STREAMS_A_WRITER, 1 + written // STREAMS_A_WRITER)
        written += 1
    return written


def eventsourcing_recorder(conninfo: str) -> Any:
    from eventsourcing.postgres import PostgresFactory
    from eventsourcing.utils import Environment

    given = conninfo_to_dict(conninfo)
    names = {"DBNAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    values = {f"POSTGRES_{name}": str(given.get(key) or "") for name, key in names.items()}
    environment = Environment("bench", {"PERSISTENCE_MODULE": "eventsourcing.postgres", **values})
    return PostgresFactory(environment).application_recorder()


def writers_rate(write: Callable[[str, float, Any], int], conninfo: str, seconds: float) -> float:
    """Events a second of `WRITERS` processes together."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(WRITERS, mp_context=context) as pool:
        # a writer that fails before the start breaks the barrier for the others instead of leaving them there
        start = manager.Barrier(WRITERS, timeout=60)
        return sum(pool.map(write, [conninfo] * WRITERS, [seconds] * WRITERS, [start] * WRITERS)) / seconds


def singles(conninfo: str, seconds: float, rounds: int) -> None:
    try:
        eventsourcing_recorder(conninfo)  # makes its table before the writers race to
    except ImportError:
        print("singles: skipped, `eventsourcing` is not installed. Install it for this benchmark only:")
        print("  .venv/bin/python -m pip install 'eventsourcing[postgres]>=9.5,<9.6'   (the extra `bench`)")
        return
    rates: dict[str, list[float]] = {"frontlog": [], "eventsourcing": []}
    for _ in range(rounds):
        rates["frontlog"].append(writers_rate(write_frontlog, conninfo, seconds))
        rates["eventsourcing"].append(writers_rate(write_eventsourcing, conninfo, seconds))
    report("singles, 4 writers", rates, "eventsourcing", target=5.0)


# --- a thousand a transaction -----------------------------------------------------------------------------------------


def bulk(conninfo: str, rounds: int) -> None:
    events = [event(ordinal) for ordinal in range(BATCH)]
    with open_pool(conninfo, max_size=1) as pool, psycopg.connect(conninfo, autocommit=True) as raw:
        raw.execute("CREATE TABLE raw_rows (LIKE frontlog_log.events INCLUDING ALL)")
        raw.execute("CREATE TABLE ready_rows (LIKE frontlog_log.events INCLUDING ALL)")
        store = PostgresEventStore(pool)
        ways: dict[str, Callable[[int], object]] = {
            "frontlog": lambda turn: store.append(f"coding-{turn:032x}@bench", 0, events),
            "raw COPY": lambda turn: copy_rows(raw, turn, events),
            "raw COPY, ready-made rows": lambda turn: copy_ready(raw, ready[turn]),
        }
        ready = [ready_rows(turn, events) for turn in range(rounds)]
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(rounds):
            for name in list(ways)[turn % 3 :] + list(ways)[: turn % 3]:
                began = time.perf_counter()
                ways[name](turn)
                rates[name].append(BATCH / (time.perf_counter() - began))
    report("bulk, 1,000 a transaction", rates, "raw COPY", target=0.9)
    report("bulk, 1,000 a transaction", rates, "raw COPY, ready-made rows", target=None)


def copy_rows(connection: psycopg.Connection, turn: int, events: list[NewEvent]) -> None:
    """What a psycopg user writes who has events and wants rows."""
    encode = msgspec.json.encode
    moment, digest, stream = chain._EPOCH, bytes(32), f"coding-{turn:032x}@bench"
    query = f"COPY raw_rows ({RAW_COLUMNS}) FROM STDIN (FORMAT binary)"
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(query) as copy:  # type: ignore[arg-type]
        copy.set_types(RAW_TYPES)
        for version, each in enumerate(events, 1):
            data, metadata = Jsonb(each.data, encode), Jsonb(each.metadata, encode)
            position = turn * BATCH + version
            copy.write_row((position, moment, version, each.schema_version, stream, each.type, data, metadata, digest))


def ready_rows(turn: int, events: list[NewEvent]) -> list[tuple[object, ...]]:
    encode, stream = msgspec.json.encode, f"coding-{turn:032x}@bench"
    return [
        (turn * BATCH + version, chain._EPOCH, version, each.schema_version, stream, each.type,
         encode(each.data).decode(), encode(each.metadata).decode(), bytes(32))
        for version, each in enumerate(events, 1)
    ]  # fmt: skip


def copy_ready(connection: psycopg.Connection, rows: list[tuple[object, ...]]) -> None:
    query = f"COPY ready_rows ({RAW_COLUMNS}) FROM STDIN"
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(query) as copy:  # type: ignore[arg-type]
        for row in rows:
            copy.write_row(row)


# --- the run ----------------------------------------------------------------------------------------------------------


def report(what: str, rates: dict[str, list[float]], against: str, target: float | None) -> None:
    """One line: both medians in events a second, and the median of the rounds' ratios."""
    ours, theirs = rates["frontlog"], rates[against]
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    goal = "" if target is None else f"   target {target}   {'ok' if ratio >= target else 'BELOW'}"
    figures = f"frontlog {statistics.median(ours):,.0f}/s, {against} {statistics.median(theirs):,.0f}/s"
    print(f"{what}: {figures}: {ratio:.2f}{goal}", flush=True)


@contextmanager
def server() -> Iterator[str]:
    """Conninfo of an embedded server of the run's own, as a user gets it."""
    with tempfile.TemporaryDirectory(prefix="frontlog-bench-") as folder:
        Path(folder).chmod(0o755)
        with lease(Settings(data_dir=Path(folder) / "data", server_linger_s=0.0)) as conninfo:
            migrate(conninfo)
            yield conninfo


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a round of single events")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of single events")
    parser.add_argument("--batches", type=int, default=90, help="transactions of 1,000 events, of each kind")
    options = parser.parse_args()
    size = len(msgspec.json.encode(DATA)) + len(msgspec.json.encode(METADATA))
    print(f"{os.cpu_count()} cores, events of {size} bytes of JSON")
    with server() as conninfo:
        bulk(conninfo, options.batches)
        singles(conninfo, options.seconds, options.rounds)


if __name__ == "__main__":
    main()
