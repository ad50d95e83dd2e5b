"""Writes rows to a file or to standard output, one at a time, and a file as a whole or not at all."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TextIO

from domain.errors import InvalidInput

Row = Mapping[str, Any]


@contextmanager
def whole(path: Path | None) -> Iterator[TextIO]:
    """Open a file that takes its name only once the block has ended well; without a path, standard output.

    An existing file is replaced in one step; a pipe or a device is written to as it is. InvalidInput for a folder that
    is not there or cannot be written to.
    """
    if path is None:
        yield sys.stdout
        return
    if path.exists() and not path.is_file():
        with _opened(path, path, "w") as stream:
            yield stream
        return
    target = path.resolve()  # behind a link: the link stays one
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _opened(part, path, "x") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def as_csv(stream: TextIO, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """A header and a line a row; lists joined by "; ", null empty. Returns how many rows."""
    return csv_lines(stream, columns, ([row[column] for column in columns] for row in rows))


def csv_lines(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """The same for rows of values in the order of `columns`, two of which may have one name."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
    return count


def as_jsonl(stream: TextIO, rows: Iterable[Row]) -> int:
    """A JSON object a line. Returns how many."""
    count = 0
    for row in rows:
        stream.write(_json(dict(row)) + "\n")
        count += 1
    return count


def as_geojson(stream: TextIO, features: Iterable[Row]) -> int:
    """A FeatureCollection with a line a feature. Returns how many."""
    stream.write('{"type": "FeatureCollection", "features": [')
    count = 0
    for feature in features:
        stream.write(("," if count else "") + "\n" + _json(dict(feature)))
        count += 1
    stream.write("\n]}\n")
    return count


@contextmanager
def _opened(file: Path, asked: Path, mode: Literal["w", "x"]) -> Iterator[TextIO]:
    try:
        stream = file.open(mode, encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(
            str(asked), error.strerror or str(error), "a file in a folder that can be written to", "Choose another."
        ) from None
    with stream:
        yield stream


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "; ".join(str(each) for each in value if each is not None)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return range_text(value) if is_range(value) else value


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=plain)


def plain(value: Any) -> Any:
    """What JSON does not know: dates as ISO 8601, ranges as PostgreSQL writes them, everything else by its text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_range(value):
        return range_text(value)
    return float(value) if isinstance(value, Decimal) else str(value)


def is_range(value: Any) -> bool:
    """Whether this is a range or a multirange, as the driver returns them."""
    return hasattr(value, "lower_inc") or type(value).__name__.endswith("Multirange")


def range_text(value: Any) -> str:
    """A range as PostgreSQL writes it: an open end is empty. `[2024-12-05,2024-12-11)`, `[2024-12-11,)`."""
    if not hasattr(value, "lower_inc"):
        return "{" + ",".join(map(range_text, value)) + "}"
    if value.isempty:
        return "empty"
    low, high = (
        "" if end is None else end if isinstance(end, str) else end.isoformat() for end in (value.lower, value.upper)
    )
    return f"{'[' if value.lower_inc else '('}{low},{high}{']' if value.upper_inc else ')'}"
