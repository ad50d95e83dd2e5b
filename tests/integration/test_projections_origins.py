"""Copies of one report count once: live, rebuilt, in any order of arrival, and as known before a bridge came."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from archive import EDITION, POLICY, Archive, contents, made_up, rebuilt, shown, told

from domain import workflow
from infra.postgres import projections, projections_origins
from infra.postgres.pool import open_pool

WITH_ORIGINS = POLICY + "  near_duplicate_percent: 20\n  origin_window_days: 30\n"


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated) as pool:
        yield Archive(pool, WITH_ORIGINS)


def words(story: int, start: int = 0, count: int = 120) -> str:
    """A stretch of a story made of words of its own: two stretches are as alike as they overlap."""
    return " ".join(f"story{story}word{n}" for n in range(start, start + count))


def took_bor(archive: Archive, text: str, source: str) -> str:
    return archive.tell(
        text, told("ControlTaken", ["Army"], "Bor", "2024-12-03"), source=source, published="2024-12-04"
    )


def bor(archive: Archive) -> tuple[Any, ...]:
    projections.project_all(archive.pool)
    holding = archive.holding("Bor")
    assert holding is not None
    return holding["verification"], holding["origins"], holding["claims"]


def origins_shown(archive: Archive) -> tuple[dict[str, str], dict[str, str]]:
    return tuple(  # type: ignore[return-value]
        {
            row["article_id"]: row["origin_id"]
            for row in archive.rows(f"SELECT article_id, origin_id FROM frontlog.{view}")
        }
        for view in ("articles", "control_evidence")
    )


def test_a_copy_in_another_house_leaves_a_claim_claimed_and_an_independent_report_corroborates_it(
    archive: Archive,
) -> None:
    first = took_bor(archive, words(1), "One")
    assert bor(archive) == ("claimed", 1, 1)
    copy = took_bor(archive, "Another headline over it. " + words(1), "Two")
    assert bor(archive) == ("claimed", 1, 2)
    other = took_bor(archive, words(2), "Three")
    assert bor(archive) == ("corroborated", 2, 3)
    assert origins_shown(archive) == ({first: first, copy: first, other: other},) * 2


def test_a_copy_without_a_date_is_a_copy_whenever_it_came(archive: Archive) -> None:
    dated = took_bor(archive, words(1), "One")
    undated = archive.tell(words(1), told("ControlTaken", ["Army"], "Bor", "2024-12-03"), source="Two", published=None)
    assert bor(archive) == ("claimed", 1, 2)
    assert origins_shown(archive)[0] == {dated: dated, undated: dated}
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_a_bridge_makes_one_origin_of_two_and_what_was_known_before_it_stays_askable(archive: Archive) -> None:
    first, second = took_bor(archive, words(1, 0), "One"), took_bor(archive, words(1, 100), "Two")
    assert bor(archive) == ("corroborated", 2, 2)
    before = known_until(archive)
    bridge = archive.receive(words(1, 50), "Three", "2024-12-04")
    assert bor(archive) == ("claimed", 1, 2)
    assert origins_shown(archive)[0] == {first: first, second: first, bridge: first}
    [then] = archive.rows("SELECT verification, origins FROM frontlog.control_as_of('2024-12-04', %s)", before)
    assert then == {"verification": "corroborated", "origins": 2}
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def known_until(archive: Archive) -> datetime:
    return archive.rows("SELECT clock_timestamp() AS now")[0]["now"]  # type: ignore[no-any-return]


def test_a_retracted_bridge_and_an_erased_text_leave_the_origins_as_they_are(archive: Archive) -> None:
    took_bor(archive, words(1, 0), "One")
    took_bor(archive, words(1, 100), "Two")
    bridge = took_bor(archive, words(1, 50), "Three")
    assert bor(archive) == ("claimed", 1, 3)
    workflow.erase(archive.store, bridge, reason="asked to", metadata={})
    workflow.retract(archive.store, bridge, reason="wrong", metadata={})
    assert bor(archive) == ("claimed", 1, 2)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))


def test_an_article_stored_before_signatures_were_is_an_origin_of_its_own(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "signature", lambda text: "")
    took_bor(archive, words(1), "One")
    monkeypatch.undo()
    took_bor(archive, words(1) + " and more", "Two")
    assert bor(archive) == ("corroborated", 2, 2)


@pytest.mark.parametrize("order", range(4))
def test_copies_in_any_order_of_arrival_and_coding_give_live_rows_that_a_rebuild_gives(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    monkeypatch.setattr(projections, "BATCH", 5)
    chance = random.Random(order)
    articles = [(story, start) for story in range(3) for start in (0, 50, 100, 150, 400)] * 2
    chance.shuffle(articles)
    waiting: list[tuple[str, int]] = []
    for seed, (story, start) in enumerate(articles):
        article_id = archive.receive(f"{words(story, start)} {seed}", f"House {seed % 4}", "2025-01-05")
        waiting.append((article_id, seed))
        if chance.random() < 0.4:
            projections.project_all(archive.pool)
        if chance.random() < 0.7:
            coded, chosen = waiting.pop(chance.randrange(len(waiting)))
            archive.code(coded, *made_up(chosen)[2])
    for coded, chosen in waiting:
        archive.code(coded, *made_up(chosen)[2])
    projections.project_all(archive.pool)
    assert contents(archive, rebuilt(archive)) == contents(archive, shown(archive))
    assert {len({o for a, o in origins_shown(archive)[0].items()})} == {6}


def test_the_search_for_copies_is_planned_each_time(archive: Archive) -> None:
    articles = [took_bor(archive, words(n), "One") for n in range(2)]
    with archive.pool.connection() as connection:
        for _ in range(2 * (connection.prepare_threshold or 0) + 2):
            projections_origins.read(connection, EDITION, articles, 0, 10**6)
        prepared = connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert any("'ArticleReceived' AND position <=" in text for (text,) in prepared), "the others are kept"
    assert not any("frontlog_log.origin_keys" in text for (text,) in prepared)
