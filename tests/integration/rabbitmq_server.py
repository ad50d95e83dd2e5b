"""A RabbitMQ of our own for tests: own node, ports and data, on 127.0.0.1, as whichever user runs the tests."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pika
from pika.exceptions import AMQPError

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's; the one on the path insists on running as the account rabbitmq."""

START_S = 60.0


def installed() -> Path | None:
    """The server's start script, or None."""
    if SERVER.exists():
        return SERVER
    found = shutil.which("rabbitmq-server")
    return Path(found) if found else None


class RabbitServer:
    """One broker. `kill` and `start` again keep its data; `stop` ends it for good."""

    def __init__(self, folder: Path, script: Path) -> None:
        self._folder = folder
        self._script = script
        self.port, self._dist_port, self._epmd_port = _free_ports(3)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/%2f?connection_attempts=1&socket_timeout=5"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        log = (self._folder / "console.log").open("ab")
        self._process = subprocess.Popen(
            [self._script], cwd=self._folder, env=self._environment(), stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        deadline = time.monotonic() + START_S
        while not self.answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("RabbitMQ did not start:\n" + (self._folder / "console.log").read_text()[-2000:])
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it takes connections and declares queues."""
        try:
            with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
                connection.channel()
        except (AMQPError, OSError):
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End it and the port mapper it started."""
        if self._process is not None and self._process.poll() is None:
            self._signal(signal.SIGTERM)
        epmd = shutil.which("epmd")
        if epmd:
            subprocess.run([epmd, "-port", str(self._epmd_port), "-kill"], capture_output=True, check=False)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        (folder / "rabbitmq.conf").write_text("log.file.level = warning\n")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": f"frontlog{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
        }


def _free_ports(count: int) -> list[int]:
    """Ports below those that the system gives to clients: one of these could take a port while its server is down."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 32_000)
        if port in found:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        found.append(port)
    return found
