"""A generation built from nothing, slice by slice, has the rows that the live path has: however it is cut or killed."""

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from archive import EDITION, POLICY, Archive, contents, made_up, rebuilt, shown, told
from psycopg.types.json import Jsonb

from domain import origins, workflow
from domain.errors import Stop, TryAgain
from domain.events import Coding, CodingInherited, SentenceRecord, Unresolved
from domain.ports import NO_STREAM, NewEvent
from infra.postgres import build_control, building, projections, replay_rows, replay_steps, replays
from infra.postgres.pool import open_pool
from infra.replay import work

WITH_ORIGINS = POLICY + "  near_duplicate_percent: 20\n  origin_window_days: 30\n"
STRANGE = 'The "Sons" of C:\\new\tland, {1,2} \\N NULL'


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated, max_size=8) as pool:
        yield Archive(pool, WITH_ORIGINS)


def words(story: int, start: int) -> str:
    return " ".join(f"story{story}word{n}" for n in range(start, start + 120))


def everything(archive: Archive) -> None:
    """Copies and bridges between them, inherited codings, old shapes, decisions, all that takes articles out again."""
    told_of = [made_up(seed) for seed in range(30)]
    ids = [
        archive.receive(f"{words(n % 4, n % 3 * 50)} {n}", source, "2025-01-05")
        for n, (_, source, _) in enumerate(told_of)
    ]
    chance = random.Random(1)
    for n in chance.sample(range(30), 26):
        archive.code(ids[n], *told_of[n][2], edition="test.0" if n % 3 == 0 else EDITION)
        if n % 3 == 0:
            marker = CodingInherited(ids[n], EDITION, "test.0")
            archive.store.append(f"coding-{ids[n]}@{EDITION}", NO_STREAM, [workflow.new_event(marker, {})])
    for n in range(30, 34):
        archive.store.append(f"article-{n:032x}", NO_STREAM, [_received_in_the_first_shape(f"{n:032x}")])
        archive.code(f"{n:032x}", *made_up(n)[2])
    strange = archive.receive("Strange.", STRANGE, "2025-01-05", url="https://example.org/\\a")
    open_mention = Unresolved(1, STRANGE, "actor", (STRANGE, "b"))
    archive.code(strange, told("ControlTaken", [STRANGE], STRANGE, "2024-12-03"), unresolved=[open_mention])
    _code_under_another_edition(archive, ids[1])
    workflow.retract(archive.store, ids[2], reason="wrong", metadata={})
    workflow.erase(archive.store, ids[3], reason="asked to", metadata={})
    with archive.store.transaction() as tx:
        workflow.supersede(tx, ids[4], ids[5], metadata={})
    for n in (6, 7, 9, 12):
        workflow.review(archive.store, f"{ids[n]}:1", "reject", by="an analyst", reason="no", metadata={})
    workflow.review(archive.store, f"{ids[7]}:1", "restore", by="an analyst", reason="yes", metadata={})


def _received_in_the_first_shape(article_id: str) -> NewEvent:
    return NewEvent(
        "ArticleReceived",
        {"article_id": article_id, "text_digest": "3" * 64, "characters": 3, "published": "2025-01-05"},
    )


def _code_under_another_edition(archive: Archive, article_id: str) -> None:
    sentence = (SentenceRecord(1, 0, 5, "coded"),)
    coding = Coding(article_id, "test.2", "d" * 64, "none", sentence, tuple(made_up(99)[2]), ())
    archive.store.append(f"coding-{article_id}@test.2", NO_STREAM, workflow.coding_events(coding, {}))


@pytest.mark.parametrize(("events", "evidence"), [(10**6, 10**6), (50, 20), (9, 1)])
def test_however_it_is_sliced_a_build_has_the_live_rows(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, events: int, evidence: int
) -> None:
    monkeypatch.setattr(building, "SLICE_EVENTS", events)
    monkeypatch.setattr(building, "SUMS_AT_ONCE", 1)
    monkeypatch.setattr(build_control, "SLICE_EVIDENCE", evidence)
    everything(archive)
    projections.project_all(archive.pool)
    live = contents(archive, shown(archive))
    assert all(live.values())
    assert contents(archive, rebuilt(archive)) == live


def test_what_comes_after_a_build_is_caught_up_with(archive: Archive) -> None:
    everything(archive)
    projections.project_all(archive.pool)
    built = rebuilt(archive)
    for n in range(40, 50):
        archive.tell(f"{words(n % 4, 25)} {n}", *made_up(n)[2], source="Four", published="2025-01-06")
    projections.project_all(archive.pool)
    for name, generation in built.items():
        projections.catch_up(archive.pool, name, generation)
    assert contents(archive, built) == contents(archive, shown(archive))


def begun(archive: Archive) -> dict[str, int]:
    with archive.pool.connection() as connection, connection.transaction():
        mark = projections.safe_mark(connection)
        return {name: projections.begin_build(connection, name, EDITION, mark, 20) for name in projections.names()}


def test_a_build_that_fails_again_and_again_goes_on_where_it_was(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(archive)
    projections.project_all(archive.pool)
    chance, failures, original = random.Random(2), 0, building.queries

    def fail_at_times(file: str) -> object:
        nonlocal failures
        if chance.random() < 0.05:
            failures += 1
            raise TryAgain("killed here")
        return original(file)

    built = begun(archive)
    monkeypatch.setattr(building, "queries", fail_at_times)
    for name, generation in built.items():
        for _ in range(200):
            with suppress(TryAgain):
                projections.finish_build(archive.pool, name, generation)
                break
    monkeypatch.undo()
    assert failures > 5
    assert contents(archive, built) == contents(archive, shown(archive))


def test_several_at_one_build_do_the_work_once(archive: Archive) -> None:
    everything(archive)
    projections.project_all(archive.pool)
    built = begun(archive)
    failed: list[BaseException] = []

    def finish() -> None:
        try:
            for name, generation in built.items():
                projections.finish_build(archive.pool, name, generation)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=finish) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert contents(archive, built) == contents(archive, shown(archive))


def test_what_is_being_built_is_not_folded_into_until_it_is_there(archive: Archive) -> None:
    everything(archive)
    built = begun(archive)
    with archive.pool.connection() as connection, pytest.raises(Stop, match="being built"):
        projections.fold_to(connection, "events", built["events"], 10)


def test_clusters_hold_together_all_that_share_a_key_and_nothing_else() -> None:
    texts = [words(story, start) for story in range(5) for start in (0, 50, 100)] + ["Alone."]
    signatures = [bytes.fromhex(origins.signature(text)) for text in texts]
    found = sorted(origins.clusters([*signatures, b""]))
    assert found == [[n, n + 1, n + 2] for n in range(0, 15, 3)]
    arrivals = [
        origins.Arrival(str(n), datetime(2025, 1, 5, 12, n, tzinfo=UTC), date(2025, 1, 5), each.hex())
        for n, each in enumerate(signatures)
    ]
    policy = origins.OriginPolicy(20, 30)
    apart = {k: v for members in found for k, v in origins.origins([arrivals[n] for n in members], policy).items()}
    assert apart == {k: v for k, v in origins.origins(arrivals, policy).items() if k != "15"}


def test_an_activation_builds_its_candidates_and_ends_at_the_switch(archive: Archive) -> None:
    everything(archive)
    projections.project_all(archive.pool)
    with archive.pool.connection() as connection, connection.transaction():
        who = replays.Starter("t" * 32, "here", 1, "an analyst")
        coded = {"generations": Jsonb({}), "live_edition": EDITION, "mark": 0, "step": "append", "aim": "activate"}
        replay = replay_rows.read(connection, "one", replays._insert(connection, who, edition=EDITION, **coded))
        lanes = replay_steps.move_on(connection, replay)
    while replays.one(archive.pool, replay.replay_id).step != "switch":
        work.answer(archive.pool, replay.replay_id, lanes.pop(0), lambda _, lane: lanes.append(lane))
    built = replays.one(archive.pool, replay.replay_id).generations
    assert sorted(built) == sorted(projections.names())
    assert contents(archive, built) == contents(archive, shown(archive))
