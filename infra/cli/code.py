"""`frontlog code`: articles in, coded events out, without a database; the rule author's bench (CODE_OUTPUT.md)."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.coder import Coder
from domain.errors import InvalidInput
from infra import coders, editions, reading
from infra.cli import dates
from infra.cli.coding_output import as_object, event_rows
from infra.cli.explain import explain_lines
from infra.cli.output import Format, FormatOption, TableView, print_line, show, stderr

BATCH = 64
"""Articles coded together: the parser works best on a few hundred sentences at once."""

EVENTS = TableView(
    "Events",
    [("Article", "id"), ("#", "sentence"), ("Type", "type"), ("Actors", "actors"), ("Against", "counterparties"),
     ("Places", "places"), ("When", "occurred"), ("Claim", "modality"), ("Says", "attribution"), ("Rule", "rule")],
    empty="No event was coded.",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(code)


def code(
    paths: Annotated[list[str], typer.Argument(help="Files (txt, json, jsonl, html), folders, or - for JSON lines.")],
    published: Annotated[
        date | None,
        typer.Option(parser=dates.day, metavar=dates.DAY, help="Publication date, for articles that carry none."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="The house, for articles that name none.")] = None,
    edition: Annotated[str, typer.Option(help="A shipped edition's name, or an edition's folder.")] = editions.SHIPPED,
    explain: Annotated[bool, typer.Option("--explain", help="Show each sentence's way to its events.")] = False,
    format: FormatOption = Format.json,
) -> None:
    """Code articles and print their events. Stores nothing."""
    coder = load_coder(edition)
    errors: list[InvalidInput] = []
    rows: list[dict[str, Any]] = []
    given = {"published": published, "source": source}
    for batch in _batches(_inputs(paths, given, errors)):
        for item, (coding, traces) in zip(batch, coder.explain([i.article for i in batch]), strict=True):
            if explain:
                for line in explain_lines(item.where, coding, traces):
                    print_line(line)
            elif format is Format.ndjson:
                show([as_object(item, coding, coder.edition)], format, EVENTS)
            else:
                rows.append(as_object(item, coding, coder.edition))
    if errors and not rows:
        pass  # the refusals below are all there is to say
    elif not explain and format is Format.json:
        show(rows, format, EVENTS)
    elif not explain and format is not Format.ndjson:
        show([row for one in rows for row in event_rows(one)], format, EVENTS)
    for error in errors:
        stderr().print("[bold red]refused[/] " + str(error).replace("[", r"\["))
    if errors:
        raise typer.Exit(1)


def load_coder(edition: str) -> Coder:
    """The coder of a shipped edition or of a folder's. InvalidInput when there is none, or it holds a fault."""
    path = Path(edition)
    files = editions.folder(path) if path.is_dir() else editions.shipped(edition)
    loaded = coders.load_edition(path.name if path.is_dir() else edition, files)
    return Coder(loaded, coders.parser(), coders.gazetteer())


def _inputs(paths: Sequence[str], given: dict[str, Any], errors: list[InvalidInput]) -> Iterator[reading.ArticleInput]:
    for path in paths:
        for item in reading.read_any(path, **given):
            if isinstance(item, InvalidInput):
                errors.append(item)
            else:
                yield item


def _batches(items: Iterator[reading.ArticleInput]) -> Iterator[list[reading.ArticleInput]]:
    while batch := list(islice(items, BATCH)):
        yield batch
