"""From a decoded record to an Article: every field checked, every error naming field, found, expected and next step."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rapidfuzz import process

from domain.article import Article, normalise
from domain.errors import InvalidInput
from infra.reading.html import looks_like_html, read_page
from infra.reading.language import other_language

MAX_CHARACTERS = 2_000_000
"""Of one article's text: some 300,000 words. Longer input is a dump or a mistake."""

KNOWN_FIELDS = ("text", "published", "source", "url", "title", "id", "external_id")
_LONGEST = {"source": 500, "url": 4000, "title": 2000, "id": 500, "external_id": 500}
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?")
_EARLIEST = date(1900, 1, 1)
_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: file, queue or row, and its line."""

    where: str
    line: int | None = None

    def error(self, found: str, expected: str, next_step: str, field: str | None = None) -> InvalidInput:
        """An InvalidInput that points here."""
        return InvalidInput(self.where, found, expected, next_step, field, self.line)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says of articles that do not say it themselves."""

    published: date | None = None
    source: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record's fields as given, before they are checked."""

    fields: Mapping[str, Any]
    place: Place
    defaults: Defaults = field(default_factory=Defaults)


def article(record: Record) -> Article:
    """Return the article of a record. Raises InvalidInput."""
    _check_names(record)
    published = _published(record) or record.defaults.published
    if published:
        check_day(published, record.place)
    external_id = _words(record, "id")
    other_id = _words(record, "external_id")
    if external_id and other_id and external_id != other_id:
        raise record.place.error(
            f"{other_id!r} beside id {external_id!r}", "one identity", "Give either id or external_id.", "external_id"
        )
    return Article(
        text=_text(record),
        source=_words(record, "source") or _clean(record.defaults.source),
        published=published,
        url=_words(record, "url") or _clean(record.defaults.url),
        title=_words(record, "title"),
        external_id=external_id or other_id,
    )


def _check_names(record: Record) -> None:
    for name in record.fields:
        if name in KNOWN_FIELDS:
            continue
        near = process.extractOne(name.lower(), KNOWN_FIELDS, score_cutoff=70)
        advice = f"Did you mean {near[0]!r}? Rename it, or leave it out." if near else "Leave it out."
        raise record.place.error(
            "an unknown field", "only " + ", ".join(KNOWN_FIELDS), advice, normalise(name)[:60] or "(empty name)"
        )


def kind_of(value: Any) -> str:
    """What a JSON value is, in words: "a number", "a list"."""
    return _KINDS.get(type(value), "text")


def _text(record: Record) -> str:
    given, place = record.fields.get("text"), record.place
    if given is None:
        found = "null" if "text" in record.fields else "no such field"
        raise place.error(found, "the article's text", 'Give it as "text": "…".', "text")
    if not isinstance(given, str):
        raise place.error(kind_of(given), "text in quotes", 'Give it as "text": "…".', "text")
    check_length(given, place)
    text = normalise(plain(given, place))
    if not text:
        found = "nothing but markup" if normalise(given) else "an empty text"
        raise place.error(found, "at least one sentence", "Check how the text was extracted, or leave it out.", "text")
    if not any(c.isalpha() for c in text):
        raise place.error("no letter at all", "at least one sentence", "Check how the text was extracted.", "text")
    language = other_language(text)
    if language:
        raise place.error(
            f"a text in {language}",
            "English",
            "Frontlog codes English only: give a translation, or leave it out.",
            "text",
        )
    return text


def check_length(text: str, place: Place) -> None:
    """Raise InvalidInput for a text longer than MAX_CHARACTERS."""
    if len(text) > MAX_CHARACTERS:
        raise place.error(
            f"{len(text):,} characters", f"at most {MAX_CHARACTERS:,}", "Split it into single articles.", "text"
        )


def plain(given: str, place: Place) -> str:
    """The text without markup, one paragraph a line where it had any. Raises InvalidInput on markup past reading."""
    if not looks_like_html(given):
        return given
    try:
        return read_page(given).text
    except RecursionError:
        raise place.error("markup nested too deeply", "an article", "Extract its text first.", "text") from None


def _words(record: Record, name: str) -> str | None:
    value = record.fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise record.place.error(kind_of(value), "text in quotes, or null", f'Write "{name}": "…".', name)
    if len(value) > _LONGEST[name]:
        raise record.place.error(
            f"{len(value):,} characters", f"at most {_LONGEST[name]:,}", f"Shorten {name}, or leave it out.", name
        )
    return _clean(value)


def _clean(value: str | None) -> str | None:
    return " ".join(normalise(value).split()) or None if value else None


def _published(record: Record) -> date | None:
    value = record.fields.get("published")
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise record.place.error(kind_of(value), "a date in quotes", 'Write "published": "2024-12-06".', "published")
    found = _DATE.fullmatch(value.strip())
    try:
        day = date(*map(int, found.group(1, 2, 3))) if found else None
    except ValueError:
        day = None
    if day is None:
        raise record.place.error(
            repr(normalise(value)[:40]),
            "a day that exists, as YYYY-MM-DD",
            "Correct the date, or leave it out.",
            "published",
        )
    return day


def check_day(day: date, place: Place) -> None:
    """Raise InvalidInput for a publication before 1900 or after tomorrow: a wrong year would move every date."""
    today = datetime.fromtimestamp(time.time(), tz=UTC).date()
    if not _EARLIEST <= day <= today + timedelta(days=1):
        raise place.error(
            repr(day.isoformat()),
            f"a day from {_EARLIEST} to tomorrow ({today + timedelta(days=1)} by this machine's clock)",
            "Correct the date, or leave it out.",
            "published",
        )
