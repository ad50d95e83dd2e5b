"""`frontlog up` and `frontlog migrate`: the long-running side."""

import sys
import threading

import typer

from infra import up as service
from infra import wiring
from infra.cli.output import print_line, stderr


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(up)
    app.command()(migrate)


def up() -> None:
    """Run the workers until Ctrl-C: queue in, coding, projections, sweep."""
    stop = threading.Event()
    with service.signals(stop), wiring.open_frontlog(log_level="info") as frontlog:
        if sys.stderr.isatty():
            stderr().print("frontlog is up. Ctrl-C stops it.")
        service.run(frontlog.settings, frontlog.conninfo, stop)


def migrate() -> None:
    """Bring the database to this version's shape and publish the edition that is shipped here. Safe to repeat."""
    with wiring.open_frontlog() as frontlog:
        print_line(f"the database is ready, edition {frontlog.live_edition()} is live")
