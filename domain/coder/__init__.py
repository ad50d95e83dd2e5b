"""The coder: article and edition in, coding out. Pure; parser and gazetteer come as ports."""

from domain.coder.pipeline import Coder
from domain.coder.version import CODER_VERSION

__all__ = ["CODER_VERSION", "Coder"]
