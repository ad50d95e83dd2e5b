"""Rows are a function of the set of events: live, rebuilt, killed midway, delivered in any order."""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from archive import Archive, contents, made_up, rebuilt, shown, tell_all

from domain import workflow
from domain.errors import Stop, TryAgain
from infra.postgres import projections, projections_control, projections_kept
from infra.postgres.pool import open_pool
from infra.postgres.projections_kept import Kept

PROJECTOR = Path(__file__).with_name("projector_process.py")


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated) as pool:
        yield Archive(pool)


def review_some(archive: Archive, articles: list[str]) -> None:
    workflow.retract(archive.store, articles[2], reason="wrong", metadata={})
    with archive.store.transaction() as tx:
        workflow.supersede(tx, articles[5], articles[6], metadata={})
    for article in articles[8:12]:
        workflow.review(archive.store, f"{article}:1", "reject", by="an analyst", reason="no", metadata={})
    workflow.review(archive.store, f"{articles[9]}:1", "restore", by="an analyst", reason="yes", metadata={})


def test_live_rows_and_a_rebuild_are_identical(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "BATCH", 7)  # batches that cut codings in two
    articles: list[str] = []
    for start in range(0, 40, 10):
        articles += tell_all(archive, range(start, start + 10))
        projections.project_all(archive.pool)
        if start == 20:
            review_some(archive, articles)
    live = contents(archive, shown(archive))
    assert all(live[table] for table in ("events", "control_history", "activity_totals"))
    assert contents(archive, rebuilt(archive)) == live


def test_an_article_coded_after_a_later_one_and_retracted_before_its_coding_gives_the_rows_of_a_rebuild(
    archive: Archive,
) -> None:
    first, second, third = (archive.receive(f"Article {n}.", "One", "2025-01-05") for n in range(3))
    archive.code(second, *made_up(2)[2])
    projections.project_all(archive.pool)
    workflow.retract(archive.store, third, reason="wrong", metadata={})
    workflow.review(archive.store, f"{first}:1", "reject", by="an analyst", reason="no", metadata={})
    projections.project_all(archive.pool)
    archive.code(first, *made_up(1)[2])
    archive.code(third, *made_up(3)[2])
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_two_projectors_in_turn_with_a_batch_that_failed_give_the_rows_of_a_rebuild(
    archive: Archive, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, failures = Kept.end, iter([False, False, True, False, False, True])

    def fail_at_times(kept: Kept, generation: int, position: int) -> None:
        end(kept, generation, position)
        if next(failures, False):
            raise TryAgain("the batch was rolled back")

    monkeypatch.setattr(Kept, "end", fail_at_times)
    with open_pool(migrated) as other:
        for start in range(0, 60, 5):
            tell_all(archive, range(start, start + 5))
            with contextlib.suppress(TryAgain):
                projections.project(other if start % 15 == 10 else archive.pool, "control")
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_articles_coded_out_of_turn_and_retractions_are_followed_from_memory_to_the_rows_of_a_rebuild(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_again: list[str] = []
    read = projections_control._evidence
    monkeypatch.setattr(projections_control, "_evidence", lambda *given: read_again.extend(given[2]) or read(*given))
    chance = random.Random(4)
    articles = [archive.receive(f"Article {n}.", f"House {n % 3}", "2025-01-05") for n in range(40)]
    order = sorted(range(40), key=lambda n: n + chance.randrange(6))
    for n, coded in enumerate(order):
        archive.code(articles[coded], *made_up(coded)[2])
        if n % 4 == 3:
            workflow.retract(archive.store, articles[order[n - chance.randrange(4)]], reason="wrong", metadata={})
        projections.project(archive.pool, "control")
    assert len(read_again) == len(set(read_again)), "each place is read once: when it is first told of"
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_what_is_kept_between_batches_is_dropped_when_it_grows_too_large(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections_kept, "KEPT_EVIDENCE", 3)
    for start in range(0, 30, 3):
        tell_all(archive, range(start, start + 3))
        projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_a_coding_under_another_edition_changes_nothing(archive: Archive) -> None:
    [article] = tell_all(archive, [1])
    projections.project_all(archive.pool)
    before = contents(archive, shown(archive))
    archive.code(article, *made_up(2)[2], edition="test.2")
    projections.project_all(archive.pool)
    assert contents(archive, shown(archive)) == before


@contextmanager
def another_database(server: str, template: str) -> Iterator[str]:
    name = f"other_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def test_the_order_of_arrival_changes_nothing_but_known_times(server: str, migrated_template: str) -> None:
    """Of articles without a house: between two words of one house the later received is a correction."""
    found = []
    for order in (0, 1):
        with another_database(server, migrated_template) as conninfo, open_pool(conninfo) as pool:
            archive = Archive(pool)
            for seed in shuffled(25, order):
                text, _, events = made_up(seed)
                archive.tell(text, *events, published="2025-01-05")
            projections.project_all(pool)
            found.append(timeless(archive))
    assert found[0]["status"]
    assert found[0] == found[1]


def test_the_order_of_coding_changes_nothing_at_all(server: str, migrated_template: str) -> None:
    found = []
    for order in (0, 1):
        with another_database(server, migrated_template) as conninfo, open_pool(conninfo) as pool:
            archive = Archive(pool)
            told = [made_up(seed) for seed in range(25)]
            ids = [archive.receive(text, source, "2025-01-05") for text, source, _ in told]
            for n in shuffled(25, order):
                archive.code(ids[n], *told[n][2])
                projections.project(pool, "control")
            projections.project_all(pool)
            found.append(timeless(archive))
            assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))
    assert found[0] == found[1]


def shuffled(count: int, order: int) -> list[int]:
    numbers = list(range(count))
    random.Random(order).shuffle(numbers)
    return numbers


def timeless(archive: Archive) -> dict[str, list[tuple[str, ...]]]:
    """What the views say, without positions and known times, and without what ties break by receipt."""
    asked = {
        "status": "SELECT place_id, area, status, verification, since_earliest, since_latest, extent, origins, claims,"
        " (SELECT array_agg(x ORDER BY x) FROM unnest(controllers || claimants) x) FROM frontlog.control_status",
        "activity": "SELECT * FROM frontlog.actor_activity",
        "daily": "SELECT * FROM frontlog.actor_daily",
        "events": "SELECT article_id, sentence, type, actors, places, standing FROM frontlog.events",
    }
    return {name: sorted(tuple(map(str, row.values())) for row in archive.rows(query)) for name, query in asked.items()}


def test_killed_processes_lose_and_double_nothing(archive: Archive, migrated: str) -> None:
    tell_all(archive, range(30))
    for lap in range(6):
        process = subprocess.Popen([sys.executable, str(PROJECTOR), migrated])
        articles = threading.Thread(target=tell_all, args=(archive, range(100 + 20 * lap, 120 + 20 * lap)))
        articles.start()
        progress = wait_for_progress(archive)
        process.kill()
        process.wait()
        articles.join()
        assert progress
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_a_terminated_connection_asks_for_a_repeat_which_loses_and_doubles_nothing(
    archive: Archive, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "BATCH", 20)
    tell_all(archive, range(60))
    original = projections.change

    def change_and_be_terminated(*arguments: object) -> object:
        if random.random() < 0.3:
            with psycopg.connect(migrated, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'frontlog' AND datname = current_database()"
                )
        return original(*arguments)  # type: ignore[arg-type]

    random.seed(3)
    monkeypatch.setattr(projections, "change", change_and_be_terminated)
    interrupted = 0
    for _ in range(200):
        try:
            projections.project_all(archive.pool)
            break
        except TryAgain:
            interrupted += 1
    assert interrupted > 3
    monkeypatch.setattr(projections, "change", original)
    assert projections.behind(archive.pool) == []
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_several_projectors_at_once_do_the_work_once(archive: Archive) -> None:
    tell_all(archive, range(40))
    threads = [threading.Thread(target=projections.project_all, args=(archive.pool,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert projections.behind(archive.pool) == []
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_a_run_waits_for_a_writer_below_the_head(archive: Archive, migrated: str) -> None:
    """A doorbell that rings while an older transaction is open must not end the run below the newer event."""
    tell_all(archive, [1])
    projections.project_all(archive.pool)
    with psycopg.connect(migrated) as slow:
        slow.execute("SELECT frontlog_log.hold_floor()")
        slow.execute("SELECT nextval('frontlog_log.event_position')")
        archive.receive("A newer one.", "One")
        run = threading.Thread(target=projections.project, args=(archive.pool, "articles"))
        run.start()
        run.join(timeout=0.3)
        assert run.is_alive()
        slow.rollback()
    run.join(timeout=10)
    assert not run.is_alive()
    assert len(archive.rows("SELECT * FROM frontlog.articles")) == 2


def test_a_swap_shows_new_generations_at_once_with_a_reader_open(archive: Archive, migrated: str) -> None:
    tell_all(archive, range(10))
    projections.project_all(archive.pool)
    old, new = shown(archive), rebuilt(archive)
    tell_all(archive, range(10, 14))
    with psycopg.connect(migrated) as reader:
        reader.execute("SELECT count(*) FROM frontlog.control_status")
        started = time.monotonic()
        projections.swap(archive.pool, new)
        assert time.monotonic() - started < 5
    assert shown(archive) == new != old
    assert projections.behind(archive.pool) == []
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, new)


def test_rows_of_another_code_version_are_refused_with_the_command_to_run(archive: Archive) -> None:
    tell_all(archive, [1])
    projections.project_all(archive.pool)
    with archive.pool.connection() as connection:
        connection.execute("UPDATE frontlog_read.generations SET version = 99 WHERE projection = 'events'")
    archive.receive("Another one.", "One")
    with pytest.raises(Stop, match="frontlog replay --projection events"):
        projections.project(archive.pool, "events")


def wait_for_progress(archive: Archive) -> bool:
    before = sum(projections.lag(archive.pool).values())
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if sum(projections.lag(archive.pool).values()) < before:
            return True
        time.sleep(0.005)
    return False
