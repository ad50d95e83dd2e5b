"""`frontlog up` as a process, and the commands that work for themselves while it is not there."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from psycopg.types.json import Jsonb
from queue_parts import ObedientCoder, coded, one, receive, until
from worker_process import worker_process

from domain.errors import TryAgain
from infra import up
from infra.postgres import workers
from infra.settings import Settings

ARTICLE = {
    "text": "Government forces withdrew from the town of Hama on Monday, officials of the region said.",
    "published": "2024-12-06",
    "source": "A house",
}


@pytest.fixture
def settings(tmp_path, migrated):
    return Settings(data_dir=tmp_path, database_url=migrated)


@pytest.fixture
def obedient(monkeypatch):
    """Commands code with the obedient coder."""
    monkeypatch.setattr(up, "LiveCoder", lambda: lambda store: ObedientCoder())


def test_up_takes_an_article_to_its_rows_and_ends_cleanly_within_five_seconds_of_ctrl_c(database, tmp_path):
    """The whole real path: shipped edition, language model, projections. Ctrl-C is SIGINT."""
    environment = {**os.environ, "FRONTLOG_DATABASE_URL": database, "FRONTLOG_DATA_DIR": str(tmp_path / "data")}
    errors = (tmp_path / "up.err").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", "from infra.cli import main; main()", "up"], env=environment, stderr=errors
    )
    try:
        until(lambda: somebody_works(database) or process.poll() is not None, 120, "frontlog up works")
        assert process.poll() is None, (tmp_path / "up.err").read_text()[-3000:]
        one(database, "SELECT frontlog_in.drop_article(%s)", Jsonb(ARTICLE))
        rows = "SELECT count(*) FROM frontlog.articles WHERE state = 'coded' AND source = %s"
        until(lambda: one(database, rows, "A house") == 1, 60, "its row says coded")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0, (tmp_path / "up.err").read_text()[-3000:]
        assert time.monotonic() - began < 5
    finally:
        process.kill()
        process.wait()
        errors.close()
    assert one(database, "SELECT count(*) FROM frontlog_ops.workers") == 0
    written = (tmp_path / "up.err").read_text()
    assert "Traceback" not in written
    assert all(json.loads(line)["event"] for line in written.splitlines()), "off a terminal every line is JSON"
    assert '"coded"' in written


def somebody_works(conninfo):
    try:
        return one(conninfo, "SELECT count(*) FROM frontlog_ops.workers") == 1
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return False


def test_a_command_works_for_itself_when_nobody_else_does(obedient, settings, migrated, store, pool):
    article_id = receive(store, "One.")
    assert not up.somebody_works(pool)
    with up.in_process_workers(settings, migrated):
        up.ring_code(settings, migrated, [article_id])
        until(lambda: coded(store, article_id))
        assert not up.somebody_works(pool), "nobody else may rely on a command that will end"
        assert [worker.kind for worker in workers.alive(pool)] == ["command"]
    assert workers.alive(pool) == []


def test_a_command_leaves_the_work_to_up_and_takes_over_when_up_is_killed(
    obedient, settings, migrated, store, pool, tmp_path
):
    with worker_process(migrated, tmp_path / "up.log") as working:
        assert up.somebody_works(pool)
        with up.in_process_workers(settings, migrated):
            assert [worker.kind for worker in workers.alive(pool)] == ["up"]
            working.process.kill()
            article_id = receive(store, "One.")
            up.ring_code(settings, migrated, [article_id])
            until(lambda: coded(store, article_id), 40)
    assert [worker.kind for worker in workers.alive(pool, within_s=3600)] == ["up"], "the killed one, until it is old"


def test_two_commands_at_once_both_see_their_articles_through(obedient, settings, migrated, store):
    def command(text):
        article_id = receive(store, text)
        with up.in_process_workers(settings, migrated):
            up.ring_code(settings, migrated, [article_id])
            until(lambda: coded(store, article_id))

    threads = [threading.Thread(target=command, args=(text,)) for text in ("One.", "Two.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(store.streams("coding-")) == 2


def test_a_broker_that_is_away_is_named_to_whoever_waits_without_its_password(tmp_path, migrated):
    settings = Settings(data_dir=tmp_path, broker_url="amqp://me:s3cr3t@127.0.0.1:1/vhost")
    with pytest.raises(TryAgain, match=r"amqp://me@127\.0\.0\.1:1/vhost\) does not answer.*nothing is lost") as raised:
        up.ring_code(settings, migrated, ["a"])
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_and_the_second_ends_at_once(number):
    stop = threading.Event()
    before = signal.getsignal(number)
    with up.signals(stop):
        os.kill(os.getpid(), number)
        assert stop.wait(5)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            time.sleep(5)
    assert signal.getsignal(number) is before
