"""Readings of the forms that hang on another date: the one just named in the text."""

import re

from domain.time import calendar
from domain.time.absolute import number, which_word
from domain.time.calendar import UNKNOWN, Interval
from domain.time.expression import Context, Prefix, Reading

_CLAUSE_ENDS = re.compile(
    r"\s*(?:$|[^\w\s'’$£€]|(?:in|at|on|when|by|from|under|with|to|and|but|as|while|near|outside|inside|amid|during|"
    r"following|without|despite|over|for|or|said|through)\b|that\s*(?:$|[,.;]))"
)


def day_of_month(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    which = which_word(found["which"])
    hangs = which in ("that", "same")
    base = context.anchor.named.earliest if hangs else context.published
    if base is None or (hangs and context.anchor.named.precision not in ("day", "month")):
        return Reading(UNKNOWN, relative=hangs)
    month = calendar.month(base.year, base.month + {"last": -1, "next": 1}.get(which, 0)).earliest
    named = calendar.make_date(month.year, month.month, int(found["d"])) if month else None
    return Reading(calendar.day(named), relative=hangs)


def the_nth(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    """ "on the 11th": of the month just named."""
    if prefix.bound not in ("on", "by", "since", "until") or context.anchor.named.precision not in ("day", "month"):
        return None
    base = context.anchor.named.earliest
    named = calendar.make_date(base.year, base.month, int(found["d"])) if base else None
    return Reading(calendar.day(named), relative=True) if named else None


def offset(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    unit = found["unit"].lower()
    count = number(found["n"])
    if unit == "hour" and count % 24 == 0:
        count, unit = count // 24, "day"
    return _distance(found, context, count, unit, vague=bool(found["vague"]) or unit == "hour")


def edge(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    return _distance(found, context, 1, found["unit"].lower(), vague=found["unit"].lower() == "week")


def _distance(found: re.Match[str], context: Context, count: int, unit: str, vague: bool) -> Reading:
    way = found["way"].lower()
    sign = -1 if way.startswith(("earlier", "before", "prev", "prior")) else 1
    unit = unit if unit in ("week", "month", "year") else "day"
    into_clause = way in ("before", "after", "prior to") and not _CLAUSE_ENDS.match(found.string, found.end())
    if vague:
        return Reading(UNKNOWN, relative=True)
    if into_clause:
        return Reading(UNKNOWN, relative=True, clause=(sign * count, unit))
    return Reading(calendar.shift(context.anchor.named, sign * count, unit), relative=True)


def beside(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    which, unit = which_word(found["which"]), found["unit"].lower()
    step = {"next": 1, "following": 1, "previous": -1, "preceding": -1}.get(which, 0)
    return Reading(_unit_beside(context.anchor.named, unit, step), relative=True)


def that(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    return Reading(_unit_beside(context.anchor.named, (found["unit"] or "day").lower(), 0), relative=True)


def _unit_beside(anchor: Interval, unit: str, step: int) -> Interval:
    return calendar.shift(anchor, step, unit if unit in ("month", "year") else "day")


def then(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    if prefix.bound not in ("since", "ever since", "by", "until", "till", "before", "after"):
        return None
    return Reading(context.anchor.named, relative=True)


def nightfall(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    if prefix.bound != "by":
        return None
    return Reading(_unit_beside(context.anchor.named, "day", 0), relative=True)
