"""`frontlog replay`: rebuild the projections beside the live ones, prove them equal, and switch."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from domain.errors import Stop
from infra import wiring
from infra.cli import replay_report
from infra.cli.output import Format, FormatOption, plain, print_line, stderr
from infra.postgres import differences, replays
from infra.replay import conduct

STEPS = {
    "recode": "coding",
    "compare": "comparing",
    "weigh": "comparing",
    "append": "storing",
    "build": "building",
    "reduce": "assessing",
    "catch_up": "catching up",
    "verify": "verifying",
    "swap": "switching",
    "switch": "switching",
}

FOLDING = ("build", "reduce", "catch_up", "verify")
"""Steps whose progress counts events."""

DIFFERENCES_FOUND = 3
"""Exit code of --check."""


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(replay)


def replay(
    projection: Annotated[
        list[str] | None, typer.Option("--projection", help="Rebuild only this one; may be repeated.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the replay that was interrupted.")] = False,
    accept_differences: Annotated[
        bool, typer.Option("--accept-differences", help="With --resume: show the rebuilt rows though they differ.")
    ] = False,
    abandon: Annotated[bool, typer.Option("--abandon", help="Drop the unfinished replay and what it built.")] = False,
    edition: Annotated[
        str | None, typer.Option("--edition", help="Code every article under this published edition and compare.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Leave nothing behind but the report.")] = False,
    activate: Annotated[bool, typer.Option("--activate", help="Switch to the edition once it is compared.")] = False,
    accept_orphans: Annotated[
        bool, typer.Option("--accept-orphans", help="Activate though analysts' decisions lose their event.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 when the edition changes anything.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Every difference, with its sentence.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Rebuild the projections from the log and prove rebuilt = live, or code the archive under another edition.

    With --edition the report says which events, holdings and actors' counts change; --activate switches to it without a
    gap, and back by naming the older edition.
    """
    if (resume and abandon) or (accept_differences and not resume) or (projection and (resume or abandon)):
        raise typer.BadParameter(
            "--projection, --resume and --abandon exclude each other; --accept-differences goes with --resume."
        )
    if edition is not None and (projection or resume or abandon):
        raise typer.BadParameter("--edition excludes --projection, --resume and --abandon.")
    if (edition is None and (dry_run or activate)) or (dry_run and activate) or (accept_orphans and not activate):
        raise typer.BadParameter(
            "--dry-run and --activate go with --edition and exclude each other; --accept-orphans goes with --activate."
        )
    if edition is None and not resume and (check or details or format is not Format.table):
        raise typer.BadParameter("--check, --details and --format go with --edition, or with --resume of its replay.")
    with wiring.open_frontlog() as frontlog:
        if abandon:
            _abandon(frontlog)
            return
        if resume:
            going = conduct.resume(frontlog.pool, accept_differences=accept_differences)
        elif edition is not None:
            going = conduct.begin_edition(
                frontlog.pool, edition, activate=activate, accept_orphans=accept_orphans, dry_run=dry_run
            )
        else:
            going = conduct.begin(frontlog.pool, projection or [])
        try:
            with _Bar() as bar:
                ended = conduct.see_through(frontlog.settings, frontlog.conninfo, frontlog.pool, going, bar.heard)
        except KeyboardInterrupt:
            stderr().print(
                f"replay {going.replay_id} is not finished: frontlog replay --resume goes on, --abandon drops it"
            )
            raise
        if ended.aim == "rebuild":
            _say(ended, replays.found(frontlog.pool, ended.replay_id))
        elif _report(frontlog, going, ended, format, details) and check:
            raise typer.Exit(DIFFERENCES_FOUND)


def _report(
    frontlog: wiring.Frontlog, begun: replays.Replay, ended: replays.Replay, format: Format, details: bool
) -> bool:
    """What another edition changes, on stdout; whether it does. Raises Stop where the replay did not end as asked."""
    if ended.state != "done":
        raise Stop(
            f"replay {ended.replay_id} is {ended.state}: {ended.error or 'no reason was noted'}\nNothing on display "
            "changed. frontlog replay --resume goes on, --abandon drops it."
        )
    rows = differences.report(frontlog.pool, ended.replay_id)
    recoded = replays.counted(frontlog.pool, ended.replay_id, "recode")
    replay_report.tell(ended, recoded, rows, format, details=details)
    sys.stdout.flush()
    if ended.dry_run:
        replays.forget(frontlog.pool, ended)
    if begun.aim == "activate" and ended.aim != "activate":
        lost = sum(row["kind"] == "decision" for row in rows)
        raise Stop(
            f"{lost} decisions of analysts would lose their event, so edition {ended.edition} was not activated. If "
            f"that is right: frontlog replay --edition {ended.edition} --activate --accept-orphans"
        )
    if ended.aim == "activate":
        kept = replays.counted(frontlog.pool, ended.replay_id, "append")
        stderr().print(
            f"Edition {ended.edition} is live: {kept.get('full', 0)} codings stored, {kept.get('inherited', 0)} "
            f"inherited. The same command with --edition {ended.live_edition} goes back."
        )
    elif not ended.dry_run and replay_report.differs(rows):
        stderr().print(f"To switch to it: frontlog replay --edition {ended.edition} --activate")
    return replay_report.differs(rows)


def _abandon(frontlog: wiring.Frontlog) -> None:
    dropped, waiting = conduct.abandon(frontlog.pool)
    rest = f"; the tables of {waiting} go when open readers end (frontlog up or the next replay)" if waiting else ""
    print_line(f"replay {dropped.replay_id} is abandoned, nothing on display changed{rest}")


def _say(ended: replays.Replay, found: dict[str, dict[str, Any]]) -> None:
    """What came of it on stdout. Raises Stop where it did not end well."""
    rows = sum(seen.get("rows", 0) for seen in found.values())
    if ended.state == "done":
        for name, seen in found.items():
            if "skipped" in seen:
                stderr().print(f"{name} was not compared: {seen['skipped']}")
        print_line(f"replay {ended.replay_id}: {rows} rows verified, {', '.join(sorted(ended.generations))} switched")
        return
    if ended.state == "mismatched":
        for name, seen in found.items():
            for difference in seen.get("differences", []):
                print_line(json.dumps({"projection": name, **difference}, ensure_ascii=False, default=plain))
        sys.stdout.flush()
        differing = sorted(name for name, seen in found.items() if seen.get("differences"))
        raise Stop(
            f"replay {ended.replay_id}: the rebuilt rows of {', '.join(differing)} differ from the live ones; the "
            "first are named above. Both are kept and the live ones stay on display. frontlog replay --resume compares "
            "again, --resume --accept-differences shows the rebuilt ones, --abandon drops them."
        )
    raise Stop(f"replay {ended.replay_id} is {ended.state}: {ended.error or 'no reason was noted'}")


class _Bar:
    """A progress bar on stderr, with rate and time left while events are folded."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=stderr(),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "_Bar":
        self._progress.start()
        self._task = self._progress.add_task("replay", total=None, rate="")
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def heard(self, now: replays.Progress) -> None:
        """Show how far it is."""
        assert self._task is not None
        speed = self._progress.tasks[0].speed
        self._progress.update(
            self._task,
            description=STEPS[now.step] if now.state == "running" else now.state,
            total=max(now.events, 1),
            completed=now.events_done if now.events else float(now.state == "done"),
            rate=f"{speed:,.0f} events/s" if speed and now.step in FOLDING else "",
        )
