"""What frontlog up does now and then: sealing, pruning, ringing for replays."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from archive import Archive, rebuilt, shown, tell_all
from psycopg import errors

from infra.postgres import projections, replays, sealing
from infra.postgres.pool import open_pool
from infra.postgres.verify import verify_all
from infra.replay import conduct
from infra.replay.child import replay_worker
from infra.schedule import Schedule
from infra.settings import Settings


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated, max_size=8) as pool:
        archive = Archive(pool)
        tell_all(archive, range(6))
        yield archive


@pytest.fixture
def schedule(archive: Archive, migrated: str, tmp_path: Path) -> Schedule:
    return Schedule(Settings(data_dir=tmp_path, database_url=migrated), migrated, archive.pool)


def as_a_forger(archive: Archive, statement: str) -> None:
    """Change the log behind the triggers that forbid it, as an owner can."""
    with archive.pool.connection() as connection, connection.transaction():
        connection.execute("ALTER TABLE frontlog_log.events DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE frontlog_log.seals DISABLE TRIGGER ALL")
        connection.execute(statement)  # type: ignore[call-overload]


def broken(archive: Archive) -> list[str]:
    with archive.pool.connection() as connection:
        return [str(each) for each in sealing.broken_seals(connection)[1]]


def test_seals_cover_the_log_without_gaps_and_hold(archive: Archive) -> None:
    first = sealing.seal_all(archive.pool, at_most=10)
    tell_all(archive, [7])
    second = sealing.seal_all(archive.pool, at_most=10)
    seals = first + second
    assert [s.from_position for s in seals] == [1, *(s.to_position + 1 for s in seals[:-1])]
    assert sum(s.events for s in seals) == archive.rows("SELECT count(*) AS n FROM frontlog_log.events")[0]["n"]
    assert sealing.seal_all(archive.pool) == []
    assert broken(archive) == []


def test_a_range_of_holes_does_not_stop_the_sealing(archive: Archive) -> None:
    sealing.seal_all(archive.pool)
    archive.rows("SELECT nextval('frontlog_log.event_position') FROM generate_series(1, 25)")
    tell_all(archive, [8])
    assert sum(s.events for s in sealing.seal_all(archive.pool, at_most=10)) > 0
    assert broken(archive) == []


def test_events_missing_from_the_end_of_a_stream_are_noticed(archive: Archive) -> None:
    """The chain of the stream itself cannot tell."""
    sealing.seal_all(archive.pool)
    as_a_forger(
        archive,
        "DELETE FROM frontlog_log.events WHERE position ="
        " (SELECT max(position) FROM frontlog_log.events WHERE type = 'ArticleCoded')",
    )
    with archive.pool.connection() as connection:
        assert verify_all(connection).sound
    (said,) = broken(archive)
    assert "the log now has" in said


def test_a_changed_digest_and_a_missing_seal_are_noticed(archive: Archive) -> None:
    sealing.seal_all(archive.pool, at_most=10)
    as_a_forger(archive, "UPDATE frontlog_log.events SET digest = sha256('x') WHERE position = 12")
    assert len(broken(archive)) == 1
    as_a_forger(archive, "DELETE FROM frontlog_log.seals WHERE seal = 1")
    assert len(broken(archive)) > 1


def test_several_that_seal_at_once_seal_everything_once(archive: Archive) -> None:
    threads = [threading.Thread(target=sealing.seal_all, args=(archive.pool, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken(archive) == []


def test_seals_are_append_only(archive: Archive, migrated: str) -> None:
    sealing.seal_all(archive.pool)
    with psycopg.connect(migrated) as owner, pytest.raises(errors.InsufficientPrivilege):
        owner.execute("DELETE FROM frontlog_log.seals")


def test_a_job_that_is_due_is_done_once_and_visible(archive: Archive, schedule: Schedule) -> None:
    schedule.step()
    schedule.step()
    rows = {row["job"]: row for row in archive.rows("SELECT * FROM frontlog.schedule")}
    assert rows["seal the log"]["result"].startswith("up to position")
    assert set(rows) == {job.name for job in schedule.jobs}
    assert not any(row["error"] for row in rows.values())


def test_old_generations_go_and_the_newest_retired_one_stays(archive: Archive, schedule: Schedule) -> None:
    projections.project_all(archive.pool)
    generations = [shown(archive)]
    for _ in range(3):
        generations.append(rebuilt(archive))
        projections.swap(archive.pool, generations[-1])
    schedule.step()
    left = {row["generation"] for row in archive.rows("SELECT generation FROM frontlog_read.generations")}
    assert left == {*generations[-1].values(), *generations[-2].values()}
    assert archive.rows("SELECT count(*) AS n FROM frontlog.events") != [{"n": 0}]


def test_a_replay_whose_command_is_gone_is_finished_by_the_schedule(
    archive: Archive, schedule: Schedule, migrated: str, tmp_path: Path
) -> None:
    projections.project_all(archive.pool)
    begun = conduct.begin(archive.pool)
    archive.rows("UPDATE frontlog_ops.replays SET updated_at = updated_at - interval '1 minute' RETURNING replay_id")
    schedule.step()
    with replay_worker(Settings(data_dir=tmp_path, database_url=migrated), migrated):
        ended = threading.Event()
        for _ in range(300):
            if replays.one(archive.pool, begun.replay_id).state == "done":
                break
            ended.wait(0.05)
    assert replays.one(archive.pool, begun.replay_id).state == "done"
