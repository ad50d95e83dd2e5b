"""Values that come again and again, made once."""

from collections.abc import Callable
from typing import Any

MOST = 50_000
"""So many are remembered at a time."""


class Remembered(dict[Any, Any]):
    """What `make` makes of a key, by key. Keys that are equal must be made into the same."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        if len(self) >= MOST:
            self.clear()
        value = self[key] = self._make(key)
        return value
