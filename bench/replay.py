"""How long a replay takes for whoever waits for it, and how long a reader waits for its switch.

1. 30 development articles on an embedded system with nothing else to do, no `frontlog up`: from process start to its
   end of `frontlog replay`, `frontlog replay --edition E --activate` and the same back. Target of issue 5: 10 s each.
2. The slowest read beside 20 switches (`projections.swap`) of all projections, with an analyst's transaction open.
   Target: 50 ms; the worst is told, whatever else the machine did.

Times include the start of interpreter and worker; the processor time says what of it was work.
Run: python bench/replay.py
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg

from domain import workflow
from infra import coders, editions
from infra.postgres import projections
from infra.settings import Settings
from infra.wiring import Frontlog, open_frontlog

GOLD = Path(__file__).resolve().parents[1] / "tests" / "data" / "gold"
ARTICLES = 30
SWITCHES = 20


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory(prefix="frontlog-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another account
        home = Path(folder) / "data"
        os.environ["FRONTLOG_DATA_DIR"] = str(home)
        command(home, "ingest", "-", given=articles())
        with open_frontlog(Settings(data_dir=home)) as frontlog:
            publish(frontlog, "bench")
        for arguments in (
            ["replay"],
            ["replay", "--edition", "bench", "--activate"],
            ["replay", "--edition", editions.SHIPPED, "--activate"],
        ):
            took, worked = command(home, *arguments)
            print(f"frontlog {' '.join(arguments)}: {took:.1f} s ({worked:.1f} s of processor time)", flush=True)
        with open_frontlog(Settings(data_dir=home)) as frontlog:
            stalls = sorted(stall(frontlog) for _ in range(SWITCHES))
        print(f"slowest read beside a switch: worst {stalls[-1]:.0f}, median {stalls[len(stalls) // 2]:.0f} ms")
    print("load average: " + ", ".join(f"{each:.1f}" for each in os.getloadavg()))


def articles() -> str:
    """The first development articles as JSON lines."""
    lines = []
    for file in sorted(GOLD.glob("*.json"))[:ARTICLES]:
        gold = json.loads(file.read_text(encoding="utf-8"))
        text = file.with_suffix(".txt").read_text(encoding="utf-8")
        lines.append(json.dumps({"id": gold["id"], "text": text, "published": gold["published"]}))
    return "\n".join(lines)


def publish(frontlog: Frontlog, name: str) -> None:
    """An edition in which holding a town is presence and no more."""
    files = editions.shipped(editions.SHIPPED)
    head, rule = files["rules/control.yaml"].split("id: asserted.control\n")
    edited = rule.replace("ControlAsserted", "PresenceReported", 1)
    files["rules/control.yaml"] = f"{head}id: asserted.control\n{edited}"
    workflow.publish(frontlog.store, coders.load_edition(name, files), files, metadata={})


def command(home: Path, *arguments: str, given: str = "") -> tuple[float, float]:
    """Run it to its end; seconds, and seconds of processor time of it and its children."""
    run = [sys.executable, "-c", "from infra.cli import main; main()", *arguments]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(run, input=given, text=True, capture_output=True, env={**os.environ}, check=False)
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def stall(frontlog: Frontlog) -> float:
    """Milliseconds of the slowest read while all projections are switched."""
    made = {name: projections.rebuild(frontlog.pool, name) for name in projections.names()}
    ended, slowest, begun = threading.Event(), [0.0], threading.Event()

    def read() -> None:
        with psycopg.connect(frontlog.conninfo, autocommit=True) as reader:
            reader.execute("SELECT count(*) FROM frontlog.articles, frontlog.projections").fetchone()
            begun.set()
            while not ended.is_set():
                started = time.perf_counter()
                reader.execute("SELECT count(*) FROM frontlog.articles, frontlog.projections").fetchone()
                slowest[0] = max(slowest[0], time.perf_counter() - started)

    reading = threading.Thread(target=read)
    with psycopg.connect(frontlog.conninfo) as analyst:
        analyst.execute("SELECT count(*) FROM frontlog.control_status, frontlog.events, frontlog.articles")
        reading.start()
        begun.wait()
        projections.swap(frontlog.pool, made)
        ended.set()
        reading.join()
    return slowest[0] * 1000


if __name__ == "__main__":
    main()
