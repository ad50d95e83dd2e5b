"""Makes the folders of a layout, and says in a sentence what keeps it from doing so."""

import os
import pwd
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Stop
from infra.embedded.layout import Layout


def prepare(layout: Layout) -> None:
    """Make the data folder with its locks and logs; a repeat changes nothing. Raises Stop when that cannot be."""
    with folder_trouble(layout):
        if not layout.data_dir.is_dir():
            layout.data_dir.mkdir(parents=True, exist_ok=True)
            layout.data_dir.chmod(0o755 if os.geteuid() == 0 else 0o700)
        if not layout.control.is_dir():
            layout.control.mkdir(exist_ok=True)
            _hand_to_owner(layout, layout.control, 0o755)
        for file in (layout.leases, layout.supervisor, layout.server, layout.log, layout.supervisor_log):
            if not file.exists():
                file.touch(mode=0o600)
                _hand_to_owner(layout, file, 0o600)


def make_closed(folder: Path, uid: int, gid: int) -> None:
    """Make a folder that only the given account enters. Raises Stop when someone else's stands there."""
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
        raise Stop(
            f"{folder} is there already and belongs to {_name(found.st_uid)}, where Frontlog needs a folder of its "
            "own. Remove it, or set FRONTLOG_DATA_DIR to another (shorter) path."
        )
    folder.chmod(0o700)
    if found.st_uid != uid:
        os.chown(folder, uid, gid)


@contextmanager
def folder_trouble(layout: Layout) -> Iterator[None]:
    """Raise Stop, saying what to do, in place of what the operating system says about the data folder."""
    try:
        yield
    except OSError as error:
        raise Stop(explain(layout, f"the data folder {layout.data_dir} cannot be used", _said(error))) from error


def explain(layout: Layout, what: str, said: str) -> str:
    """A sentence for the user out of what PostgreSQL's programs or the operating system said."""
    if re.search(r"No space left on device|[Qq]uota exceeded", said):
        free_mb = shutil.disk_usage(layout.data_dir).free // 1_000_000
        return (
            f"{what}: the disk of {layout.data_dir} is full ({free_mb} MB free). Make room (300 MB to begin with), "
            "or set FRONTLOG_DATA_DIR to a folder on another disk."
        )
    blamed = [line.strip() for line in said.splitlines() if re.search(r"error|ERROR|FATAL|PANIC|could not", line)]
    last = (blamed or said.strip().splitlines() or ["it said nothing"])[-1].rstrip(".")
    if re.search("Permission denied|Read-only file system|Not a directory|File exists", said):
        return (
            f"{what}: {last}. Make it a folder that {_name(os.geteuid())} may write, or set FRONTLOG_DATA_DIR to "
            "one, or FRONTLOG_DATABASE_URL to a server that runs already."
        )
    return f"{what}: {last}. More is in {layout.log}."


def _said(error: OSError) -> str:
    at = f" ({error.filename}{_owner(error.filename)})" if error.filename else ""
    return f"{error.strerror or error}{at}"


def _owner(path: str | bytes | Path) -> str:
    try:
        return f", which belongs to {_name(Path(os.fsdecode(path)).stat().st_uid)}"
    except OSError:
        return ""


def _name(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user id {uid}"


def _hand_to_owner(layout: Layout, path: Path, mode: int) -> None:
    """What root makes in a user's data folder must not lock that user out later."""
    if os.geteuid() == 0:
        path.chmod(mode)
        owner = layout.data_dir.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
