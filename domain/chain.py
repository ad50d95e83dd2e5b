"""What an event's digest covers, so that the log can be checked by anyone who can read it, in any language.

It is the SHA-256 of, one after the other:

- the digest before it in the stream, 32 bytes (nothing for version 1);
- recorded_at as 8 bytes: big-endian microseconds since 2000-01-01 UTC, PostgreSQL's own form;
- position as 8 bytes, big-endian;
- the JSON array `[stream, version, type, schema_version, data, metadata]` as UTF-8, without blanks, keys sorted by
  their UTF-8 bytes, only `"`, `\\` and what lies below U+0020 escaped.

What the database gives back is another spelling of the same JSON: jsonb sorts and spaces it anew, and keeps numbers
as decimals. Writing what was read in the form above gives the same bytes, given that numbers were settled first.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from domain.ports import StoredEvent

_encode = msgspec.json.Encoder(order="deterministic").encode
_sha256 = hashlib.sha256
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBERS_ONLY = bytes(set(range(256)) - set(b"0123456789e-.,]}"))
_SKELETON = bytes.maketrans(b"123456789]}", b"000000000,,")
_TAIL = struct.Struct("!qq").pack


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object. Raises TypeError for what JSON cannot hold."""
    written = _encode(document)
    # such a float is written ...e16 to ...e308 before , ] or }, or as -0.0; half a regular expression's time, and
    # what only looks like one costs a second spelling
    bare = written.translate(_SKELETON, _NUMBERS_ONLY)
    if b"0e00," in bare or b"0e000," in bare or b"-0.0" in bare:
        return _encode(_settled(document))
    return written


def head(stream: str, version: int, type_name: str, schema_version: int) -> bytes:
    """How an event's canonical array begins; `data`, a comma, `metadata` and a bracket follow."""
    return _encode((stream, version, type_name, schema_version))[:-1] + b","


def link(before: bytes, recorded_us: int, position: int, head: bytes, data: bytes, metadata: bytes) -> bytes:
    """The event's digest. `before` is empty for version 1, `recorded_us` from `microseconds`, the rest canonical."""
    return _sha256(b"%b%b%b%b,%b]" % (before, _TAIL(recorded_us, position), head, data, metadata)).digest()


def microseconds(moment: datetime) -> int:
    """Microseconds since 2000-01-01 UTC, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


class Broken(msgspec.Struct, frozen=True):
    """An event that does not carry the digest it should. `why` is a phrase for people."""

    position: int
    stream: str
    version: int
    why: str


def broken(events: Iterable[StoredEvent]) -> Iterator[Broken]:
    """What is wrong in events as they are stored (not upcast), in the order of stream and version, whole streams.

    Each is checked against the digest stored before it, so one changed event is one finding. An event missing from
    the middle or the start of a stream is found, one missing from its end is not: that takes a seal over positions.
    """
    stream, version, before = "", 0, b""
    for event in events:
        if event.stream != stream:
            stream, version, before = event.stream, 0, b""
        version += 1
        if event.version != version:
            yield Broken(event.position, stream, event.version, f"version {version} is missing before it")
        elif expected_digest(before, event) != event.digest:
            yield Broken(event.position, stream, event.version, "its digest is not that of what is stored")
        version, before = event.version, bytes.fromhex(event.digest)


def expected_digest(before: bytes, event: StoredEvent) -> str:
    """The digest, hex, that an event as stored should carry after the one before it in its stream."""
    start = head(event.stream, event.version, event.type, event.schema_version)
    data, metadata = canonical(event.data), canonical(event.metadata)
    return link(before, microseconds(event.recorded_at), event.position, start, data, metadata).hex()


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
