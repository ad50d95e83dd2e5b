"""Editions into the log: frozen, based on what is there, and only when their examples hold."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain import workflow
from domain.coder import CODER_VERSION
from infra import coders, wiring
from tests.acceptance.conftest import User

RULE = """rules:
  - id: mine.zorp
    type: ControlTaken
    verbs: [zorp]
    roles: {actor: [subject], place: [object]}
    needs: [place]
"""


@pytest.fixture(scope="module")
def author(settled_user: User, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """A rule author with a database."""
    yield settled_user


@pytest.fixture
def folder(author: User, tmp_path: Path) -> Path:
    """A copy of the shipped edition with a rule of its own."""
    made = tmp_path / "mine"
    assert author.runs("rules", "new", str(made)).returncode == 0
    (made / "rules" / "mine.yaml").write_text(RULE)
    return made


def listed(author: User) -> dict[str, dict[str, Any]]:
    done = author.runs("rules", "list", "--format", "ndjson")
    assert done.returncode == 0, done.stderr
    return {row["edition"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_a_published_edition_is_listed_and_not_live_and_a_second_time_changes_nothing(
    author: User, folder: Path
) -> None:
    first = author.runs("rules", "publish", str(folder))
    assert first.returncode == 0, first.stderr
    assert "frontlog replay --edition mine" in first.stderr
    row = listed(author)["mine"]
    assert (row["live"], row["base"], row["coder_version"]) == (False, "2026.1", CODER_VERSION)
    again = author.runs("rules", "publish", str(folder))
    assert (again.returncode, "already" in again.stderr) == (0, True)


def test_other_rules_under_a_published_name_are_refused(author: User, folder: Path) -> None:
    assert author.runs("rules", "publish", str(folder), "--name", "taken").returncode == 0
    (folder / "rules" / "mine.yaml").write_text(RULE.replace("zorp", "blorp"))
    done = author.runs("rules", "publish", str(folder), "--name", "taken")
    assert done.returncode == 1
    assert "--name" in done.stderr
    assert author.runs("rules", "publish", str(folder), "--name", "taken.2").returncode == 0


def test_an_edition_whose_example_fails_is_not_published(author: User, folder: Path) -> None:
    file = folder / "rules" / "control.yaml"
    file.write_text(file.read_text().replace("verbs: [lose, forfeit]", "verbs: [forfeit]"))
    done = author.runs("rules", "publish", str(folder), "--name", "broken")
    assert done.returncode == 1
    assert "lost.lose" in done.stderr
    assert "broken" not in listed(author)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["FOLDER", "--name", "a@b"], "a@b"),
        (["nowhere"], "no such folder"),
        (["--same-rules", "unheard-of"], "not in the log"),
        (["--same-rules", "2026.1"], "already"),
    ],
)
def test_what_cannot_be_published_is_told_in_a_sentence(
    author: User, folder: Path, arguments: list[str], told: str
) -> None:
    done = author.runs("rules", "publish", *[a.replace("FOLDER", str(folder)) for a in arguments])
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_base_that_is_not_in_the_log_is_refused(author: User, folder: Path) -> None:
    file = folder / "edition.yaml"
    file.write_text(file.read_text().replace('base: "2026.1"', 'base: "2019.9"'))
    done = author.runs("rules", "publish", str(folder), "--name", "baseless")
    assert (done.returncode, "2019.9" in done.stderr) == (1, True)


def test_rules_of_an_older_coder_version_are_published_anew_from_the_log_alone(author: User) -> None:
    with wiring.open_frontlog(author.settings) as frontlog:
        shipped = workflow.published_edition(frontlog.store, "2026.1")
        older = dataclasses.replace(
            coders.load_edition("old", shipped.files), coder_version=CODER_VERSION - 1, digest="d" * 64
        )
        workflow.publish(frontlog.store, older, shipped.files, metadata={})
    done = author.runs("rules", "publish", "--same-rules", "old")
    assert done.returncode == 0, done.stderr
    row = listed(author)[f"old+coder{CODER_VERSION}"]
    assert (row["base"], row["coder_version"]) == ("old", CODER_VERSION)
