"""The cluster on disk: made once, configured at every start."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from domain.errors import Stop
from infra.embedded.account import Account
from infra.embedded.binaries import version
from infra.embedded.folders import explain, make_closed
from infra.embedded.layout import DATABASE, OWNER, PORT, Layout

SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"
"""How a thousand small files reach the disk: file by file takes seconds where others use it, too."""

CONFIGURATION = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "cluster_name": "frontlog",
    "max_connections": "100",
    "max_locks_per_transaction": "128",  # generations are partitions, each with its keys and indexes
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "jit": "off",
    "io_method": "sync",  # no I/O workers: three processes fewer on a laptop
    "wal_level": "minimal",  # nobody replicates this server, and a build's COPY then writes its pages once
    "max_wal_senders": "0",
    "checkpoint_timeout": "15min",
    "recovery_init_sync_method": SYNC_METHOD,
    "fsync": "on",
    "synchronous_commit": "on",  # off loses committed rows when the server is killed
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %a: ",
}
"""What differs from PostgreSQL's defaults. A file `local.conf` beside the log has the last word."""


def ensure_cluster(layout: Layout, account: Account, programs: Path, lock: int) -> None:
    """Make the cluster if there is none, and write its configuration. A repeat, or one after a crash, is safe.

    `lock` is the server's, to be inherited: an initdb that outlives its supervisor must keep the next one waiting.
    Raises Stop when another major version made it, and when the disk is full or the folder not writable.
    """
    ours = version(programs)
    if _made_by(layout.cluster) is None:
        _make(layout, account, programs, lock)
    elif _made_by(layout.cluster) != _major(ours):
        raise Stop(
            f"the data folder {layout.data_dir} was made by PostgreSQL {_made_by(layout.cluster)}, this Frontlog "
            f"brings PostgreSQL {ours}. Use the Frontlog that made it, move the data with pg_upgrade, or set "
            "FRONTLOG_DATA_DIR to a new folder and ingest the articles again."
        )
    make_closed(layout.socket_dir, account.uid, account.gid)
    _configure(layout, account)


def _made_by(cluster: Path) -> str | None:
    try:
        return (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def _major(version: str) -> str:
    return version.partition(".")[0]


def _make(layout: Layout, account: Account, programs: Path, lock: int) -> None:
    # under another name until it is whole: a kill in the middle leaves nothing that looks like a cluster
    fresh = layout.cluster.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    make_closed(fresh, account.uid, account.gid)
    child = {"pass_fds": [lock], **account.as_child()}
    initdb: list[str | Path] = [programs / "initdb", "--pgdata", fresh, "--username", OWNER, "--auth", "reject"]
    locale = ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    _run(layout, [*initdb, *locale, "--data-checksums", "--no-instructions", "--no-sync"], child)
    rename = f"ALTER DATABASE postgres RENAME TO {DATABASE}\n"  # a third database would only be written and synced
    _run(layout, [programs / "postgres", "--single", "-F", "-D", fresh, "template1"], child, rename)
    _run(layout, [*initdb, "--sync-only", "--sync-method", SYNC_METHOD], child)
    if layout.cluster.is_dir() and not any(layout.cluster.iterdir()):
        layout.cluster.rmdir()
    fresh.rename(layout.cluster)
    folder = os.open(layout.data_dir, os.O_RDONLY)  # the name must reach the disk before anything relies on it
    os.fsync(folder)
    os.close(folder)


def _run(layout: Layout, command: list[str | Path], child: dict[str, Any], given: str = "") -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, **child)  # noqa: S603
    said = done.stdout + done.stderr
    if done.returncode or re.search(r"\b(ERROR|FATAL|PANIC):", said):
        with layout.log.open("a") as log:
            log.write(said)
        raise Stop(explain(layout, "the embedded PostgreSQL could not make its data folder", said))


def _configure(layout: Layout, account: Account) -> None:
    lines = [f"{name} = '{value}'" for name, value in CONFIGURATION.items()]
    lines += [f"{name} = '{_quoted(path)}'" for name, path in (
        ("unix_socket_directories", _in_list(layout.socket_dir)),
        ("hba_file", layout.control / "pg_hba.conf"),
        ("ident_file", layout.control / "pg_ident.conf"),
    )]  # fmt: skip
    if layout.local_configuration.exists():
        lines.append(f"include = '{_quoted(layout.local_configuration)}'")
    _write(layout.control / "postgresql.conf", lines)
    # the kernel says who connects; root may become anyone anyway
    _write(layout.control / "pg_hba.conf", ["local all all peer map=frontlog"])
    _write(layout.control / "pg_ident.conf", [f'frontlog "{name}" all' for name in sorted({"root", account.name})])


def _in_list(path: Path) -> str:
    return '"' + str(path).replace('"', '""') + '"'


def _quoted(path: Path | str) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "''")


def _write(file: Path, lines: list[str]) -> None:
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.write_text("\n".join(["# written at every start; your own settings go to local.conf", *lines, ""]))
    fresh.chmod(0o644)
    fresh.replace(file)
