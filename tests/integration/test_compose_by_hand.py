"""The processes of compose.yaml, started by hand: its commands and environment against real servers over TCP."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from embedded_command import soon
from rabbitmq_server import RabbitServer

from infra.embedded.account import server_account
from infra.embedded.binaries import programs
from infra.embedded.layout import Layout

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
PASSWORD = "0123456789abcdef"
ARTICLE = {
    "text": "Rebel fighters captured the town of Kurmuk on Sunday, residents said.",
    "published": "2025-03-04",
    "source": "Sample",
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[int]:
    """A PostgreSQL made and started as the service's, on a port of its own, with a password."""
    service = COMPOSE["services"]["postgres"]
    folder = Path(tempfile.mkdtemp(prefix="frontlog-compose-"))
    folder.chmod(0o755)
    layout = Layout(folder)
    account = server_account(layout)
    binaries = programs(layout, account)
    try:
        (folder / "password").write_text(PASSWORD)
        for name in ("data", "socket"):
            (folder / name).mkdir()
            os.chown(folder / name, account.uid, account.gid)
        initdb = [binaries / "initdb", "-D", folder / "data", "--username", service["environment"]["POSTGRES_USER"]]
        initdb += ["--auth", "scram-sha-256", "--pwfile", folder / "password", "--no-sync"]
        initdb += shlex.split(service["environment"]["POSTGRES_INITDB_ARGS"])
        subprocess.run(initdb, check=True, capture_output=True, **account.as_child())
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        arguments = ["-D", folder / "data", "-k", folder / "socket", "-h", "127.0.0.1", "-p", str(port)]
        assert service["command"][0] == "postgres"
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [binaries / "postgres", *arguments, *service["command"][1:]],
                stdout=log,
                stderr=log,
                **account.as_child(),
            ) as server,
        ):
            try:
                assert soon(lambda: _made_database(port, service["environment"]["POSTGRES_DB"]))
                yield port
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(30)
    finally:
        shutil.rmtree(folder)


def _made_database(port: int, name: str) -> bool:
    try:
        url = f"postgresql://frontlog:{PASSWORD}@127.0.0.1:{port}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        return False
    return True


def _environment(service: str, postgres: int, rabbitmq: int) -> dict[str, str]:
    """The service's environment as compose would fill it in, its hosts being ports of this machine."""
    found = {}
    for name, value in COMPOSE["services"][service]["environment"].items():
        value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        value = value.replace("@postgres:5432/", f"@127.0.0.1:{postgres}/")
        value = re.sub(r"amqp://frontlog:.*@rabbitmq:5672/", f"amqp://guest:guest@127.0.0.1:{rabbitmq}/", value)
        found[name] = re.sub(r"\$\{POSTGRES_PASSWORD:\?[^}]*\}", PASSWORD, value)
    assert not [value for value in found.values() if "$" in value]
    return found


def _command(*arguments: str) -> list[str]:
    """The image's entry point."""
    return [str(Path(sys.executable).with_name("frontlog")), *arguments]


def test_migrate_then_two_workers_then_an_article_and_a_stop_within_the_grace_period(
    postgres: int, rabbitmq: RabbitServer, tmp_path: Path
) -> None:
    services = COMPOSE["services"]
    base = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "FRONTLOG_DATA_DIR": str(tmp_path / "data")}
    env = base | _environment("migrate", postgres, rabbitmq.port)
    for _ in range(2):
        done = subprocess.run(_command(*services["migrate"]["command"]), env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    env = base | _environment("worker", postgres, rabbitmq.port)
    up = _command(*services["worker"]["command"])
    with (tmp_path / "log").open("wb") as log:
        workers = [subprocess.Popen(up, env=env, stdout=log, stderr=log) for _ in range(2)]
    try:
        ingest = _command("ingest", "-")
        done = subprocess.run(ingest, env=env, input=json.dumps(ARTICLE), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        entry, *health = services["worker"]["healthcheck"]["test"][1:]
        assert entry == "frontlog"
        done = subprocess.run(_command(*health), env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        query = "SELECT place, status FROM frontlog.control_status"
        done = subprocess.run(
            _command("sql", query, "--format", "ndjson"), env=env, capture_output=True, text=True, check=True
        )
        assert [json.loads(line)["place"] for line in done.stdout.splitlines()] == ["Kurmuk"]
        assert [worker.poll() for worker in workers] == [None, None]
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(30) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    said = (tmp_path / "log").read_text()
    assert PASSWORD not in said
    assert {"at work", "stopped"} <= {json.loads(line)["event"] for line in said.splitlines() if line.startswith("{")}
    assert not (tmp_path / "data" / "server").exists(), "with a database url nothing embedded is started"
