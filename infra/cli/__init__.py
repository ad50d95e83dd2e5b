"""The command line: parses, calls, prints. Exit 0 ok, 1 failure, 2 usage, 3 differences found."""

import os
import sys
import traceback

import typer

from domain.errors import FrontlogError
from infra.cli import code as coding
from infra.cli import decide, demo, export, ingest, read, replay, rules, serve, sql, watch
from infra.cli.output import stderr

app = typer.Typer(
    name="frontlog",
    help="Articles in, attributed events out, and a record of who held what that anyone can replay.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (ingest, coding, serve, read, sql, export, watch, decide, replay, rules, demo):
    part.register(app)


def main() -> None:
    """Run a command; say what went wrong in a sentence and never show a traceback unless it was asked for."""
    try:
        app()
    except FrontlogError as error:
        stderr().print(f"[bold red]error[/] {_safe(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("FRONTLOG_LOG_LEVEL", "").lower() == "debug":
            traceback.print_exc()
        stderr().print(
            f"[bold red]error[/] {type(error).__name__}: {_safe(str(error).splitlines()[0] if str(error) else '')}\n"
            "This is a fault in Frontlog. Repeat the command with FRONTLOG_LOG_LEVEL=debug and report what it prints."
        )
        sys.exit(1)


def _safe(text: str) -> str:
    return text.replace("[", r"\[")
