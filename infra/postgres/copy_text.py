"""Rows in COPY's text format. The driver's own writer looks for the type of every value, which is most of its time."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from infra.postgres.remembered import Remembered

NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def line(row: Iterable[Any]) -> str:
    """A row with its line end: text, numbers, booleans, days, moments, lists of these (arrays), None."""
    return "\t".join([_AS_TEXT[type(value)](value) for value in row]) + "\n"


def array(values: Sequence[Any]) -> str:
    """A PostgreSQL array literal."""
    return "{" + ",".join(["NULL" if value is None else _quoted(str(value)) for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)


_single = Remembered(lambda value: _text(array([value])))
_OFTEN_SINGLE = {str, datetime, type(None)}  # of the others 1, 1.0 and True would be one key


def _array(values: Sequence[Any]) -> str:
    if not values:
        return "{}"
    if len(values) == 1 and type(values[0]) in _OFTEN_SINGLE:
        return str(_single[values[0]])
    return _text(array(values))


_AS_TEXT: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    float: repr,
    bool: lambda value: "t" if value else "f",
    type(None): lambda value: NULL,
    date: date.isoformat,
    datetime: datetime.isoformat,
    list: _array,
    tuple: _array,
}
