"""Bytes to text, and text to JSON, with errors that say where it breaks."""

import codecs
import json
import re
from typing import Any

from domain.errors import InvalidInput
from infra.reading.fields import Place, kind_of

MAX_BYTES = 2_000_000
"""Of a file that holds one article (txt, html). A larger one is refused by its size, unread."""

MAX_JSON_BYTES = 64_000_000
"""Of a .json document; beyond it, JSON lines are the way: they are read one by one."""

MAX_LINE_BYTES = 8_000_000
"""Of one JSON line or message: the longest text with escapes, and room."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip or Office file"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_OPENING = re.compile(r"\s*[\[{]")


class _DuplicateKeyError(ValueError):
    """A JSON object names a field twice: which one is meant?"""


def too_large(size: int, limit: int, place: Place) -> InvalidInput:
    """The error for input past a limit; both in bytes."""
    return place.error(
        f"{size:,} bytes", f"at most {limit:,}", "Split it into single articles, or into JSON lines (.jsonl)."
    )


def decode_text(raw: bytes, place: Place, *, html: bool = False) -> str:
    """Return the text of bytes in UTF-8, or UTF-16 or UTF-32 by its byte order mark, or as an HTML page declares.

    Raises InvalidInput for binary data and for bytes that are not text in that encoding, naming the byte offset.
    """
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            raise place.error(name, "text", "Save the article's text as UTF-8 and hand that in.")
    encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), None)
    if encoding is None and b"\x00" in raw:
        raise _binary(raw, place)
    declared = _CHARSET.search(raw[:2048]) if html and encoding is None else None
    try:
        return raw.decode("utf-8-sig" if encoding in (None, "utf-8") else encoding)
    except UnicodeDecodeError as error:
        if declared:
            return _decode_declared(raw, declared[1].decode("ascii"), place)
        raise _wrong_encoding(raw, error, encoding or "utf-8", place) from None


def _binary(raw: bytes, place: Place) -> InvalidInput:
    at = raw.index(b"\x00")
    if raw[1:200:2].count(0) > 60 or raw[0:200:2].count(0) > 60:
        return place.error(
            "UTF-16 without a byte order mark", "UTF-8", "Save it as UTF-8, say: iconv -f UTF-16 -t UTF-8 FILE."
        )
    return place.error(f"binary data (a NUL byte at offset {at:,})", "text", "Check that this is the file you meant.")


def _wrong_encoding(raw: bytes, error: UnicodeDecodeError, encoding: str, place: Place) -> InvalidInput:
    odd = sum(byte < 9 or 13 < byte < 32 or byte == 127 for byte in raw[:4000])
    if odd > len(raw[:4000]) // 20:
        return place.error(f"binary data (at offset {error.start:,})", "text", "Check that this is the file you meant.")
    return place.error(
        f"byte 0x{raw[error.start]:02x} at offset {error.start:,}, which is no {encoding.upper()}",
        "text in UTF-8",
        "Convert it, say: iconv -f WINDOWS-1252 -t UTF-8 FILE.",
    )


def _decode_declared(raw: bytes, encoding: str, place: Place) -> str:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise place.error(
            f"bytes that are not the declared {encoding}", "a page in UTF-8", "Save the page as UTF-8."
        ) from None


def parse_json(text: str, place: Place) -> Any:
    """Return the JSON value of a text. Raises InvalidInput for broken JSON, doubled keys, and depth past reading."""
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except _DuplicateKeyError as error:
        raise place.error("the field twice", "each field once", "Remove one of the two.", str(error)) from None
    except RecursionError:
        raise place.error("JSON nested too deeply", "an article object", "Give a flat object.") from None
    except json.JSONDecodeError as error:
        raise _broken(text, error, place) from None
    except ValueError as error:
        raise place.error(f"JSON that cannot be read ({error})", "an article object", "Correct it.") from None


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKeyError(next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _broken(text: str, error: json.JSONDecodeError, place: Place) -> InvalidInput:
    line = place.line if place.line is not None else error.lineno
    here = Place(place.where, line)
    if not _OPENING.match(text):
        return here.error(
            f"{text.strip()[:40]!r}", "a JSON object", 'Write {"text": "…"}, or save plain text as a .txt file.'
        )
    if text.strip() in ("{", "["):
        return here.error(
            "an object spread over several lines", "one JSON object a line", "Put each on one line, say: jq -c . FILE."
        )
    return here.error(
        f"broken JSON (column {error.colno}: {error.msg[0].lower()}{error.msg[1:]})",
        "one whole JSON object",
        "Correct the line and hand it in again.",
    )


def as_object(value: Any, place: Place) -> dict[str, Any]:
    """Return the value if it is a JSON object; else raise InvalidInput."""
    if not isinstance(value, dict):
        raise place.error(kind_of(value), "a JSON object", 'Write {"text": "…", "published": "2024-12-06"}.')
    return value
