"""Days and moments as a user writes them: the options `--published`, `--on` and `--known-at`."""

import re
from datetime import UTC, date, datetime

import typer

from infra.postgres.reader import end_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY, MOMENT = "YYYY-MM-DD", "YYYY-MM-DD[THH:MM[:SS]]"
"""How help writes what these options take."""


def day(text: str) -> date:
    """The day written YYYY-MM-DD. Raises BadParameter for anything else, and for a day that no calendar has."""
    given = text.strip()
    try:
        if _DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise typer.BadParameter(f"found {text!r}, expected a day that exists, as YYYY-MM-DD.")


def moment(text: str) -> datetime:
    """A moment as Frontlog prints it, UTC unless it names an offset; a bare day means that day's end.

    Takes `2024-12-06`, `2024-12-06 13:44`, `2024-12-06T13:44:00.5Z`, `2024-12-06 13:44:00+00:00`. Raises BadParameter.
    """
    given = text.strip()
    try:
        if _DAY.fullmatch(given):
            return end_of(date.fromisoformat(given))
        if _DAY.match(given):
            found = datetime.fromisoformat(given)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        pass
    raise typer.BadParameter(
        f"found {text!r}, expected a day that exists, as YYYY-MM-DD, or a moment (UTC), as YYYY-MM-DDTHH:MM:SS."
    )
