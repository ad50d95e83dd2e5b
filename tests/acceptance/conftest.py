"""The commands as a user types them: `frontlog` in a process of its own, with a data folder of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.embedded import lease, stop
from infra.settings import Settings

SHARED = Path(__file__).parents[3] / "shared"
COMMAND = str(Path(sys.executable).with_name("frontlog"))


@dataclass(frozen=True)
class User:
    """Someone at a terminal. `home` is FRONTLOG_DATA_DIR."""

    home: Path

    @property
    def settings(self) -> Settings:
        """What those commands read from their environment."""
        return Settings(data_dir=self.home)

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("FRONTLOG_")}
        return {**clean, "FRONTLOG_DATA_DIR": str(self.home), "COLUMNS": "150"}

    def runs(
        self, *arguments: str, given: str | bytes = "", cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Type a command and wait for its end."""
        data = given.encode() if isinstance(given, str) else given
        done = subprocess.run(
            [COMMAND, *arguments],
            input=data,
            capture_output=True,
            env=self.environment,
            timeout=120,
            cwd=cwd,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def starts(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Type a command and leave it running."""
        return subprocess.Popen(
            [COMMAND, *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What an analyst's query answers."""
        done = self.runs("sql", query, "--format", "ndjson")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def user(cache: Path) -> Iterator[User]:
    """A user whose data folder is new and whose server, left alone, would end with the last command."""
    yield from _user(cache)


@pytest.fixture(scope="module")
def settled_user(cache: Path) -> Iterator[User]:
    """The same for a module: the server runs throughout, so that commands are quick."""
    for each in _user(cache):
        with lease(Settings(data_dir=each.home)):
            yield each


def _user(cache: Path) -> Iterator[User]:
    folder = Path(tempfile.mkdtemp(prefix="frontlog-user-"))
    folder.chmod(0o755)
    home = folder / "data"
    home.mkdir()
    shutil.copytree(cache, Settings(data_dir=home).cache_dir)
    yield User(home)
    stop(Settings(data_dir=home))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def first_article() -> Path:
    """The acceptance case; it is not ours to copy, so it is read where it lies."""
    path = SHARED / "seed" / "article.txt"
    if not path.exists():
        pytest.skip(f"the first article is not here: {path.parent.name}/{path.name} beside the project's root")
    return path
