"""Reading what users hand in: files, folders, streams and messages become articles, or errors that say what to do."""

from infra.reading.files import ArticleInput, read_any, read_path, read_stream
from infra.reading.messages import decode

__all__ = ["ArticleInput", "decode", "read_any", "read_path", "read_stream"]
