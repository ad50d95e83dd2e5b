"""A replay while the database server, the broker, the command or its workers are killed; and several that work on one.

Points are by chance, from a seed. FRONTLOG_TEST_KILLS says how many of each kind (4 unless told).
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from archive import Archive, contents, rebuilt, shown, tell_all
from embedded_command import kill_everything
from queue_parts import until
from rabbitmq_server import RabbitServer

from infra.embedded import lease, status
from infra.postgres import projections, replay_steps, replays
from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.replay import conduct
from infra.replay.child import Child
from infra.settings import Settings

KILLS = int(os.environ.get("FRONTLOG_TEST_KILLS", "4"))
ARTICLES = 120


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated, max_size=8) as pool:
        archive = Archive(pool)
        tell_all(archive, range(ARTICLES))
        projections.project_all(pool)
        yield archive


@contextmanager
def ingest(archive: Archive) -> Iterator[list[str]]:
    """Articles that come in and are projected the whole time, as their ids."""
    ended, came = threading.Event(), list[str]()

    def tell() -> None:
        seed = 10_000
        while not ended.wait(0.02):
            came.extend(tell_all(archive, [seed := seed + 1]))
            projections.project_all(archive.pool)

    telling = threading.Thread(target=tell)
    telling.start()
    try:
        yield came
    finally:
        ended.set()
        telling.join()


def nothing_is_lost(archive: Archive, came: list[str]) -> None:
    projections.project_all(archive.pool)
    known = {
        row["article_id"] for row in archive.rows("SELECT article_id FROM frontlog.articles WHERE state = 'coded'")
    }
    assert known >= set(came)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def only_known_tables(archive: Archive) -> bool:
    """Every partition belongs to a generation that is on record."""
    rows = archive.rows(
        "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'frontlog_read'::regnamespace"
        " AND relname ~ '_[0-9]+$' AND NOT EXISTS (SELECT FROM frontlog_read.generations g"
        " WHERE g.generation = substring(relname from '[0-9]+$')::int)"
    )
    return rows == []


def test_two_workers_carry_one_replay_on_pgmq_with_ingest_beside_it(
    archive: Archive, tmp_path: Path, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_steps, "RANGE_EVENTS", 20)
    settings = Settings(data_dir=tmp_path, database_url=migrated)
    second = Child(settings, migrated)
    with ingest(archive) as came:
        ended = conduct.see_through(settings, migrated, archive.pool, conduct.begin(archive.pool), lambda _: None)
    second.stop()
    assert ended.state == "done", ended.error
    assert came
    nothing_is_lost(archive, came)


def test_two_workers_carry_one_replay_on_rabbitmq_though_the_broker_is_killed(
    archive: Archive, tmp_path: Path, migrated: str, rabbitmq: RabbitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_steps, "RANGE_EVENTS", 10)
    settings = Settings(data_dir=tmp_path, database_url=migrated, broker_url=rabbitmq.url)
    begun, ended = conduct.begin(archive.pool), list[replays.Replay]()
    conductor = threading.Thread(
        target=lambda: ended.append(
            conduct.see_through(settings, migrated, archive.pool, begun, lambda _: None)
        )
    )  # fmt: skip
    second = Child(settings, migrated)
    with ingest(archive) as came:
        conductor.start()
        until(lambda: worked_on(archive), 60, "a worker has begun")
        rabbitmq.kill()
        time.sleep(1.0)
        rabbitmq.start()
        conductor.join(120)
    second.stop()
    assert ended, "the replay has not ended"
    assert ended[0].state == "done", ended[0].error
    nothing_is_lost(archive, came)


def worked_on(archive: Archive) -> bool:
    return bool(archive.rows("SELECT FROM frontlog_ops.replay_ranges WHERE attempts > 0"))


def replaying(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    """`frontlog replay` on the embedded server, as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTLOG_")}
    run = [sys.executable, "-c", "from infra.cli import main; main()", "replay", *arguments]
    environment = {**kept, "FRONTLOG_DATA_DIR": str(settings.data_dir)}
    return subprocess.Popen(run, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it said. One whose server went away would wait for it to come back, and is killed too."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=4)
    process.kill()
    return process.communicate(timeout=90)


@pytest.mark.timeout(120 + 60 * KILLS)
def test_a_replay_whose_server_or_command_is_killed_at_any_point_needs_no_repair(own_settings: Settings) -> None:
    chance = random.Random(11)
    with opened(own_settings) as archive:
        tell_all(archive, range(ARTICLES))
        projections.project_all(archive.pool)
        before = contents(archive, shown(archive))
    started = time.monotonic()
    undisturbed = replaying(own_settings)
    out, err = undisturbed.communicate(timeout=90)
    assert undisturbed.returncode == 0, out + err
    takes = time.monotonic() - started
    for n in range(KILLS):
        at, server = chance.random() * takes, n % 2 == 0
        process = replaying(own_settings)
        try:
            process.communicate(timeout=at)
        except subprocess.TimeoutExpired:
            if server and status(own_settings).running:
                kill_everything(own_settings)
            else:
                process.send_signal(signal.SIGKILL)
            _, err = ended(process)
            assert "Traceback" not in err, f"kill {n} after {at:.2f} s:\n{err}"
        resumed = replaying(own_settings, "--resume")
        out, err = resumed.communicate(timeout=90)
        assert resumed.returncode == 0 or "no unfinished replay" in " ".join(err.split()), (
            f"kill {n} of the {'server' if server else 'command'} after {at:.2f} s:\n{out}{err}"
        )
        with opened(own_settings) as archive:
            assert contents(archive, shown(archive)) == before, f"kill {n} after {at:.2f} s"
            assert only_known_tables(archive)


@contextmanager
def opened(settings: Settings) -> Iterator[Archive]:
    with lease(settings) as conninfo:
        migrate(conninfo)
        with open_pool(conninfo) as pool:
            yield Archive(pool)
