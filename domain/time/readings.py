"""The reader of each form of the grammar."""

import re
from collections.abc import Callable

from domain.time import absolute, relative
from domain.time.calendar import UNKNOWN
from domain.time.expression import Context, Prefix, Reading

Reader = Callable[[re.Match[str], Context, Prefix], Reading | None]


def vague(found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    """ "Last week", "overnight", "recently" name no day (CODEBOOK.md, edge case 8)."""
    return Reading(UNKNOWN)


_READERS: dict[str, Reader] = {
    "iso": absolute.iso,
    "numeric": absolute.numeric,
    "calendar_day": absolute.calendar_day,
    "day_of_month": relative.day_of_month,
    "the_nth": relative.the_nth,
    "season": absolute.season,
    "deictic": absolute.deictic,
    "month": absolute.month,
    "weekday": absolute.weekday,
    "ago": absolute.ago,
    "offset": relative.offset,
    "edge": relative.edge,
    "part_of_unit": absolute.calendar_unit,
    "calendar_unit": absolute.calendar_unit,
    "beside": relative.beside,
    "then": relative.then,
    "nightfall": relative.nightfall,
    "that": relative.that,
    "years": absolute.years,
    "year": absolute.year,
    "vague": vague,
}


def read(form: str, found: re.Match[str], context: Context, prefix: Prefix) -> Reading | None:
    """Return what the match of a form stands for, or None where it is no time after all."""
    return _READERS[form](found, context, prefix)
