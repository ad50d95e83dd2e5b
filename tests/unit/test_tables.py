"""How rows are laid out for people: no word broken, no id over two lines, whatever the width."""

import io
from typing import Any

import pytest
from rich.console import Console

from infra.cli import tables
from infra.cli.output import human
from infra.cli.tables import TableView, widths_within

ID = "d2f07b74964d" * 5
VIEW = TableView(
    "Articles",
    [("Article", "id"), ("Area", "area"), ("Verification", "verification"), ("Held by", "held"), ("Title", "title")],
    empty="None.",
)
ROW = {
    "id": ID,
    "area": None,
    "verification": "corroborated",
    "held": "Syrian Democratic Forces",
    "title": "It was so.",
}


def written(width: int, rows: list[dict[str, Any]], view: TableView = VIEW) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    tables.write(console, rows, view, human)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_every_word_of_a_row_stands_whole_at_any_width(width: int) -> None:
    said = written(width, [ROW])
    for word in (ID, "Verification", "corroborated", "Democratic", "was"):
        assert word in said


def test_a_table_keeps_within_its_width() -> None:
    short = {**ROW, "id": "d2f07b74964d"}
    for width in (80, 120):
        assert max(len(line.rstrip()) for line in written(width, [short]).splitlines()) <= width


def test_a_column_that_is_empty_in_every_row_is_left_out() -> None:
    assert "Area" not in written(200, [ROW])
    assert "Area" in written(200, [ROW, {**ROW, "area": "centre"}])


def test_too_narrow_a_screen_has_the_records_one_below_the_other() -> None:
    said = written(60, [ROW, ROW])
    assert "┃" not in said
    assert "Articles 2" in said


def test_room_goes_to_each_column_by_its_need() -> None:
    assert widths_within([(3, 5), (4, 100)], 40) == [5, 35]
    assert widths_within([(3, 5), (4, 10)], 40) == [5, 10]
    assert widths_within([(30, 50), (11, 11)], 40) is None


def test_what_matters_least_goes_first_when_room_lacks_and_is_named() -> None:
    view = TableView("T", VIEW.columns[2:], empty="None.", optional=("Verification",))
    said = written(40, [{**ROW, "title": "Republic-wide"}], view)
    assert "┃" in said and "corroborated" not in said
    assert "No room for Verification" in said
    assert "corroborated" in written(80, [ROW], view)
