"""A command that needs the database, as a process of its own, for tests to kill; and what they look at after."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.embedded import locks, status
from infra.embedded.layout import Layout
from infra.settings import Settings

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from pathlib import Path
from domain.errors import FrontlogError
from infra.embedded import lease
from infra.settings import Settings
try:
    with lease(Settings(data_dir=Path(sys.argv[1]), server_linger_s=float(sys.argv[2]))) as conninfo:
        print(conninfo, flush=True)
        sys.stdin.read()
except FrontlogError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@dataclass
class Command:
    """A running command; `conninfo` waits until it has its lease and fails with what it said instead."""

    process: subprocess.Popen[str]

    @property
    def conninfo(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, self.process.stderr and self.process.stderr.read()
        return line

    def refusal(self) -> str:
        """What the command said when it did not get its lease."""
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 1, out
        return err

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.communicate(timeout=60)


@contextmanager
def command(
    settings: Settings, *, python: str = sys.executable, uid: int | None = None, env: dict[str, str] | None = None
) -> Iterator[Command]:
    """Start a command that holds a lease until its standard input ends."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        [python, "-c", SCRIPT, str(settings.data_dir), str(settings.server_linger_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": path, **(env or {})},
        **({"user": uid, "group": pwd.getpwuid(uid).pw_gid, "extra_groups": []} if uid is not None else {}),
    ) as process:
        try:
            yield Command(process)
        finally:
            if process.poll() is None:
                process.kill()


def pids(settings: Settings) -> tuple[int, int]:
    """The pids of supervisor and postmaster."""
    found = status(settings)
    assert found.supervisor_pid is not None and found.pid is not None, found
    return found.supervisor_pid, found.pid


def nothing_lives(settings: Settings) -> bool:
    """Whether neither supervisor nor any process of the server is left: the kernel knows who holds their locks."""
    layout = Layout.of(settings)
    return not locks.held(layout.supervisor) and not locks.held(layout.server)


def soon(claim: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    """Whether the claim becomes true within the time."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill_everything(settings: Settings) -> None:
    """As a power cut does: supervisor and server at once, without a chance to clean up."""
    for pid in pids(settings):
        os.kill(pid, signal.SIGKILL)
    assert soon(lambda: nothing_lives(settings))


def reachable_python(folder: Path) -> tuple[str, dict[str, str]]:
    """An interpreter that every user may run, and the environment it needs: copies where ours lies in a closed home."""
    path = os.pathsep.join([str(ROOT), *(each for each in sys.path if "site-packages" in each)])
    if _everyone_runs(sys.executable, {"PYTHONPATH": path}):
        return sys.executable, {"PYTHONPATH": path}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    ignore = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "config-*", "__pycache__")
    shutil.copytree(base / "lib" / version, folder / "lib" / version, ignore=ignore)
    for library in (base / "lib").glob("libpython*"):
        shutil.copy2(library, folder / "lib")
    (folder / "bin").mkdir()
    python = str(shutil.copy2(Path(sys.executable).resolve(), folder / "bin" / version))
    libraries = str(folder / "lib")  # else another Python's library of the same version number may be found first
    env = {"PYTHONPATH": path, "LD_LIBRARY_PATH": libraries, "DYLD_LIBRARY_PATH": libraries}
    assert _everyone_runs(python, env)
    return python, env


def _everyone_runs(python: str, env: dict[str, str]) -> bool:
    group = pwd.getpwnam("nobody").pw_gid
    probe = [python, "-c", "import infra.embedded, psycopg, ssl"]
    try:
        done = subprocess.run(probe, env=env, cwd="/", user="nobody", group=group, extra_groups=[], capture_output=True)
    except PermissionError:
        return False
    return done.returncode == 0
