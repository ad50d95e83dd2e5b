"""One tree of errors; a class means one reaction."""

from dataclasses import dataclass


class FrontlogError(Exception):
    """Anything Frontlog says to whoever must act. Its text is a whole sentence and safe to print."""


@dataclass
class InvalidInput(FrontlogError):
    """Reject: the input is wrong and sending it again will not help.

    Attributes: `where` (file, queue or record), `line` (1-based or None), `field` (or None), `found` and
    `expected` as short phrases, `next_step` as an imperative sentence.
    """

    where: str
    found: str
    expected: str
    next_step: str
    field: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = self.where + (f", line {self.line}" if self.line is not None else "")
        field = f", field {self.field!r}" if self.field else ""
        return f"{place}{field}: found {self.found}, expected {self.expected}. {self.next_step}"


class BadQuery(FrontlogError):
    """Reject: the database does not take this query. The text is the server's message and what to do about it."""


class TryAgain(FrontlogError):
    """Retry: nothing was changed; a repeat may succeed (a lost connection, a lock not granted)."""


class Stop(FrontlogError):
    """Stop: someone must act first (wrong edition, wrong server version, corrupt log); the text names the command."""


@dataclass
class ConcurrencyError(FrontlogError):
    """Another writer was first: the stream is no longer at the version the caller expected."""

    stream: str
    expected_version: int
    actual_version: int

    def __str__(self) -> str:
        return (
            f"stream {self.stream} is at version {self.actual_version}, not {self.expected_version}: "
            "another writer was first. Read it again and decide anew."
        )
