"""docs/rules-walkthrough.md, run block by block in an empty folder as its reader would."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.conftest import COMMAND, User

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules-walkthrough.md"
BLOCK = re.compile(r"^```sh(?: exit=(\d))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""A block of commands, and the status that the last of them is to end with when it is not 0."""


@pytest.fixture(scope="module")
def said(settled_user: User, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block printed, after each ended as the page says."""
    folder = tmp_path_factory.mktemp("walk")
    path = os.pathsep.join([str(Path(COMMAND).parent), os.environ["PATH"]])
    environment = {**settled_user.environment, "PATH": path}
    printed = []
    for status, commands in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        done = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == int(status or 0), f"{commands}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        printed.append(done.stdout)
    return printed


def holding(command: str, said: list[str]) -> str:
    """What the first block with this command printed."""
    commands = [block for _, block in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
    return said[next(n for n, block in enumerate(commands) if command in block)]


def test_the_new_rule_takes_the_flag_for_a_capture_and_leaves_the_crowd_alone(said: list[str]) -> None:
    told = holding("rules diff", said)
    assert "house.flag" in told
    assert "crowd" not in told


def test_the_score_counts_the_raised_flag_of_the_army_only(said: list[str]) -> None:
    assert re.search(r"all\W+1\.0\W+1\.0\W+1\.0\W+1\W+1\W", holding("rules score", said))


def test_the_replay_reports_the_town_that_the_flag_takes_and_the_switch_shows_it(said: list[str]) -> None:
    told = holding("--dry-run", said)
    assert re.search(r"house\.flag\W+1\W", told)
    assert re.search(r"Ayn Isa\W+nothing known\W+controlled Syrian", told)
    assert "Raqqa" not in told
    assert re.search(r"Ayn Isa.*controlled", holding("frontlog control", said), re.DOTALL)


def test_the_edition_is_in_the_log_and_based_on_the_one_it_was_copied_from(said: list[str]) -> None:
    assert re.search(r"house\.1\W+2026\.1", holding("rules list", said))
