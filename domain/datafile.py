"""Reading an edition's YAML with line numbers, so that every complaint names file, line and field."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from domain.errors import InvalidInput

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping of a data file: its fields, and where it stands."""

    file: str
    line: int
    fields: dict[str, Any]
    lines: dict[str, int]

    def fail(
        self, field: str, found: str, expected: str, next_step: str = "Correct the line and check again."
    ) -> InvalidInput:
        """The error to raise about a field of this row."""
        return InvalidInput(self.file, found, expected, next_step, field=field, line=self.lines.get(field, self.line))

    def only(self, *known: str) -> None:
        """Raise InvalidInput for a field that is not one of `known`: a typing mistake must not pass silently."""
        for field in self.fields:
            if field not in known:
                raise self.fail(field, f"the unknown field {field!r}", "one of " + ", ".join(known))

    def text(self, field: str, default: str | None = None) -> str:
        """A string; InvalidInput when missing without default, or of another type."""
        value = self.fields.get(field, default)
        if isinstance(value, str) and value.strip():
            return value
        raise self.fail(field, f"{value!r}", "text")

    def maybe(self, field: str) -> str | None:
        """A string or None."""
        return self.text(field) if self.fields.get(field) is not None else None

    def one_of(self, field: str, choices: tuple[str, ...]) -> str:
        """A string of a closed list."""
        value = self.text(field)
        if value not in choices:
            raise self.fail(field, repr(value), "one of " + ", ".join(choices))
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of strings; empty when missing."""
        value = self.fields.get(field) or []
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.fail(field, f"{value!r}", 'a list of texts (quote words such as "NO" or "ON")')
        return tuple(value)

    def number(self, field: str) -> float | None:
        """A number or None."""
        value = self.fields.get(field)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.fail(field, f"{value!r}", "a number")
        return None if value is None else float(value)

    def day(self, field: str) -> datetime.date | None:
        """A day or None; written YYYY-MM-DD."""
        value = self.fields.get(field)
        if value is not None and (not isinstance(value, datetime.date) or isinstance(value, datetime.datetime)):
            raise self.fail(field, f"{value!r}", "a day as YYYY-MM-DD")
        return value

    def rows(self, field: str) -> list["Row"]:
        """A list of mappings (already rows); empty when missing."""
        value = self.fields.get(field) or []
        if not isinstance(value, list) or not all(isinstance(v, Row) for v in value):
            raise self.fail(field, "something else", "a list of mappings, each starting with '- '")
        return value


def read(file: str, text: str) -> Row:
    """The top mapping of a YAML file; mappings below it are rows too.

    Raises InvalidInput with the line for broken YAML, a doubled key or a top level that is no mapping.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        value = _build(file, node, _Loader("")) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InvalidInput(file, error.problem or "broken YAML", "valid YAML", "Correct the line.", line=line) from None
    if not isinstance(value, Row):
        raise InvalidInput(file, "no mapping", "a mapping at the top level", "Start the file with a field.", line=1)
    return value


def _build(file: str, node: Any, loader: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _row(file, node, loader)
    if isinstance(node, yaml.SequenceNode):
        return [_build(file, child, loader) for child in node.value]
    return loader.construct_object(node)


def _row(file: str, node: Any, loader: Any) -> Row:
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in fields:
            raise InvalidInput(file, "the field twice", "each field once", "Join the two.", field=key, line=line)
        fields[key], lines[key] = _build(file, value_node, loader), line
    return Row(file, node.start_mark.line + 1, fields, lines)


def files_under(files: dict[str, str], folder: str) -> Iterator[tuple[str, str]]:
    """(path, text) of a folder's .yaml files in name order."""
    for path in sorted(files):
        if path.startswith(folder + "/") and path.endswith(".yaml"):
            yield path, files[path]
