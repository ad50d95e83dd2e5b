"""What `frontlog up` does now and then. Any number of hosts may run it: a job that is due goes to one of them."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from celery import Celery

from domain.errors import FrontlogError
from infra.postgres import generations, replays, sealing
from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries
from infra.replay import broker
from infra.settings import Settings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often; `run` says what it did."""

    name: str
    every_s: float
    run: Callable[[], str]


class Schedule:
    """The jobs of a Frontlog. `step` does those that are due."""

    def __init__(self, settings: Settings, conninfo: str, pool: Pool) -> None:
        self._settings, self._conninfo, self._pool = settings, conninfo, pool
        self._app: Celery | None = None
        self.jobs = (
            Job("ring for replays", 3.0, self._ring),
            Job("seal the log", 60.0, self._seal),
            Job("prune generations", 60.0, self._prune),
        )

    def step(self) -> None:
        """Do what is due. A job that fails is noted as such and does not stand in the way of the others."""
        for job in self.jobs:
            if self._due(job):
                self._do(job)

    def _due(self, job: Job) -> bool:
        with passing_trouble("asking for what is due", self._pool), self._pool.connection() as connection:
            given = {"job": job.name, "every_s": job.every_s}
            return connection.execute(queries("schedule")["claim"], given).fetchone() is not None

    def _do(self, job: Job) -> None:
        result = error = None
        try:
            result = job.run()
        except FrontlogError as trouble:
            error = str(trouble)
            log.warning("a scheduled job will be tried again", job=job.name, error=error)
        with passing_trouble("noting a job's end", self._pool), self._pool.connection() as connection:
            connection.execute(queries("schedule")["ended"], {"job": job.name, "result": result, "error": error})

    def _ring(self) -> str:
        """A replay whose command has gone, or whose message is lost, goes on."""
        replay = replays.unfinished(self._pool)
        if replay is None or replay.state != "running":
            return "no replay is running"
        if replays.progress(self._pool, replay).idle_s < self.jobs[0].every_s:
            return f"replay {replay.replay_id} gets ahead"
        if self._app is None:
            self._app = broker.open_app(self._conninfo, self._settings.broker_url)
        lanes = replays.open_lanes(self._pool, replay.replay_id)
        broker.ring_all(self._app, replay.replay_id, lanes)
        return f"rang for {len(lanes)} lanes of replay {replay.replay_id}"

    def _seal(self) -> str:
        made = sealing.seal_all(self._pool)
        for each in made:
            log.info("sealed", seal=each.seal, to_position=each.to_position, root=each.named)
        return f"up to position {made[-1].to_position}, root {made[-1].named}" if made else "nothing new"

    def _prune(self) -> str:
        waiting = generations.prune(self._pool)
        return f"{waiting} wait for open readers" if waiting else "none is left over"
