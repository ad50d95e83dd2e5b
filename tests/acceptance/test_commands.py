"""What a user sees at the terminal: outcomes, errors, exit codes."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from infra.embedded import status
from tests.acceptance.conftest import User

pytestmark = pytest.mark.timeout(300)

GOOD = (
    "Rebel fighters captured the town of Kurmuk on Sunday, residents said.\nThe army withdrew from Geissan on Monday.\n"
)
NEWS = {"published": "2025-03-04", "source": "Sample"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.txt").write_text(GOOD)
    return tmp_path


def test_a_good_article_beside_bad_ones_is_taken_and_each_bad_one_is_named(settled_user: User, folder: Path) -> None:
    (folder / "empty.txt").write_text("  \n")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "huge.txt").write_text("The army left the town. " * 450_000)
    (folder / "latin1.txt").write_bytes("L'armée a quitté la ville de Béni.".encode("latin-1"))
    (folder / "french.txt").write_text("Les forces armées ont quitté la ville dimanche après de violents combats. " * 8)
    (folder / "date.json").write_text(json.dumps({"text": GOOD, "published": "2025-02-30"}))
    lines = [
        json.dumps({"text": GOOD + "Two.", **NEWS}),
        '{"text": "broken',
        json.dumps({"text": GOOD + "Three.", **NEWS}),
    ]
    (folder / "lines.jsonl").write_text("\n".join(lines))
    done = settled_user.runs("ingest", str(folder), "--format", "ndjson")
    assert done.returncode == 1
    taken = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(taken) == 3
    assert {row["state"] for row in taken} == {"coded"}
    said = " ".join(done.stderr.split())
    for name in ("empty.txt", "binary.txt", "huge.txt", "latin1.txt", "french.txt", "date.json", "lines.jsonl"):
        assert name in said
    assert "line 2" in said
    assert "published" in said
    assert "Traceback" not in done.stderr


def test_an_empty_standard_input_is_an_error_and_not_a_success(settled_user: User) -> None:
    done = settled_user.runs("ingest", "-")
    assert done.returncode == 1
    assert "standard input" in done.stderr


def test_a_missing_file_is_named(settled_user: User, tmp_path: Path) -> None:
    done = settled_user.runs("ingest", str(tmp_path / "nowhere.txt"))
    assert done.returncode == 1
    assert "nowhere.txt" in done.stderr


def test_articles_come_in_as_json_lines_on_standard_input(settled_user: User) -> None:
    line = json.dumps({"text": GOOD + "Standard input.", **NEWS})
    done = settled_user.runs("ingest", "-", "--format", "ndjson", given=line)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"] == 2


def test_a_query_that_writes_is_refused_by_the_database(settled_user: User) -> None:
    for query in (
        "DELETE FROM frontlog.events",
        "SELECT * FROM frontlog_log.events",
        "CREATE TABLE t (x int)",
        "SELECT 1; SELECT 2",
        "SELEC 1",
    ):
        done = settled_user.runs("sql", query)
        assert done.returncode == 1, query
        assert "Traceback" not in done.stderr


def test_a_newer_text_of_one_address_supersedes_and_a_retraction_takes_effect(user: User) -> None:
    first = json.dumps({"text": GOOD, "url": "https://example.org/a", **NEWS})
    newer = json.dumps({"text": GOOD.replace("Kurmuk", "Bambasi"), "url": "https://example.org/a", **NEWS})
    user.runs("ingest", "-", given=first)
    assert user.rows("SELECT 1 AS n FROM frontlog.control_status WHERE place = 'Kurmuk'")
    user.runs("ingest", "-", given=newer)
    assert not user.rows("SELECT 1 AS n FROM frontlog.control_status WHERE place = 'Kurmuk'")
    states = {row["state"]: row["article_id"] for row in user.rows("SELECT state, article_id FROM frontlog.articles")}
    assert set(states) == {"superseded", "coded"}
    done = user.runs("retract", states["coded"][:12], "--reason", "the house withdrew it")
    assert done.returncode == 0, done.stderr
    assert not user.rows("SELECT 1 AS n FROM frontlog.control_status")
    done = user.runs("retract", states["coded"][:12], "--reason", "again")
    assert "before" in done.stdout


def test_an_erased_text_is_gone_and_its_events_stay(user: User, folder: Path) -> None:
    user.runs("ingest", str(folder / "good.txt"), "--published", "2025-03-04")
    [article] = user.rows("SELECT article_id FROM frontlog.articles")
    assert user.runs("erase", article["article_id"], "--reason", "asked to").returncode == 0
    rows = user.rows("SELECT type, quote FROM frontlog.events")
    assert len(rows) == 2
    assert {row["quote"] for row in rows} == {None}
    assert user.runs("verify").returncode == 0


def test_an_unknown_id_and_an_ambiguous_one_are_told_apart(settled_user: User) -> None:
    done = settled_user.runs("retract", "zzzz", "--reason", "x")
    assert done.returncode == 1
    assert "nothing that fits" in done.stderr


def _taken(user: User, place: str, words: str, **more: str) -> str:
    """The id of an article that tells of a place's fall, in words of its own."""
    text = f"Rebel fighters captured the town of {place} on Sunday, residents said. {words}"
    done = user.runs("ingest", "-", "--format", "ndjson", given=json.dumps({"text": text, **NEWS, **more}))
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["article_id"])


def test_a_claim_that_does_not_count_comes_last_and_says_why(settled_user: User) -> None:
    stands = _taken(settled_user, "Bambasi", "It stands. The army plans to recapture the town of Bambasi.")
    gone = _taken(settled_user, "Bambasi", "It was wrong.", title="A wrong one")
    done = settled_user.runs("retract", gone[:4], "--reason", "wrong")
    assert done.returncode == 0, done.stderr
    assert "A wrong one" in done.stdout and "Sample" in done.stdout
    said = settled_user.runs("why", "Bambasi").stdout
    assert said.index("yes") < said.index("retracted")
    assert "planned" in said
    rows = [json.loads(line) for line in settled_user.runs("why", "Bambasi", "-f", "ndjson").stdout.splitlines()]
    assert [
        (row["article_id"], row["standing"]) for row in rows if not row["counts"] and row["modality"] == "asserted"
    ] == [(gone, "retracted")]
    assert rows[0]["article_id"] == stands
    for command in ("why", "control"):
        done = settled_user.runs(command, "bambassi")
        assert done.returncode == 1
        assert "Did you mean Bambasi?" in done.stderr


def test_an_article_that_does_not_count_replaces_no_other(settled_user: User) -> None:
    one, other, third = (_taken(settled_user, "Guba", words) for words in ("One.", "Two.", "Three."))
    assert settled_user.runs("supersede", one, other).returncode == 0
    for new, named in ((one, "replaces already"), (other, "the same article")):
        done = settled_user.runs("supersede", other, new)
        assert done.returncode == 1
        assert named in done.stderr
    done = settled_user.runs("supersede", third, one)
    assert done.returncode == 1
    assert f"supersede {third} {other}" in done.stderr
    assert settled_user.runs("retract", third, "--reason", "wrong").returncode == 0
    done = settled_user.runs("supersede", other, third)
    assert done.returncode == 1
    assert "retracted" in done.stderr
    assert settled_user.rows(f"SELECT state FROM frontlog.articles WHERE article_id = '{other}'") == [
        {"state": "coded"}
    ]


def test_a_blank_reason_and_a_short_beginning_are_usage_errors(settled_user: User) -> None:
    article = _taken(settled_user, "Menge", "It stays.")
    for command in ("retract", "erase", "retry"):
        assert settled_user.runs(command, article, "--reason", "  ").returncode == 2
        assert settled_user.runs(command, article[:3], "--reason", "x").returncode == 2
    for command in ("reject", "restore"):
        assert settled_user.runs(command, "1", "--reason", "").returncode == 2
    assert settled_user.runs("supersede", article, article[:3]).returncode == 2
    assert settled_user.runs("retract", "____", "--reason", "x").returncode == 1  # no pattern, an id


def test_a_query_is_refused_in_words_about_the_query(settled_user: User) -> None:
    for given in ("", " ; -- nothing"):
        assert settled_user.runs("sql", given).returncode == 2
        assert settled_user.runs("sql", "-", given=given).returncode == 2
    for query, said in (
        ("/* all */ COPY (SELECT 1) TO STDOUT", "COPY is no query"),
        ("DELETE FROM frontlog.control_status", "only reads"),
    ):
        done = settled_user.runs("sql", query)
        assert done.returncode == 1
        assert said in done.stderr
        assert "found" not in done.stderr and "{" not in done.stderr and "INSTEAD OF" not in done.stderr


def test_columns_of_one_name_and_days_past_all_calendars_are_not_lost(settled_user: User) -> None:
    twice = "SELECT 1 AS a, 2 AS a"
    for format in ("json", "ndjson"):
        done = settled_user.runs("sql", twice, "-f", format)
        assert done.returncode == 1
        assert "'a'" in done.stderr
    assert settled_user.runs("sql", twice, "-f", "csv").stdout == "a,a\n1,2\n"
    assert settled_user.runs("sql", f"{twice} WHERE false", "-f", "csv").stdout == "a,a\n"
    endless = settled_user.runs("sql", "SELECT 'infinity'::timestamptz AS t, '-infinity'::date AS d", "-f", "csv")
    assert endless.stdout == "t,d\ninfinity,-infinity\n"


def test_a_moment_is_taken_as_it_is_printed_and_a_day_that_is_none_is_refused_in_words(settled_user: User) -> None:
    _taken(settled_user, "Kurmuk", "A moment.")
    query = "SELECT min(known_from) AS t FROM frontlog.control_history WHERE place = 'Kurmuk'"
    printed = settled_user.rows(query)[0]["t"]
    for moment in (printed, printed.replace("T", " "), "2099-01-01T00:00Z", "2099-01-01 00:00", "2099-01-01"):
        assert settled_user.runs("control", "Kurmuk", "--known-at", moment, "--on", "2025-03-05").returncode == 0, (
            moment
        )
    possible = settled_user.runs("control", "Kurmuk", "--on", "2025-03-05").stdout
    assert "Certainty" in possible and "definite" in possible
    for moment in ("2020-01-01T13:44", "2020-01-01"):
        done = settled_user.runs("control", "Kurmuk", "--known-at", moment)
        assert done.returncode == 1
        assert "Nothing was known of 'Kurmuk' by then" in done.stderr
    for option in ("--on", "--known-at"):
        done = settled_user.runs("control", option, "2024-31-01")
        assert done.returncode == 2
        assert "YYYY-MM-DD" in done.stderr and "%Y" not in done.stderr


def test_what_an_article_does_not_say_of_itself_is_said_once_a_run(settled_user: User) -> None:
    lines = "\n".join(json.dumps({"text": f"{GOOD} Undated {n}."}) for n in range(2))
    said = settled_user.runs("ingest", "-", given=lines).stderr
    assert said.count("2 articles have no publication date") == 1
    assert "--source" in said
    assert "publication date" not in settled_user.runs("ingest", "-", given=json.dumps({"text": GOOD, **NEWS})).stderr


def test_a_refusal_comes_alone(settled_user: User, tmp_path: Path) -> None:
    for command in (("ingest",), ("code",)):
        done = settled_user.runs(*command, str(tmp_path / "nowhere.txt"))
        assert done.returncode == 1
        assert done.stdout == ""
        assert "0/0" not in done.stderr


def test_the_reason_for_a_rejection_is_on_the_status_screen(settled_user: User) -> None:
    with psycopg.connect(settled_user.runs("dsn").stdout.strip()) as connection:
        connection.execute(
            "INSERT INTO frontlog_ops.rejected_input (way_in, found_in, error, excerpt, trace_id, received_at)"
            " VALUES ('sql', 'inbox', 'found no such field', '{}', 't', now())"
        )
    assert "found no such field" in settled_user.runs("status").stdout


def test_two_ingests_at_once_leave_one_set_of_rows(user: User, folder: Path) -> None:
    both = [user.starts("ingest", str(folder), "--published", "2025-03-04") for _ in range(2)]
    for each in both:
        _, said = each.communicate(timeout=120)
        assert each.returncode == 0, said.decode()
    assert len(user.rows("SELECT 1 AS n FROM frontlog.articles")) == 1
    assert len(user.rows("SELECT 1 AS n FROM frontlog.events")) == 2


def test_an_ingest_killed_in_the_middle_is_finished_by_the_next_command(user: User, folder: Path) -> None:
    killed = user.starts("ingest", str(folder), "--published", "2025-03-04")
    time.sleep(2.0)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = user.runs("ingest", str(folder), "--published", "2025-03-04", "--format", "ndjson")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "coded"
    assert len(user.rows("SELECT 1 AS n FROM frontlog.events")) == 2


def test_up_takes_what_sql_drops_and_stops_within_five_seconds(user: User) -> None:
    running = user.starts("up")
    try:
        _until(lambda: user.runs("status").returncode == 0)
        dropped = json.dumps({"text": GOOD, **NEWS}).replace("'", "''")
        done = user.runs("dsn")
        assert done.returncode == 0
        with psycopg.connect(done.stdout.strip()) as connection:
            connection.execute(f"SET ROLE frontlog_producer; SELECT frontlog_in.drop_article('{dropped}')")
        _until(lambda: bool(user.rows("SELECT 1 AS n FROM frontlog.control_status WHERE place = 'Kurmuk'")))
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=10)
        assert time.monotonic() - began < 5
        assert running.returncode == 0
    finally:
        running.kill()


def test_an_ingest_that_does_not_wait_leaves_the_rest_to_up(user: User) -> None:
    line = json.dumps({"text": GOOD, **NEWS})
    done = user.runs("ingest", "-", "--no-wait", "--format", "ndjson", given=line)
    assert done.returncode == 0, done.stderr
    running = user.starts("up")
    try:
        _until(lambda: bool(user.rows("SELECT 1 AS n FROM frontlog.control_status")))
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=10)


def test_the_demo_ends_well_twice_and_shows_a_table(user: User) -> None:
    for _ in range(2):
        done = user.runs("demo")
        assert done.returncode == 0, done.stderr
        assert "Who holds what" in done.stdout
    assert len(user.rows("SELECT 1 AS n FROM frontlog.articles")) >= 5


def test_up_outlives_the_death_of_its_server_and_of_the_supervisor(user: User) -> None:
    running = user.starts("up")
    try:
        first = json.dumps({"text": GOOD + "First.", **NEWS})
        assert user.runs("ingest", "-", given=first).returncode == 0  # by then it is at work
        found = status(user.settings)
        for pid in (found.supervisor_pid, found.pid):
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        _until(lambda: status(user.settings).running and status(user.settings).pid != found.pid)
        done = user.runs("ingest", "-", "--format", "ndjson", given=json.dumps({"text": GOOD, **NEWS}))
        assert done.returncode == 0, done.stderr
        assert running.poll() is None
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=10)
    assert running.returncode == 0


def _until(holds: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.2)
