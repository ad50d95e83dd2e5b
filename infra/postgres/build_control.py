"""The history of all places of a build: each place's evidence read once, in order, and assessed once."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from domain.control import ControlPolicy
from domain.control.archive import Archive
from domain.projections.control import EVIDENCE, HISTORY, KNOWN_BY, history_row, known_evidence
from infra.postgres import projections_control
from infra.postgres.copy_text import line
from infra.postgres.projections_write import copy_lines, partition
from infra.postgres.queries import queries

SLICE_EVIDENCE = 10_000
"""Pieces of evidence a slice of places, at some tenths of a millisecond each; one place may have more."""


def edges(connection: psycopg.Connection, generation: int) -> list[str | None]:
    """The first place of each slice, and None behind the last."""
    statement = sql.SQL(queries("building")["evidence_a_place"]).format(table=partition(EVIDENCE, generation))
    found: list[str | None] = [""]
    count = 0
    for place_id, pieces in connection.execute(statement):
        if count >= SLICE_EVIDENCE:
            found.append(place_id)
            count = 0
        count += pieces
    return [*found, None]


def assess(connection: psycopg.Connection, generation: int, edition: str, low: str, high: str | None) -> None:
    """Write the history of the places by id from `low`, inclusive, to `high`, exclusive (None: to the end)."""
    policy = projections_control.policy_of(connection, edition)
    evidence = _evidence(connection, generation, low, high)
    copy_lines(connection, HISTORY, generation, _history(evidence, policy, generation))


def _history(evidence: Iterable[dict[str, Any]], policy: ControlPolicy, generation: int) -> Iterator[str]:
    for _, rows in groupby(evidence, key=lambda row: row["place_id"]):
        known = [one for row in rows for one in known_evidence(row)]
        for row in Archive(known, policy).rows(None, {}):
            yield line((generation, *history_row(row, policy.fighting_stale_days)))


def _evidence(connection: psycopg.Connection, generation: int, low: str, high: str | None) -> list[dict[str, Any]]:
    """Rows of evidence, place by place."""
    condition = sql.SQL("place_id >= {}").format(low)
    if high is not None:
        condition = sql.SQL("{} AND place_id < {}").format(condition, high)
    statement = sql.SQL("SELECT {} FROM {} WHERE generation = {} AND {} ORDER BY place_id").format(
        _COLUMNS, partition(EVIDENCE, generation), generation, condition
    )
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        return cursor.execute(statement).fetchall()


_COLUMNS = sql.SQL(", ").join(map(sql.Identifier, KNOWN_BY))
