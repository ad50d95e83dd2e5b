"""The language parser."""

from infra.parser.spacy_parser import SpacyParser

__all__ = ["SpacyParser"]
