"""Intervals of days, and the calendar arithmetic on them. An interval states what is known, never a guess."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.events import DatePrecision


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from `earliest` to `latest`, both inclusive; None is unbounded."""

    earliest: date | None
    latest: date | None
    precision: DatePrecision


UNKNOWN = Interval(None, None, "unknown")


def day(value: date | None) -> Interval:
    """The interval of one day; UNKNOWN for None."""
    return Interval(value, value, "day") if value else UNKNOWN


def month(year: int, number: int) -> Interval:
    """The interval of a calendar month; `number` may lie outside 1..12 and then counts on from that year."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    first = make_date(year, number, 1)
    after = make_date(year + number // 12, number % 12 + 1, 1)
    return Interval(first, after - timedelta(days=1), "month") if first and after else UNKNOWN


def year(number: int) -> Interval:
    """The interval of a calendar year."""
    return Interval(date(number, 1, 1), date(number, 12, 31), "year") if 1 <= number <= 9999 else UNKNOWN


def span(first: date, last: date) -> Interval:
    """The interval from one day to another, in order; one day when they are the same."""
    if first == last:
        return day(first)
    return Interval(min(first, last), max(first, last), "range")


def make_date(year_number: int, month_number: int, day_number: int) -> date | None:
    """A date, or None where the calendar has none."""
    try:
        return date(year_number, month_number, day_number)
    except (ValueError, OverflowError):
        return None


def plus(start: date, days: int) -> date | None:
    """The day so many days on (back when negative), or None beyond the calendar."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return None


def latest_weekday(upto: date, weekday: int) -> date | None:
    """The latest such weekday (Monday is 0) on or before a day."""
    return plus(upto, -((upto.weekday() - weekday) % 7))


def earliest_weekday(since: date, weekday: int) -> date | None:
    """The earliest such weekday (Monday is 0) on or after a day."""
    return plus(since, (weekday - since.weekday()) % 7)


def nearest_year(at: date, planned: bool, candidate: Callable[[int], Interval]) -> Interval:
    """CODEBOOK.md, edge case 8: of the yearly `candidate(year)`, the latest that begins on or before `at`.

    Planned: the earliest that ends on or after it. Looks 8 years far, for 29 February.
    """
    for distance in range(9):
        found = candidate(at.year + distance if planned else at.year - distance)
        if found.earliest is None or found.latest is None:
            continue
        if (planned and found.latest >= at) or (not planned and found.earliest <= at):
            return found
    return UNKNOWN


def shift(start: Interval, count: int, unit: str) -> Interval:
    """`start` moved by so many days, weeks, months or years: as precise as unit and start allow, else UNKNOWN."""
    if start.earliest is None or start.latest is None or start.precision in ("unknown", "range"):
        return UNKNOWN
    if unit in ("day", "week"):
        if start.precision != "day":
            return UNKNOWN
        return day(plus(start.earliest, count * (7 if unit == "week" else 1)))
    if unit == "month":
        if start.precision == "year":
            return UNKNOWN
        return month(start.earliest.year, start.earliest.month + count)
    return year(start.earliest.year + count)
