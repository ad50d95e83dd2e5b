"""The coder's version: part of every edition's digest, raised whenever code changes any output."""

CODER_VERSION = 6
