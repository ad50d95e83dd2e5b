"""The embedded server when its commands, its supervisor, its processes or its files go away."""

import os
import random
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest
from embedded_command import command, kill_everything, nothing_lives, pids, soon

from infra.embedded import lease, running
from infra.embedded.account import server_account
from infra.embedded.layout import Layout
from infra.settings import Settings


def test_a_killed_starter_does_not_take_the_server_from_the_others(own_settings: Settings) -> None:
    with command(own_settings) as a, command(own_settings) as b:
        a.conninfo  # noqa: B018  waits until it has started the server
        connection = psycopg.connect(b.conninfo)
        connection.execute("CREATE TABLE written AS SELECT 1 AS n")
        _, server = pids(own_settings)
        a.kill()
        assert not soon(lambda: nothing_lives(own_settings), timeout_s=1.5)
        connection.commit()
        assert connection.execute("SELECT n FROM written").fetchone() == (1,)
        assert pids(own_settings)[1] == server
        connection.close()


def test_a_server_whose_last_command_is_killed_ends_by_itself(own_settings: Settings) -> None:
    with command(own_settings) as only:
        only.conninfo  # noqa: B018
        supervisor, server = pids(own_settings)
        only.kill()
        assert soon(lambda: nothing_lives(own_settings), timeout_s=10)
        assert soon(lambda: not _alive(supervisor) and not _alive(server))
        assert not running(own_settings)


def test_committed_rows_are_there_after_everything_was_killed(own_settings: Settings) -> None:
    acknowledged: list[int] = []
    for round_ in range(3):
        with lease(own_settings) as conninfo:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS facts (n int PRIMARY KEY)")
                assert {n for (n,) in connection.execute("SELECT n FROM facts")} >= set(acknowledged)
            writer = threading.Thread(target=_write, args=(conninfo, round_ * 100_000, acknowledged))
            writer.start()
            goal = len(acknowledged) + random.Random(round_).randint(50, 300)
            assert soon(lambda goal=goal: len(acknowledged) > goal)  # type: ignore[misc]
            kill_everything(own_settings)
            writer.join()
    with lease(own_settings) as conninfo, psycopg.connect(conninfo) as connection:
        assert {n for (n,) in connection.execute("SELECT n FROM facts")} >= set(acknowledged)


def test_pid_files_that_name_a_living_stranger_do_not_block_a_start(own_settings: Settings) -> None:
    with lease(own_settings):
        kill_everything(own_settings)
    layout = Layout.of(own_settings)
    account = server_account(layout)
    with subprocess.Popen(["sleep", "60"], **account.as_child()) as stranger:
        for file in (layout.cluster / "postmaster.pid", layout.socket_dir / f"{layout.socket.name}.lock"):
            stale = file.read_text().splitlines()
            file.write_text("\n".join([str(stranger.pid), *stale[1:], ""]))
        layout.supervisor.write_text(str(stranger.pid))
        with lease(own_settings) as conninfo:
            psycopg.connect(conninfo).close()
        assert stranger.poll() is None
        stranger.kill()


def test_a_killed_supervisor_is_replaced_by_the_next_command_without_a_restart(own_settings: Settings) -> None:
    with lease(own_settings) as conninfo, psycopg.connect(conninfo) as connection:
        supervisor, server = pids(own_settings)
        os.kill(supervisor, signal.SIGKILL)
        assert soon(lambda: not running(own_settings))
        with command(own_settings) as other:
            assert other.conninfo == conninfo
            new_supervisor, same_server = pids(own_settings)
            assert new_supervisor != supervisor
            assert same_server == server
            other.end()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert soon(lambda: nothing_lives(own_settings))


def test_a_server_without_a_supervisor_ends_with_the_last_lease(own_settings: Settings) -> None:
    with lease(own_settings):
        supervisor, server = pids(own_settings)
        os.kill(supervisor, signal.SIGKILL)
        assert soon(lambda: not _alive(supervisor))
        assert _alive(server)
    assert soon(lambda: nothing_lives(own_settings))


def test_a_dead_server_is_started_again_while_a_command_holds_a_lease(own_settings: Settings) -> None:
    with lease(own_settings) as conninfo:
        supervisor, server = pids(own_settings)
        os.kill(server, signal.SIGKILL)
        assert soon(lambda: running(own_settings) and pids(own_settings)[1] != server)
        assert pids(own_settings)[0] == supervisor
        psycopg.connect(conninfo).close()


def test_a_lease_taken_again_brings_back_a_server_that_was_killed_with_its_supervisor(own_settings: Settings) -> None:
    with lease(own_settings) as conninfo:
        kill_everything(own_settings)
        with lease(own_settings):
            psycopg.connect(conninfo).close()


def test_a_killed_backend_costs_no_more_than_its_connections(own_settings: Settings) -> None:
    with lease(own_settings) as conninfo:
        victim = psycopg.connect(conninfo, autocommit=True)
        victim.execute("CREATE TABLE kept (n int)")
        victim.execute("INSERT INTO kept VALUES (1)")
        bystander = psycopg.connect(conninfo, autocommit=True)
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        assert soon(lambda: not _still_open(bystander))  # the server has seen the kill: it recovers from here on
        assert soon(lambda: _answers(conninfo))
        with psycopg.connect(conninfo) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_kill_while_the_cluster_is_made_leaves_nothing_that_blocks_the_next_start(empty_settings: Settings) -> None:
    fresh = Layout.of(empty_settings).cluster.with_name("postgres.new")
    with command(empty_settings) as first:
        assert soon(lambda: (fresh / "base").exists())
        os.kill(int(Layout.of(empty_settings).supervisor.read_text()), signal.SIGKILL)
        first.kill()
    with lease(empty_settings) as conninfo, psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("frontlog",)
    assert not fresh.exists()


def test_a_lost_socket_is_made_anew(own_settings: Settings) -> None:
    with lease(own_settings) as conninfo:
        Layout.of(own_settings).socket.unlink()
        with lease(own_settings):
            psycopg.connect(conninfo).close()


def test_a_deleted_folder_leaves_no_process_behind(own_settings: Settings) -> None:
    with lease(own_settings):
        supervisor, server = pids(own_settings)
        assert soon(lambda: _deleted(own_settings.data_dir))
        assert soon(lambda: not _alive(supervisor) and not _alive(server))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_supervisor_told_to_end_shuts_its_server_down_in_order(own_settings: Settings, how: signal.Signals) -> None:
    with lease(own_settings):
        os.kill(pids(own_settings)[0], how)
        assert soon(lambda: nothing_lives(own_settings))
        assert not (Layout.of(own_settings).cluster / "postmaster.pid").exists()


def _write(conninfo: str, first: int, acknowledged: list[int]) -> None:
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for n in range(first, first + 100_000):
                connection.execute("INSERT INTO facts VALUES (%s)", (n,))
                acknowledged.append(n)
    except psycopg.OperationalError:
        return  # the kill


def _answers(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError:
        return False
    return True


def _still_open(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _deleted(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)  # the server may write a file meanwhile
    return not folder.exists()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
