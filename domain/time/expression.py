"""The shapes that time expressions are handed over in."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.events import DatePrecision
from domain.time.calendar import UNKNOWN, Interval

Bound = Literal["on", "during", "by", "since", "until", "before", "after", "from..to"]
"""How the event lies to the days named: on or during them, not later (by), not before (since), ..."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time named in a sentence: its words, and the days they name.

    `start`/`end` count characters in the sentence, end exclusive; `earliest`/`latest` bound the days *named* (the
    bound is not yet applied: `to_occurred` does that), both None when nothing can be said. `relative`: it hangs on
    another date, `hangs_on` is the start of that one when it stands in the same sentence. `dependent`: it dates the
    clause that follows it ("on Monday, two days after they had left") and not the one it stands in.
    """

    start: int
    end: int
    earliest: date | None
    latest: date | None
    precision: DatePrecision
    bound: Bound
    as_written: str
    relative: bool = False
    dependent: bool = False
    hangs_on: int | None = None

    @property
    def dated(self) -> bool:
        """Whether it names any day, month or year."""
        return self.precision != "unknown"

    @property
    def interval(self) -> Interval:
        """The days named."""
        return Interval(self.earliest, self.latest, self.precision)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The date just named in the text, on which "the following day" or "that month" hang."""

    named: Interval = UNKNOWN
    start: int | None = None

    @classmethod
    def of(cls, given: "date | Anchor | None") -> "Anchor":
        """An anchor from a plain day, an anchor, or nothing."""
        if isinstance(given, Anchor):
            return Anchor(given.named)
        return cls(Interval(given, given, "day")) if given else cls()


@dataclass(frozen=True, slots=True)
class Context:
    """What an expression is read against."""

    published: date | None
    planned: bool
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before a time: the bound's words (lower case, or empty), a filler, and where each starts."""

    bound: str
    filler: str
    start: int
    filler_start: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The days named. `clause`: a distance (signed count, unit) from the clause that follows, not yet settled."""

    named: Interval
    relative: bool = False
    clause: tuple[int, str] | None = None
