"""What a user may set, read once from the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit, urlunsplit

import platformdirs

from domain.errors import InvalidInput

LogFormat = Literal["auto", "json", "console"]

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
LOG_FORMATS: tuple[LogFormat, ...] = ("auto", "json", "console")
DATABASE_SCHEMES = ("postgresql", "postgres")
BROKER_SCHEMES = ("amqp", "amqps")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where data, database and queue are, and how much to log. URLs may hold passwords, so repr leaves them out.

    `database_url` None: the embedded server in `data_dir`. `broker_url` None: the queues live in the database.
    `log_level` None: `frontlog up` logs from info on, other commands speak for themselves. `worker_threads`: how many
    doorbells one process answers at a time. `replay_workers`: how many processes a command has work on a large replay.
    `server_linger_s`: how long the embedded server outlives the last command, in seconds.
    """

    data_dir: Path
    database_url: str | None = field(default=None, repr=False)
    broker_url: str | None = field(default=None, repr=False)
    log_level: str | None = None
    log_format: LogFormat = "auto"
    worker_threads: int = 2
    replay_workers: int = 2
    server_linger_s: float = 5.0

    @property
    def cache_dir(self) -> Path:
        """A folder for what can be made anew, such as the gazetteer's index; whoever writes there makes it."""
        return self.data_dir / "cache"

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the FRONTLOG_ variables; an empty one counts as unset. Raises InvalidInput naming the variable."""
        return cls(
            data_dir=_data_dir(_given(env, "FRONTLOG_DATA_DIR")),
            database_url=_url(env, "FRONTLOG_DATABASE_URL", DATABASE_SCHEMES),
            broker_url=_url(env, "FRONTLOG_BROKER_URL", BROKER_SCHEMES),
            log_level=_one_of(env, "FRONTLOG_LOG_LEVEL", LOG_LEVELS, "") or None,
            log_format=cast(LogFormat, _one_of(env, "FRONTLOG_LOG_FORMAT", LOG_FORMATS, "auto")),
            worker_threads=int(_number(env, "FRONTLOG_WORKER_THREADS", 2, least=1, most=64, whole=True)),
            replay_workers=int(_number(env, "FRONTLOG_REPLAY_WORKERS", 2, least=1, most=64, whole=True)),
            server_linger_s=_number(env, "FRONTLOG_SERVER_LINGER_S", 5.0, least=0, most=86_400),
        )


def default_data_dir() -> Path:
    """Where data lives when nobody says otherwise.

    Root's own folders are closed to the account the embedded server runs as, so root gets the system's.
    """
    if os.geteuid() != 0:
        return platformdirs.user_data_path("frontlog", appauthor=False)
    if sys.platform == "darwin":
        return platformdirs.site_data_path("frontlog", appauthor=False)
    return Path("/var/lib/frontlog")


def redacted(url: str) -> str:
    """The URL with user, host and database, but without its password and options: fit for a log or a screen."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
    except ValueError:
        return "a URL that cannot be read"
    if not parts.scheme or not parts.netloc:
        return "a text that is no URL"
    return urlunsplit((parts.scheme, user + host, parts.path, "", ""))


def _given(env: Mapping[str, str], name: str) -> str | None:
    return env.get(name, "").strip() or None


def _data_dir(given: str | None) -> Path:
    if given is None:
        return default_data_dir()
    if "\0" in given:
        raise _bad("FRONTLOG_DATA_DIR", "a NUL character", "the path of a folder", "Set it to a folder of your own.")
    path = Path(given).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise _bad("FRONTLOG_DATA_DIR", f"the file {path}", "a folder", "Set it to a folder, or to one not made yet.")
    return path


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    given = _given(env, name)
    if given is None:
        return None
    expected = f"a URL such as {schemes[0]}://user:password@host/name"
    try:
        parts = urlsplit(given)
        _ = parts.port  # a port that is no number is noticed only when it is asked for
    except ValueError as error:
        raise _bad(name, redacted(given), expected, "Percent-encode special characters of the password.") from error
    if parts.scheme not in schemes or "//" not in given:
        raise _bad(name, redacted(given), expected, f"Let it begin with {schemes[0]}://, or unset it.")
    return given


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    found = (_given(env, name) or default).lower()
    if found != default and found not in allowed:
        raise _bad(name, repr(found), f"one of {', '.join(allowed)}", "Set it to one of these, or unset it.")
    return found


def _number(
    env: Mapping[str, str], name: str, default: float, *, least: float, most: float, whole: bool = False
) -> float:
    given = _given(env, name)
    if given is None:
        return default
    kind = "whole number" if whole else "number"
    expected = f"a {kind} from {least:g} to {most:g}"
    try:
        found = int(given) if whole else float(given)
    except ValueError:
        found = -1
    if not least <= found <= most:
        raise _bad(name, repr(given), expected, "Set it to such a number, or unset it.")
    return found


def _bad(name: str, found: str, expected: str, next_step: str) -> InvalidInput:
    return InvalidInput(where=f"environment variable {name}", found=found, expected=expected, next_step=next_step)
