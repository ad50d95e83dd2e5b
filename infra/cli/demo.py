"""`frontlog demo`: the sample articles through the real path, and the control table."""

from pathlib import Path

import typer

import infra
from infra import wiring
from infra.cli import ingest
from infra.cli.output import Format, show, stderr
from infra.cli.read import with_table_cells
from infra.cli.screens import CONTROL
from infra.postgres import reader

SAMPLES = Path(infra.__file__).with_name("samples")


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(demo)


def demo() -> None:
    """Ingest the sample articles (written by us, events invented), then show who holds what."""
    with wiring.open_frontlog() as frontlog:
        report = ingest.take_in(frontlog, [SAMPLES], ingest.Defaults(), way_in="demo")
        ingest.say(report)
        rows = [with_table_cells(row) for row in reader.control(frontlog.pool, None, None, None)]
        show(rows, Format.table, CONTROL)
    stderr().print(
        "Next: .venv/bin/frontlog why 'Deir ez-Zor' · .venv/bin/frontlog ingest YOUR.txt --published 2024-12-06 "
        "--source NAME · .venv/bin/frontlog sql 'SELECT * FROM frontlog.control_status'"
    )
    if report.failed or not rows:
        raise typer.Exit(1)
