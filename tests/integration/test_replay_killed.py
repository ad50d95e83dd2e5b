"""A replay while the database server, the broker, the command or its workers are killed.

Each broker and each kind of replay once, two kills each, from a fixed seed. FRONTLOG_TEST_KILLS=20 makes as many in
each of the four pairs, from a seed by chance: a test prints it, and FRONTLOG_TEST_SEED gives it again.
"""

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from replay_system import Aim, System

from infra.settings import Settings

ASKED = os.environ.get("FRONTLOG_TEST_KILLS")
KILLS = int(ASKED or "2")
PAIRS = [
    ("pgmq", "edition"),
    ("rabbitmq", "rebuild"),
    *([("pgmq", "rebuild"), ("rabbitmq", "edition")] if ASKED else []),
]
SEED = os.environ.get("FRONTLOG_TEST_SEED") or ("" if ASKED else "1")
ARTICLES = 60


@pytest.mark.timeout(300 + 120 * KILLS)
@pytest.mark.parametrize(("broker", "aim"), PAIRS)
def test_whatever_is_killed_at_any_point_of_a_replay_needs_no_repair(
    broker: str, aim: Aim, own_settings: Settings, cache: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With `frontlog up`, a second worker process and ingest beside it; some kills are followed by --abandon."""
    seed = int(SEED or random.SystemRandom().randrange(10**6))
    print(f"FRONTLOG_TEST_SEED={seed} FRONTLOG_TEST_KILLS={KILLS}")
    shutil.copytree(cache, own_settings.cache_dir)
    rabbit = request.getfixturevalue("rabbitmq") if broker == "rabbitmq" else None
    system = System(own_settings, tmp_path, rabbit, random.Random(seed))
    with system.at_work(ARTICLES):
        with system.ingest():
            system.undisturbed(aim)
            victims = system.chance.sample(system.victims, len(system.victims))
            for n in range(KILLS):
                victim = victims[n % len(victims)]
                way, started = system.chance.choice(("resume", "resume", "abandon")), time.monotonic()
                step = system.kill_one(aim, victim, way)
                print(f"killed the {victim} in {step}, {way}: {time.monotonic() - started:.1f} s", flush=True)
        system.nothing_is_lost()
