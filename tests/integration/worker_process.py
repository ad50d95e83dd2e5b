"""Worker processes for tests to watch and to kill."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("queue_worker.py")
ROOT = Path(__file__).parents[2]


class WorkerProcess:
    """queue_worker.py in a process of its own; its log lines end in `log_file`."""

    def __init__(self, conninfo: str, log_file: Path, broker_url: str = "-", *options: str) -> None:
        self._log_file = log_file
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        with log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), conninfo, broker_url, *options],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": path},
            )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", log_file.read_text()[-3000:]

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Log lines of this event so far."""
        lines = (json.loads(line) for line in self._log_file.read_text().splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == event]

    def dies(self, within_s: float = 20.0) -> int:
        """Wait for its end and return the exit code."""
        return self.process.wait(within_s)


@contextmanager
def worker_process(conninfo: str, log_file: Path, broker_url: str = "-", *options: str) -> Iterator[WorkerProcess]:
    """A worker that is there for the block and gone after it."""
    worker = WorkerProcess(conninfo, log_file, broker_url, *options)
    try:
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.process.terminate()
        try:
            worker.process.wait(10)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
