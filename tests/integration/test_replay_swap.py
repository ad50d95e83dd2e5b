"""The switch to rebuilt rows: what is done under its locks is little, and nothing is lost that happens meanwhile."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from archive import Archive, contents, rebuilt, shown, tell_all, told
from psycopg_pool import ConnectionPool
from queue_parts import until
from replay_parts import archive_on_display, in_this_process

from domain.errors import Stop
from infra.postgres import differences, projections, replay_steps, replays
from infra.replay import conduct, switch, work

Pool = ConnectionPool[psycopg.Connection]


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with archive_on_display(migrated) as archive:
        yield archive


def test_what_changes_while_the_switch_waits_for_a_projector_is_on_record_in_control_changes(archive: Archive) -> None:
    made = rebuilt(archive)
    with archive.pool.connection() as projector, projector.transaction():
        projector.execute("SELECT pg_advisory_xact_lock(26227, hashtext('projection unresolved'))")
        swapping = threading.Thread(target=projections.swap, args=(archive.pool, made))
        swapping.start()
        until(lambda: waits_for_a_lock(archive), 10, "the switch waits for the projector")
        archive.tell("Gola fell.", told("ControlTaken", ["Rebels"], "Gola", "2025-01-03"))
    swapping.join()
    projections.project_all(archive.pool)
    assert archive.rows("SELECT new_status FROM frontlog.control_changes WHERE place = 'Gola'") == [
        {"new_status": "controlled"}
    ]


def waits_for_a_lock(archive: Archive) -> bool:
    asked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(archive.rows(asked))


def test_what_is_prepared_under_the_locks_is_shown_though_a_writer_who_came_before_is_not_done(
    archive: Archive, migrated: str
) -> None:
    made, prepared = rebuilt(archive), list[str]()
    with psycopg.connect(migrated) as writer:
        writer.execute("SELECT frontlog_log.hold_floor()")
        ending = threading.Timer(0.3, writer.rollback)

        def prepare(connection: psycopg.Connection) -> None:
            prepared.append(archive.tell("Gola fell.", told("ControlTaken", ["Rebels"], "Gola", "2025-01-03")))
            ending.start()

        projections.swap(archive.pool, made, prepare=prepare)
        ending.join()
    found = archive.rows("SELECT state FROM frontlog.articles WHERE article_id = %s", prepared[0])
    assert found == [{"state": "coded"}]


def test_less_than_a_batch_is_left_to_the_switch(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "BATCH", 10)
    made = rebuilt(archive)
    tell_all(archive, range(100, 130))
    before = archive.rows("SELECT position FROM frontlog_read.generations")
    assert not switch.come_near(archive.pool, made, deadline=time.monotonic() - 1), "its time was up before"
    assert archive.rows("SELECT position FROM frontlog_read.generations") != before, "but it got ahead"
    assert switch.come_near(archive.pool, made, deadline=time.monotonic() + 60)
    head = archive.store.safe_mark()
    left = archive.rows("SELECT generation, %s - position AS left FROM frontlog_read.generations", head)
    assert len(left) == 10
    assert all(row["left"] <= 10 for row in left)
    projections.swap(archive.pool, made)
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_an_archive_is_verified_in_pieces_that_together_are_all_of_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = in_this_process(archive.pool, conduct.begin(archive.pool))
    monkeypatch.setattr(replay_steps, "VERIFIED_POSITIONS", 20)
    pieces = in_this_process(archive.pool, conduct.begin(archive.pool))
    assert (whole.state, pieces.state) == ("done", "done")
    counts = [
        {name: seen["rows"] for name, seen in replays.found(archive.pool, each.replay_id).items()}
        for each in (whole, pieces)
    ]
    assert counts[0] == counts[1]
    assert archive.rows(
        "SELECT count(*) > 20 AS many FROM frontlog_ops.replay_ranges WHERE step = 'verify' AND replay_id = %s",
        pieces.replay_id,
    ) == [{"many": True}]


def test_a_piece_finds_the_row_that_is_wrong(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_steps, "VERIFIED_POSITIONS", 20)
    with archive.pool.connection() as owner:
        owner.execute("UPDATE frontlog_read.events SET trigger = 'forged' WHERE position = 4")
    ended = in_this_process(archive.pool, conduct.begin(archive.pool))
    assert ended.state == "mismatched"
    found = replays.found(archive.pool, ended.replay_id)
    assert [(d["side"], d["row"]["trigger"]) for d in found["events"]["differences"]] == [
        ("live", "forged"),
        ("rebuilt", "took"),
    ]


def test_abandoning_drops_candidates_that_a_worker_made_since_the_replay_was_looked_at(archive: Archive) -> None:
    looked_at = conduct.begin(archive.pool)
    with archive.pool.connection() as worker:
        made = projections.begin_build(worker, "events", looked_at.edition, looked_at.mark, 1_000)
        worker.execute(
            "UPDATE frontlog_ops.replays SET generations = generations || jsonb_build_object('events', %s::int)", [made]
        )
    replays.abandon(archive.pool, looked_at)
    assert archive.rows("SELECT state FROM frontlog_read.generations WHERE generation = %s", made) == [
        {"state": "dropping"}
    ]


def test_a_switch_that_was_claimed_before_its_replay_was_abandoned_switches_nothing(archive: Archive) -> None:
    begun, before = conduct.begin(archive.pool), shown(archive)
    for name, generation in begun.generations.items():
        projections.finish_build(archive.pool, name, generation)
    with replays.claimed(archive.pool, begun.replay_id, "events", "a worker") as claimed:
        assert claimed is not None
        replays.abandon(archive.pool, begun)
        with pytest.raises(Stop, match="nothing was switched"):
            work._swap(archive.pool, begun, claimed, time.monotonic() + 60)
    assert shown(archive) == before


def test_a_replay_that_has_switched_is_not_abandoned_but_ended(archive: Archive) -> None:
    begun = conduct.begin(archive.pool)
    lanes = replays.open_lanes(archive.pool, begun.replay_id)
    while replays.one(archive.pool, begun.replay_id).step != "swap":
        work.answer(archive.pool, begun.replay_id, lanes.pop(0), lambda _, lane: lanes.append(lane))
    projections.swap(archive.pool, begun.generations)  # and the worker is killed before it says so
    with pytest.raises(Stop, match="has switched already"):
        conduct.abandon(archive.pool)
    assert in_this_process(archive.pool, conduct.resume(archive.pool)).state == "done"


def test_what_a_worker_found_after_its_replay_was_abandoned_is_not_kept(archive: Archive) -> None:
    begun = conduct.begin(archive.pool)
    replays.abandon(archive.pool, begun)
    differences.keep(
        archive.pool, begun.replay_id, "other", [("a", None, "why")], [{"kind": "event", "key": "a", "change": "kept"}]
    )
    assert archive.rows("SELECT FROM frontlog_ops.staged_codings") == []
    assert archive.rows("SELECT FROM frontlog_ops.replay_differences") == []
