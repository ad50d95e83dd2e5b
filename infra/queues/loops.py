"""Runs a step again and again in a thread of its own until told to stop, whatever the step meets."""

import threading
from collections.abc import Callable

import structlog

from domain.errors import Stop, TryAgain

log = structlog.get_logger(__name__)

PAUSE_S = 1.0
"""How long a loop rests after trouble."""


class Loop(threading.Thread):
    """Calls `step` until `stop` is set, resting `every_s` between calls.

    TryAgain is waited out; any other error is logged with its traceback and the step tried again, for the process'
    other loops depend on this one. Stop ends the loop and is handed to `give_up`.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], object],
        stop: threading.Event,
        *,
        every_s: float = 0.0,
        give_up: Callable[[Stop], None] | None = None,
    ) -> None:
        super().__init__(name=f"frontlog-{name}", daemon=True)
        self._step = step
        self._stop_event = stop
        self._every_s = every_s
        self._give_up = give_up

    def run(self) -> None:
        while not self._stop_event.is_set():
            try:
                self._step()
                rest_s = self._every_s
            except TryAgain as trouble:
                log.warning("waiting", loop=self.name, error=str(trouble))
                rest_s = max(PAUSE_S, self._every_s)
            except Stop as must_act:
                if self._give_up is not None:
                    self._give_up(must_act)
                return
            except Exception:
                log.exception("a loop met an unexpected error and goes on", loop=self.name)
                rest_s = max(PAUSE_S, self._every_s)
            if rest_s:
                self._stop_event.wait(rest_s)
