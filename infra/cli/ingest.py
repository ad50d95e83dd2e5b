"""`frontlog ingest`: files in, through the real path, with what came of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.article import Article
from domain.errors import InvalidInput
from infra import reading, wiring
from infra.cli import dates
from infra.cli.output import Format, FormatOption, TableView, show, stderr
from infra.postgres import reader

OUTCOME = TableView(
    "Ingested",
    [("From", "origin"), ("Article", "article_id"), ("Now", "state"), ("Sentences", "sentences"), ("Events", "events")],
    empty="Nothing was ingested.",
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says of every article that does not say it itself."""

    published: date | None = None
    source: str | None = None
    url: str | None = None
    revises: bool = True


@dataclass
class Report:
    """What came of an ingest: one row an article that was taken in, and the errors of those that were not.

    `undated` and `nameless` count the articles that came without a day of publication, or without a source.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[InvalidInput] = field(default_factory=list)
    undated: int = 0
    nameless: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.errors) or any(row["state"] == "failed" for row in self.rows)


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(ingest)


def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files (txt, json, jsonl, html), folders, or - for JSON lines.")],
    published: Annotated[
        date | None,
        typer.Option(parser=dates.day, metavar=dates.DAY, help="Publication date, for articles that carry none."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="The house, for articles that name none.")] = None,
    url: Annotated[str | None, typer.Option(help="The address, for a single article.")] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Return once the log has them; workers go on.")] = False,
    no_revision: Annotated[
        bool, typer.Option("--no-revision", help="Keep older texts of the same address as evidence too.")
    ] = False,
    format: FormatOption = Format.table,
) -> None:
    """Take articles in and wait until they are projected. The same article twice changes nothing."""
    defaults = Defaults(published, source, url, not no_revision)
    with wiring.open_frontlog() as frontlog:
        report = take_in(frontlog, [p if p == "-" else Path(p) for p in paths], defaults, wait=not no_wait)
    say(report, format)
    if report.failed:
        raise typer.Exit(1)


def say(report: Report, format: Format = Format.table) -> None:
    """Print what came of an ingest: rows on stdout, errors on stderr."""
    shown = [{**row, "article_id": row["article_id"][:12]} for row in report.rows]
    show(shown if format is Format.table else report.rows, format, OUTCOME)
    _say_what_is_missing(report)
    for error in report.errors:
        stderr().print("[bold red]refused[/] " + str(error).replace("[", r"\["))
    for row in report.rows:
        if row["state"] == "failed":
            stderr().print(
                f"[bold red]failed[/] {row['origin']}: {row['error']}. Mend the cause, then: "
                f"frontlog retry {row['article_id'][:12]}"
            )


def _say_what_is_missing(report: Report) -> None:
    """What an article should have said itself, or the command line for it: its events can be asked less without it."""
    if report.undated:
        stderr().print(
            f"[yellow]{_articles_have(report.undated)} no publication date[/], and events dated by it stay undated: "
            "give --published YYYY-MM-DD (then supersede the undated article by the new one)."
        )
    if report.nameless:
        stderr().print(f"{_articles_have(report.nameless)} no source: give --source NAME.")


def _articles_have(count: int) -> str:
    return "1 article has" if count == 1 else f"{count} articles have"


def take_in(
    frontlog: wiring.Frontlog,
    paths: Sequence[Path | str],
    defaults: Defaults,
    *,
    wait: bool = True,
    way_in: str = "cli",
) -> Report:
    """Receive every article that can be read, ring for them, and (with `wait`) see them through to the projections."""
    report = Report()
    received: dict[str, str] = {}
    with _progress() as progress:
        bar = progress.add_task("received", total=None, visible=False)
        for origin, article in _articles(paths, defaults, report):
            taken = frontlog.receive(article, way_in=way_in, revises=defaults.revises)
            received.setdefault(taken.article_id, f"{origin}{' (known)' if taken.state == 'known' else ''}")
            report.undated += article.published is None
            report.nameless += article.source is None
            progress.update(bar, advance=1, visible=True)
        progress.update(bar, total=len(received), completed=len(received))
        if received and not wait:
            frontlog.ring(list(received))
        elif received:
            seen = progress.add_task("coded and projected", total=len(received))
            frontlog.see_through(list(received), lambda done: progress.update(seen, completed=done))
    rows = {row["article_id"]: row for row in reader.outcomes(frontlog.pool, list(received))}
    for article_id, origin in received.items():
        row = rows.get(article_id, {"article_id": article_id, "state": "received", "sentences": None, "events": None})
        report.rows.append({"origin": origin, **row})
    return report


def _articles(paths: Sequence[Path | str], defaults: Defaults, report: Report) -> Iterator[tuple[str, Article]]:
    published, source, url = defaults.published, defaults.source, defaults.url
    for path in paths:
        for item in reading.read_any(path, published=published, source=source, url=url):
            if isinstance(item, InvalidInput):
                report.errors.append(item)
            else:
                yield item.where, item.article


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=stderr(),
        transient=False,
    )
