import threading

import pytest

from domain.errors import Stop
from infra import logs
from infra.queues.projecting import Projecting


def test_a_ring_while_a_thread_projects_returns_at_once_and_is_heard():
    inside, go_on, done = threading.Event(), threading.Event(), []

    def project(name):
        done.append(name)
        if len(done) == 1:
            inside.set()
            assert go_on.wait(10)
        return 0

    projecting = Projecting(project)
    thread = threading.Thread(target=projecting.project, args=("control",))
    thread.start()
    assert inside.wait(10)
    for name in ("control", "events", "control"):
        projecting.project(name)
    assert done == ["control"], "nobody waited"
    go_on.set()
    thread.join(10)
    assert sorted(done) == ["control", "control", "events"]


def test_many_threads_never_project_at_once_and_no_ring_is_forgotten():
    at_once, most, rung, seen = 0, 0, 0, 0
    lock = threading.Lock()

    def project(name):
        nonlocal at_once, most, seen
        with lock:
            at_once += 1
            most = max(most, at_once)
            seen = rung
        with lock:
            at_once -= 1
        return 0

    projecting = Projecting(project)

    def ring():
        nonlocal rung
        for _ in range(300):
            with lock:
                rung += 1
            projecting.project("control")

    threads = [threading.Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 1
    assert seen == rung == 1200, "the last ring was followed by a run"


def test_each_run_has_the_trace_of_its_ring():
    traces = []
    projecting = Projecting(lambda name: traces.append((name, logs.current_trace())) or 0)
    with logs.bind_trace("t1"):
        projecting.project("events")
    assert traces == [("events", "t1")]


def test_an_error_rises_after_the_other_names_had_their_turn_and_the_projection_rests():
    done = []

    def project(name):
        done.append(name)
        if name == "bad":
            projecting.project("good")
            raise ValueError("no")
        return 0

    projecting = Projecting(project)
    with pytest.raises(ValueError, match="no"):
        projecting.project("bad")
    assert done == ["bad", "good"]
    assert projecting.resting("bad")
    assert not projecting.resting("good")


def test_a_projection_that_waits_for_someone_stops_nothing_else():
    def project(name):
        raise Stop("Rebuild it.")

    projecting = Projecting(project)
    projecting.project("control")
    projecting.project("control")
    assert projecting.resting("control")
