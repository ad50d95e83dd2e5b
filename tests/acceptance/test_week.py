"""A scripted week of follow-up articles: after each, the table that a careful analyst would draw, and the earlier ones.

The articles are ours and invented: a copy in another house, a second house that confirms, a third that contradicts, a
late report dated earlier, and a retraction.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import User

pytestmark = pytest.mark.timeout(300)

WEEK = Path(__file__).parents[1] / "data" / "week"
RSF, ARMY = "Rapid Support Forces", "Sudanese Armed Forces"

ONE = ("controlled", [RSF], "claimed", 1)
CONFIRMED = ("controlled", [RSF], "corroborated", 2)
ARMY_ALONE = ("controlled", [ARMY], "claimed", 1)
"""Status, holders or claimants, verification, origins."""


@dataclass
class Week:
    """The days told so far, each with the moment just after its articles were on display."""

    user: User
    moments: dict[str, datetime] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)

    def tell(self, name: str, source: str, published: str) -> None:
        path = WEEK / f"{name}.txt"
        done = self.user.runs("ingest", str(path), "--published", published, "--source", source)
        assert done.returncode == 0, done.stderr
        self.note(name)
        [row] = self.user.rows(f"SELECT article_id FROM frontlog.articles WHERE source = '{source}'")
        self.articles[name] = row["article_id"]

    def retract(self, name: str) -> None:
        done = self.user.runs("retract", self.articles[name], "--reason", "the house withdrew it")
        assert done.returncode == 0, done.stderr
        self.note("retraction")

    def note(self, name: str) -> None:
        [row] = self.user.rows("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::text AS now")
        self.moments[name] = datetime.fromisoformat(row["now"])

    def held(self, place: str, on: str, known: str | None = None) -> tuple[Any, ...] | None:
        """What `frontlog control` says of a place on a day, as known after an article (None: now)."""
        known_at = ["--known-at", self.moments[known].isoformat()] if known else []
        done = self.user.runs("control", place, "--on", on, *known_at, "--format", "json")
        if done.returncode == 1:
            return None
        [row] = json.loads(done.stdout)
        assert row["certainty"] == "definite"
        return row["status"], sorted(row["controllers"] or row["claimants"]), row["verification"], row["origins"]


def test_each_step_of_a_week_gives_the_table_an_analyst_would_draw(settled_user: User) -> None:
    week = Week(settled_user)

    week.tell("1-first-house", "First Herald", "2025-10-25")
    assert week.held("Bara", "2025-10-24") == ONE
    assert week.held("Um Rawaba", "2025-10-24") == ARMY_ALONE

    week.tell("2-copy", "Second Agency", "2025-10-25")
    assert week.held("Bara", "2025-10-24") == ONE
    assert week.held("Um Rawaba", "2025-10-24") == ARMY_ALONE
    first = week.articles["1-first-house"]
    assert {row["origin_id"] for row in settled_user.rows("SELECT origin_id FROM frontlog.control_evidence")} == {first}

    week.tell("3-second-house", "Third Radio", "2025-10-26")
    assert week.held("Bara", "2025-10-24") == CONFIRMED
    assert week.held("Um Rawaba", "2025-10-24") == ARMY_ALONE

    week.tell("4-third-house", "Fourth Post", "2025-10-27")
    disputed = ("disputed", [RSF, ARMY], "claimed", 2)
    assert week.held("Um Rawaba", "2025-10-24") == disputed
    assert week.held("Bara", "2025-10-24") == CONFIRMED

    assert week.held("Bara", "2025-09-20") is None
    week.tell("5-late-report", "Fifth Monitor", "2025-10-30")
    assert week.held("Bara", "2025-09-20") == ARMY_ALONE
    assert week.held("Bara", "2025-10-24") == CONFIRMED
    assert week.held("Bara", "2025-09-20", "4-third-house") is None

    week.retract("4-third-house")
    assert week.held("Um Rawaba", "2025-10-24") == ARMY_ALONE
    week.retract("3-second-house")
    assert week.held("Bara", "2025-10-24") == ONE

    # what was known after each step is what was shown then, whatever came since
    assert week.held("Bara", "2025-10-24", "1-first-house") == ONE
    assert week.held("Bara", "2025-10-24", "2-copy") == ONE
    assert week.held("Bara", "2025-10-24", "3-second-house") == CONFIRMED
    assert week.held("Um Rawaba", "2025-10-24", "3-second-house") == ARMY_ALONE
    assert week.held("Um Rawaba", "2025-10-24", "4-third-house") == disputed
    assert week.held("Um Rawaba", "2025-10-24", "5-late-report") == disputed

    done = settled_user.runs("replay")
    assert done.returncode == 0, done.stderr
    assert week.held("Bara", "2025-10-24", "3-second-house") == CONFIRMED
