"""Following changes of control: none missed, none twice, heard at once."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from archive import Archive, tell_all, told

from infra.postgres import changes, projections
from infra.postgres.pool import open_pool


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated) as pool:
        yield Archive(pool)


def ids(archive: Archive) -> list[int]:
    return [row["id"] for row in archive.rows("SELECT id FROM frontlog.control_changes ORDER BY id")]


def tell(archive: Archive, holder: str, place: str, day: str) -> None:
    archive.tell(f"{holder} took {place} on {day}.", told("ControlTaken", [holder], place, day), published=day)
    projections.project_all(archive.pool)


def test_a_change_carries_old_and_new_state_and_the_sentence(archive: Archive) -> None:
    tell(archive, "North", "Aba", "2024-12-01")
    tell(archive, "South", "Aba", "2024-12-08")
    last = list(changes.stored(archive.pool, 0))[-1]
    assert (last["old_status"], last["old_holders"]) == ("controlled", ["North"])
    assert (last["new_status"], last["new_holders"]) == ("controlled", ["South"])
    assert last["place"] == "Aba"
    assert last["quote"] == "South"  # the events of this archive span five characters


def test_following_misses_nothing_and_repeats_nothing_while_writers_go_on(archive: Archive, migrated: str) -> None:
    tell_all(archive, range(3))
    projections.project_all(archive.pool)
    done = threading.Event()

    def write() -> None:
        for seed in range(3, 25):
            tell_all(archive, [seed])
            projections.project_all(archive.pool)
        done.set()

    writing = threading.Thread(target=write)
    writing.start()
    seen: list[int] = []
    for row in changes.follow(migrated, 0, lambda: not (done.is_set() and seen and seen[-1] == ids(archive)[-1])):
        seen.append(row["id"])
    writing.join()
    assert seen == ids(archive)
    assert len(seen) > 20


def test_a_change_is_heard_at_once_and_not_at_the_next_look(
    archive: Archive, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOOK_S", 60.0)
    heard: list[float] = []

    def listen() -> None:
        for _ in changes.follow(migrated, 0, lambda: not heard):
            heard.append(time.monotonic())

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    _until(lambda: bool(archive.rows("SELECT FROM pg_stat_activity WHERE application_name = 'frontlog watch'")))
    tell(archive, "North", "Aba", "2024-12-01")
    told_at = time.monotonic()
    listening.join(timeout=20)
    assert heard and heard[0] - told_at < 5


def test_only_what_changes_the_display_sends_a_notice(archive: Archive, migrated: str) -> None:
    with psycopg.connect(migrated, autocommit=True) as listener:
        listener.execute("LISTEN frontlog_control_changes")
        archive.tell("Plans.", told("ControlTaken", ["North"], "Aba", "2024-12-01", modality="planned"))
        projections.project_all(archive.pool)
        assert list(listener.notifies(timeout=0.2, stop_after=1)) == []
        tell(archive, "North", "Aba", "2024-12-01")
        [notice] = listener.notifies(timeout=5, stop_after=1)
        assert notice.payload == str(ids(archive)[-1])


def test_following_goes_on_after_an_id_or_a_time(archive: Archive) -> None:
    tell(archive, "North", "Aba", "2024-12-01")
    [first] = ids(archive)
    between = archive.rows("SELECT clock_timestamp() AS now")[0]["now"]
    tell(archive, "North", "Bor", "2024-12-01")
    assert changes.before(archive.pool, between) == first
    assert changes.before(archive.pool, datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert [row["place"] for row in changes.stored(archive.pool, first)] == ["Bor"]
    assert changes.newest(archive.pool) == first + 1


def test_what_is_stored_is_read_in_pages_to_its_end(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAGE", 2)
    for place in ("Aba", "Bor", "Cala", "Dar", "Eno"):
        tell(archive, "North", place, "2024-12-01")
    assert [row["id"] for row in changes.stored(archive.pool, 0)] == ids(archive)


def _until(holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)
