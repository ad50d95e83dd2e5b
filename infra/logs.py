"""One chain for every log line of the process: ours, dramatiq's, Celery's and pika's, on stderr.

JSON lines off a terminal, readable text on one. What is bound with `bind_trace` (trace id, article, projection) is on
each line written below it. Tracebacks carry no locals, and passwords in connection strings are blanked on every line,
tracebacks included.
"""

import logging
import re
import secrets
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "json", "console"]

HIDDEN = "***"
_URL_PASSWORD = re.compile(r"(?P<head>[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*:)[^\s/]*(?=@)")
_WORD_PASSWORD = re.compile(
    r"""(?P<head>\b(?:password|passwd|pgpassword|sslpassword|passfile)["']?\s*[=:]\s*)('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\s,;&}'"]+)""",
    re.IGNORECASE,
)
_SECRET_KEYS = frozenset({"password", "passwd", "pgpassword", "secret", "token", "authorization"})
_QUIET = {"pika": logging.WARNING, "amqp": logging.WARNING, "kombu": logging.WARNING}
"""Libraries whose INFO lines tell about sockets, not about articles."""


def configure(level: str = "INFO", format: LogFormat = "auto") -> None:
    """Send every log line of this process through one chain to stderr. A repeat replaces the earlier set-up.

    `level` is a name of `logging`; `auto` picks by whether stderr is a terminal. Raises ValueError for another level.
    """
    readable = format == "console" or (format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*_rendering(readable)])
    )
    _install(handler, level)


def new_trace_id() -> str:
    """A fresh trace id: 32 hex digits, the form of a W3C trace id."""
    return secrets.token_hex(16)


def bind_trace(trace_id: str, **more: str) -> AbstractContextManager[None]:
    """Put the trace id (and, say, `article_id`, `projection`) on every line logged inside the block."""
    return structlog.contextvars.bound_contextvars(trace_id=trace_id, **more)


def current_trace() -> str | None:
    """The trace id bound around the caller, or None."""
    found = structlog.contextvars.get_contextvars().get("trace_id")
    return None if found is None else str(found)


def trace_id() -> str:
    """The trace id bound around the caller, or a fresh one that nothing else carries."""
    return current_trace() or new_trace_id()


def scrub(text: str) -> str:
    """The text with the passwords of URLs and connection strings blanked."""
    return _WORD_PASSWORD.sub(rf"\g<head>{HIDDEN}", _URL_PASSWORD.sub(rf"\g<head>{HIDDEN}", text))


def scrub_event(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The processor that blanks secrets everywhere in a line, nested values included."""
    return {key: HIDDEN if key.lower() in _SECRET_KEYS else _scrub_value(value) for key, value in event.items()}


def _scrub_value(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {k: HIDDEN if str(k).lower() in _SECRET_KEYS else _scrub_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrub_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub(repr(value))


def _rendering(readable: bool) -> list[Processor]:
    head: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if readable:
        console = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        return [*head, structlog.processors.format_exc_info, scrub_event, console]
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        *head,
        structlog.processors.ExceptionRenderer(tracebacks),
        scrub_event,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever `sys.stderr` is at the moment: a progress bar or a test may have replaced it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def _install(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _StderrHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))
