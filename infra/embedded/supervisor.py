"""The process that owns the server: `python -m infra.embedded.supervisor DATA_DIR LINGER_S`.

It goes into the background, starts the server (or takes over one whose supervisor was killed), says so in one line
on standard output, and stops the server when nobody has held a lease for the given seconds. It belongs to no
command, so no command's death takes the server from the others.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from domain.errors import FrontlogError, Stop
from infra.embedded import locks
from infra.embedded.folders import folder_trouble
from infra.embedded.layout import Layout
from infra.embedded.server import Server

TICK_S = 0.2
RESTARTS = 5
"""How often a server that keeps dying is started again before its supervisor gives up."""

STABLE_S = 60.0
"""A server that has lived this long owes nothing to its earlier deaths."""


class Supervisor:
    """Watches one server while holding the supervisor's lock (`lock`, a descriptor)."""

    def __init__(self, layout: Layout, linger_s: float, lock: int) -> None:
        self._layout = layout
        self._linger_s = linger_s
        self._lock = lock
        self._server = Server(layout)
        self._told_to_stop = False
        self._idle_since: float | None = None
        self._up_since = 0.0
        self._restarts_left = RESTARTS

    def take_over(self) -> None:
        """Bring the server up and tell those who wait. Raises Stop saying why it cannot."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._layout.ready.unlink(missing_ok=True)
        with folder_trouble(self._layout):
            self._server.start()
            self._up_since = time.monotonic()
            fresh = self._layout.ready.with_suffix(".new")
            state = {"supervisor": os.getpid(), "server": self._server.pid(), "since": time.time()}
            fresh.write_text(json.dumps(state), encoding="ascii")
            fresh.replace(self._layout.ready)

    def watch(self) -> None:
        """Return when the server is stopped: told so, unused for long enough, or its folder is gone.

        Starts it again when it dies meanwhile, since commands with a lease count on it; Stop when it keeps dying.
        """
        while not self._told_to_stop:
            if not locks.still_at(self._layout.supervisor, self._lock):
                self._server.abandon()
                return
            if not self._layout.socket.exists():
                self._server.stop()  # someone cleaned /tmp: it lives, but nobody can reach it any more
            if not self._server.alive():
                self._start_again()
            self._server.trim_log()
            if self._stopped_for_want_of_leases():
                return
            time.sleep(TICK_S)
        self.stop()

    def _start_again(self) -> None:
        if time.monotonic() - self._up_since > STABLE_S:
            self._restarts_left = RESTARTS
        if not self._restarts_left:
            raise Stop(f"the embedded PostgreSQL died {RESTARTS + 1} times within minutes. See {self._layout.log}.")
        self._restarts_left -= 1
        self.take_over()

    def _stopped_for_want_of_leases(self) -> bool:
        lock = locks.exclusive(self._layout.leases)
        if lock is None:
            self._idle_since = None
            return False
        try:
            self._idle_since = self._idle_since or time.monotonic()
            if time.monotonic() - self._idle_since < self._linger_s:
                return False
            self.stop()  # under the lock: who comes now waits, and then starts a server of its own
            return True
        finally:
            os.close(lock)

    def stop(self) -> None:
        """Stop the server, if it runs, and tell nobody any more that it does."""
        self._layout.ready.unlink(missing_ok=True)
        self._server.stop()

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_stop = True


def main(data_dir: str, linger_s: str) -> None:
    """Run in the background; the caller's process returns at once, its standard output gets the outcome."""
    if os.fork():
        os._exit(0)
    layout = Layout(Path(data_dir))
    lock = locks.exclusive(layout.supervisor, timeout_s=0.3)
    if lock is None:
        _report({"busy": True})
        return
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    supervisor = Supervisor(layout, float(linger_s), lock)
    try:
        supervisor.take_over()
        _report({"ready": True})
        supervisor.watch()
    except (FrontlogError, OSError) as error:
        supervisor.stop()  # a server that nobody watches would stay for ever
        sys.stderr.write(f"{error}\n")
        _report({"stop": str(error)})


def _report(outcome: dict[str, object]) -> None:
    with suppress(OSError):  # the command that waited may be gone
        os.write(1, json.dumps(outcome).encode() + b"\n")
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.close(silence)


if __name__ == "__main__":
    main(*sys.argv[1:])
