"""Where the embedded server keeps its files.

```
data_dir/
  postgres/     the cluster, closed to all but the account the server runs as
  socket/       the server's socket, closed likewise (or a folder in the temporary one, where this path is too long)
  server/       locks, configuration and log, written by the supervisor
```
"""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from domain.errors import Stop

OWNER = "frontlog"
DATABASE = "frontlog"
PORT = 5432
"""Only names the socket file: the server listens on no network address."""

LONGEST_SOCKET_PATH = 103
"""Bytes. `sun_path` holds 104 with the closing zero on macOS, 108 on Linux (unix(7), unix(4))."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one data folder."""

    data_dir: Path

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
    def socket_dir(self) -> Path:
        """Always the same for one data folder, so that a DSN stays good when the server starts anew."""
        beside = self.data_dir / "socket"
        if len(os.fsencode(_socket(beside))) <= LONGEST_SOCKET_PATH:
            return beside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"frontlog-{digest}"

    @property
    def socket(self) -> Path:
        return _socket(self.socket_dir)

    def conninfo(self, user: str = OWNER) -> str:
        """A URL for libpq; it holds no secret, since the socket's folder is closed and the server asks the kernel."""
        return f"postgresql://{user}@/{DATABASE}?host={quote(str(self.socket_dir), safe='')}&port={PORT}"

    def prepare(self) -> None:
        """Make the folders, locks and logs. Raises Stop when the data folder cannot be made or written."""
        try:
            if not self.data_dir.is_dir():
                self.data_dir.mkdir(parents=True)
                self.data_dir.chmod(0o755 if os.geteuid() == 0 else 0o700)
            self.control.mkdir(exist_ok=True)
            self._hand_to_owner(self.control, 0o755)
            for file in (self.leases, self.supervisor, self.server, self.log, self.supervisor_log):
                if not file.exists():
                    file.touch(mode=0o600)
                    self._hand_to_owner(file, 0o600)
            if not os.access(self.leases, os.W_OK):
                raise PermissionError(f"no permission to write {self.leases}")
        except OSError as error:
            raise Stop(
                f"the data folder {self.data_dir} cannot be used: {error.strerror or error}. Make it writable for "
                "this user, or set FRONTLOG_DATA_DIR to a folder that is, or FRONTLOG_DATABASE_URL to a server."
            ) from error

    def _hand_to_owner(self, path: Path, mode: int) -> None:
        """What root makes in a user's data folder must not lock that user out later."""
        if os.geteuid() == 0:
            path.chmod(mode)
            owner = self.data_dir.stat()
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def make_closed(self, folder: Path, uid: int, gid: int) -> None:
        """Make a folder that only the given account enters. Raises Stop when someone else's stands there."""
        folder.mkdir(exist_ok=True, mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
            raise Stop(
                f"{folder} is there already and belongs to user id {found.st_uid}, where Frontlog needs a folder of "
                "its own. Remove it, or set FRONTLOG_DATA_DIR to another (shorter) path."
            )
        folder.chmod(0o700)
        if found.st_uid != uid:
            os.chown(folder, uid, gid)


def _socket(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"
