"""PostgreSQL as a process: started, watched and stopped through what it leaves in its folders."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import Stop
from infra.embedded import locks
from infra.embedded.account import Account, server_account
from infra.embedded.binaries import programs
from infra.embedded.cluster import ensure_cluster
from infra.embedded.folders import explain
from infra.embedded.layout import Layout

START_TIMEOUT_S = 300.0
"""Crash recovery reads up to a gigabyte of WAL first."""

STOP_TIMEOUT_S = 30.0
LOG_BYTES_KEPT = 10_000_000


@dataclass
class Server:
    """The server of one data folder; call start and stop only while holding the supervisor's lock."""

    layout: Layout
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _pid: int | None = field(default=None, repr=False)
    _log_starts_at: int = field(default=0, repr=False)

    def alive(self) -> bool:
        """Whether any of its processes lives, started by whomever."""
        if self._child is not None:
            self._child.poll()  # reaps it
        return locks.held(self.layout.server)

    def ready(self) -> bool:
        """Whether it accepts connections."""
        return self.alive() and _pid_file(self.layout)[7:8] == ["ready"] and answers(self.layout)

    def pid(self) -> int | None:
        """The postmaster's pid, None when there is none."""
        lines = _pid_file(self.layout)
        return int(lines[0]) if lines and self.alive() else None

    def start(self) -> None:
        """Return when the server accepts connections, at once when it does. Raises Stop saying why it cannot."""
        deadline = time.monotonic() + START_TIMEOUT_S
        spawned = False
        while not self.ready():
            if not self.alive():
                if spawned:
                    raise Stop(explain(self.layout, "the embedded PostgreSQL did not start", self._said()))
                spawned = self._spawn()
            if time.monotonic() > deadline:
                raise Stop(f"the embedded PostgreSQL is not ready after {START_TIMEOUT_S:g} s. See {self.layout.log}.")
            time.sleep(0.01)
        self._pid = self.pid()

    def _spawn(self) -> bool:
        """Make the cluster if need be and start the server; False when another process of PostgreSQL still runs."""
        # every one of them inherits this lock, so nobody needs to guess from pids whether something lives: a server
        # whose supervisor was killed, or the initdb of one that was killed earlier still
        lock = locks.exclusive(self.layout.server, timeout_s=0.1)
        if lock is None:
            return False
        try:
            account = server_account(self.layout)
            folder = programs(self.layout, account)
            ensure_cluster(self.layout, account, folder, lock)
            # we hold the lock, hence what a killed server left is stale, whoever has its pid by now
            for stale in (self.layout.cluster / "postmaster.pid", Path(f"{self.layout.socket}.lock")):
                stale.unlink(missing_ok=True)
            self._child = self._popen(account, folder, lock)
        finally:
            os.close(lock)
        return True

    def _popen(self, account: Account, folder: Path, lock: int) -> subprocess.Popen[bytes]:
        configuration = f"config_file={self.layout.control / 'postgresql.conf'}"
        with self.layout.log.open("ab") as log:
            self._log_starts_at = log.tell()
            return subprocess.Popen[bytes](
                [str(folder / "postgres"), "-D", str(self.layout.cluster), "-c", configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                **account.as_child(),
            )

    def _said(self) -> str:
        with self.layout.log.open("rb") as log:
            log.seek(self._log_starts_at)
            return log.read().decode(errors="replace")

    def stop(self) -> None:
        """Stop it, rolling back what is open, and return when no process of it is left."""
        for how, timeout_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if (pid := self.pid()) is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
            deadline = time.monotonic() + timeout_s
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.01)
        with suppress(OSError):
            self.layout.socket_dir.rmdir()

    def abandon(self) -> None:
        """Kill a server whose folder was deleted under it: there is nothing left to shut down in order."""
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGQUIT)

    def trim_log(self) -> None:
        """Start the log anew when it has grown beyond its limit; the server appends, so it goes on at the top."""
        with suppress(FileNotFoundError):
            if self.layout.log.stat().st_size > LOG_BYTES_KEPT:
                os.truncate(self.layout.log, 0)


def answers(layout: Layout) -> bool:
    """Whether something listens on the socket; takes well under a millisecond."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(layout.socket))
        except OSError:
            return False
        return True


def _pid_file(layout: Layout) -> list[str]:
    """The lines of postmaster.pid: pid, folder, start, port, socket folder, address, shared memory, state."""
    try:
        return [line.strip() for line in Path(layout.cluster / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []
