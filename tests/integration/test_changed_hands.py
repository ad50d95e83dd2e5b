"""Two worked queries of docs/queries over archives that are told for them."""

from datetime import date
from pathlib import Path
from typing import Any

from archive import told
from test_actor_rollup import RegisteredArchive
from test_actor_rollup import archive as archive

from domain.events import Occurred
from infra.postgres import projections

QUERIES = Path(__file__).resolve().parents[2] / "docs" / "queries"


def asked(archive: RegisteredArchive, query: str, **changed: str) -> list[dict[str, Any]]:
    text = (QUERIES / query).read_text(encoding="utf-8")
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    return archive.rows(text.replace("%", "%%"))


def changes(archive: RegisteredArchive) -> dict[str, int]:
    return {row["place"]: row["changes"] for row in asked(archive, "08-changed-hands-most.sql")}


def test_a_place_changes_hands_with_each_new_holder_also_the_first_of_the_years_asked_for(
    archive: RegisteredArchive,
) -> None:
    archive.tell(
        "Text.",
        told("ControlTaken", ["Patron"], "Aba", "2022-05-01"),
        told("ControlTaken", ["South"], "Aba", "2023-05-01"),
        told("ControlTaken", ["Patron"], "Aba", "2024-05-01"),
        told("ControlTaken", ["Patron"], "Bor", "2022-05-01"),
        told("ControlLost", ["Patron"], "Bor", "2022-06-01"),
        told("ControlTaken", ["South"], "Bor", "2023-06-01"),
        told("ControlTaken", ["South"], "Cala", "2023-06-01"),
    )
    projections.project_all(archive.pool)
    assert changes(archive) == {"Aba": 2, "Bor": 1}


def test_a_union_and_its_member_are_one_side_on_the_days_of_the_membership(archive: RegisteredArchive) -> None:
    archive.tell(
        "Text.",
        told("ControlTaken", ["Union"], "Aba", "2023-05-01"),
        told("ControlTaken", ["South"], "Aba", "2024-05-01"),
        told("ControlTaken", ["Front"], "Bor", "2023-05-01"),
        told("ControlTaken", ["North"], "Bor", "2024-05-01"),
        told("ControlTaken", ["Front"], "Cala", "2023-05-01"),
        told("ControlTaken", ["North"], "Cala", "2024-07-01"),
    )
    projections.project_all(archive.pool)
    assert changes(archive) == {"Bor": 1}


def test_what_we_knew_and_what_we_know_at_one_moment_do_not_differ(archive: RegisteredArchive) -> None:
    archive.tell(
        "Text.",
        told("ControlTaken", ["Patron"], "Aba", "2024-11-01"),
        told("ControlTaken", ["South"], "Aba", occurred=Occurred(date(2024, 12, 1), date(2024, 12, 20), "range")),
    )
    projections.project_all(archive.pool)
    known = archive.rows("SELECT place, certainty FROM frontlog.control_as_of('2024-12-10') ORDER BY 2")
    assert [row["certainty"] for row in known] == ["definite", "possible"]
    assert asked(archive, "10-what-we-knew.sql", **{" - interval '30 days'": ""}) == []
    assert {row["status_then"] for row in asked(archive, "10-what-we-knew.sql")} == {None}
