"""Named queries from `queries/*.sql`: a line `-- name: x` starts query x, comments below it explain it."""

import re
from functools import cache
from importlib import resources
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\n", re.MULTILINE)


@cache
def queries(file: str) -> dict[str, LiteralString]:
    """The queries of `queries/<file>.sql` by name. Raises FileNotFoundError, and ValueError for a name given twice."""
    text = resources.files("infra.postgres").joinpath("queries", f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    names = parts[::2]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"queries/{file}.sql names {', '.join(sorted(twice))} twice")
    # our own files are as trusted as a literal: nothing of a user's ever reaches them
    return {name: cast(LiteralString, body.strip()) for name, body in zip(names, parts[1::2], strict=True)}
