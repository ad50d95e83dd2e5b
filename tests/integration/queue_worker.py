"""A worker process for tests to kill: the real station with the obedient coder.

python queue_worker.py CONNINFO BROKER_URL|- [--die-after-append]
"""

import os
import signal
import sys
import threading
from pathlib import Path

from queue_parts import ObedientCoder

from domain import workflow
from infra import logs
from infra.queues.station import working
from infra.settings import Settings

conninfo, broker_url, *options = sys.argv[1:]
logs.configure("info", "json")
if "--die-after-append" in options:
    # what is appended is committed; the doorbell is not acknowledged yet
    code_article = workflow.code_article

    def code_and_die(*arguments, **named):
        code_article(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    workflow.code_article = code_and_die
settings = Settings(data_dir=Path("/unused"), broker_url=None if broker_url == "-" else broker_url)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: threading.Thread(target=stop.set).start())
with working(settings, conninfo, live_coder=lambda store: ObedientCoder(), kind="up", stop=stop):
    print("ready", flush=True)
    stop.wait()
