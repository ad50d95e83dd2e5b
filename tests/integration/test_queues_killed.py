"""Worker processes killed at the worst moments, with the queues in the database."""

import os
import signal
import time

import psycopg
import pytest
from psycopg.types.json import Jsonb
from queue_parts import EDITION, coded, failed, one, receive, until
from worker_process import worker_process

from infra.postgres import attempts, projections
from infra.queues.broker import open_broker
from infra.queues.coding import ATTEMPTS
from infra.queues.doorbells import Doorbells
from infra.settings import Settings

RINGS_AGAIN_S = 40
"""Heartbeat, its life time, maintenance and the sweep's patience together stay well below this."""


@pytest.fixture
def bells(tmp_path, migrated):
    with open_broker(Settings(data_dir=tmp_path), migrated) as broker:
        yield Doorbells(broker)


@pytest.fixture
def log_file(tmp_path):
    return tmp_path / "worker.log"


def test_a_worker_killed_while_coding_loses_nothing(migrated, store, bells, log_file, tmp_path):
    article_id = receive(store, f"DIE ONCE {tmp_path / 'died'}")
    with worker_process(migrated, log_file) as worker:
        bells.ring_code(article_id)
        assert worker.dies() == -signal.SIGKILL
    assert one(migrated, "SELECT attempts FROM frontlog_ops.attempts WHERE finished_at IS NULL") == 1
    with worker_process(migrated, log_file):
        until(lambda: coded(store, article_id), RINGS_AGAIN_S)
    assert one(migrated, "SELECT attempts FROM frontlog_ops.attempts") == 2


def test_a_worker_killed_after_the_append_and_before_the_acknowledgement_doubles_nothing(
    migrated, store, bells, log_file
):
    article_id = receive(store, "One.")
    with worker_process(migrated, log_file, "-", "--die-after-append") as worker:
        bells.ring_code(article_id)
        assert worker.dies() == -signal.SIGKILL
    before = list(store.read_stream(f"coding-{article_id}@{EDITION}"))
    assert [event.type for event in before] == ["ArticleCoded"]
    with worker_process(migrated, log_file) as worker:
        until(lambda: worker.lines("coded"), RINGS_AGAIN_S)
        assert worker.lines("coded")[-1]["outcome"] == "already"
    assert list(store.read_stream(f"coding-{article_id}@{EDITION}")) == before


def test_an_article_that_kills_its_worker_is_given_up_and_the_others_go_on(migrated, store, pool, bells, log_file):
    poison, good = receive(store, "DIE"), receive(store, "One.")
    for _ in range(ATTEMPTS - 1):
        attempts.begin(pool, poison, EDITION)  # the earlier kills, which would take a minute
    with worker_process(migrated, log_file) as worker:
        bells.ring_code(poison)
        assert worker.dies() == -signal.SIGKILL
    with worker_process(migrated, log_file):
        bells.ring_code(good)
        until(lambda: coded(store, good), RINGS_AGAIN_S)
        until(lambda: failed(store, poison), RINGS_AGAIN_S)


def test_one_trace_id_leads_from_the_drop_to_the_projection(migrated, store, log_file):
    with worker_process(migrated, log_file) as worker:
        one(migrated, "SELECT frontlog_in.drop_article(%s)", Jsonb({"text": TEXT}))
        until(lambda: worker.lines("coded"))
        until(lambda: {line["projection"] for line in worker.lines("projected")} == set(projections.names()))
        [received], [coded_line] = worker.lines("received"), worker.lines("coded")
        trace_id = received["trace_id"]
        assert coded_line["trace_id"] == trace_id
        assert coded_line["article_id"] == received["article_id"]
        assert {line["trace_id"] for line in worker.lines("projected")} == {trace_id}
        for stream in store.streams("article-") + store.streams("coding-"):
            assert [event.metadata["trace_id"] for event in store.read_stream(stream)] == [trace_id]


TEXT = "Government forces withdrew from the northern town on Monday, residents and officials of the region said."


def test_two_processes_share_the_work_and_code_each_article_once(migrated, store, log_file, tmp_path):
    with worker_process(migrated, log_file) as one_worker, worker_process(migrated, tmp_path / "other.log") as other:
        with psycopg.connect(migrated) as connection:
            for number in range(60):
                article = Jsonb({"text": f"{TEXT} This is report number {number}."})
                connection.execute("SELECT frontlog_in.drop_article(%s)", (article,))
        until(lambda: len(store.streams("coding-")) == 60, 60)
        until(lambda: len(one_worker.lines("coded") + other.lines("coded")) >= 60)
    ids = [line["article_id"] for line in one_worker.lines("coded") + other.lines("coded")]
    assert sorted(set(ids)) == sorted(ids)


def test_a_working_process_ends_within_five_seconds_of_sigterm(migrated, log_file):
    with worker_process(migrated, log_file) as worker:
        began = time.monotonic()
        os.kill(worker.process.pid, signal.SIGTERM)
        assert worker.dies() == 0
        assert time.monotonic() - began < 5
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.workers") == 0


def test_it_ends_within_five_seconds_although_an_article_takes_longer_which_another_then_codes(
    migrated, store, bells, log_file
):
    article_id = receive(store, "TAKE 12 SECONDS")
    with worker_process(migrated, log_file) as worker:
        bells.ring_code(article_id)
        until(lambda: one(migrated, "SELECT count(*) FROM frontlog_ops.attempts") == 1)
        began = time.monotonic()
        os.kill(worker.process.pid, signal.SIGTERM)
        assert worker.dies() == 0
        assert time.monotonic() - began < 5
    with worker_process(migrated, log_file):
        until(lambda: coded(store, article_id), RINGS_AGAIN_S + 12)
