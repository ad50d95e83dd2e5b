"""The coder: article and edition in, coding out. Pure; parser and gazetteer come as ports."""

CODER_VERSION = 1
"""Part of every edition's digest. `tests/acceptance` holds golden bytes that force it up when any output changes."""
