"""Another edition from its report to the switch and back: what changes, and that nothing is lost on the way."""

import dataclasses
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from domain import workflow
from domain.article import Article
from infra import coders, editions, wiring
from infra.postgres import differences, projections, replay_steps, replays
from infra.replay import conduct, work
from tests.acceptance.conftest import User

pytestmark = pytest.mark.timeout(300)

STORY = """Rebel fighters captured the town of Kurmuk on Sunday.
The army still controls Geissan.
Government troops withdrew from Damazin on Monday."""
OTHER = "The army captured the town of Kadugli on Tuesday."
LATER = "The army still controls Dilling."
SHIPPED = editions.SHIPPED
HISTORY = """
SELECT place_id, place, area, status, controllers, claimants, valid, known, since_earliest, since_latest, previous,
       verification, origins, claims, edition
  FROM frontlog.control_history ORDER BY place_id, area, valid, known
"""
EVENTS = """
SELECT position, article_id, sentence, type, actor_ids, place_ids, rule, fingerprint, standing, quote, edition
  FROM frontlog.events ORDER BY article_id, sentence, position
"""


@pytest.fixture
def frontlog(settled_user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.Frontlog]:
    """The module's database with two stories, at whichever edition the test before left it: back to the shipped one."""
    monkeypatch.setenv("FRONTLOG_DATA_DIR", str(settled_user.home))
    with wiring.open_frontlog(settled_user.settings) as opened:
        if (left := replays.unfinished(opened.pool)) is not None:
            replays.abandon(opened.pool, left)
        if opened.live_edition() != SHIPPED:
            go_through(opened, conduct.begin_edition(opened.pool, SHIPPED, activate=True, accept_orphans=True))
        for text in (STORY, OTHER):
            taken_in(opened, text)
        publish(opened, "presence")
        yield opened


def publish(frontlog: wiring.Frontlog, name: str) -> None:
    """Publish an edition with this one change."""
    files = with_presence()
    workflow.publish(frontlog.store, coders.load_edition(name, files), files, metadata={})


def with_presence() -> dict[str, str]:
    """The shipped edition, but holding a town is presence and no more: one word in one rule."""
    files = editions.shipped(SHIPPED)
    head, rule = files["rules/control.yaml"].split("id: asserted.control\n")
    edited = rule.replace("ControlAsserted", "PresenceReported", 1)
    files["rules/control.yaml"] = f"{head}id: asserted.control\n{edited}"
    return files


def taken_in(frontlog: wiring.Frontlog, text: str, published: date = date(2025, 3, 4)) -> str:
    """Receive an article, code it under the live edition and show it."""
    article_id = received(frontlog, text, published)
    coder = coders.coder(frontlog.store, frontlog.live_edition())
    workflow.code_article(frontlog.store, coder, article_id, metadata={})
    projections.project_all(frontlog.pool)
    return article_id


def received(frontlog: wiring.Frontlog, text: str, published: date = date(2025, 3, 4)) -> str:
    return frontlog.receive(Article(text, "Sample", published), way_in="test").article_id


def go_through(frontlog: wiring.Frontlog, replay: replays.Replay) -> replays.Replay:
    """Do all the work of a replay in this process."""
    lanes = replays.open_lanes(frontlog.pool, replay.replay_id)
    while lanes:
        work.answer(frontlog.pool, replay.replay_id, lanes.pop(0), lambda _, lane: lanes.append(lane))
    return replays.one(frontlog.pool, replay.replay_id)


def rows(frontlog: wiring.Frontlog, query: str) -> list[tuple[Any, ...]]:
    with frontlog.pool.connection() as connection:
        return connection.execute(query.encode()).fetchall()


def count(frontlog: wiring.Frontlog, table: str) -> int:
    return int(rows(frontlog, f"SELECT count(*) FROM {table}")[0][0])


def places(frontlog: wiring.Frontlog) -> dict[str, str]:
    return dict(rows(frontlog, "SELECT place, status FROM frontlog.control_status"))  # type: ignore[arg-type]


def test_a_dry_run_reports_exactly_what_one_changed_rule_changes_and_leaves_nothing_behind(
    frontlog: wiring.Frontlog, settled_user: User
) -> None:
    head = frontlog.store.safe_mark()
    shown = rows(frontlog, HISTORY)
    done = settled_user.runs("replay", "--edition", "presence", "--dry-run", "--check", "--format", "json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    articles = count(frontlog, "frontlog.articles")
    assert told["summary"]["articles"] == articles
    assert told["summary"]["articles_that_differ"] == 1
    events = [row for row in told["differences"] if row["kind"] == "event"]
    assert [(e["change"], e["fields"], e["sentence"], e["quote"], e["rule"]) for e in events] == [
        ("changes", ["type"], 2, "The army still controls Geissan.", "asserted.control")
    ]
    assert (events[0]["before"]["type"], events[0]["after"]["type"]) == ("ControlAsserted", "PresenceReported")
    [holding] = [row for row in told["differences"] if row["kind"] == "holding"]
    assert (holding["place"], holding["change"], holding["after"]) == ("Geissan", "vanishes", None)
    assert [row["status"] for row in holding["before"]] == ["controlled"]
    assert holding["quote"] == "The army still controls Geissan."
    [actor] = [row for row in told["differences"] if row["kind"] == "actor"]
    assert actor["before"]["ControlAsserted"] - actor["after"].get("ControlAsserted", 0) == 1
    for table in ("frontlog_ops.replays", "frontlog_ops.replay_ranges", "frontlog_ops.replay_differences",
                  "frontlog_ops.staged_codings"):  # fmt: skip
        assert count(frontlog, table) == 0, table
    assert (frontlog.store.safe_mark(), rows(frontlog, HISTORY)) == (head, shown)


def test_an_edition_that_says_the_same_passes_the_check(frontlog: wiring.Frontlog, settled_user: User) -> None:
    files = editions.shipped(SHIPPED)
    workflow.publish(frontlog.store, coders.load_edition("same", files), files, metadata={})
    done = settled_user.runs("replay", "--edition", "same", "--dry-run", "--check")
    assert (done.returncode, "0 differ" in done.stdout) == (0, True), done.stderr


def test_an_activation_shows_the_new_state_and_going_back_restores_the_earlier_table_exactly(
    frontlog: wiring.Frontlog, settled_user: User
) -> None:
    before, events = rows(frontlog, HISTORY), rows(frontlog, EVENTS)
    done = settled_user.runs("replay", "--edition", "presence", "--activate")
    assert done.returncode == 0, done.stderr
    assert frontlog.live_edition() == "presence"
    assert "Geissan" not in places(frontlog)
    assert {"Kurmuk", "Damazin", "Kadugli"} <= set(places(frontlog))
    assert {row[0] for row in rows(frontlog, "SELECT DISTINCT edition FROM frontlog.control_status")} == {"presence"}
    changed = rows(
        frontlog,
        "SELECT place, old_status, new_status, edition FROM frontlog.control_changes ORDER BY shown_at DESC LIMIT 1",
    )
    assert changed == [("Geissan", "controlled", None, "presence")]
    assert settled_user.runs("verify").returncode == 0
    later = settled_user.runs("ingest", "-", given=json.dumps({"text": LATER, "published": "2025-03-05"}))
    assert later.returncode == 0, later.stderr
    assert "Dilling" not in places(frontlog), "what arrives after the activation is coded under the new edition"
    replayed = settled_user.runs("replay")
    assert (replayed.returncode, "rows verified" in replayed.stdout) == (0, True), replayed.stderr
    back = settled_user.runs("replay", "--edition", SHIPPED, "--activate")
    assert back.returncode == 0, back.stderr
    assert places(frontlog)["Dilling"] == "controlled", "what arrived meanwhile is coded under the older edition too"
    assert [row for row in rows(frontlog, HISTORY) if row[1] != "Dilling"] == before
    assert {tuple(map(str, row)) for row in events} <= {tuple(map(str, row)) for row in rows(frontlog, EVENTS)}


def test_only_codings_that_differ_are_stored_in_full(frontlog: wiring.Frontlog) -> None:
    publish(frontlog, "presence.2")
    assert go_through(frontlog, conduct.begin_edition(frontlog.pool, "presence.2", activate=True)).state == "done"
    streams = rows(
        frontlog,
        "SELECT type, count(*) FROM frontlog_log.events WHERE stream LIKE 'coding-%@presence.2' GROUP BY 1",
    )
    found = dict(streams)
    assert found["CodingInherited"] == count(frontlog, "frontlog.articles") - found["ArticleCoded"]
    assert found["ArticleCoded"] < found["CodingInherited"] + 2
    assert {row[0] for row in rows(frontlog, "SELECT edition FROM frontlog.events")} == {"presence.2"}
    assert count(frontlog, "frontlog_ops.staged_codings") == 0


def test_no_article_is_lost_that_arrives_or_is_coded_while_the_edition_is_replayed(frontlog: wiring.Frontlog) -> None:
    publish(frontlog, "presence.3")
    begun = conduct.begin_edition(frontlog.pool, "presence.3", activate=True)
    seen: list[str] = []
    lanes, number = replays.open_lanes(frontlog.pool, begun.replay_id), 0
    while lanes:
        work.answer(frontlog.pool, begun.replay_id, lanes.pop(0), lambda _, lane: lanes.append(lane))
        if replays.one(frontlog.pool, begun.replay_id).state == "running":
            number += 1
            seen.append(taken_in(frontlog, f"The army captured the town of Kadugli on Tuesday, report {number} said."))
    ended = replays.one(frontlog.pool, begun.replay_id)
    assert ended.state == "done", ended.error
    assert number > 8
    shown = dict(rows(frontlog, "SELECT article_id, edition FROM frontlog.articles WHERE events > 0"))
    assert {shown.get(article_id) for article_id in seen} == {"presence.3"}


def test_a_decision_that_loses_its_event_stops_the_activation_until_that_is_accepted(
    frontlog: wiring.Frontlog, settled_user: User
) -> None:
    [(fingerprint,)] = rows(frontlog, "SELECT fingerprint FROM frontlog.events WHERE quote LIKE '%controls Geissan%'")
    workflow.review(frontlog.store, fingerprint, "reject", by="Anna", reason="no such claim", metadata={})
    projections.project_all(frontlog.pool)
    try:
        assert "Geissan" not in places(frontlog)
        publish(frontlog, "presence.4")
        refused = settled_user.runs("replay", "--edition", "presence.4", "--activate")
        assert refused.returncode == 1
        assert "--accept-orphans" in refused.stderr
        assert "rejected by Anna" in " ".join(refused.stdout.replace("│", " ").split())
        assert frontlog.live_edition() == SHIPPED
        assert replays.unfinished(frontlog.pool) is None
        accepted = settled_user.runs("replay", "--edition", "presence.4", "--activate", "--accept-orphans")
        assert accepted.returncode == 0, accepted.stderr
        assert frontlog.live_edition() == "presence.4"
        back = settled_user.runs("replay", "--edition", SHIPPED, "--activate")
        assert back.returncode == 0, back.stderr
        assert "Geissan" not in places(frontlog), "the decision holds its event again"
    finally:
        workflow.review(frontlog.store, fingerprint, "restore", by="Anna", reason="test over", metadata={})
        projections.project_all(frontlog.pool)


def test_an_article_without_its_text_keeps_its_coding_and_the_report_says_so(
    frontlog: wiring.Frontlog, settled_user: User
) -> None:
    article_id = taken_in(frontlog, "The army still controls Talodi.")
    workflow.erase(frontlog.store, article_id, reason="asked to", metadata={})
    publish(frontlog, "presence.5")
    done = settled_user.runs("replay", "--edition", "presence.5", "--activate", "--format", "ndjson")
    assert done.returncode == 0, done.stderr
    kept = [row for row in map(json.loads, done.stdout.splitlines()) if row["kind"] == "article"]
    assert [(row["article_id"], row["change"]) for row in kept] == [(article_id, "kept")]
    assert "erased" in kept[0]["note"]
    assert "Talodi" in places(frontlog)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--edition", "unheard-of"], 1, "not in the log"),
        (["--edition", SHIPPED], 1, "live already"),
        (["--edition", "older"], 1, "--same-rules older"),
        (["--dry-run"], 2, "--edition"),
        (["--edition", "presence", "--dry-run", "--activate"], 2, "exclude"),
        (["--edition", "presence", "--accept-orphans"], 2, "--activate"),
        (["--edition", "presence", "--projection", "events"], 2, "--projection"),
    ],
)
def test_what_cannot_be_replayed_is_told_in_a_sentence(
    frontlog: wiring.Frontlog, settled_user: User, arguments: list[str], code: int, told: str
) -> None:
    files = editions.shipped(SHIPPED)
    older = dataclasses.replace(coders.load_edition("older", files), coder_version=1, digest="d" * 64)
    workflow.publish(frontlog.store, older, files, metadata={})
    done = settled_user.runs("replay", *arguments)
    assert (done.returncode, told in " ".join(done.stderr.replace("│", " ").split())) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_replay_is_refused_with_what_the_first_is_about(frontlog: wiring.Frontlog, settled_user: User) -> None:
    first = conduct.begin_edition(frontlog.pool, "presence")
    refused = settled_user.runs("replay")
    assert refused.returncode == 1
    said = " ".join(refused.stderr.split())
    assert f"replay {first.replay_id} of edition presence is running" in said
    dropped = settled_user.runs("replay", "--abandon")
    assert dropped.returncode == 0, dropped.stderr
    assert count(frontlog, "frontlog_ops.staged_codings") == 0


def test_a_command_killed_in_the_middle_of_recoding_is_resumed_to_the_same_report(
    frontlog: wiring.Frontlog, settled_user: User
) -> None:
    coder = coders.coder(frontlog.store, SHIPPED)
    for n in range(80):
        text = "\n".join(f"The army captured the town of Kadugli on Tuesday, report {n}.{k} said." for k in range(6))
        workflow.code_article(frontlog.store, coder, received(frontlog, text), metadata={})
    projections.project_all(frontlog.pool)
    publish(frontlog, "presence.6")
    process = settled_user.starts("replay", "--edition", "presence.6")
    deadline = time.monotonic() + 60
    while (staged := count(frontlog, "frontlog_ops.staged_codings")) == 0:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    left = replays.unfinished(frontlog.pool)
    assert left is not None and (left.step, left.state) == ("recode", "running")
    assert staged < count(frontlog, "frontlog.articles")
    status = " ".join(settled_user.runs("status").stderr.split())
    assert f"unfinished replay {left.replay_id} of edition presence.6 is running" in status
    assert "That process is gone" in status
    resumed = settled_user.runs("replay", "--resume", "--format", "json")
    assert resumed.returncode == 0, resumed.stderr
    again = settled_user.runs("replay", "--edition", "presence.6", "--dry-run", "--format", "json")
    told, anew = json.loads(resumed.stdout), json.loads(again.stdout)
    for each in (told["summary"], *told["differences"], anew["summary"], *anew["differences"]):
        each.pop("replay_id")
    assert told == anew
    assert told["summary"]["articles"] >= 80


def test_the_report_is_a_table_in_sql(frontlog: wiring.Frontlog, settled_user: User) -> None:
    done = settled_user.runs("replay", "--edition", "presence", "--details")
    assert done.returncode == 0, done.stderr
    assert "asserted.control" in done.stdout
    found = settled_user.rows(
        "SELECT kind, change, edition, live_edition FROM frontlog.replay_differences WHERE place = 'Geissan'"
        " AND replay_id = (SELECT max(replay_id) FROM frontlog.replays)"
    )
    assert found == [{"kind": "holding", "change": "vanishes", "edition": "presence", "live_edition": SHIPPED}]


@pytest.mark.parametrize("policy", ["the same policy", "other numbers"])
def test_a_report_made_in_many_pieces_says_what_one_made_in_few_says(
    frontlog: wiring.Frontlog, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    for town in ("Talodi", "Nyala", "Kassala", "Atbara", "Dongola", "Sennar", "Singa", "Merowe", "Rabak"):
        taken_in(frontlog, f"The army still controls {town}.")
    name = f"presence, {policy}".replace(" ", "-").replace(",", "")
    files = with_presence()
    if policy == "other numbers":
        files["edition.yaml"] = files["edition.yaml"].replace("fighting_stale_days: 14", "fighting_stale_days: 3")
        assert files["edition.yaml"] != editions.shipped(SHIPPED)["edition.yaml"]
    workflow.publish(frontlog.store, coders.load_edition(name, files), files, metadata={})
    reports, pieces = [], []
    for size in (200, 1):
        monkeypatch.setattr(replay_steps, "COMPARED_ARTICLES", size)
        monkeypatch.setattr(replay_steps, "WEIGHED_PLACES", size)
        done = go_through(frontlog, conduct.begin_edition(frontlog.pool, name))
        assert done.state == "done", done.error
        found = differences.report(frontlog.pool, done.replay_id)
        reports.append([{**row, "replay_id": 0} for row in found])
        steps = f"frontlog_ops.replay_ranges WHERE step IN ('compare', 'weigh') AND replay_id = {done.replay_id}"
        pieces.append(count(frontlog, steps))
    assert reports[0] == reports[1]
    assert {"event", "holding", "actor"} <= {row["kind"] for row in reports[0]}
    numbers = "policy: fighting_stale_days 14 → 3" if policy == "other numbers" else None
    assert {row["note"] for row in reports[0] if row["kind"] == "holding"} == {numbers}
    assert pieces[0] == 8 < pieces[1]
    assert count(frontlog, "frontlog_ops.replay_compared") == 0
