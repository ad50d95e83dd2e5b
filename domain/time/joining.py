"""Read the times of a sentence in order: each against the one before, and those that belong together as one."""

import re
from dataclasses import dataclass, replace

from domain.time import calendar
from domain.time.calendar import UNKNOWN, Interval
from domain.time.expression import Anchor, Bound, Context, Reading, TimeExpression
from domain.time.readings import read
from domain.time.units import Unit

_BOUNDS: dict[str, Bound] = {
    "by": "by",
    "no later than": "by",
    "not later than": "by",
    "on or before": "by",
    "since": "since",
    "ever since": "since",
    "from": "since",
    "starting": "since",
    "beginning": "since",
    "until": "until",
    "till": "until",
    "up to": "until",
    "through": "until",
    "before": "before",
    "prior to": "before",
    "ahead of": "before",
    "after": "after",
}
_POSSESSIVE = re.compile(r"['’]s?\b")
_RANGE_GLUE = re.compile(r"\s*(?:to|until|till|through|[-–—])\s*$", re.IGNORECASE)
_LIST_GLUE = re.compile(r"\s+(?:and|or|&)\s+(?:on\s+)?$", re.IGNORECASE)
_END_OF = re.compile(r"\bend\s+of\b", re.IGNORECASE)
_WEEK_OF = re.compile(r"\bweeks?\s+of\b", re.IGNORECASE)
_NIGHT = re.compile(r"night\s+(?:of\s+|from\s+|between\s+)?[\w. ]{3,24}\s(?:to|and)\s+$", re.IGNORECASE)
_OPENS_RANGE = ("from", "between")
_JOINABLE = frozenset(("calendar_day", "iso", "numeric", "month", "weekday", "year"))


@dataclass(frozen=True, slots=True)
class Read:
    unit: Unit
    reading: Reading
    expression: TimeExpression


def read_in_order(units: list[Unit], context: Context) -> list[Read]:
    """Read each unit against the last one named before it."""
    done = []
    for unit in units:
        reading = read(unit.form, unit.found, context, unit.prefix) or Reading(UNKNOWN)
        done.append(Read(unit, reading, _expression(unit, reading, context)))
        if reading.clause is None:
            context = replace(context, anchor=Anchor(reading.named, unit.found.start()))
    return done


def _bound(unit: Unit) -> Bound:
    if _POSSESSIVE.match(unit.found.string, unit.end) and unit.prefix.bound in ("from", "through"):
        return "on"
    bound = _BOUNDS.get(unit.prefix.bound, "on")
    at_its_end = _END_OF.search(unit.prefix.filler) or (unit.form == "part_of_unit" and _END_OF.search(unit.found[0]))
    return "by" if bound == "before" and at_its_end else bound


def _named(unit: Unit, reading: Reading) -> Interval:
    """The days named; "the week of May 3" bounds them and names none."""
    if reading.named.precision == "day" and reading.named.earliest and _WEEK_OF.search(unit.prefix.filler):
        return Interval(reading.named.earliest, calendar.plus(reading.named.earliest, 6), "unknown")
    return reading.named


def _expression(unit: Unit, reading: Reading, context: Context) -> TimeExpression:
    named, bound = _named(unit, reading), _bound(unit)
    if bound == "on" and named.precision in ("month", "year", "unknown"):
        bound = "during"
    if named.precision == "range" and unit.prefix.bound in _OPENS_RANGE:
        bound = "from..to"
    start = unit.prefix.start if unit.prefix.bound in _BOUNDS else unit.start
    written = unit.found.string[start : unit.end]
    start += len(written) - len(written.lstrip())
    hangs_on = context.anchor.start if reading.relative else None
    return TimeExpression(
        start, unit.end, named.earliest, named.latest, named.precision, bound, written.strip(), reading.relative,
        hangs_on=hangs_on,
    )  # fmt: skip


def settle_clauses(sentence: str, done: list[Read]) -> list[TimeExpression]:
    """Settle "two days after they left": a date before it dates that clause, one within that clause its own."""
    settled = []
    for at, item in enumerate(done):
        if item.reading.clause is None:
            settled.append(item.expression)
            continue
        before = [other for other in done[:at] if other.reading.clause is None and other.expression.dated]
        after = [other for other in done[at + 1 :] if other.expression.dated]
        settled.append(_settle(sentence, item, before[-1:] + after[:1], bool(before)))
    return settled


def _settle(sentence: str, item: Read, near: list[Read], has_before: bool) -> TimeExpression:
    if item.reading.clause is None or not near:
        return replace(item.expression, dependent=False)
    count, unit = item.reading.clause
    other = near[0].expression
    dependent = has_before or "," in sentence[item.expression.end : other.start]
    named = calendar.shift(other.interval, -count if dependent else count, unit)
    return replace(
        item.expression,
        earliest=named.earliest,
        latest=named.latest,
        precision=named.precision,
        bound="on" if named.precision == "day" else "during",
        dependent=dependent,
        hangs_on=near[0].unit.found.start(),
    )


def merge(
    sentence: str, units: list[Unit], expressions: list[TimeExpression], context: Context
) -> list[TimeExpression]:
    """Make one expression of "from A to B", "between A and B", "A and B"."""
    merged: list[TimeExpression] = []
    at = 0
    while at < len(expressions):
        pair = _pair(sentence, units[at], units[at + 1]) if at + 1 < len(expressions) else ""
        if pair:
            merged.append(_joined(sentence, units[at : at + 2], expressions[at : at + 2], pair, context))
        else:
            merged.append(expressions[at])
        at += 2 if pair else 1
    return merged


def _pair(sentence: str, first: Unit, second: Unit) -> str:
    """ "range", "list" or nothing: how two units next to each other hang together."""
    if not {first.form, second.form} <= _JOINABLE:
        return ""
    glue = sentence[first.end : second.start]
    if _RANGE_GLUE.fullmatch(glue) and first.prefix.bound not in ("by", "since", "until", "before", "after"):
        return "range"
    if _LIST_GLUE.fullmatch(glue):
        if first.prefix.bound == "between":
            return "range"
        return (
            "list"
            if first.form == second.form and first.prefix.bound in ("", "on", "in", "at", "over", "during")
            else ""
        )
    return ""


def _joined(
    sentence: str, units: list[Unit], parts: list[TimeExpression], pair: str, context: Context
) -> TimeExpression:
    first, last = (part.interval for part in parts)
    start = units[0].prefix.start if units[0].prefix.bound in _OPENS_RANGE else parts[0].start
    written = sentence[start : parts[1].end]
    whole = replace(parts[0], start=start, end=parts[1].end, as_written=written)
    if pair == "list":
        return whole
    if last.earliest and not context.planned:
        again = read(units[0].form, units[0].found, replace(context, published=last.earliest), units[0].prefix)
        first = again.named if again else first
    elif first.earliest and context.planned:
        again = read(units[1].form, units[1].found, replace(context, published=first.earliest), units[1].prefix)
        last = again.named if again else last
    named = _range(first, last)
    if named.precision == "range" and _NIGHT.search(sentence, 0, units[1].start):
        named = _one_night(named)
    return replace(whole, earliest=named.earliest, latest=named.latest, precision=named.precision, bound="from..to")


def _one_night(named: Interval) -> Interval:
    """ "The night from Saturday to Sunday" is Saturday (CODEBOOK.md, Settled questions)."""
    nights = (named.latest - named.earliest).days if named.latest and named.earliest else 0
    return calendar.day(named.earliest) if nights == 1 else named


def _range(first: Interval, last: Interval) -> Interval:
    if first.earliest is None or last.latest is None or first.earliest > last.latest:
        return UNKNOWN
    if first.earliest == last.latest:
        return calendar.day(first.earliest)
    return Interval(first.earliest, last.latest, "range")
