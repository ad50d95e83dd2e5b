"""A rule author's tools, as commands: copy, check, score, compare."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from domain.errors import InvalidInput
from infra.cli import rules


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer()

    @made.callback()
    def main() -> None:
        """The group's parent."""

    rules.register(made)
    return made


def run(app: typer.Typer, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments])


@pytest.fixture
def copy(app: typer.Typer, tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert run(app, "new", str(folder)).exit_code == 0
    return folder


def test_a_new_edition_names_its_base_and_passes_its_check(app: typer.Typer, copy: Path) -> None:
    assert 'base: "2026.1"' in (copy / "edition.yaml").read_text()
    assert run(app, "check", str(copy)).exit_code == 0


def test_a_folder_with_files_is_not_overwritten(app: typer.Typer, copy: Path) -> None:
    result = run(app, "new", str(copy))
    assert isinstance(result.exception, InvalidInput)


def test_a_rule_that_breaks_its_own_example_fails_the_check(app: typer.Typer, copy: Path) -> None:
    file = copy / "rules" / "control.yaml"
    file.write_text(file.read_text().replace("verbs: [lose, forfeit]", "verbs: [forfeit]"))
    result = run(app, "check", str(copy), "--format", "ndjson")
    assert result.exit_code == 1
    assert "lost.lose" in {json.loads(line)["rule"] for line in result.stdout.splitlines() if line.startswith("{")}


def test_a_rule_added_in_one_file_changes_the_outcome(app: typer.Typer, copy: Path, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text("The rebels zorped the town of Arwad on Monday, residents of the town said.")
    (copy / "rules" / "mine.yaml").write_text(
        "rules:\n"
        "  - id: mine.zorp\n"
        "    type: ControlTaken\n"
        "    verbs: [zorp]\n"
        "    roles: {actor: [subject], place: [object]}\n"
        "    needs: [place]\n"
    )
    result = run(app, "diff", "2026.1", str(copy), str(article), "--format", "ndjson")
    assert result.exit_code == 3
    [row] = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert (row["change"], row["rule"]) == ("+", "mine.zorp")


def test_an_edition_compared_with_itself_changes_nothing(app: typer.Typer, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text("The rebels seized the town of Arwad on Monday, residents of the town said.")
    assert run(app, "diff", "2026.1", "2026.1", str(article)).exit_code == 0


def test_a_score_counts_hits_and_misses_by_type(app: typer.Typer, tmp_path: Path) -> None:
    text = "The rebels seized the town of Arwad on Monday.\nThe army shelled the town of Tartus."
    (tmp_path / "one.txt").write_text(text)
    gold = {
        "published": None,
        "events": [{"sentence": 1, "type": "ControlTaken"}, {"sentence": 2, "type": "ControlLost"}],
    }
    (tmp_path / "one.json").write_text(json.dumps(gold))
    result = run(app, "score", str(tmp_path), "--format", "ndjson")
    rows = {row["type"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert rows["ControlTaken"]["f1"] == 1.0
    assert rows["ControlLost"]["recall"] == 0.0
    assert rows["all"]["gold"] == 2


def test_a_score_without_gold_is_no_success(app: typer.Typer, tmp_path: Path) -> None:
    result = run(app, "score", str(tmp_path))
    assert isinstance(result.exception, InvalidInput)
    assert str(tmp_path) in str(result.exception)
    assert run(app, "score", str(tmp_path / "nowhere")).exit_code == 2
