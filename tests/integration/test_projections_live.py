from collections.abc import Iterator

import pytest
from archive import Archive, place, told

from domain import workflow
from infra.postgres import projections
from infra.postgres.pool import open_pool


@pytest.fixture
def archive(migrated: str) -> Iterator[Archive]:
    with open_pool(migrated) as pool:
        yield Archive(pool)


def test_a_taking_becomes_a_holding_that_leads_to_its_sentence(archive: Archive) -> None:
    article = archive.tell(
        "Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"), published="2024-12-02"
    )
    projections.project_all(archive.pool)
    row = archive.holding("Aba")
    assert row is not None
    assert (row["status"], row["controllers"], row["verification"]) == ("controlled", ["Rebels"], "claimed")
    assert str(row["since_latest"]) == "2024-12-01"
    [evidence] = archive.rows("SELECT * FROM frontlog.control_evidence WHERE place = 'Aba'")
    assert (evidence["article_id"], evidence["quote"]) == (article, "Rebel")


def test_two_houses_that_disagree_within_the_window_make_a_dispute_that_a_third_settles(archive: Archive) -> None:
    archive.tell("Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"), source="One")
    archive.tell("The army took Aba.", told("ControlTaken", ["Army"], "Aba", "2024-12-02"), source="Two")
    projections.project_all(archive.pool)
    row = archive.holding("Aba")
    assert row is not None
    assert (row["status"], row["controllers"], set(row["claimants"])) == ("disputed", [], {"Rebels", "Army"})
    archive.tell("Aba fell to the army.", told("ControlTaken", ["Army"], "Aba", "2024-12-02"), source="Three")
    projections.project_all(archive.pool)
    row = archive.holding("Aba")
    assert row is not None
    assert (row["status"], row["controllers"], row["verification"]) == ("controlled", ["Army"], "corroborated")


def test_a_retraction_takes_effect_from_its_recording_and_the_past_stays_askable(archive: Archive) -> None:
    article = archive.tell("Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"))
    projections.project_all(archive.pool)
    [before] = archive.rows("SELECT clock_timestamp() AS at")
    workflow.retract(archive.store, article, reason="wrong", metadata={})
    projections.project_all(archive.pool)
    assert archive.holding("Aba") is None
    then = archive.rows("SELECT * FROM frontlog.control_as_of('2024-12-05', %s)", before["at"])
    assert [(row["controllers"], row["certainty"]) for row in then] == [(["Rebels"], "definite")]
    assert archive.rows("SELECT * FROM frontlog.control_as_of('2024-12-05')") == []
    assert archive.rows("SELECT state FROM frontlog.articles") == [{"state": "retracted"}]
    assert archive.rows("SELECT * FROM frontlog.actor_activity") == []
    changes = archive.rows("SELECT old_status, new_status FROM frontlog.control_changes ORDER BY id")
    assert [(c["old_status"], c["new_status"]) for c in changes] == [(None, "controlled"), ("controlled", None)]


def test_a_rejected_event_stops_counting_and_a_restored_one_counts_again(archive: Archive) -> None:
    article = archive.tell("Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"))
    projections.project_all(archive.pool)
    workflow.review(archive.store, f"{article}:1", "reject", by="an analyst", reason="no", metadata={})
    projections.project_all(archive.pool)
    assert archive.holding("Aba") is None
    assert archive.rows("SELECT standing FROM frontlog.events") == [{"standing": "rejected"}]
    workflow.review(archive.store, f"{article}:1", "restore", by="an analyst", reason="yes", metadata={})
    projections.project_all(archive.pool)
    assert archive.holding("Aba") is not None
    [activity] = archive.rows("SELECT * FROM frontlog.actor_activity")
    assert (activity["events"], activity["places"], str(activity["first_on"])) == (1, ["Aba"], "2024-12-01")


def test_a_decision_on_an_event_that_no_table_has_seen_yet_is_not_lost(archive: Archive) -> None:
    article = archive.tell("Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"))
    projections.project(archive.pool, "control")
    workflow.review(archive.store, f"{article}:1", "reject", by="an analyst", reason="no", metadata={})
    projections.project(archive.pool, "control")
    assert archive.holding("Aba") is None


def test_a_day_before_the_latest_possible_beginning_is_possible_and_not_definite(archive: Archive) -> None:
    from datetime import date

    from domain.events import Occurred

    by = Occurred(None, date(2024, 11, 30), "range")
    archive.tell("By Nov. 30 they held it.", told("ControlTaken", ["Rebels"], "Aba", occurred=by))
    projections.project_all(archive.pool)
    for day, certainty in (("2024-11-29", "possible"), ("2024-11-30", "definite")):
        [row] = archive.rows("SELECT * FROM frontlog.control_as_of(%s::date)", day)
        assert row["certainty"] == certainty


def test_an_area_that_contradicts_the_whole_place_leaves_every_claim_listed(archive: Archive) -> None:
    archive.tell(
        "All of it.",
        told("ControlTransferred", ["Regime"], "Zor", to=["SDF"]),
        told("ControlAsserted", ["Regime", "Militias"], [place("Zor", "centre"), place("Zor", "countryside")]),
        published="2024-12-06",
    )
    projections.project_all(archive.pool)
    whole, centre = archive.holding("Zor"), archive.holding("Zor", "centre")
    assert whole is not None and centre is not None
    assert (whole["status"], set(whole["claimants"])) == ("disputed", {"SDF", "Regime", "Militias"})
    assert whole["previous"] == ["Regime"]
    assert (centre["status"], centre["controllers"]) == ("joint", ["Regime", "Militias"])


def test_projecting_again_changes_nothing(archive: Archive) -> None:
    archive.tell("Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"))
    assert projections.project_all(archive.pool) > 0
    assert projections.project_all(archive.pool) == 0
    assert len(archive.rows("SELECT * FROM frontlog.control_changes")) == 1
    assert projections.behind(archive.pool) == []
    assert {row["lag_events"] for row in archive.rows("SELECT lag_events FROM frontlog.projections")} == {0}


def test_an_erased_text_leaves_rows_without_quotes(archive: Archive) -> None:
    article = archive.tell("Rebels took Aba.", told("ControlTaken", ["Rebels"], "Aba", "2024-12-01"))
    workflow.erase(archive.store, article, reason="asked to", metadata={})
    projections.project_all(archive.pool)
    assert archive.rows("SELECT quote FROM frontlog.events") == [{"quote": None}]
    assert archive.rows("SELECT state FROM frontlog.articles") == [{"state": "erased"}]
    assert archive.holding("Aba") is not None
