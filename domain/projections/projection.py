"""What a projection is: a name, a version, what it reads, and a pure fold from an article's dossier to rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from domain.projections.dossier import Dossier

Row = tuple[Any, ...]
Rows = Mapping[str, Sequence[Row]]
"""Rows by table. In a table of sums, a row is a key and its last `Table.sums` columns are added up."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a projection. `rows` belong to one article each; `sums` are added up over all articles."""

    name: str
    columns: tuple[str, ...]
    kind: Literal["rows", "sums"] = "rows"
    sums: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row of sums."""
        return self.columns[: len(self.columns) - self.sums]


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model. Raise `version` when `fold` or a table changes: live rows of another version are refused.

    `reads` maps each event type to the payload fields the fold looks at; `regroups` names the column by which rows
    of the first table are assessed together afterwards (control: all evidence on a place).
    """

    name: str
    version: int
    reads: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    fold: Callable[[Dossier], Rows]
    regroups: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What to write: rows of these articles go, `added` rows come; sums change by their difference."""

    replaced: Sequence[str]
    added: Rows
    sums: Mapping[str, Mapping[Row, Sequence[int]]]
    removed: Rows


def change(projection: Projection, before: Mapping[str, Dossier], after: Mapping[str, Dossier]) -> Change:
    """The difference that new facts make. A repeat of the same facts makes none."""
    replaced: list[str] = []
    added: dict[str, list[Row]] = {table.name: [] for table in projection.tables}
    removed: dict[str, list[Row]] = {table.name: [] for table in projection.tables}
    sums: dict[str, dict[Row, list[int]]] = {table.name: {} for table in projection.tables if table.kind == "sums"}
    for article_id, dossier in after.items():
        new = projection.fold(dossier)
        old = projection.fold(before[article_id]) if article_id in before else {}
        if new == old:
            continue
        if any(old.get(table.name) for table in projection.tables if table.kind == "rows"):
            replaced.append(article_id)
        for table in projection.tables:
            if table.kind == "rows":
                added[table.name].extend(new.get(table.name, ()))
                removed[table.name].extend(old.get(table.name, ()))
            else:
                add_up(sums[table.name], new.get(table.name, ()), table.sums, 1)
                add_up(sums[table.name], old.get(table.name, ()), table.sums, -1)
    changed = {name: {key: n for key, n in table.items() if any(n)} for name, table in sums.items()}
    return Change(replaced, added, changed, removed)


def add_up(into: dict[Row, list[int]], rows: Iterable[Row], width: int, sign: int) -> None:
    """Add (or with sign -1 take away) rows of sums, each a key followed by `width` numbers."""
    for row in rows:
        key = row[: len(row) - width]
        numbers = into.setdefault(key, [0] * width)
        for n, value in enumerate(row[len(row) - width :]):
            numbers[n] += sign * value


def count_up(keys: Iterable[Row]) -> Counter[Row]:
    """How often each key comes."""
    return Counter(keys)
