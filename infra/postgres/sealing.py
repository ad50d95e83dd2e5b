"""Seals the log: ranges of positions under a chain of roots, so that events missing from a stream's end are noticed.

Whoever can rewrite the log can rewrite the seals. A root that was noted elsewhere (each is logged) cannot be.
"""

import hashlib
import struct
from dataclasses import dataclass

import psycopg

from infra.postgres.inbox import Pool
from infra.postgres.pool import passing_trouble
from infra.postgres.queries import queries

SEAL_POSITIONS = 50_000
"""Positions a seal at most: a fraction of a second to make, and to check."""

_RANGE = struct.Struct("!qqq").pack


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed range, both ends included."""

    seal: int
    from_position: int
    to_position: int
    events: int
    root: bytes

    @property
    def named(self) -> str:
        """The root as it is shown: hex."""
        return self.root.hex()


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A seal that the log no longer fits."""

    seal: Seal
    found_events: int

    def __str__(self) -> str:
        sealed = f"seal {self.seal.seal} of positions {self.seal.from_position} to {self.seal.to_position}"
        if self.found_events != self.seal.events:
            return f"{sealed} holds {self.seal.events} events, the log now has {self.found_events} there"
        return f"{sealed} does not fit its events or the seal before it"


def seal_all(pool: Pool, at_most: int = SEAL_POSITIONS) -> list[Seal]:
    """Seal whatever is new below the safe mark; several at once seal it once. Raises TryAgain."""
    made: list[Seal] = []
    with passing_trouble("sealing the log", pool), pool.connection() as connection:
        while row := connection.execute(queries("schedule")["seal"], [at_most]).fetchone():
            made.append(Seal(*row))
    return made


def root(before: bytes, low: int, high: int, events: int, digests: bytes) -> bytes:
    """A seal's root: `before` is empty for the first; `digests` are those of the events, 32 bytes each, in order."""
    return hashlib.sha256(before + _RANGE(low, high, events) + digests).digest()


def broken_seals(connection: psycopg.Connection) -> tuple[int, list[BrokenSeal]]:
    """How many seals there are, and those that the log does not fit: recomputed here, not by the database."""
    found: list[BrokenSeal] = []
    before, expected = b"", 1
    with passing_trouble("verifying the seals"):
        seals = [Seal(*row) for row in connection.execute(queries("schedule")["seals"])]
        for n, each in enumerate(seals, 1):
            limits = [each.from_position, each.to_position]
            row = connection.execute(queries("schedule")["sealed_digests"], limits).fetchone()
            assert row is not None
            events, digests = row
            fits = each.root == root(before, each.from_position, each.to_position, events, digests)
            if each.seal != n or each.from_position != expected or events != each.events or not fits:
                found.append(BrokenSeal(each, events))
            before, expected = each.root, each.to_position + 1
    return len(seals), found
