"""Tells the projections that the log has grown: at once when it is quiet, in a steady beat when it is not.

A ring for every article and projection costs more commits than coding the article takes time, and one run of a
projection takes whatever has come in by then anyway.
"""

import threading
from collections.abc import Sequence

from infra import logs
from infra.queues.doorbells import Doorbells

BEAT_S = 0.25
"""The least time between two rounds of rings."""
LOOK_S = 0.2


class Announcer:
    """Rings `project` for every projection, soon after `announce` was called, from a loop of its own."""

    def __init__(self, bells: Doorbells, projections: Sequence[str], stop: threading.Event) -> None:
        self._bells = bells
        self._projections = projections
        self._stop = stop
        self._wanted = threading.Event()
        self._trace_id: str | None = None

    def announce(self) -> None:
        """Have the projections rung for. Never waits or raises; what a dying process did not ring, the sweep does."""
        self._trace_id = logs.current_trace()
        self._wanted.set()

    def step(self) -> None:
        """Ring once if that was asked for, then rest for a beat."""
        if self._wanted.wait(LOOK_S):
            self.ring()
            self._stop.wait(BEAT_S)

    def ring(self) -> None:
        """Ring now if that was asked for."""
        if not self._wanted.is_set():
            return
        self._wanted.clear()  # before ringing: what is announced meanwhile rings again
        for name in self._projections:
            self._bells.ring_project(name, self._trace_id)
