"""What an event's digest covers, so that the log can be checked by anyone who can read it, in any language.

Two steps, both SHA-256:

- content = SHA-256 of the JSON array `[stream, version, type, schema_version, data, metadata]` as UTF-8, without
  blanks, keys sorted by their UTF-8 bytes, only `"`, `\\` and what lies below U+0020 escaped;
- digest = SHA-256 of: the digest before it in the stream (nothing for version 1), content, recorded_at as 8 bytes
  (big-endian microseconds since 2000-01-01 UTC, PostgreSQL's own form), position as 8 bytes (big-endian).

What the database gives back is another spelling of the same JSON: jsonb sorts and spaces it anew, and keeps numbers
as decimals. Writing what was read in the form above gives the same bytes, given that numbers were settled first.
"""

import hashlib
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

_encode = msgspec.json.Encoder(order="deterministic").encode
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSETTLED = re.compile(rb"[:,\[](?:-0\.0|-?[0-9.]+e[0-9])")
_TAIL = struct.Struct("!qq").pack


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object. Raises TypeError for what JSON cannot hold."""
    written = _encode(document)
    return _encode(_settled(document)) if _UNSETTLED.search(written) else written


def content_digest(
    stream: str, version: int, type_name: str, schema_version: int, data: bytes, metadata: bytes
) -> bytes:
    """The first step, from `data` and `metadata` as `canonical` wrote them."""
    head = _encode((stream, version, type_name, schema_version))[:-1]
    return hashlib.sha256(b"%b,%b,%b]" % (head, data, metadata)).digest()


def link(before: bytes, content: bytes, recorded_us: int, position: int) -> bytes:
    """The second step. `before` is empty for a stream's first event; `recorded_us` from `microseconds`."""
    return hashlib.sha256(before + content + _TAIL(recorded_us, position)).digest()


def microseconds(moment: datetime) -> int:
    """Microseconds since 2000-01-01 UTC, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def _settled(value: Any) -> Any:
    """The same value with the two kinds of float that a decimal database would give back as another number.

    1e16 and larger come back as integers, -0.0 as 0.0.
    """
    if isinstance(value, float):
        return int(value) if abs(value) >= 1e16 else value + 0.0
    if isinstance(value, Mapping):
        return {key: _settled(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_settled(each) for each in value]
    return value
