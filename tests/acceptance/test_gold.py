"""`rules score` on the development gold: the shipped edition must not fall back. Tuned data: a guard, no measure."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import User

GOLD = Path(__file__).parents[1] / "data" / "gold"


@pytest.mark.parametrize(
    ("set_name", "least"), [("A", 0.95), ("B", 0.86), ("C", 0.93), ("D", 0.86), ("E", 0.90), ("F", 0.88), ("G", 0.86)]
)
def test_the_shipped_edition_finds_the_events_of_the_development_gold(
    user: User, tmp_path: Path, set_name: str, least: float
) -> None:
    for file in GOLD.glob(f"{set_name}*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    done = user.runs("rules", "score", str(tmp_path), "--format", "json")
    assert done.returncode == 0, done.stderr
    [whole] = [row for row in json.loads(done.stdout) if row["type"] == "all"]
    assert whole["gold"] > 150
    assert whole["f1"] >= least
