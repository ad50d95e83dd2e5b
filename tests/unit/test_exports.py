"""Rows in the shapes of other tools."""

import io
import json
import os
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from domain.errors import InvalidInput
from domain.events import EVENT_TYPES
from infra.exports import acled, geojson, writing

FOUND: dict[str, Any] = {
    "position": 7,
    "n": 1,
    "recorded_at": datetime(2025, 1, 1, tzinfo=UTC),
    "article_id": "a",
    "type": "ControlTaken",
    "actors": ["Army"],
    "counterparties": [],
    "occurred_earliest": date(2024, 12, 6),
    "occurred_latest": date(2024, 12, 6),
    "trigger": "took",
    "quote": "The army took Aba.",
    "fingerprint": "f",
    "attribution": None,
    "source": "House",
    "place": "Aba",
    "area": None,
    "country": "SY",
    "lat": 35.0,
    "lon": 36.0,
    "location_precision": "town",
    "actor_kind": "state forces",
    "actor_country": "SY",
    "serves": None,
}


def exported(**changes: Any) -> dict[str, Any]:
    return acled.row({**FOUND, **changes})


@pytest.mark.parametrize(
    ("changes", "sub_event"),
    [
        ({}, "Government regains territory"),
        ({"actor_country": "RU"}, "Non-state actor overtakes territory"),
        ({"actor_kind": "rebel", "actor_country": None}, "Non-state actor overtakes territory"),
        ({"actor_kind": "umbrella", "actor_country": None, "serves": "SY"}, "Government regains territory"),
        ({"actor_kind": "militia", "actor_country": None, "serves": "IR"}, "Non-state actor overtakes territory"),
        ({"country": None}, "Armed clash"),
        ({"actor_kind": None, "actor_country": None}, "Armed clash"),
        ({"actors": [], "actor_kind": None, "actor_country": None}, "Armed clash"),
        ({"type": "ControlTransferred"}, "Non-violent transfer of territory"),
        ({"type": "CeasefireReported"}, "Agreement"),
        ({"type": "AttackReported", "trigger": "carried out air strikes"}, "Air/drone strike"),
        ({"type": "AttackReported", "trigger": "shelled"}, "Shelling/artillery/missile attack"),
        ({"type": "AttackReported", "trigger": "stormed"}, "Armed clash"),
    ],
)
def test_a_taking_names_whose_gain_it_is_only_where_that_is_known(changes: dict[str, Any], sub_event: str) -> None:
    assert exported(**changes)["sub_event_type"] == sub_event


def test_every_event_type_has_an_acled_name_or_is_a_state() -> None:
    assert set(EVENT_TYPES) - set(acled.types()) == {"ControlAsserted", "PresenceReported"}
    for each in acled.types():
        assert exported(type=each)["disorder_type"] in ("Political violence", "Strategic developments")


@pytest.mark.parametrize(
    ("earliest", "latest", "expected"),
    [
        ("2024-12-06", "2024-12-06", ("2024-12-06", 1)),
        ("2024-12-01", "2024-12-07", ("2024-12-04", 2)),
        ("2024-12-01", "2024-12-08", ("2024-12-04", 3)),
        ("2024-12-01", "2024-12-31", ("2024-12-16", 3)),
        ("2024-01-01", "2024-12-31", (None, None)),
        (None, "2024-12-06", (None, None)),
        ("2024-12-06", None, (None, None)),
    ],
)
def test_a_date_is_the_middle_of_its_bounds_and_none_beyond_a_month(
    earliest: str | None, latest: str | None, expected: tuple[str | None, int | None]
) -> None:
    bounds = [date.fromisoformat(day) if day else None for day in (earliest, latest)]
    day, precision = acled.dated(*bounds)
    assert (day.isoformat() if day else None, precision) == expected


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 1),
        ({"area": "centre"}, 1),
        ({"area": "countryside"}, 2),
        ({"location_precision": "region"}, 3),
        ({"location_precision": "unknown"}, 3),
        ({"lat": None, "lon": None}, None),
    ],
)
def test_geo_precision_says_what_the_point_stands_for(changes: dict[str, Any], code: int | None) -> None:
    assert exported(**changes)["geo_precision"] == code


def test_the_receiver_of_a_hand_over_and_all_sides_of_a_clash_are_its_actors() -> None:
    given = exported(type="ControlTransferred", actors=["Giver"], counterparties=["Taker", "Other"])
    assert (given["actor1"], given["assoc_actor_1"], given["actor2"]) == ("Taker", "Other", "Giver")
    fought = exported(type="ClashReported", actors=["One", "Two", "Three"])
    assert (fought["actor1"], fought["actor2"], fought["assoc_actor_2"]) == ("One", "Two", "Three")


def test_ids_are_unlike_those_of_acled_and_carry_the_country() -> None:
    assert exported()["event_id_cnty"] == "FL-SYR-7-1"
    assert exported(country=None)["event_id_cnty"] == "FL-XXX-7-1"
    assert (exported()["iso"], exported()["country"]) == (760, "Syria")
    assert tuple(exported()) == acled.COLUMNS


def test_a_feature_is_a_point_longitude_first_and_null_where_nothing_is_known() -> None:
    row = {"place_id": "p", "area": "centre", "lat": 35.0, "lon": 36.0, "place": "Aba"}
    found = geojson.feature(row)
    assert (found["id"], found["geometry"]) == ("p/centre", {"type": "Point", "coordinates": [36.0, 35.0]})
    assert geojson.feature({**row, "lat": None, "lon": None, "area": None})["geometry"] is None


def test_csv_and_json_lines_hold_lists_dates_and_ranges_as_text() -> None:
    row = {"a": ["x", "y"], "b": date(2024, 12, 6), "c": Range(date(2024, 12, 6), None, "[)"), "d": None, "e": True}
    stream = io.StringIO()
    assert writing.as_csv(stream, list(row), [row]) == 1
    assert stream.getvalue() == 'a,b,c,d,e\nx; y,2024-12-06,"[2024-12-06,)",,true\n'
    stream = io.StringIO()
    assert writing.as_jsonl(stream, [row, row]) == 2
    assert json.loads(stream.getvalue().splitlines()[1])["c"] == "[2024-12-06,)"
    assert writing.plain(Multirange([Range(None, date(2024, 12, 6), "[)")])) == "{(,2024-12-06)}"
    assert writing.plain(Range(empty=True)) == "empty"


def test_geojson_without_a_feature_is_still_a_collection() -> None:
    stream = io.StringIO()
    assert writing.as_geojson(stream, []) == 0
    assert json.loads(stream.getvalue()) == {"type": "FeatureCollection", "features": []}


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError), writing.whole(target) as stream:
        stream.write("half")
        raise RuntimeError
    assert target.read_text() == "old"
    with writing.whole(target) as stream:
        stream.write("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "rows.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    with writing.whole(link) as stream:
        stream.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reading = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reading.start()
    with writing.whole(pipe) as stream:
        stream.write("rows")
    reading.join(timeout=10)
    assert read == ["rows"]
    assert pipe.is_fifo()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere"), writing.whole(tmp_path / "nowhere" / "rows.csv"):
        pass
