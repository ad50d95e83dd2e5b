"""Which account of the operating system the server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import Stop
from infra.embedded.layout import Layout


@dataclass(frozen=True, slots=True)
class Account:
    """`switch`: the supervisor is root and must become this account before it runs PostgreSQL."""

    name: str
    uid: int
    gid: int
    switch: bool

    def as_child(self) -> dict[str, Any]:
        """What subprocess needs to run a program as this account, in an environment free of PG variables."""
        env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}  # macOS: no valid locale, no start
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        return {"cwd": "/", "env": env, "umask": 0o077, **identity}


def server_account(layout: Layout) -> Account:
    """The caller's account; for root the one that owns the data already, else `nobody`.

    Raises Stop for a user id without a name (PostgreSQL insists on one) and for a folder `nobody` cannot reach.
    """
    if os.geteuid() != 0:
        return _named(os.geteuid(), switch=False)
    owner = next((uid for uid in map(_owner, (layout.cluster, layout.data_dir)) if uid), None)
    account = _nobody() if owner is None else _named(owner, switch=True)
    _refuse_closed_path(layout.data_dir, account)
    return account


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except FileNotFoundError:
        return None


def _named(uid: int, *, switch: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Stop(
            f"user id {uid} has no name on this machine and PostgreSQL does not start without one. Run as a user of "
            "/etc/passwd, or set FRONTLOG_DATABASE_URL to a server that runs already."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch)


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise Stop(
            "PostgreSQL does not run as root and this machine has no user 'nobody' to run it as. Run frontlog as "
            "another user, or set FRONTLOG_DATABASE_URL to a server that runs already."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _refuse_closed_path(folder: Path, account: Account) -> None:
    for each in (folder, *folder.parents):
        found = each.stat()
        if found.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            raise Stop(
                f"started by root, the server runs as '{account.name}', and that account cannot reach the data folder "
                f"{folder}: {each} is closed to it (mode {stat.S_IMODE(found.st_mode):04o}). Set FRONTLOG_DATA_DIR to "
                "a folder such as /var/lib/frontlog, or run frontlog as another user."
            )
