"""Readings of the forms that name a day, month or year by the calendar or beside publication."""

import re
from datetime import date

from domain.time import calendar, grammar
from domain.time.calendar import UNKNOWN, Interval
from domain.time.expression import Context, Prefix, Reading

_CUE_MONTHS = frozenset((3, 4, 5, 6, 8))
"""March, April, May, June, August are also verbs and names: on their own they need a word that says "time"."""

_JOINED_MONTH = re.compile(r"(?:ary|ch|il|ay|ne|ly|st|ber|\d{4})\s+(?:to|and|or|until|through|[-–])\s+$")
_YEAR_FILLER = re.compile(r"early|late|mid|start|beginning|end|middle|half", re.IGNORECASE)
_LATE = re.compile(r"late\b|\bend\b")
_MIDDLE = re.compile(r"\bmid\b|middle")
_BY_ANCHOR = frozenset(("that", "same", "following", "previous", "preceding"))


def _month_number(found: re.Match[str]) -> int | None:
    """1..12 for a capitalised month, else None ("march", "may")."""
    word = found["month"]
    return grammar.MONTHS.index(word[:3].lower()) + 1 if word[0].isupper() else None


def _day_number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def which_word(text: str | None) -> str:
    """The last word of "the following", "very next" and the like, in lower case; empty for None."""
    return text.lower().split()[-1] if text else ""


def _has_article(words: str | None) -> bool:
    return (words or "").lower().startswith("the ")


def _year_of(found: re.Match[str], context: Context) -> int | None:
    """The year written beside a date ("2024", "last year", "that year"), None when none is or it hangs in the air."""
    if found["y"]:
        return int(found["y"])
    which = which_word(found["yw"].lower().removesuffix("year")) if found["yw"] else ""
    if "the" in (found["yw"] or "").lower().split() or which == "that":
        base = context.anchor.named.earliest
    else:
        base = context.published
    step = {"last": -1, "previous": -1, "next": 1, "following": 1}.get(which, 0)
    return base.year + step if which and base else None


def iso(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    named = calendar.make_date(int(found["y"]), int(found["m"]), _day_number(found["d"]))
    return Reading(calendar.day(named)) if named else None


def numeric(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    """Day and month in figures: a day where only one order is a date, or the stop says day first; else both bounds."""
    a, b, y = int(found["a"]), int(found["b"]), int(found["y"])
    orders = [(b, a)] if found["s"] == "." else [(b, a), (a, b)]
    days = {named for m, d in orders if (named := calendar.make_date(y, m, d))}
    if not days:
        return None
    if len(days) == 1:
        return Reading(calendar.day(days.pop()))
    return Reading(Interval(min(days), max(days), "unknown"))


def calendar_day(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    number = _month_number(found)
    first = _day_number(found["d"])
    if number is None or _is_count(found, prefix):
        return None
    year = _year_of(found, context)

    def in_year(y: int) -> Interval:
        return calendar.day(calendar.make_date(y, number, first))

    if calendar.make_date(year or 2024, number, first) is None:
        return None
    if year is not None:
        named = in_year(year)
    elif found["yw"] or context.published is None:
        named = UNKNOWN
    else:
        named = calendar.nearest_year(context.published, context.planned, in_year)
    return Reading(_to_last_day(named, found, prefix))


def _is_count(found: re.Match[str], prefix: Prefix) -> bool:
    """Whether "in May 25 people" counts people: the month's reading then takes the month alone."""
    if prefix.bound != "in" or prefix.filler or found["y"] or found["yw"] or found.start("d") < found.start("month"):
        return False
    return grammar.COUNTED_AFTER.match(found.string, found.end()) is not None


def _to_last_day(named: Interval, found: re.Match[str], prefix: Prefix) -> Interval:
    """Widen to the second day of "May 3-5"; "May 3 and 4", "overnight on May 3-4" is its first day.

    CODEBOOK.md, Settled questions: two days in one date are one event on the first.
    """
    if not found["d2"] or named.earliest is None or re.search(r"and|&|,", found["glue"]):
        return named
    last = calendar.make_date(named.earliest.year, named.earliest.month, _day_number(found["d2"]))
    if last is None or last <= named.earliest:
        return named
    overnight = (last - named.earliest).days == 1 and prefix.bound not in ("from", "between")
    return named if overnight else calendar.span(named.earliest, last)


def month(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    number = _month_number(found)
    which = which_word(found["which"])
    if number is None or not (which or found["y"] or found["yw"] or _is_month_alone(found, number, prefix)):
        return None
    year = _year_of(found, context)
    if year is not None:
        return Reading(calendar.month(year, number), relative=bool(found["yw"]))
    if found["yw"]:
        return Reading(UNKNOWN)
    if which in _BY_ANCHOR or (which and _has_article(found["which"])):
        return Reading(_month_by_anchor(number, which, context.anchor.named.earliest), relative=True)
    return Reading(_month_by_publication(number, which, context, prefix))


def _is_month_alone(found: re.Match[str], number: int, prefix: Prefix) -> bool:
    full = len(found["month"].rstrip(".")) > 4 or number in (5, 6, 7)
    if full and number not in _CUE_MONTHS:
        return True
    if not full and re.match(r"\s*\d", found.string[found.end() : found.end() + 2]):
        return False
    return bool(prefix.filler or prefix.bound or _JOINED_MONTH.search(found.string, 0, found.start()))


def _month_by_anchor(number: int, which: str, anchor: date | None) -> Interval:
    if anchor is None:
        return UNKNOWN
    ahead = (number - anchor.month) % 12
    if which in ("previous", "preceding"):
        return calendar.month(anchor.year, anchor.month + ahead - 12)
    return calendar.month(anchor.year, anchor.month + (12 if not ahead and which in ("following", "next") else ahead))


def _month_by_publication(number: int, which: str, context: Context, prefix: Prefix) -> Interval:
    at = context.published
    if at is None:
        return UNKNOWN
    if which == "this":
        return calendar.month(at.year, number)
    if which == "next":
        return calendar.month(at.year, at.month + ((number - at.month - 1) % 12) + 1)
    if which in ("last", "past"):
        return calendar.month(at.year, at.month - ((at.month - number - 1) % 12) - 1)
    part = calendar.nearest_year(at, context.planned, lambda year: _part_of_month(year, number, prefix.filler.lower()))
    return calendar.month(part.earliest.year, number) if part.earliest else UNKNOWN


def _part_of_month(year: int, number: int, filler: str) -> Interval:
    """The month, or about the third of it that is meant: on 6 December, "late December" is last year's."""
    whole = calendar.month(year, number)
    if _LATE.search(filler):
        return Interval(calendar.make_date(year, number, 20), whole.latest, "range")
    if _MIDDLE.search(filler):
        return Interval(calendar.make_date(year, number, 10), calendar.make_date(year, number, 20), "range")
    return Interval(whole.earliest, calendar.make_date(year, number, 10), "range") if "early" in filler else whole


def weekday(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    if not found["wd"][0].isupper():
        return None
    weekday = grammar.WEEKDAYS.index(found["wd"][:3].lower())
    which = found["beside"] or found["lately"] or which_word(found["which"])
    if which in _BY_ANCHOR or which in ("before", "after") or (which == "next" and _has_article(found["which"])):
        anchor = context.anchor.named
        if anchor.precision == "day" and anchor.earliest:
            return Reading(calendar.day(_weekday_beside(anchor.earliest, weekday, which)), relative=True)
        if which not in ("that", "same", "previous", "preceding", "before"):
            return Reading(UNKNOWN, relative=True)
        which = "last" if which in ("previous", "preceding", "before") else ""
    if context.published is None:
        return Reading(UNKNOWN)
    if found["week"]:
        step = {"last": -7, "this": 0, "next": 7}[found["week"].lower()]
        return Reading(calendar.day(calendar.plus(context.published, step - context.published.weekday() + weekday)))
    return Reading(calendar.day(_weekday_beside(context.published, weekday, which, context.planned)))


def _weekday_beside(at: date, weekday: int, which: str, planned: bool = False) -> date | None:
    if which in ("following", "next", "after"):
        since = calendar.plus(at, 1)
        return calendar.earliest_weekday(since, weekday) if since else None
    if which in ("last", "past", "previous", "preceding", "before"):
        upto = calendar.plus(at, -1)
        return calendar.latest_weekday(upto, weekday) if upto else None
    if which in ("that", "same") or planned:
        return calendar.earliest_weekday(at, weekday)
    return calendar.latest_weekday(at, weekday)


def ago(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    """Days count; "two weeks ago" is a manner of speaking."""
    if found["vague"] or found["unit"].lower() != "day" or context.published is None:
        return Reading(UNKNOWN)
    return Reading(calendar.day(calendar.plus(context.published, -number(found["n"]))))


def number(text: str) -> int:
    return int(text) if text.isdigit() else grammar.NUMBERS[text.lower()]


def deictic(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    words = found["which"].lower()
    if context.published is None:
        return Reading(UNKNOWN)
    if words.startswith("the"):
        step = -2 if "yesterday" in words else 2
    else:
        step = {"yesterday": -1, "tomorrow": 1}.get(words, -1 if words.startswith("last") else 0)
    return Reading(calendar.day(calendar.plus(context.published, step)))


def calendar_unit(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    at, step = context.published, {"last": -1, "next": 1}.get(which_word(found["which"]), 0)
    if at is None:
        return Reading(UNKNOWN)
    if found["unit"].lower() == "year":
        return Reading(calendar.year(at.year + step))
    return Reading(calendar.month(at.year, at.month + step))


def year(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    if not prefix.bound and not _YEAR_FILLER.search(prefix.filler):
        return None
    return Reading(calendar.year(int(found["y"])))


def years(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    first, last = int(found["y"]), int(found["y2"])
    return Reading(Interval(date(first, 1, 1), date(last, 12, 31), "year")) if first <= last else None


def season(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    return Reading(calendar.year(int(found["y"])))
