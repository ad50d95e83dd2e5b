"""What of the control record on display changed: the rows of control_changes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from domain.projections.projection import Row
from infra.postgres.queries import queries

Found = dict[str, Any]
Shown = tuple[Sequence[Found], Sequence[Found]]
"""Rows on display (not ended in either time), before and after."""


class Target(Protocol):
    """A generation and its edition."""

    @property
    def generation(self) -> int: ...

    @property
    def edition(self) -> str: ...


def told(connection: psycopg.Connection, into: Target, shown: Iterable[Shown]) -> list[Row]:
    """A row of control_changes for each holding whose status or holders on display are others than before."""
    changes = [pair for before, after in shown for pair in _differing(before, after)]
    columns = [[new[key] for _, new in changes if new] for key in ("place_id", *_NEWEST)]
    spots = {_spot(row): row for row in _spots(connection, *columns, into.generation)}
    return [_change(old, new, spots.get(_newest(new), {}) if new else {}, into.edition) for old, new in changes]


def _differing(before: Sequence[Found], after: Sequence[Found]) -> Iterator[tuple[Found | None, Found | None]]:
    old, new = ({row["area"]: row for row in rows} for rows in (before, after))
    for area in sorted({*old, *new}):
        if _state(old.get(area)) != _state(new.get(area)):
            yield old.get(area), new.get(area)


def _change(old: Found | None, new: Found | None, spot: Found, edition: str) -> Row:
    named, before, after = new or old or {}, _state(old), _state(new)
    told = (spot.get(column) for column in ("article_id", "sentence", "text_digest", "start_at", "end_at"))
    states = (before[0], after[0], before[1], after[1])
    return (named["place_id"], named["place"], named["area"], *states, *told, edition, spot.get("event_position"))


_NEWEST = ("newest_article_id", "newest_sentence", "newest_ordinal")


def _newest(row: Found) -> tuple[Any, ...]:
    return (row["place_id"], *(row[column] for column in _NEWEST))


def _spot(row: Found) -> tuple[Any, ...]:
    return (row["place_id"], row["article_id"], row["sentence"], row["ordinal"])


def _state(row: Found | None) -> tuple[str | None, list[str]]:
    if row is None:
        return None, []
    return row["status"], row["controllers"] or row["claimants"]


def _spots(connection: psycopg.Connection, *arguments: Any) -> list[Found]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(queries("projections")["evidence_told"], arguments).fetchall()
