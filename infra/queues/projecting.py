"""What the doorbell `project` sets off: one thread of the process projects, so that the others go on coding."""

import threading
import time
from collections.abc import Callable

import structlog

from domain.errors import Stop
from infra import logs

log = structlog.get_logger(__name__)

REST_S = 30.0
"""How long the sweep leaves a projection alone that failed here."""


class Projecting:
    """Answers `project` doorbells by `project(name)`, which returns how many events it read.

    A second ring while a thread is at it returns at once: that thread takes the name on. Two threads waiting for one
    projection's lock would leave nobody to code; what a dying process had only noted, the sweep finds.
    """

    def __init__(self, project: Callable[[str], int]) -> None:
        self._project = project
        self._wanted: dict[str, str] = {}
        self._running = False
        self._lock = threading.Lock()
        self._failed_at: dict[str, float] = {}
        self._must_act: dict[str, str] = {}

    def project(self, name: str) -> None:
        """See to it that a projection is brought to the head of the log.

        Errors rise once every name had its turn. Stop is only logged: one read model that waits for someone is no
        reason to stop the others and the coding.
        """
        with self._lock:
            self._wanted[name] = logs.trace_id()
            if self._running:
                return
            self._running = True
        failures = []
        while (taken := self._next()) is not None:
            try:
                self._run(*taken)
            except Exception as error:  # the other names' turn comes first
                self._failed_at[taken[0]] = time.monotonic()
                failures.append(error)
        if failures:
            raise failures[0]

    def resting(self, name: str) -> bool:
        """Whether this projection failed here a short while ago."""
        return time.monotonic() - self._failed_at.get(name, -REST_S) < REST_S

    def _next(self) -> tuple[str, str] | None:
        with self._lock:
            if not self._wanted:
                self._running = False
                return None
            name = next(iter(self._wanted))
            return name, self._wanted.pop(name)

    def _run(self, name: str, trace_id: str) -> None:
        with logs.bind_trace(trace_id, projection=name):
            try:
                read = self._project(name)
            except Stop as must_act:
                if self._must_act.get(name) != str(must_act):
                    log.error("a projection does not go on", error=str(must_act))
                self._must_act[name] = str(must_act)
                self._failed_at[name] = time.monotonic()
                return
            self._must_act.pop(name, None)
            self._failed_at.pop(name, None)
            if read:
                log.info("projected", events=read)
