"""`frontlog replay`: rebuild the projections beside the live ones, prove them equal, and switch."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from domain.errors import Stop
from infra import wiring
from infra.cli.output import plain, print_line, stderr
from infra.postgres import replays
from infra.replay import conduct

STEPS = {"build": "building", "catch_up": "catching up", "verify": "verifying", "swap": "switching"}


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
) -> None:
    """Rebuild the projections from the log, verify that rebuilt = live, and switch to them without a gap."""
    if (resume and abandon) or (accept_differences and not resume) or (projection and (resume or abandon)):
        raise typer.BadParameter(
            "--projection, --resume and --abandon exclude each other; --accept-differences goes with --resume."
        )
    with wiring.open_frontlog() as frontlog:
        if abandon:
            _abandon(frontlog)
            return
        if resume:
            going = conduct.resume(frontlog.pool, accept_differences=accept_differences)
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
        _say(ended, replays.found(frontlog.pool, ended.replay_id))


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
        self._task = self._progress.add_task(STEPS["build"], total=None, rate="")
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
            rate=f"{speed:,.0f} events/s" if speed else "",
        )
