import threading
from types import SimpleNamespace

import pytest
from queue_parts import EDITION, ObedientCoder, coded, failed, one, receive, types, until

from domain import workflow
from domain.article import Article
from domain.errors import Stop, TryAgain
from infra import logs
from infra.postgres import attempts, projections, workers
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
from infra.queues import station as stations
from infra.queues.announcing import Announcer
from infra.queues.broker import open_broker
from infra.queues.coding import ATTEMPTS, Coding
from infra.queues.doorbells import CODE_QUEUE, PROJECT_QUEUE, Doorbells
from infra.queues.sweep import sweep
from infra.settings import Settings

QUEUED = "SELECT count(*) FROM frontlog_queue.queue WHERE queue_name = %s"


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def bells(settings, migrated):
    with open_broker(settings, migrated) as broker:
        yield Doorbells(broker)


@pytest.fixture
def coding(store, pool, bells):
    return Coding(store, pool, ObedientCoder, quiet)


@pytest.fixture
def working(settings, migrated):
    """A station in this process."""
    with stations.working(
        settings, migrated, live_coder=lambda store: ObedientCoder(), kind="up", stop=threading.Event()
    ) as station:
        yield station


def quiet():
    """Announces nothing."""


def no_backlog():
    return 0


def look(store, pool, bells, patience_s=0.0):
    return sweep(store, pool, bells, behind=lambda: [], backlog=no_backlog, patience_s=patience_s).articles


def test_a_doorbell_gets_its_article_coded(store, working):
    article_id = receive(store, "One.")
    working.bells.ring_code(article_id)
    until(lambda: coded(store, article_id), 15)


def test_a_message_that_comes_twice_leaves_one_coding(store, coding):
    article_id = receive(store, "One.")
    coding.code(article_id)
    before = list(store.read_stream(f"coding-{article_id}@{EDITION}"))
    coding.code(article_id)
    assert list(store.read_stream(f"coding-{article_id}@{EDITION}")) == before


def test_two_workers_at_once_leave_one_coding(store, pool, bells):
    article_id = receive(store, "One.")
    both = threading.Barrier(2)

    class Together(ObedientCoder):
        def code(self, articles):
            both.wait(10)
            return super().code(articles)

    codings = [Coding(store, pool, Together, quiet) for _ in range(2)]
    threads = [threading.Thread(target=each.code, args=(article_id,)) for each in codings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert types(store, f"coding-{article_id}@{EDITION}") == ["ArticleCoded"]


def test_an_article_coded_while_another_edition_became_live_is_coded_under_that_one_too(store, pool):
    article_id, live = receive(store, "One."), ["before"]

    class Switched(ObedientCoder):
        def __init__(self):
            self.edition = SimpleNamespace(name=live[0], digest="0" * 64)

        def code(self, articles):
            live[0] = "after"
            return super().code(articles)

    Coding(store, pool, Switched, quiet).code(article_id)
    for edition in ("before", "after"):
        assert types(store, f"coding-{article_id}@{edition}") == ["ArticleCoded"]


def test_a_bell_that_rings_ten_times_unanswered_is_one_message(migrated, bells):
    for _ in range(10):
        bells.ring_project("articles")
        bells.ring_code("a1")
    bells.ring_code("a2")
    assert one(migrated, QUEUED, PROJECT_QUEUE) == 1
    assert one(migrated, QUEUED, CODE_QUEUE) == 2


def test_a_coded_article_is_announced(store, pool):
    announced = []
    Coding(store, pool, ObedientCoder, lambda: announced.append(1)).code(receive(store, "One."))
    assert announced == [1]


def test_announcements_are_rung_for_every_projection_and_those_in_between_once(migrated, bells):
    announcer = Announcer(bells, ("articles", "events"), threading.Event())
    announcer.ring()
    assert one(migrated, QUEUED, PROJECT_QUEUE) == 0, "nothing was announced"
    for _ in range(5):
        announcer.announce()
    announcer.ring()
    assert one(migrated, QUEUED, PROJECT_QUEUE) == 2
    with open_pool(migrated) as pool, pool.connection() as connection:
        connection.execute("DELETE FROM frontlog_queue.queue")
    announcer.ring()
    assert one(migrated, QUEUED, PROJECT_QUEUE) == 0, "what was rung once is not rung again"


def test_a_coded_article_is_projected_without_anyone_asking(store, pool, working):
    working.bells.ring_code(receive(store, "One."))
    until(lambda: not projections.behind(pool), 15)


def test_a_ring_that_the_broker_does_not_take_raises_nothing_and_says_so(settings):
    nowhere = Settings(data_dir=settings.data_dir, broker_url="amqp://guest:guest@127.0.0.1:1/")
    with open_broker(nowhere, "") as broker:
        assert Doorbells(broker).ring_code("a1") is False


def test_a_doorbell_for_an_unknown_article_is_dropped(migrated, coding):
    coding.code("f" * 32)
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.attempts") == 0


def test_the_sweep_finds_the_article_whose_doorbell_was_lost(store, pool, working):
    article_id = receive(store, "One.", trace_id="abc")
    assert not coded(store, article_id)
    # the station sweeps too, and while it looks nobody else does
    until(lambda: look(store, pool, working.bells) == 1, 15)
    until(lambda: coded(store, article_id), 15)
    [closing] = store.read_stream(f"coding-{article_id}@{EDITION}")
    assert closing.metadata["trace_id"] == "abc"


def test_coding_goes_on_under_the_trace_the_article_came_in_with_whoever_rang(store, pool, coding):
    article_id = receive(store, "One.", trace_id="came-in")
    with logs.bind_trace("rang"):
        coding.code(article_id)
        assert logs.current_trace() == "rang"
    [closing] = store.read_stream(f"coding-{article_id}@{EDITION}")
    assert closing.metadata["trace_id"] == "came-in"


def test_the_sweep_leaves_alone_what_is_coded_failed_erased_or_being_coded(store, pool, bells, coding):
    done, taken_down, at_it = (receive(store, text) for text in ("One.", "Two.", "Three."))
    coding.code(done)
    workflow.erase(store, taken_down, reason="asked to", metadata={})
    given_up = receive(store, "Four.")
    workflow.fail_coding(store, given_up, EDITION, attempts=5, error="no", metadata={})
    attempts.begin(pool, at_it, EDITION)
    assert look(store, pool, bells, patience_s=0.0) == 1, (
        "an attempt that began just now is no recent one at patience 0"
    )
    assert look(store, pool, bells, patience_s=60.0) == 0


def test_the_sweep_rings_again_only_after_its_patience(store, pool, bells):
    receive(store, "One.")
    assert look(store, pool, bells, patience_s=60.0) == 0, "it rang when it came"
    assert look(store, pool, bells, patience_s=0.0) == 1
    assert look(store, pool, bells, patience_s=60.0) == 0


def test_the_sweep_takes_no_doorbell_for_lost_while_many_wait(store, pool, bells):
    receive(store, "One.")
    assert sweep(store, pool, bells, behind=lambda: [], backlog=lambda: 10_000, patience_s=0.0).articles == 0


def test_the_sweep_sees_an_article_that_commits_late(store, pool, bells):
    """The safe mark: a later writer commits first, then the sweep looks, then the earlier one commits."""
    with store.transaction() as tx:
        first = workflow.receive(tx, Article("One."), way_in="test", metadata={}).article_id
        second = receive(store, "Two.")
        look(store, pool, bells)
    look(store, pool, bells)
    with pool.connection() as connection:
        waiting = connection.execute("SELECT article_id FROM frontlog_ops.waiting").fetchall()
    assert sorted(waiting) == sorted([(first,), (second,)])


def test_the_sweep_rings_for_projections_that_are_behind(migrated, store, pool, bells):
    swept = sweep(store, pool, bells, behind=lambda: ["articles"], backlog=no_backlog)
    assert swept.projections == 1
    assert one(migrated, QUEUED, PROJECT_QUEUE) == 1


def test_a_poison_article_ends_as_failed_after_bounded_attempts(store, working):
    article_id = receive(store, "FAIL")
    working.bells.ring_code(article_id)
    until(lambda: failed(store, article_id), 40)
    [event] = [e for e in store.read_stream(f"article-{article_id}") if e.type == "CodingFailed"]
    assert event.data["attempts"] == ATTEMPTS
    assert event.data["error"] == "ValueError: this article always fails"


def test_a_failed_article_is_left_alone_until_someone_asks_for_a_retry(store, pool, bells, coding, tmp_path):
    obstacle = tmp_path / "obstacle"
    obstacle.touch()
    article_id = receive(store, f"FAIL WHILE {obstacle}")
    for _ in range(ATTEMPTS - 1):
        with pytest.raises(ValueError, match="for now"):
            coding.code(article_id)
    coding.code(article_id)
    assert failed(store, article_id)

    obstacle.unlink()
    coding.code(article_id)
    assert failed(store, article_id), "a doorbell alone does not take it up again"
    assert look(store, pool, bells) == 0

    assert workflow.retry(store, article_id, metadata={"trace_id": "retried"})
    assert look(store, pool, bells) == 1, "the sweep hears of the retry"
    coding.code(article_id)
    assert coded(store, article_id)


def test_a_retry_that_fails_again_gets_all_its_attempts(store, coding):
    article_id = receive(store, "FAIL")

    def fail():
        for _ in range(ATTEMPTS - 1):
            with pytest.raises(ValueError, match="always"):
                coding.code(article_id)
        coding.code(article_id)

    fail()
    workflow.retry(store, article_id, metadata={})
    fail()
    assert types(store, f"article-{article_id}") == [
        "ArticleReceived",
        "CodingFailed",
        "RetryRequested",
        "CodingFailed",
    ]


def test_an_article_that_killed_its_process_each_time_is_given_up(store, pool, coding):
    article_id = receive(store, "DIE")
    for _ in range(ATTEMPTS):
        attempts.begin(pool, article_id, EDITION)  # as a worker does before it dies
    coding.code(article_id)
    [event] = [e for e in store.read_stream(f"article-{article_id}") if e.type == "CodingFailed"]
    assert event.data["attempts"] == ATTEMPTS
    assert "the process died" in event.data["error"]


def test_a_database_that_was_away_costs_the_article_no_attempt(migrated, store, coding, tmp_path):
    article_id = receive(store, f"TRY AGAIN ONCE {tmp_path / 'tried'}")
    with pytest.raises(TryAgain):
        coding.code(article_id)
    assert one(migrated, "SELECT attempts FROM frontlog_ops.attempts") == 0
    coding.code(article_id)
    assert coded(store, article_id)


def test_a_lost_database_connection_is_made_good_by_itself(migrated, store, working):
    with_connections = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE %s"
    assert one(migrated, with_connections, "frontlog%") > 0
    article_id = receive_patiently(store)
    working.bells.ring_code(article_id)
    until(lambda: coded(store, article_id), 30)


def receive_patiently(store: PostgresEventStore) -> str:
    for _ in range(10):
        try:
            return receive(store, "One.")
        except TryAgain:
            continue
    return receive(store, "One.")


def test_when_someone_must_act_first_the_station_stops_and_says_so(settings, migrated, store):
    stop = threading.Event()
    with (
        pytest.raises(Stop, match="must act"),
        stations.working(settings, migrated, live_coder=lambda s: ObedientCoder(), kind="up", stop=stop) as station,
    ):
        station.bells.ring_code(receive(store, "STOP"))
        assert stop.wait(15)
    assert not types(store, f"article-{receive(store, 'STOP')}")[1:], "the article did not fail"


def test_a_coder_that_cannot_be_loaded_stops_before_any_work(settings, migrated):
    def no_coder(store):
        raise Stop("No edition is active.")

    with (
        pytest.raises(Stop, match="No edition"),
        stations.working(settings, migrated, live_coder=no_coder, kind="up", stop=threading.Event()),
    ):
        pass
    assert one(migrated, "SELECT count(*) FROM frontlog_ops.workers") == 0


def test_a_working_process_is_seen_alive_and_gone_afterwards(settings, migrated, pool):
    with stations.working(settings, migrated, live_coder=lambda s: ObedientCoder(), kind="up", stop=threading.Event()):
        [seen] = workers.alive(pool)
        assert seen.kind == "up"
        assert seen.pid > 0
    assert workers.alive(pool) == []


def test_projecting_goes_before_coding_in_a_process(working):
    priorities = {name: actor.priority for name, actor in working.broker.actors.items()}
    assert priorities["project"] < priorities["code"]
