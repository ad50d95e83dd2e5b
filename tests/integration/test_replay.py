"""A replay: built beside the live rows, proven equal, switched without a gap; killed, refused, resumed, abandoned."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from archive import Archive, contents, rebuilt, shown, tell_all
from psycopg import sql
from psycopg_pool import ConnectionPool
from queue_parts import until
from rabbitmq_server import RabbitServer
from replay_parts import archive_on_display, in_this_process

from domain.errors import InvalidInput, Stop
from infra.postgres import generations, projections, replay_steps, replays
from infra.replay import broker, conduct, work
from infra.replay.child import Child, replay_worker
from infra.settings import Settings

Pool = ConnectionPool[psycopg.Connection]


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with archive_on_display(migrated) as archive:
        yield archive


@pytest.fixture
def settings(tmp_path: Path, migrated: str) -> Settings:
    return Settings(data_dir=tmp_path, database_url=migrated)


def tables(archive: Archive, generations: dict[str, int]) -> list[str]:
    """Names of the tables that hold these generations."""
    endings = [f"_{number}" for number in generations.values()]
    rows = archive.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'frontlog_read'::regnamespace"
    )
    return sorted(r["relname"] for r in rows if any(r["relname"].endswith(end) for end in endings))


def test_a_replay_through_celery_verifies_and_switches(archive: Archive, settings: Settings, migrated: str) -> None:
    before, rows = shown(archive), contents(archive, shown(archive))
    heard: list[replays.Progress] = []
    begun = conduct.begin(archive.pool)
    ended = conduct.see_through(settings, migrated, archive.pool, begun, heard.append)
    assert ended.state == "done", ended.error
    after = shown(archive)
    assert set(after.values()).isdisjoint(before.values())
    assert contents(archive, after) == rows
    assert heard[-1].ranges == heard[-1].ranges_done == 17
    assert sum(seen["rows"] for seen in replays.found(archive.pool, begun.replay_id).values()) > 50


def test_an_analyst_sees_the_ranges_of_a_replay_with_who_did_them_and_what_stands_in_the_way(
    archive: Archive, migrated: str
) -> None:
    begun = conduct.begin(archive.pool, ["events"])
    work.answer(archive.pool, begun.replay_id, "events", lambda *_: None)
    with replays.claimed(archive.pool, begun.replay_id, "events", "elsewhere:1"):
        replays.trouble(archive.pool, begun.replay_id, "events", "the database is away")
    with psycopg.connect(migrated) as reader:
        reader.execute("SET ROLE frontlog_reader")
        rows = reader.execute(
            "SELECT step, lane, state, right(worker, length(%s)) = %s, ended_at >= started_at, error"
            " FROM frontlog.replay_ranges ORDER BY started_at",
            [f":{os.getpid()}"] * 2,
        ).fetchall()
    assert rows == [
        ("build", "events", "done", True, True, None),
        ("catch_up", "events", "running", False, None, "the database is away"),
    ]


def test_a_replay_on_rabbitmq_with_two_workers_switches(
    archive: Archive, settings: Settings, migrated: str, rabbitmq: RabbitServer
) -> None:
    settings = Settings(data_dir=settings.data_dir, database_url=migrated, broker_url=rabbitmq.url)
    second = Child(settings, migrated)
    try:
        ended = conduct.see_through(settings, migrated, archive.pool, conduct.begin(archive.pool), lambda _: None)
    finally:
        second.stop()
    assert ended.state == "done", ended.error


def test_one_projection_alone_is_rebuilt(archive: Archive) -> None:
    before = shown(archive)
    assert in_this_process(archive.pool, conduct.begin(archive.pool, ["events"])).state == "done"
    assert [name for name, number in shown(archive).items() if before[name] != number] == ["events"]


def test_a_projection_that_is_none_is_refused(archive: Archive) -> None:
    with pytest.raises(InvalidInput, match="one of articles"):
        conduct.begin(archive.pool, ["nothing"])


def test_a_live_row_that_was_tampered_with_is_named_and_both_are_kept(archive: Archive) -> None:
    before = shown(archive)
    with archive.pool.connection() as owner:
        owner.execute(
            "UPDATE frontlog_read.articles SET source = 'A forger' WHERE article_id ="
            " (SELECT min(article_id) FROM frontlog_read.articles)"
        )
    ended = in_this_process(archive.pool, conduct.begin(archive.pool))
    assert ended.state == "mismatched"
    assert shown(archive) == before
    assert tables(archive, ended.generations)
    found = replays.found(archive.pool, ended.replay_id)
    assert [d["row"]["source"] == "A forger" for d in found["articles"]["differences"]] == [True, False]
    assert not any(seen["differences"] for name, seen in found.items() if name != "articles")
    with pytest.raises(Stop, match="mismatched"):
        conduct.begin(archive.pool)
    assert in_this_process(archive.pool, conduct.resume(archive.pool)).state == "mismatched"
    accepted = conduct.resume(archive.pool, accept_differences=True)
    assert in_this_process(archive.pool, accepted).state == "done"
    assert archive.rows("SELECT count(*) AS n FROM frontlog.articles WHERE source = 'A forger'") == [{"n": 0}]


def test_a_second_replay_is_refused_with_who_runs_the_first_and_since_when(archive: Archive) -> None:
    first = conduct.begin(archive.pool)
    with pytest.raises(Stop) as refused:
        conduct.begin(archive.pool)
    for said in (first.account, first.host, str(first.pid), f"{first.started_at:%Y-%m-%d %H:%M:%S}", "--abandon"):
        assert said in str(refused.value)


def test_two_that_begin_at_once_are_one(archive: Archive) -> None:
    outcomes: list[str] = []

    def begin() -> None:
        try:
            conduct.begin(archive.pool)
            outcomes.append("began")
        except Stop:
            outcomes.append("refused")

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["began", "refused", "refused", "refused"]


def test_an_abandoned_replay_leaves_no_table_and_the_display_as_it_was(archive: Archive) -> None:
    before = shown(archive)
    begun = conduct.begin(archive.pool)
    work.answer(archive.pool, begun.replay_id, "events", lambda *_: None)
    assert tables(archive, begun.generations)
    assert conduct.abandon(archive.pool)[1] == 0
    assert tables(archive, begun.generations) == []
    assert shown(archive) == before
    work.answer(archive.pool, begun.replay_id, "events", lambda *_: pytest.fail("a late message found work"))
    with pytest.raises(Stop, match="no unfinished replay"):
        conduct.abandon(archive.pool)


def test_an_open_reader_delays_only_the_dropping_of_tables(archive: Archive, migrated: str) -> None:
    begun = conduct.begin(archive.pool)
    with psycopg.connect(migrated) as reader:
        reader.execute("SELECT count(*) FROM frontlog.events, frontlog.articles, frontlog.control_history")
        abandoning = threading.Thread(target=conduct.abandon, args=(archive.pool,))
        abandoning.start()
        deadline = time.monotonic() + 60
        while abandoning.is_alive() and time.monotonic() < deadline:
            with psycopg.connect(migrated) as other:
                started = time.monotonic()
                other.execute("SELECT count(*) FROM frontlog.events")
                assert time.monotonic() - started < 0.5
        abandoning.join(5)
        assert not abandoning.is_alive()
    assert generations.drop_set_aside(archive.pool) == 0
    assert tables(archive, begun.generations) == []


def test_a_second_delivery_finds_nothing_while_the_first_is_at_it(archive: Archive) -> None:
    begun = conduct.begin(archive.pool)
    with replays.claimed(archive.pool, begun.replay_id, "events", "first") as first:
        assert first is not None
        with replays.claimed(archive.pool, begun.replay_id, "events", "second") as second:
            assert second is None


def test_ingest_goes_on_during_a_replay_and_readers_hardly_notice_the_switch(
    archive: Archive, settings: Settings, migrated: str
) -> None:
    """An analyst's transaction is open all the while; another reader asks again and again."""
    ended, slowest = threading.Event(), [0.0]

    def ingest() -> None:
        for seed in range(100, 10_000):
            tell_all(archive, [seed])
            projections.project_all(archive.pool)
            if ended.is_set():
                return

    def read() -> None:
        with psycopg.connect(migrated, autocommit=True) as reader:
            while not ended.is_set():
                started = time.monotonic()
                reader.execute("SELECT count(*) FROM frontlog.projections").fetchone()
                reader.execute("SELECT generation FROM frontlog_read.live").fetchone()
                slowest[0] = max(slowest[0], time.monotonic() - started)

    threads = [threading.Thread(target=ingest), threading.Thread(target=read)]
    with psycopg.connect(migrated) as analyst:
        analyst.execute("SELECT count(*) FROM frontlog.control_status, frontlog.events")
        for thread in threads:
            thread.start()
        try:
            begun = conduct.begin(archive.pool)
            replay = conduct.see_through(settings, migrated, archive.pool, begun, lambda _: None)
        finally:
            ended.set()
            for thread in threads:
                thread.join()
    assert replay.state == "done", (replay.error, replays.found(archive.pool, begun.replay_id))
    print(f"slowest read during the replay: {slowest[0] * 1000:.0f} ms")
    assert slowest[0] < 0.5
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_a_range_that_takes_long_is_left_and_taken_up_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BATCH", 10)
    monkeypatch.setattr(work, "RANGE_WITHIN_S", 0.01)
    begun = conduct.begin(archive.pool)
    tell_all(archive, range(100, 130))
    projections.project_all(archive.pool)
    assert in_this_process(archive.pool, begun).state == "done"
    (row,) = archive.rows("SELECT * FROM frontlog.replays")
    assert row["attempts"] > row["ranges"] == row["ranges_done"]


def test_reads_begin_and_end_while_a_switch_holds_all_its_locks_and_an_analysts_transaction_is_open(
    archive: Archive, migrated: str
) -> None:
    """The switch is held up at its last statement, by a lock on the generations that it retires.

    How long a read takes at most is measured by bench/replay.py.
    """
    made, before, ended, reads = rebuilt(archive), shown(archive), threading.Event(), [0]
    everything = (
        "SELECT count(*) FROM frontlog.control_status, frontlog.events, frontlog.articles, frontlog.projections"
    )

    def read() -> None:
        while not ended.is_set():
            with psycopg.connect(migrated, autocommit=True) as reader:
                reader.execute("SET ROLE frontlog_reader")
                reader.execute(everything)
            reads[0] += 1

    reading = threading.Thread(target=read)
    switching = threading.Thread(target=projections.swap, args=(archive.pool, made))
    with psycopg.connect(migrated) as analyst, psycopg.connect(migrated) as other:
        analyst.execute(everything)
        other.execute(
            "SELECT FROM frontlog_read.generations WHERE generation = ANY(%s) FOR UPDATE", [list(before.values())]
        )
        switching.start()
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
        until(lambda: archive.rows(waiting), 20, "the switch is at its last statement")
        reading.start()
        try:
            until(lambda: reads[0] >= 10, 20, "ten reads are done")
            assert switching.is_alive()
            assert shown(archive) == before
        finally:
            ended.set()
            reading.join()
            other.rollback()
            switching.join()
    assert shown(archive) == made


def test_workers_killed_at_random_points_need_no_repair(
    archive: Archive, settings: Settings, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_steps, "RANGE_EVENTS", 10)  # many ranges, so that there are many points
    chance = random.Random(5)
    for _ in range(2):
        begun = conduct.begin(archive.pool)
        app = broker.open_app(migrated, None)
        kills, deadline = 0, time.monotonic() + 60
        while replays.one(archive.pool, begun.replay_id).state == "running":
            assert time.monotonic() < deadline
            conduct.ring_lanes(app, archive.pool, begun.replay_id)
            child = Child(settings, migrated)
            if kills < 2:
                wait_until_claimed(archive, begun.replay_id)
                time.sleep(chance.random() * 0.2)
                os.kill(child.pid, signal.SIGKILL)
                kills += 1
                child.stop()
            else:
                conduct.see_through(settings, migrated, archive.pool, begun, lambda _: None)
                child.stop()
        app.close()
        assert replays.one(archive.pool, begun.replay_id).state == "done"
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_a_command_that_is_alone_with_a_large_replay_starts_as_many_workers_as_asked(
    archive: Archive, settings: Settings, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def starting(given: Settings, conninfo: str) -> AbstractContextManager[Child]:
        started.append(conninfo)
        return replay_worker(given, conninfo)

    monkeypatch.setattr(conduct, "SHARED_FROM", 0)
    monkeypatch.setattr(conduct, "replay_worker", starting)
    ended = conduct.see_through(settings, migrated, archive.pool, conduct.begin(archive.pool), lambda _: None)
    assert ended.state == "done"
    assert len(started) == settings.replay_workers == 2


def command(migrated: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`frontlog replay` as a process of its own."""
    environment = {**os.environ, "FRONTLOG_DATABASE_URL": migrated, "FRONTLOG_DATA_DIR": str(folder)}
    environment.pop("FRONTLOG_BROKER_URL", None)
    run = [sys.executable, "-c", "from infra.cli import main; main()", "replay", *arguments]
    return subprocess.Popen(run, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_command_and_worker_log_one_trace_from_the_first_line_to_the_last(
    archive: Archive, migrated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTLOG_LOG_LEVEL", "info")
    monkeypatch.setenv("FRONTLOG_LOG_FORMAT", "json")
    process = command(migrated, tmp_path)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    told = [line for line in lines if line["logger"].startswith("infra.replay")]
    [(trace_id,)] = [tuple(row.values()) for row in archive.rows("SELECT trace_id FROM frontlog.replays")]
    assert {line.get("trace_id") for line in told} == {trace_id}
    assert {line["logger"] for line in told} == {"infra.replay.conduct", "infra.replay.work"}
    steps = [line["step"] for line in told if line["event"] == "replaying"]
    assert list(dict.fromkeys(steps)) == ["build", "reduce", "catch_up", "verify", "swap"]


def test_a_killed_command_takes_its_worker_along_and_another_one_resumes(
    archive: Archive, migrated: str, tmp_path: Path
) -> None:
    tell_all(archive, range(100, 220))
    projections.project_all(archive.pool)
    first = command(migrated, tmp_path)
    until(lambda: bool(archive.rows("SELECT * FROM frontlog_ops.replay_ranges WHERE attempts > 0")), 30, "it works")
    first.kill()
    first.communicate()
    gone = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name ^@ 'frontlog replay'"
    until(lambda: archive.rows(f"{gone} AND datname = current_database()") == [{"n": 0}], 15, "its worker is gone")
    assert replays.unfinished(archive.pool) is not None
    out, err = command(migrated, tmp_path).communicate(timeout=60)
    assert "only one goes at a time" in " ".join(err.split())
    resumed = command(migrated, tmp_path, "--resume")
    out, err = resumed.communicate(timeout=60)
    assert (resumed.returncode, "switched" in out) == (0, True), err


TRIED_AGAIN = """
import sys, threading
from domain.errors import TryAgain
from infra.replay import work
from workers import replay

def answer(pool, replay_id, lane, ring):
    print(threading.current_thread() is threading.main_thread(), flush=True)
    if replay_id == 1:
        work.answer = lambda *_: print(threading.current_thread() is threading.main_thread(), flush=True)
        raise TryAgain("the database is away")

work.answer = answer
replay.work_for(sys.argv[1], None)
"""


def test_a_range_that_is_tried_again_runs_in_the_workers_one_thread_and_never_beside_another(migrated: str) -> None:
    """The language model is not made for two threads, and Celery runs what is due later in its timer's thread."""
    app = broker.open_app(migrated, None)
    with app:
        broker.ring(app, 1, "events")
        process = subprocess.Popen([sys.executable, "-c", TRIED_AGAIN, migrated], text=True, stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            assert [process.stdout.readline().strip() for _ in range(2)] == ["True", "True"]
        finally:
            process.kill()
            process.wait()


def test_differences_are_printed_and_exit_with_1(archive: Archive, migrated: str, tmp_path: Path) -> None:
    with archive.pool.connection() as owner:
        owner.execute("UPDATE frontlog_read.events SET trigger = 'forged' WHERE position = 4")
        owner.execute("UPDATE frontlog_read.events SET trigger = 'forged' WHERE position = 5")
    process = command(migrated, tmp_path)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    rows = [json.loads(line) for line in out.splitlines()]
    assert {(row["projection"], row["table"], row["side"]) for row in rows} == {
        ("events", "events", "live"),
        ("events", "events", "rebuilt"),
    }
    assert "--accept-differences" in err


def test_terminated_connections_cost_a_repeat_and_nothing_else(
    archive: Archive, settings: Settings, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_steps, "RANGE_EVENTS", 10)
    begun, ended = conduct.begin(archive.pool), threading.Event()

    def terminate() -> None:
        with psycopg.connect(migrated, autocommit=True) as other:
            for _ in range(12):
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name ^@ 'frontlog replay' AND datname = current_database()"
                )
                if ended.wait(0.15):
                    return

    terminating = threading.Thread(target=terminate)
    terminating.start()
    try:
        replay = conduct.see_through(settings, migrated, archive.pool, begun, lambda _: None)
    finally:
        ended.set()
        terminating.join()
    assert replay.state == "done", replay.error
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def wait_until_claimed(archive: Archive, replay_id: int) -> None:
    asked = sql.SQL("SELECT sum(attempts) FROM frontlog_ops.replay_ranges WHERE replay_id = {}").format(replay_id)
    with archive.pool.connection() as connection:
        before = connection.execute(asked).fetchone()
        deadline = time.monotonic() + 15
        while connection.execute(asked).fetchone() == before and time.monotonic() < deadline:
            time.sleep(0.01)


@pytest.mark.parametrize("entry", ["infra.cli", "workers.replay"])
def test_nothing_of_the_language_model_is_loaded_by_a_process_that_codes_nothing(entry: str) -> None:
    loaded = f"import {entry}, sys; print(sorted({{'spacy', 'thinc'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
