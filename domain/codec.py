"""Stored shapes to JSON-ready data and back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from domain.errors import Stop
from domain.events import SHAPES
from domain.upcasters import upcast


def to_data(fact: msgspec.Struct) -> dict[str, Any]:
    """A shape as JSON holds it: dates as ISO strings, tuples as lists, defaults left out where the shape says so."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(fact))
    return data


def from_data(type_name: str, schema_version: int, data: Mapping[str, Any]) -> msgspec.Struct:
    """The newest shape of a stored event's data, upcast from its version; fields the shape lacks are ignored.

    Raises Stop when the type is unknown, the version newer than this code, or the data not of its shape.
    """
    _, newest = upcast(type_name, schema_version, data)
    if type_name not in SHAPES:
        raise Stop(f"the log holds an event of type {type_name}, which this Frontlog does not know. Upgrade it.")
    try:
        return msgspec.convert(newest, SHAPES[type_name][1])
    except msgspec.ValidationError as error:
        raise Stop(
            f"stored data of {type_name} version {schema_version} is not of its shape: {error}. Run: frontlog verify"
        ) from error
