"""The Celery worker as a child in a session of its own: Ctrl-C is the parent's to answer, and it never outlives it."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import structlog

from infra.settings import Settings

log = structlog.get_logger(__name__)

MODULE = "workers.replay"
"""The entry point, found by name as Celery's own command does it: infra calls no layer above it."""

GRACE_S = 0.2
"""For acknowledging what was just done."""
STOP_WITHIN_S = 2.0


class Child:
    """A running worker. `alive` asks, `stop` ends it; a range it leaves behind is taken up by whoever comes next."""

    def __init__(self, settings: Settings, conninfo: str) -> None:
        self._settings, self._conninfo = settings, conninfo
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        given = {
            "conninfo": self._conninfo,
            "broker_url": self._settings.broker_url,
            "log_level": self._settings.log_level,
            "log_format": self._settings.log_format,
        }
        assert process.stdin is not None
        # on its input rather than its environment: the addresses may hold passwords
        with contextlib.suppress(BrokenPipeError):  # it died at once: `alive` says so
            process.stdin.write(json.dumps(given).encode() + b"\n")
            process.stdin.flush()
        return process

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def bring_back(self) -> None:
        """Start it again when it was killed or gave up."""
        if not self.alive():
            log.warning("the replay worker was gone and is back", exit_code=self._process.returncode)
            self._process = self._start()

    def stop(self) -> None:
        """End it, at once if it does not go by itself."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def replay_worker(settings: Settings, conninfo: str) -> Iterator[Child]:
    """Have a worker for replays while the block lasts."""
    child = Child(settings, conninfo)
    try:
        yield child
    finally:
        child.stop()


def given_by_parent(stream: IO[str]) -> dict[str, str | None]:
    """What the parent said on the child's input; from here on the child ends when the parent does."""
    found: dict[str, str | None] = json.loads(stream.readline())

    def watch() -> None:
        stream.read()
        threading.Event().wait(GRACE_S)
        os._exit(0)  # in the middle of a range: its transaction goes back, its lock with it

    threading.Thread(target=watch, name="frontlog-parent", daemon=True).start()
    return found
