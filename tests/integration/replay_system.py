"""A whole Frontlog for tests to kill parts of: `frontlog up`, a second replay worker, articles that come in."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import psycopg
from embedded_command import pids
from psycopg.types.json import Jsonb
from queue_parts import until
from rabbitmq_server import RabbitServer

from domain import workflow
from infra import coders, editions
from infra.embedded import running, status
from infra.postgres import generations
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
from infra.replay.child import Child
from infra.settings import Settings

SHIPPED = editions.SHIPPED
TOLD = (
    "The army captured the town of Kadugli on Tuesday, report {} said.",
    "The army still controls Geissan, report {} said.",
    "Government troops withdrew from Damazin on Monday, report {} said.",
)
"""A text has one event under every edition here; the middle one's type differs between them."""

Victim = Literal["command", "worker", "server", "broker"]
Aim = Literal["rebuild", "edition"]
Way = Literal["resume", "abandon"]

RUN = [sys.executable, "-c", "from infra.cli import main; main()"]
NO_REPLAY, SWITCHED = "no unfinished replay", "has switched already"


class System:
    """The running parts. `victims` are what can be killed; all points and choices come from `chance`."""

    def __init__(self, settings: Settings, folder: Path, broker: RabbitServer | None, chance: random.Random) -> None:
        self.settings = Settings(settings.data_dir, broker_url=broker.url if broker else None)
        self.broker, self.chance = broker, chance
        self.conninfo = status(settings).conninfo
        self.victims: tuple[Victim, ...] = ("command", "worker", "server", *(("broker",) if broker else ()))
        self.dropped = 0
        self._editions = 0
        self._log = (folder / "up.err").open("wb")
        self._takes: dict[str, float] = {}

    @contextmanager
    def at_work(self, articles: int) -> Iterator[None]:
        """Have it run, with so many articles to begin with."""
        self.up = subprocess.Popen([*RUN, "up"], env=self._environment, stderr=self._log)
        second: Child | None = None
        try:
            until(lambda: self.up.poll() is not None or self._works(), 120, "frontlog up works")
            second = self.second = Child(self.settings, self.conninfo)
            for _ in range(articles):
                self.drop()
            until(self.all_is_shown, 120, "the first articles are shown")
            yield
        finally:
            if second is not None:
                second.stop()
            self.up.send_signal(signal.SIGTERM)
            self.up.wait(30)
            self._log.close()

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows, as soon as the database answers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(self.conninfo, autocommit=True) as connection:
                    return connection.execute(query.encode(), parameters).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def drop(self) -> None:
        """Drop an article as any producer does, with its number as its id."""
        text = TOLD[self.dropped % len(TOLD)].format(self.dropped)
        article = {"text": text, "id": f"drop-{self.dropped}", "published": "2025-03-04"}
        self.ask("SELECT frontlog_in.drop_article(%s)", Jsonb(article))
        self.dropped += 1

    @contextmanager
    def ingest(self) -> Iterator[None]:
        """Have articles come in while the block lasts."""
        ended = threading.Event()

        def come() -> None:
            while not ended.wait(1.0):
                self.drop()

        coming = threading.Thread(target=come)
        coming.start()
        try:
            yield
        finally:
            ended.set()
            coming.join()

    def all_is_shown(self) -> bool:
        """Whether each dropped article is on display once, with its one event, under the live edition."""
        live = (
            "WITH live AS (SELECT data->>'edition' AS edition FROM frontlog_log.events"
            " WHERE stream = 'editions' ORDER BY version DESC LIMIT 1)"
        )
        articles = "SELECT count(*), count(DISTINCT external_id) FROM frontlog.articles JOIN live USING (edition)"
        events = "SELECT count(*), count(DISTINCT article_id) FROM frontlog.events JOIN live USING (edition)"
        return all(
            self.ask(f"{live} {each}") == [(self.dropped, self.dropped)]
            for each in (f"{articles} WHERE events = 1", events)
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """A command to its end: exit code and all that it said, in one line."""
        process = self._start(*arguments)
        return _ended(process)

    def undisturbed(self, aim: Aim) -> None:
        """A replay that nobody kills, to know how long one takes and that both workers take part."""
        for _ in range(4):
            code, said = self.run("replay", *self._options(aim))
            assert code == 0, said
            if len(self.workers_of_last()) > 1:
                break
        assert len(self.workers_of_last()) > 1, "only one worker process took ranges"
        took = "SELECT step, extract(epoch FROM max(ended_at) - min(started_at))::float8 FROM frontlog.replay_ranges"
        last = "(SELECT max(replay_id) FROM frontlog.replays)"
        self._takes = dict(self.ask(f"{took} WHERE replay_id = {last} GROUP BY step ORDER BY min(started_at)"))

    def workers_of_last(self) -> set[str]:
        """Processes that took ranges of the newest replay."""
        last = "(SELECT max(replay_id) FROM frontlog.replays)"
        rows = self.ask(f"SELECT DISTINCT worker FROM frontlog_ops.replay_ranges WHERE replay_id = {last}")
        return {worker for (worker,) in rows}

    def kill_one(self, aim: Aim, victim: Victim, way: Way) -> str:
        """Kill it at a point of a replay that is unfinished then, and see the replay to its end; returns the step.

        A point is a step, each as likely as another however short it is, and a moment of it.
        """
        for _ in range(20):
            self.second.bring_back()
            process = self._start("replay", *self._options(aim))
            steps = list(self._takes)
            late = steps[self.chance.randrange(len(steps)) :]
            until(lambda process=process, late=late: self._is_in(late) or process.poll() is not None, 150, late[0])
            time.sleep(self.chance.random() * self._takes[late[0]])
            step = self.unfinished()
            if step is None:  # it was over before
                code, said = _ended(process)
                assert code == 0, said
                continue
            self._kill(victim, process)
            counts = victim == "server" or self.unfinished() is not None
            self._see_to_its_end(process, victim, way)
            self.is_tidy()
            if counts:
                return step
        raise AssertionError("no replay was unfinished at its point")

    def _is_in(self, steps: list[str]) -> bool:
        return self.unfinished() in steps

    def unfinished(self) -> str | None:
        """The step of the replay that is unfinished."""
        found = self.ask("SELECT step FROM frontlog.replays WHERE state NOT IN ('done', 'abandoned')")
        return found[0][0] if found else None

    def is_tidy(self) -> None:
        """Nothing unfinished, no staged coding, no table and no generation that nobody shows or has shown."""
        assert self.unfinished() is None
        assert self.ask("SELECT edition, count(*) FROM frontlog_ops.staged_codings GROUP BY 1") == []
        until(self._only_known_tables, 20, "no table is left")

    def nothing_is_lost(self) -> None:
        """Every article is shown once, the log's digests are right, and the rows are those that a rebuild makes."""
        until(self.all_is_shown, 120, "each article is shown once")
        for command, says in (("verify", ""), ("replay", "rows verified")):
            code, said = self.run(command)
            assert code == 0, said
            assert says in said

    def _only_known_tables(self) -> bool:
        with open_pool(self.conninfo) as pool:
            generations.drop_set_aside(pool)
        rows = self.ask(
            "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'frontlog_read'::regnamespace"
            " AND relname ~ '_[0-9]+$' AND NOT EXISTS (SELECT FROM frontlog_read.generations g"
            " WHERE g.generation = substring(relname from '[0-9]+$')::int AND g.state IN ('live', 'retired'))"
        )
        return rows == []

    def _see_to_its_end(self, process: subprocess.Popen[str], victim: Victim, way: Way) -> None:
        if way == "abandon":
            code, said = self._again_if_told("replay", "--abandon")
            if SWITCHED in said:
                code, said = self._again_if_told("replay", "--resume")
            assert code == 0 or NO_REPLAY in said, said
        elif victim == "command":
            code, said = self._again_if_told("replay", "--resume")
            assert code == 0 or NO_REPLAY in said, said
        code, said = _ended(process)
        assert "Traceback" not in said, said
        if way == "resume" and victim in ("worker", "broker"):
            assert code == 0, said
        elif way == "resume" and code != 0:
            code, said = self._again_if_told("replay", "--resume")
            assert code == 0 or NO_REPLAY in said, said

    def _again_if_told(self, *arguments: str) -> tuple[int, str]:
        code, said = self.run(*arguments)
        return self.run(*arguments) if code and "ry again" in said else (code, said)

    def _kill(self, victim: Victim, process: subprocess.Popen[str]) -> None:
        if victim == "command":
            process.kill()
        elif victim == "worker":
            os.kill(self.chance.choice(self._worker_pids()), signal.SIGKILL)
        elif victim == "server":
            until(lambda: running(self.settings), 60, "there is a server to kill")
            for pid in pids(self.settings):  # not waited for: `up` has it back at once
                os.kill(pid, signal.SIGKILL)
        else:
            assert self.broker is not None
            self.broker.kill()
            time.sleep(self.chance.random())
            self.broker.start()

    def _worker_pids(self) -> list[int]:
        asked = ["pgrep", "-P", str(self.up.pid), "-f", "workers.replay"]
        found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
        return [self.second.pid, *map(int, found)]

    def _options(self, aim: Aim) -> list[str]:
        if aim == "rebuild":
            return []
        with open_pool(self.conninfo) as pool:
            store = PostgresEventStore(pool)
            if workflow.live_edition(store) != SHIPPED and self.chance.random() < 0.5:
                return ["--edition", SHIPPED, "--activate"]
            self._editions += 1
            name = f"presence.{self._editions}"
            files = editions.shipped(SHIPPED)
            head, rule = files["rules/control.yaml"].split("id: asserted.control\n")
            files["rules/control.yaml"] = f"{head}id: asserted.control\n" + rule.replace(
                "ControlAsserted", "PresenceReported", 1
            )
            workflow.publish(store, coders.load_edition(name, files), files, metadata={})
        return ["--edition", name, "--activate"]

    def _works(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            return self.ask("SELECT count(*) FROM frontlog_ops.workers") == [(1,)]
        return False

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen([*RUN, *arguments], env=self._environment, text=True, stdout=pipe, stderr=pipe)

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTLOG_")}
        broker = {"FRONTLOG_BROKER_URL": self.settings.broker_url} if self.settings.broker_url else {}
        return {**kept, **broker, "FRONTLOG_DATA_DIR": str(self.settings.data_dir)}


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=150)
    return process.returncode, " ".join((out + err).replace("│", " ").split())
