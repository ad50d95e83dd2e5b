"""File locks (flock) that end with the process that holds them, whatever ends it.

A lock belongs to the open file, so a child that inherits the descriptor holds it too, and the kernel lets go of it
only when the last holder is gone. That is the whole bookkeeping: nothing on disk can be stale.
"""

import fcntl
import os
import time
from pathlib import Path

_RETRY_S = 0.005


def shared(path: Path, *, timeout_s: float) -> int | None:
    """A descriptor that holds the lock together with others until it is closed; None when none was to be had."""
    return _acquire(path, fcntl.LOCK_SH, timeout_s)


def exclusive(path: Path, *, timeout_s: float = 0.0) -> int | None:
    """A descriptor that holds the lock alone until it is closed; None when others held it all the time."""
    return _acquire(path, fcntl.LOCK_EX, timeout_s)


def held(path: Path) -> bool:
    """Whether some process holds the lock alone right now. A file that is not there is held by nobody."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def still_at(path: Path, descriptor: int) -> bool:
    """Whether the locked file is still the one at `path`: someone may have deleted the folder."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _acquire(path: Path, mode: int, timeout_s: float) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    deadline = time.monotonic() + timeout_s
    while not _try(descriptor, mode):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(_RETRY_S)
    return descriptor


def _try(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
