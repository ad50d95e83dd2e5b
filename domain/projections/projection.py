"""What a projection is: a name, a version, what it reads, and a pure fold from an article's dossier to rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from domain.projections.dossier import Dossier

Row = tuple[Any, ...]
Rows = Mapping[str, Sequence[Row]]
"""Rows by table."""
Sums = Mapping[str, Sequence[dict[Row, int]]]
"""By table of sums, for each of its last `Table.sums` columns what is added up by key."""


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
    """A read model. Raise `version` when its fold or a table changes: live rows of another version are refused.

    `fold` gives an article's rows, `tally` adds (1) or takes away (-1) what it contributes to sums. `reads` maps each
    event type to the payload fields these look at; `regroups` names the column by which rows of the first table are
    assessed together afterwards (control: all evidence on a place).
    """

    name: str
    version: int
    reads: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    fold: Callable[[Dossier], Rows] = lambda dossier: {}
    tally: Callable[[Dossier, Sums, int], None] | None = None
    regroups: str | None = None

    def no_sums(self) -> Sums:
        """For `tally` to add to."""
        return {table.name: [{} for _ in range(table.sums)] for table in self.tables if table.kind == "sums"}


@dataclass(frozen=True, slots=True)
class Change:
    """What to write: rows of these articles go, `added` rows come; sums change by their difference."""

    replaced: Sequence[str]
    added: Rows
    sums: Sums
    removed: Rows


def change(projection: Projection, before: Mapping[str, Dossier], after: Mapping[str, Dossier]) -> Change:
    """The difference that new facts make. A repeat of the same facts makes none."""
    replaced: list[str] = []
    added: dict[str, list[Row]] = {table.name: [] for table in projection.tables}
    removed: dict[str, list[Row]] = {table.name: [] for table in projection.tables}
    sums = projection.no_sums()
    for article_id, dossier in after.items():
        if projection.tally is not None:
            projection.tally(dossier, sums, 1)
            if article_id in before:
                projection.tally(before[article_id], sums, -1)
        new = projection.fold(dossier)
        old = projection.fold(before[article_id]) if article_id in before else {}
        if new == old:
            continue
        if any(old.values()):
            replaced.append(article_id)
        for name in added:
            added[name].extend(new.get(name, ()))
            removed[name].extend(old.get(name, ()))
    return Change(replaced, added, sums, removed)


def summed(numbers: Sequence[Mapping[Row, int]]) -> list[Row]:
    """The rows of a table of sums: keys with their numbers, without those that are zero throughout."""
    keys = dict.fromkeys(key for column in numbers for key in column)
    rows = [(*key, *(column.get(key, 0) for column in numbers)) for key in keys]
    width = len(numbers)
    return [row for row in rows if any(row[-width:])]
