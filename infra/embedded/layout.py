"""Where the embedded server keeps its files.

```
data_dir/
  postgres/     the cluster, closed to all but the account the server runs as
  socket/       the server's socket, closed likewise (or a folder in /tmp, where this path is too long for one)
  server/       locks, configuration and logs, written by the supervisor
```
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from infra.settings import Settings

OWNER = "frontlog"
DATABASE = "frontlog"
PORT = 5432
"""Only names the socket file: the server listens on no network address."""

LONGEST_SOCKET_PATH = 103
"""Bytes. `sun_path` holds 104 with the closing zero on macOS, 108 on Linux (unix(4), unix(7))."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one data folder, which is absolute and free of links: all commands must agree on the socket."""

    data_dir: Path

    @classmethod
    def of(cls, settings: Settings) -> "Layout":
        """The layout of the settings' data folder, under its one true name."""
        return cls(settings.data_dir.resolve())

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def control(self) -> Path:
        return self.data_dir / "server"

    @property
    def leases(self) -> Path:
        """Held shared by every command that needs the server, alone by a supervisor that takes it down."""
        return self.control / "leases.lock"

    @property
    def supervisor(self) -> Path:
        """Held alone by the supervisor as long as it lives; its content is the supervisor's pid."""
        return self.control / "supervisor.lock"

    @property
    def server(self) -> Path:
        """Held alone by the processes of PostgreSQL, which inherit it, as long as one of them lives."""
        return self.control / "server.lock"

    @property
    def ready(self) -> Path:
        """There while the server answers; written by the supervisor."""
        return self.control / "ready.json"

    @property
    def log(self) -> Path:
        return self.control / "postgres.log"

    @property
    def supervisor_log(self) -> Path:
        return self.control / "supervisor.log"

    @property
    def local_configuration(self) -> Path:
        """A user's own PostgreSQL settings, where there are any; read at every start, after ours."""
        return self.control / "local.conf"

    @property
    def socket_dir(self) -> Path:
        """Always the same for one data folder, so that a DSN stays good when the server starts anew."""
        beside = self.data_dir / "socket"
        path = os.fsencode(socket_in(beside))
        if len(path) <= LONGEST_SOCKET_PATH and b"," not in path:  # libpq takes a comma for a list of hosts
            return beside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(f"/tmp/frontlog-{digest}")  # noqa: S108  not TMPDIR, which differs between commands; made closed

    @property
    def socket(self) -> Path:
        return socket_in(self.socket_dir)

    def conninfo(self, user: str = OWNER) -> str:
        """A URL for libpq. It holds no secret: the socket's folder is closed and the kernel says who connects."""
        return f"postgresql://{user}@/{DATABASE}?host={quote(str(self.socket_dir), safe='')}&port={PORT}"


def socket_in(folder: Path) -> Path:
    """The file that PostgreSQL makes in a socket folder."""
    return folder / f".s.PGSQL.{PORT}"
