"""Editions into the log: frozen, based on what is there, and only when their examples hold."""

import dataclasses
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain import workflow
from domain.article import Article
from domain.coder import CODER_VERSION, Coder
from infra import coders, editions, wiring
from infra.embedded import lease
from infra.postgres import projections
from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
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


def test_no_folder_takes_the_shipped_editions_name(author: User, tmp_path: Path) -> None:
    refused = author.runs("rules", "new", str(tmp_path / "2026.1"))
    assert (refused.returncode, "Name another folder" in refused.stderr) == (1, True), refused.stderr
    assert not (tmp_path / "2026.1").exists()


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


def test_an_upgrade_of_the_coder_goes_by_the_two_commands_that_up_names(user: User) -> None:
    """A log whose live edition is of an older coder version, as the version before left it."""
    with left_by_an_older_version(user) as article_id:
        refused = user.runs("up")
        assert refused.returncode == 1
        said = " ".join(refused.stderr.split())
        named = re.findall(
            r"frontlog (rules publish --same-rules \S+), then: frontlog (replay \S+ \S+ --activate)", said
        )
        assert len(named) == 1, said
        for command in named[0]:
            done = user.runs(*command.split())
            assert done.returncode == 0, done.stderr
        anew = f"before+coder{CODER_VERSION}"
        rows = user.rows("SELECT article_id, edition, events FROM frontlog.articles")
        assert rows == [{"article_id": article_id, "edition": anew, "events": 1}]
        later = user.runs("ingest", "-", given='{"text": "Rebels captured the town of Kurmuk on Sunday."}')
        assert later.returncode == 0, later.stderr
        assert {row["edition"] for row in user.rows("SELECT DISTINCT edition FROM frontlog.events")} == {anew}
        replayed = user.runs("replay")
        assert (replayed.returncode, "rows verified" in replayed.stdout) == (0, True), replayed.stderr


@contextmanager
def left_by_an_older_version(user: User) -> Iterator[str]:
    """One article coded and shown under edition `before` of coder version 1."""
    files = editions.shipped(editions.SHIPPED)
    before = dataclasses.replace(coders.load_edition("before", files), coder_version=1, digest="d" * 64)
    with lease(user.settings) as conninfo:
        migrate(conninfo)
        with open_pool(conninfo) as pool:
            store = PostgresEventStore(pool)
            workflow.publish(store, before, files, metadata={})
            workflow.activate(store, "before", metadata={})
            article = Article("The army captured the town of Kadugli on Tuesday.", "Sample", date(2025, 3, 4))
            with store.transaction() as tx:
                workflow.receive(tx, article, way_in="test", metadata={})
            coder = Coder(coders.load_edition("before", files), coders.parser(), coders.gazetteer())
            [coding] = coder.code([article])
            coding = msgspec.structs.replace(coding, edition_digest=before.digest)
            workflow.keep_coding(store, article.article_id, "before", coding, inherits=None, metadata={})
            projections.project_all(pool)
        yield article.article_id
