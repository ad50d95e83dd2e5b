"""Which stretches of a sentence are times: the grammar's forms claim them, names and datelines stay out."""

import re
from dataclasses import dataclass, replace
from datetime import date

from domain.time import calendar, grammar
from domain.time.expression import Anchor, Context, Prefix
from domain.time.readings import read

_NAMES = frozenset(("calendar_day", "month", "weekday"))
_TRIAL = Context(date(2000, 1, 31), False, Anchor(calendar.day(date(2000, 1, 31))))
"""Any context in which every form that is a time can be read."""

_LOOK_BACK = 64
_PLACE = re.compile(r"\s*\(?(?:[A-Z][A-Z.'’/ -]{2,40}(?:,\s*[A-Z][\w.'’ -]{1,30})?[,\s]\s*)?\(?")
_DATELINE_END = re.compile(r"\)?\s*(?:\([^()]{2,40}\)|[A-Z][\w.’' ]{1,30})?\s*(?:--|[-–—:])(?:\s|$)|\)\s|\s*$")
_DATELINE_LABEL = re.compile(r"\s*(?:published|updated|posted|date|issued|last updated)(?:\s+(?:on|at))?\s*:?\s*", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    form: str
    found: re.Match[str]
    prefix: Prefix

    @property
    def start(self) -> int:
        return self.prefix.filler_start

    @property
    def end(self) -> int:
        return self.found.end()


def units_in(sentence: str) -> list[Unit]:
    """Claim stretches of text for the forms, earlier forms first."""
    claimed: list[Unit] = []
    names: list[tuple[int, int]] = []
    for form, pattern in grammar.FORMS:
        if form in grammar.TELLING and not grammar.TELLING[form].search(sentence):
            continue
        for found in pattern.finditer(sentence):
            unit = Unit(form, found, _prefix(sentence, found.start(), 0))
            taken = [*names, *((other.start, other.end) for other in claimed)]
            if any(unit.start < end and start < unit.end for start, end in taken):
                continue
            if _is_name(form, found):
                names.append(found.span())
            elif read(form, found, _TRIAL, unit.prefix) is not None:
                claimed.append(unit)
    claimed.sort(key=lambda unit: unit.start)
    floors = [0, *(unit.end for unit in claimed)]
    return [
        replace(unit, prefix=_prefix(sentence, unit.found.start(), floor))
        for unit, floor in zip(claimed, floors, strict=False)
    ]


def _is_name(form: str, found: re.Match[str]) -> bool:
    if form not in _NAMES:
        return False
    before = grammar.NAME_BEFORE.search(found.string, max(0, found.start() - 24), found.start())
    return before is not None or grammar.NAME_AFTER.match(found.string, found.end()) is not None


def _prefix(sentence: str, at: int, floor: int) -> Prefix:
    found = grammar.PREFIX.search(sentence, max(floor, at - _LOOK_BACK), at)
    if found is None:
        return Prefix("", "", at, at)
    bound = " ".join((found["bound"] or "").lower().split())
    return Prefix(bound, found["filler"] or "", found.start(), at - len(found["filler"] or ""))


def without_dateline(sentence: str, units: list[Unit]) -> list[Unit]:
    """Drop the date of a dateline: it tells when the report was written, not when anything happened."""
    if units and units[0].form in ("calendar_day", "iso"):
        first = units[0].found
        if _PLACE.fullmatch(sentence, 0, first.start()) and not units[0].prefix.bound:
            after = _DATELINE_END.match(sentence, first.end())
            if after and after.end() < len(sentence):
                return units[1:]
    return units


def dateline(text: str) -> date | None:
    """Return the date of an article's dateline: only a full one, with its year, that opens one of the first lines.

    "KYIV, Dec. 5, 2024 (Reuters) -", "(5 December 2024)", "Published: 2024-12-05"; None when there is none.
    """
    for line in text[:600].split("\n")[:3]:
        label = _DATELINE_LABEL.match(line)
        for form, pattern in grammar.FORMS[:4]:
            found = pattern.search(line[:160])
            if found and (found["y"] and _opens(line, found, label.end() if label else 0)):
                reading = read(form, found, _TRIAL, Prefix("", "", found.start(), found.start()))
                if reading and reading.named.precision == "day":
                    return reading.named.earliest
    return None


def _opens(line: str, found: re.Match[str], label_end: int) -> bool:
    starts = _PLACE.fullmatch(line, label_end, found.start())
    return starts is not None and _DATELINE_END.match(line, found.end()) is not None
