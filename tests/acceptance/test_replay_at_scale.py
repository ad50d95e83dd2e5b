"""One rule edited that codes three of three thousand events: the report names these three, and what follows of them."""

import random
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain import workflow
from domain.article import Article
from infra import coders, editions, wiring
from infra.postgres import differences, projections, replays
from infra.replay import conduct, work
from infra.settings import Settings

pytestmark = pytest.mark.timeout(300)

SHIPPED = editions.SHIPPED
ARTICLES, SENTENCES = 500, 3
PLACES = (
    "Khartoum", "Omdurman", "Kadugli", "Dilling", "Talodi", "Kurmuk", "Damazin", "Rabak", "Kosti", "Sennar", "Singa",
    "Nyala", "Geneina", "Zalingei", "Babanusa", "Merowe", "Atbara", "Dongola", "Kassala", "Gedaref", "Shendi", "Berber",
    "Tokar", "Suakin", "Muglad", "El Fasher", "El Obeid", "Port Sudan", "Wad Madani", "Umm Ruwaba",
)  # fmt: skip
PLAIN = (
    "The army captured {} on Tuesday and attacked {}.",
    "Rebel fighters captured {} on Sunday and attacked {}.",
    "Government troops withdrew from {} on Monday and shelled {}.",
)
"""Two events each."""
EDITED = {100: "Kadugli", 333: "Nyala", 412: "Geissan"}
"""Articles one of whose sentences is coded by the rule that is edited, by number, with its place."""
HISTORY = """
SELECT place_id, area, status, controllers, claimants, valid, known, since_earliest, since_latest, previous,
       verification, origins, claims
  FROM frontlog.control_history ORDER BY place_id, area, valid, known
"""


@pytest.fixture
def frontlog(migrated: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.Frontlog]:
    settings = Settings(data_dir=tmp_path, database_url=migrated)
    shutil.copytree(cache, settings.cache_dir)
    monkeypatch.setenv("FRONTLOG_DATA_DIR", str(tmp_path))
    with wiring.open_frontlog(settings) as opened:
        fill(opened)
        yield opened


def fill(frontlog: wiring.Frontlog) -> None:
    """Three thousand sentences, each an event."""
    chance = random.Random(3)
    articles = [article(chance, n) for n in range(ARTICLES)]
    coder = coders.coder(frontlog.store, SHIPPED)
    for start in range(0, ARTICLES, 100):
        some = articles[start : start + 100]
        with frontlog.store.transaction() as tx:
            for each in some:
                workflow.receive(tx, each, way_in="test", metadata={})
        for each, coding in zip(some, coder.code(some), strict=True):
            workflow.keep_coding(frontlog.store, each.article_id, SHIPPED, coding, inherits=None, metadata={})
    projections.project_all(frontlog.pool)


def article(chance: random.Random, n: int) -> Article:
    told = [chance.choice(PLAIN).format(*chance.sample(PLACES, 2)) for _ in range(SENTENCES)]
    if n in EDITED:
        told[1:1] = [f"The army still controls {EDITED[n]}."]
    day = date(2025, 1, 1) + timedelta(days=n // 3)
    return Article("\n".join([f"Report {n}.", *told]), f"House {n % 5}", day)


def rows(frontlog: wiring.Frontlog, query: str) -> list[tuple[Any, ...]]:
    with frontlog.pool.connection() as connection:
        return connection.execute(query.encode()).fetchall()


def go_through(frontlog: wiring.Frontlog, replay: replays.Replay) -> replays.Replay:
    lanes = replays.open_lanes(frontlog.pool, replay.replay_id)
    while lanes:
        work.answer(frontlog.pool, replay.replay_id, lanes.pop(0), lambda _, lane: lanes.append(lane))
    return replays.one(frontlog.pool, replay.replay_id)


def by_holding(history: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for place_id, area, *state in history:
        found.setdefault(f"{place_id} {area or ''}", []).append(tuple(map(str, state)))
    return found


def test_a_rule_edit_that_changes_three_events_of_three_thousand_reports_these_and_their_effect_on_control(
    frontlog: wiring.Frontlog,
) -> None:
    assert rows(frontlog, "SELECT count(*) FROM frontlog.events") == [(2 * ARTICLES * SENTENCES + 3,)]
    files = editions.shipped(SHIPPED)
    head, rule = files["rules/control.yaml"].split("id: asserted.control\n")
    edited = rule.replace("ControlAsserted", "PresenceReported", 1)
    files["rules/control.yaml"] = f"{head}id: asserted.control\n{edited}"
    workflow.publish(frontlog.store, coders.load_edition("presence", files), files, metadata={})
    before = by_holding(rows(frontlog, HISTORY))
    done = go_through(frontlog, conduct.begin_edition(frontlog.pool, "presence", activate=True))
    assert done.state == "done", done.error
    report = differences.report(frontlog.pool, done.replay_id)

    events = [row for row in report if row["kind"] == "event"]
    assert sorted(row["quote"] for row in events) == sorted(
        f"The army still controls {each}." for each in EDITED.values()
    )
    assert {(row["change"], tuple(row["fields"]), row["rule"]) for row in events} == {
        ("changes", ("type",), "asserted.control")
    }
    after = by_holding(rows(frontlog, HISTORY))
    differing = {key for key in before | after if before.get(key) != after.get(key)}
    holdings = [row for row in report if row["kind"] == "holding"]
    assert {f"{row['place_id']} {row['area'] or ''}" for row in holdings} == differing
    assert {row["place"] for row in holdings} == set(EDITED.values())
    [actor] = [row for row in report if row["kind"] == "actor"]
    assert (actor["before"]["ControlAsserted"], actor["after"].get("ControlAsserted")) == (3, None)
    assert (actor["before"].get("PresenceReported"), actor["after"]["PresenceReported"]) == (None, 3)
    assert len(report) == 3 + len(differing) + 1
