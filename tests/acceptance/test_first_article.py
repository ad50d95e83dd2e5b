"""The acceptance case: the first article, dropped as a user drops it, asked as an analyst asks."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import User

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def ingested(settled_user: User, first_article: Path) -> User:
    done = settled_user.runs("ingest", str(first_article), "--published", "2024-12-06", "--source", "TRT")
    assert done.returncode == 0, done.stderr
    return settled_user


def holdings(user: User, where: str) -> list[dict[str, Any]]:
    return user.rows(f"SELECT * FROM frontlog.control_status WHERE {where} ORDER BY place, area NULLS FIRST")


def test_the_seven_villages_and_the_military_airport_are_held_by_the_sdf(ingested: User) -> None:
    rows = holdings(ingested, "'sdf' = ANY (controller_ids) AND area IS NULL AND extent IS NULL")
    names = {row["place"] for row in rows}
    assert {"Murrat", "Hasham", "Mazlum", "Tabiyye", "Huseyiniyye", "Salihiyye", "Hatla"} <= names
    assert any("airport" in name.casefold() for name in names)
    assert all(row["status"] == "controlled" for row in rows)


def test_the_city_as_a_whole_is_disputed_and_its_parts_are_joint(ingested: User) -> None:
    rows = {row["area"]: row for row in holdings(ingested, "place = 'Deir ez-Zor'")}
    assert rows[None]["status"] == "disputed"
    assert rows[None]["controllers"] == []
    assert len(rows[None]["claimants"]) == 3
    assert rows["centre"]["status"] == rows["countryside"]["status"] == "joint"
    assert len(rows["centre"]["controllers"]) == 2


def test_dates_are_bounds_and_not_guesses(ingested: User) -> None:
    [hama] = holdings(ingested, "place = 'Hama'")
    assert (hama["area"], hama["since_earliest"], hama["since_latest"]) == ("centre", "2024-12-05", "2024-12-05")
    rows = {(row["place"], row["area"]): row for row in holdings(ingested, "place IN ('Aleppo', 'Idlib')")}
    assert set(rows) == {("Aleppo", "centre"), ("Idlib", None)}
    assert {(row["since_earliest"], row["since_latest"]) for row in rows.values()} == {(None, "2024-11-30")}


def test_a_taker_whom_the_article_leaves_open_holds_under_its_own_words(ingested: User) -> None:
    rows = holdings(ingested, "place IN ('Aleppo', 'Idlib')")
    assert {tuple(row["controllers"]) for row in rows} == {("armed forces",)}
    [left_open] = ingested.rows("SELECT * FROM frontlog.unresolved WHERE sentence = 12")
    assert len(left_open["candidates"]) == 2


def test_an_operation_ends_in_control_and_a_plan_does_not(ingested: User) -> None:
    [row] = holdings(ingested, "place = 'Tel Rifaat'")
    assert row["controllers"] == ["Syrian National Army"]
    assert holdings(ingested, "place IN ('Homs', 'Damascus')") == []
    planned = ingested.rows("SELECT type FROM frontlog.events WHERE modality = 'planned'")
    assert {"type": "ForcesRedeployed"} in planned


def test_a_row_leads_to_its_sentence_in_one_step(ingested: User) -> None:
    done = ingested.runs("why", "Hama")
    assert done.returncode == 0
    assert "city center following intense fighting" in " ".join(done.stdout.replace("│", " ").split())


def test_the_same_article_again_changes_nothing(ingested: User, first_article: Path) -> None:
    before = ingested.rows("SELECT * FROM frontlog.control_evidence ORDER BY 1, 2, 3, 4")
    done = ingested.runs("ingest", str(first_article), "--published", "2024-12-06", "--source", "TRT")
    assert done.returncode == 0
    assert "known" in done.stdout
    assert ingested.rows("SELECT * FROM frontlog.control_evidence ORDER BY 1, 2, 3, 4") == before


def test_without_a_date_no_year_is_invented_and_without_a_house_a_lumped_label_keeps_its_words(
    user: User, first_article: Path
) -> None:
    done = user.runs("ingest", str(first_article))
    assert done.returncode == 0, done.stderr
    rows = user.rows("SELECT place, controllers, controller_ids, since_latest FROM frontlog.control_status")
    assert {row["since_latest"] for row in rows} == {None}
    [hatla] = [row for row in rows if row["place"] == "Hatla"]
    assert hatla["controllers"] == ["PKK/YPG"]
    assert hatla["controller_ids"][0].startswith("prov:")
