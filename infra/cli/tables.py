"""Rows as people read them: a table where each word has room, else one record below the other."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

STYLES = {
    "controlled": "green",
    "joint": "cyan",
    "contested": "yellow",
    "disputed": "bold magenta",
    "vacated": "dim",
    "unknown": "dim",
    "failed": "bold red",
    "coded": "green",
    "retracted": "dim",
    "superseded": "dim",
}
"""A status and its colour, the same on every screen."""

LONGEST_WORD = 24
"""Characters of a word in a longer text that keep together; a cell that is one word (an id, a day) always does."""

BESIDE = 3
"""Characters that a column takes beside its text: two blanks and a line."""


class TableView:
    """What a table shows: a title, columns (heading, how to write a row's cell), and what to say of an empty one.

    `as_records` writes rows one below the other, a line a column, for more columns than a terminal has room for.
    `faint` says which rows are written dim. A column that is empty in every row is left out (`drop_empty`), and where
    room lacks those headed as `optional`, the first of them first.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[tuple[str, str]],
        empty: str,
        caption: str | None = None,
        as_records: bool = False,
        faint: Callable[[Row], bool] = lambda row: False,
        drop_empty: bool = True,
        optional: Sequence[str] = (),
    ) -> None:
        self.title, self.columns, self.empty, self.caption = title, columns, empty, caption
        self.as_records, self.faint, self.drop_empty, self.optional = as_records, faint, drop_empty, optional


def write(console: Console, rows: Sequence[Row], view: TableView, cell: Callable[[Any], str]) -> None:
    """Write rows, of which there is at least one, at the console's width. `cell` writes a value."""
    columns = [
        (heading, [cell(row.get(field)) for row in rows])
        for heading, field in view.columns
        if not view.drop_empty or any(cell(row.get(field)) for row in rows)
    ]
    faint = [view.faint(row) for row in rows]
    for dropped in [] if view.as_records else range(len(view.optional) + 1):
        kept = [(heading, cells) for heading, cells in columns if heading not in view.optional[:dropped]]
        room = console.width - BESIDE * len(kept) - 1
        if widths := widths_within([_need(heading, cells) for heading, cells in kept], room):
            _table(console, kept, widths, faint, view)
            _say_what_is_left_out(console, [heading for heading, cells in columns if (heading, cells) not in kept])
            return
    _records(console, columns, faint, view)


def _say_what_is_left_out(console: Console, headings: Sequence[str]) -> None:
    if headings:
        names = ", ".join(headings)
        console.print(Text(f"No room for {names}: widen the screen, or use --format.", style="dim italic"))


def widths_within(needs: Sequence[tuple[int, int]], room: int) -> list[int] | None:
    """Widths of columns that need (at least, at most) so many characters each; None when `room` is too small.

    What is left after each column's least goes to the narrowest that wants more, so that one long text makes none thin.
    """
    widths = [least for least, _ in needs]
    spare = room - sum(widths)
    if spare < 0:
        return None
    while spare and (wanting := [n for n, (_, most) in enumerate(needs) if widths[n] < most]):
        widths[min(wanting, key=widths.__getitem__)] += 1
        spare -= 1
    return widths


def _need(heading: str, cells: Sequence[str]) -> tuple[int, int]:
    """The width below which a word would break, and the width beyond which nothing is gained."""
    lines = [line for text in (heading, *cells) for line in text.splitlines()]
    return max(map(_widest_word, (heading, *cells)), default=0), max(map(cell_len, lines), default=0)


def _widest_word(text: str) -> int:
    words = text.split()
    widest = max(map(cell_len, words), default=0)
    return widest if len(words) == 1 else min(widest, LONGEST_WORD)


def _table(
    console: Console,
    columns: Sequence[tuple[str, list[str]]],
    widths: Sequence[int],
    faint: Sequence[bool],
    view: TableView,
) -> None:
    table = Table(title=view.title, title_justify="left")
    for (heading, _), width in zip(columns, widths, strict=True):
        table.add_column(heading, overflow="fold", width=width)
    for n, dim in enumerate(faint):
        table.add_row(*(styled(cells[n]) for _, cells in columns), style="dim" if dim else None)
    console.print(table)
    _caption(console, view)


def _records(
    console: Console, columns: Sequence[tuple[str, list[str]]], faint: Sequence[bool], view: TableView
) -> None:
    """Each row as lines, one a column, as psql's expanded display has it. A word is never broken."""
    beside = max((cell_len(heading) for heading, _ in columns), default=0) + 2
    room = max(console.width - beside, LONGEST_WORD)
    for n, dim in enumerate(faint):
        console.print(Text(f"{view.title} {n + 1}".strip(), style="italic"), soft_wrap=True)
        for heading, cells in columns:
            if view.drop_empty and not cells[n]:
                continue
            for first, line in enumerate(_lines(cells[n], room)):
                left = Text(("" if first else heading).ljust(beside), style="dim")
                console.print(left.append_text(_text(line, cells[n], dim)), soft_wrap=True)
    _caption(console, view)


def _lines(text: str, room: int) -> list[str]:
    return [
        line
        for part in text.splitlines()
        for line in textwrap.wrap(part, room, break_long_words=False, break_on_hyphens=False) or [""]
    ] or [""]


def _caption(console: Console, view: TableView) -> None:
    if view.caption:
        console.print(Text(view.caption, style="dim italic"))


def _text(line: str, whole: str, dim: bool) -> Text:
    return Text(line, style="dim" if dim else STYLES.get(whole, ""))


def styled(text: str) -> str:
    """A cell in markup, coloured when it is a status."""
    style = STYLES.get(text)
    return f"[{style}]{escape(text)}[/]" if style else escape(text)
