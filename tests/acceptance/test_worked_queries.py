"""What an analyst gets from the sample articles: the worked queries and the exports, as a user runs them."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.embedded import lease
from infra.postgres import describe
from tests.acceptance.conftest import User

DOCS = Path(__file__).resolve().parents[2] / "docs"
ASKED = describe.worked(DOCS / describe.QUERIES)

CHANGED_HANDS = 8
"""No place of the samples changes hands in its years: Mali's army is no new holder after Mali's government."""


@pytest.fixture(scope="module")
def analyst(settled_user: User) -> Iterator[User]:
    """A user who has run the demo."""
    assert settled_user.runs("demo").returncode == 0
    yield settled_user


def asked(user: User, number: int) -> list[dict[str, Any]]:
    query = (DOCS / "queries" / ASKED[number - 1].file).read_text(encoding="utf-8")
    done = user.runs("sql", "-", "--format", "ndjson", given=query)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("number", range(1, len(ASKED) + 1), ids=[query.file for query in ASKED])
def test_every_worked_query_runs_as_written_and_finds_something(analyst: User, number: int) -> None:
    assert bool(asked(analyst, number)) != (number == CHANGED_HANDS)


def test_the_worked_queries_find_what_the_samples_hold(analyst: User) -> None:
    assert [(row["controllers"], row["certainty"]) for row in asked(analyst, 1)] == [
        (["Syrian National Army"], "definite")
    ]
    disagreeing = asked(analyst, 3)
    assert {row["place"] for row in disagreeing} == {"Bara"}
    assert {holder for row in disagreeing for holder in row["holders"]} == {
        "Rapid Support Forces",
        "Sudanese Armed Forces",
    }
    assert all(row["reports"] >= 1 and row["houses"] for row in asked(analyst, 4))
    assert asked(analyst, 5)[-1]["controllers"] == ["Hay'at Tahrir al-Sham"]
    assert ("Syrian Democratic Forces", "Syrian National Army") in {(r["one"], r["other"]) for r in asked(analyst, 6)}
    assert [(row["place"], row["speaker"]) for row in asked(analyst, 7)] == [("El Fasher", "Sudanese army")]
    assert {"Sample Wire", "Sample Herald"} <= {row["source"] for row in asked(analyst, 9)}
    assert all(row["status_then"] is None and row["status"] for row in asked(analyst, 10))


def test_the_reader_address_is_enough_for_other_tools(analyst: User) -> None:
    with lease(analyst.settings):
        dsn = analyst.runs("dsn", "--reader").stdout.strip()
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("frontlog_reader",)
            count = connection.execute("SELECT count(*) FROM frontlog.control_status").fetchone()
    assert count is not None and count[0] > 10


def exported(user: User, *arguments: str) -> tuple[str, str]:
    done = user.runs("export", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_control_is_exported_as_csv_and_as_json_lines(analyst: User) -> None:
    text, said = exported(analyst, "control")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert f"{len(rows)} rows" in said
    [bara] = [row for row in rows if row["place"] == "Bara"]
    assert (bara["status"], bara["claimants"]) == ("disputed", "Rapid Support Forces; Sudanese Armed Forces")
    lines = [json.loads(line) for line in exported(analyst, "control", "--format", "jsonl")[0].splitlines()]
    assert [row["place_id"] for row in lines] == [row["place_id"] for row in rows]


def test_geojson_shows_the_day_that_was_asked_for(analyst: User) -> None:
    def held(day: str) -> dict[str, Any]:
        found = json.loads(exported(analyst, "control", "--format", "geojson", "--on", day)[0])
        assert found["type"] == "FeatureCollection"
        return {f["properties"]["place"]: f for f in found["features"]}

    assert "Hama" not in held("2024-12-04")
    assert held("2024-12-05")["Hama"]["properties"]["certainty"] == "definite"
    later = held("2024-12-12")
    assert later["Deir ez-Zor"]["properties"]["controllers"] == ["Hay'at Tahrir al-Sham"]
    longitude, latitude = later["Manbij"]["geometry"]["coordinates"]
    assert (36 < latitude < 37, 37 < longitude < 39) == (True, True)


def test_a_place_without_coordinates_goes_out_without_a_point_and_is_counted(analyst: User) -> None:
    text, said = exported(analyst, "control", "--format", "geojson")
    nowhere = [f for f in json.loads(text)["features"] if f["geometry"] is None]
    assert nowhere
    assert f"{len(nowhere)} without coordinates" in said


def test_what_was_known_before_the_first_article_is_nothing(analyst: User) -> None:
    text, said = exported(analyst, "history", "--known-at", "2020-01-01")
    assert len(text.splitlines()) == 1
    assert "0 rows" in said
    assert len(exported(analyst, "history")[0].splitlines()) > 20


def test_events_go_out_under_the_names_of_acled(analyst: User, tmp_path: Path) -> None:
    target = tmp_path / "events.csv"
    _, said = exported(analyst, "events", "--format", "acled", "--out", str(target))
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    kinds = {(row["location"], row["sub_event_type"]) for row in rows}
    assert ("Kidal", "Government regains territory") in kinds
    assert ("Lashio", "Non-state actor overtakes territory") in kinds
    assert ("Manbij", "Non-violent transfer of territory") in kinds
    assert ("Mogok", "Air/drone strike") in kinds
    [lashio] = [row for row in rows if row["location"] == "Lashio"]
    assert (lashio["event_date"], lashio["time_precision"], lashio["geo_precision"]) == ("2024-08-03", "1", "1")
    assert (lashio["country"], lashio["iso"], lashio["source"]) == ("Myanmar", "104", "Sample Gazette")
    assert len({row["event_id_cnty"] for row in rows}) == len(rows)
    assert "left out" in said


def test_a_format_that_does_not_fit_is_a_usage_error(analyst: User, tmp_path: Path) -> None:
    for arguments in (
        ("events", "--format", "geojson"),
        ("control", "--format", "acled"),
        ("events", "--on", "2024-12-06"),
        ("activity", "--known-at", "2024-12-06"),
    ):
        assert analyst.runs("export", *arguments).returncode == 2, arguments
    done = analyst.runs("export", "events", "--out", str(tmp_path / "nowhere" / "x.csv"))
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_activity_goes_out_as_json_lines_with_lists(analyst: User) -> None:
    rows = [json.loads(line) for line in exported(analyst, "activity", "--format", "jsonl")[0].splitlines()]
    assert all(row["events"] >= 1 and isinstance(row["places"], list) for row in rows)
