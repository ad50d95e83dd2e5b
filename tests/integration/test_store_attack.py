"""Readers never skip an event: many writers that hold their commits, roll back, are terminated and are killed."""

import itertools
import multiprocessing
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.process import BaseProcess

import psycopg

from domain.errors import FrontlogError
from domain.ports import NO_STREAM, NewEvent
from infra.postgres.pool import open_pool
from infra.postgres.store import PostgresEventStore
from infra.postgres.verify import verify_all

WRITERS = 5
READERS = 2

WITHOUT_FLOORS = """
CREATE OR REPLACE FUNCTION frontlog_log.hold_floor() RETURNS void LANGUAGE sql AS $$
    SELECT set_config('frontlog_log.floor_held_by', pg_current_xact_id()::text, true);
$$
"""
"""The append function as it would be without the protection, for the test that the attack can tell."""


class ChangedMindError(Exception):
    """Makes a writer roll back."""


def write_until_killed(conninfo: str, seed: int) -> None:
    """What a writer process does for ever: short and long appends, several streams, held commits, rollbacks."""
    chance = random.Random(seed)
    with open_pool(conninfo, max_size=1, application_name="attacked writer") as pool:
        store = PostgresEventStore(pool)
        for turn in range(10**9):
            with suppress(FrontlogError, ChangedMindError), store.transaction() as transaction:
                for part in range(chance.randint(1, 3)):
                    events = [NewEvent("Noted", {"turn": turn})] * chance.choice((1, 1, 1, 2, 40))
                    transaction.append(f"s-{seed}-{turn}-{part}", NO_STREAM, events)
                if chance.random() < 0.5:
                    transaction.connection.execute("SELECT pg_sleep(%s)", (chance.random() * 0.03,))
                if chance.random() < 0.2:
                    raise ChangedMindError


class Crew:
    """Writer processes, some of which get killed and replaced."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._processes: list[BaseProcess] = []
        self._seeds = itertools.count(1)

    def hire(self) -> None:
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=write_until_killed, args=(self._conninfo, next(self._seeds)), daemon=True)
        process.start()
        self._processes.append(process)

    def kill_one(self) -> None:
        """SIGKILL: no goodbye to the server, which finds out by itself."""
        victim = self._processes.pop(0)
        victim.kill()
        victim.join()

    def kill_all(self) -> None:
        while self._processes:
            self.kill_one()


def follow(conninfo: str, over: threading.Event, page: int) -> list[int]:
    """Read as a projection does, from the start up to the mark, again and again; the positions seen, in order."""
    seen: list[int] = []
    with open_pool(conninfo, max_size=1, application_name="attacked reader") as pool:
        store = PostgresEventStore(pool)
        last_round = False
        while not last_round:
            last_round = over.is_set()
            while events := store.read_all(seen[-1] if seen else 0, page):
                seen += (event.position for event in events)
    return seen


def attack(conninfo: str, seconds: float) -> tuple[list[list[int]], list[int]]:
    """Let writers write and harass them while readers follow; what each reader saw, and what there was to see."""
    chance = random.Random(7)
    over = threading.Event()
    crew = Crew(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as owner, ThreadPoolExecutor(READERS) as threads:
        readers = [threads.submit(follow, conninfo, over, page) for page in (7, 500)]
        try:
            for _ in range(WRITERS):
                crew.hire()
            wait_for_events(owner)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                terminate_a_backend(owner)
                if chance.random() < 0.1:
                    crew.kill_one()
                    crew.hire()
                time.sleep(0.05)
        finally:
            crew.kill_all()
            wait_for_backends_to_notice(owner)
            over.set()
        written = [position for (position,) in owner.execute("SELECT position FROM frontlog_log.events ORDER BY 1")]
        return [reader.result() for reader in readers], written


def wait_for_events(owner: psycopg.Connection) -> None:
    deadline = time.monotonic() + 60
    while owner.execute("SELECT count(*) > 100 FROM frontlog_log.events").fetchone() != (True,):
        assert time.monotonic() < deadline, "the writers never got going"
        time.sleep(0.05)


def terminate_a_backend(owner: psycopg.Connection) -> None:
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
        " WHERE application_name = 'attacked writer' AND datname = current_database() ORDER BY random() LIMIT 1)"
    )


def wait_for_backends_to_notice(owner: psycopg.Connection) -> None:
    """A killed client's last commit may still be on its way: what is written is final only when its backend ended."""
    deadline = time.monotonic() + 60
    busy = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'attacked writer' AND datname = current_database()"
    )
    while owner.execute(busy).fetchone() != (0,):
        assert time.monotonic() < deadline, "backends of killed writers stayed"
        time.sleep(0.05)


def test_no_reader_skips_or_repeats_an_event_whatever_befalls_the_writers(migrated: str) -> None:
    seen, written = attack(migrated, seconds=8)
    for positions in seen:
        assert positions == written
    assert len(written) > 300
    assert written[-1] > len(written), "rollbacks and kills should have left holes"
    with psycopg.connect(migrated, autocommit=True) as owner:
        assert verify_all(owner).sound


def test_without_floors_the_same_attack_makes_readers_skip_events(migrated: str) -> None:
    with psycopg.connect(migrated, autocommit=True) as owner:
        owner.execute(WITHOUT_FLOORS)
    seen, written = attack(migrated, seconds=2)
    for positions in seen:
        assert set(positions) < set(written)
