"""`frontlog watch` beside other commands."""

import json
import signal

from tests.acceptance.conftest import User

NEWS = "The army captured the town of {} on Sunday, residents said."


def article(place: str) -> str:
    return json.dumps({"text": NEWS.format(place), "published": "2025-03-04", "source": "Sample"})


def test_a_watch_prints_a_change_that_another_command_makes_and_ends_cleanly(settled_user: User) -> None:
    settled_user.runs("ingest", "-", given=article("Bambasi"))
    known = len(settled_user.runs("watch", "--no-wait").stdout.splitlines())
    watching = settled_user.starts("watch", "--since", "0")
    try:
        assert watching.stdout is not None
        before = [json.loads(watching.stdout.readline()) for _ in range(known)]
        assert settled_user.runs("ingest", "-", given=article("Kurmuk")).returncode == 0
        change = json.loads(watching.stdout.readline())
        watching.send_signal(signal.SIGINT)
        rest, said = watching.communicate(timeout=10)
    finally:
        watching.kill()
    assert watching.returncode == 0, said.decode()
    assert (rest, said) == (b"", b"")
    assert change["place"] == "Kurmuk"
    assert change["old_status"] is None
    assert change["new_status"] == "controlled"
    assert change["quote"] == NEWS.format("Kurmuk")
    after = settled_user.runs("watch", "--no-wait", "--since", str(before[-1]["id"])).stdout.splitlines()
    assert json.loads(after[0])["id"] == change["id"]


def test_a_watch_from_nowhere_says_what_it_wants(settled_user: User) -> None:
    done = settled_user.runs("watch", "--since", "yesterday")
    assert done.returncode == 1
    assert "2024-12-06" in done.stderr
    assert "Traceback" not in done.stderr
