"""Folding of names with a memory: one article folds the same few names thousands of times."""

from functools import lru_cache

from domain import names

fold = lru_cache(maxsize=65_536)(names.fold)
"""`domain.names.fold`, remembered. Pure, so remembering changes no output."""
