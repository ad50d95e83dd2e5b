"""How a command gets the database: a lease on the embedded server, or the server that it was told to use."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from select import select

from domain.errors import Stop, TryAgain
from infra.embedded import locks
from infra.embedded.folders import folder_trouble, prepare
from infra.embedded.layout import Layout
from infra.embedded.server import START_TIMEOUT_S, Server, answers
from infra.settings import Settings

_LOOK_AGAIN_S = 0.01
_WAIT_S = START_TIMEOUT_S + 30.0


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the embedded server. `since` is in seconds of the epoch; None where it does not run."""

    running: bool
    data_dir: Path
    log: Path
    conninfo: str
    pid: int | None = None
    supervisor_pid: int | None = None
    since: float | None = None


@contextmanager
def lease(settings: Settings) -> Iterator[str]:
    """Yield a conninfo of the owner role; the server stays up at least as long as the block runs.

    Starts the embedded server unless it runs already; with `settings.database_url` yields that and starts nothing.
    The lease ends with the block or with the process, killed or not; children forked meanwhile share it.
    Raises Stop when the server cannot run (its text says what to do), TryAgain when it did not come up in time.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    layout = Layout.of(settings)
    prepare(layout)
    # a supervisor that is just taking the server down holds this lock, so wait for the end of that
    with folder_trouble(layout):
        held = locks.shared(layout.leases, timeout_s=_WAIT_S)
    if held is None:
        raise TryAgain(f"the embedded PostgreSQL of {settings.data_dir} is shutting down for too long. Try again.")
    try:
        _wait_for_server(layout, settings.server_linger_s)
        yield layout.conninfo()
    finally:
        os.close(held)
        if locks.held(layout.server) and not locks.held(layout.supervisor):
            with suppress(Stop):  # someone killed it: let a new one end the server
                _spawn_supervisor(layout, settings.server_linger_s)


def status(settings: Settings) -> Status:
    """What runs in the data folder; starts and changes nothing."""
    layout = Layout.of(settings)
    with folder_trouble(layout):
        state = _ready(layout) or {}
    return Status(
        running=bool(state),
        data_dir=layout.data_dir,
        log=layout.log,
        conninfo=layout.conninfo(),
        pid=state.get("server"),
        supervisor_pid=state.get("supervisor"),
        since=state.get("since"),
    )


def running(settings: Settings) -> bool:
    """Whether the embedded server of the data folder accepts connections."""
    return status(settings).running


def stop(settings: Settings, *, timeout_s: float = 60.0) -> bool:
    """Stop the embedded server, also under commands that use it; they lose their connections.

    Returns whether there was one to stop. A repeat is safe. Raises TryAgain when it still runs after `timeout_s`.
    """
    layout = Layout.of(settings)
    server = Server(layout)
    with folder_trouble(layout):
        if not server.alive() and not locks.held(layout.supervisor):
            return False
    deadline = time.monotonic() + timeout_s
    while server.alive() or locks.held(layout.supervisor):
        if time.monotonic() > deadline:
            raise TryAgain(f"the embedded PostgreSQL of {settings.data_dir} has not stopped in {timeout_s:g} s.")
        if locks.held(layout.supervisor):
            with suppress(ProcessLookupError, ValueError):  # it has just ended, or has not written its pid yet
                os.kill(int(layout.supervisor.read_text()), 15)
        else:
            server.stop()
        time.sleep(0.05)
    return True


def _wait_for_server(layout: Layout, linger_s: float) -> None:
    deadline = time.monotonic() + _WAIT_S
    while _ready(layout) is None:
        if not locks.held(layout.supervisor):
            _spawn_supervisor(layout, linger_s)
        if time.monotonic() > deadline:
            raise TryAgain(f"the embedded PostgreSQL did not come up in {_WAIT_S:g} s. See {layout.log}; try again.")
        time.sleep(_LOOK_AGAIN_S)


def _ready(layout: Layout) -> dict[str, int] | None:
    """The supervisor's word that its server accepts connections, checked; None where it is not so."""
    try:
        found = layout.ready.read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None
    # read again after the check: a word left by a killed supervisor goes before a new server listens
    if locks.held(layout.supervisor) and answers(layout) and _same(layout, found):
        state: dict[str, int] = json.loads(found)
        return state
    return None


def _same(layout: Layout, found: str) -> bool:
    try:
        return layout.ready.read_text(encoding="ascii") == found
    except FileNotFoundError:
        return False


def _spawn_supervisor(layout: Layout, linger_s: float) -> None:
    """Start one and wait for its word. Raises Stop with its reason when it cannot start the server."""
    # it reads no setting, so it needs no copy of the secrets among them for as long as it lives
    env = {name: value for name, value in os.environ.items() if not name.startswith("FRONTLOG_")}
    here = str(Path(__file__).parents[2])
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [here, env.get("PYTHONPATH")]))
    with layout.supervisor_log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "infra.embedded.supervisor", str(layout.data_dir), str(linger_s)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            start_new_session=True, cwd="/", env=env,
        )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        process.wait()  # the one in front ends as soon as it has forked
        heard = process.stdout.readline() if select([process.stdout], [], [], _WAIT_S)[0] else b""
    if not heard:
        raise Stop(f"the supervisor of the embedded PostgreSQL gave up. See {layout.supervisor_log}.")
    if reason := json.loads(heard).get("stop"):
        raise Stop(reason)
