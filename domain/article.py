"""An article as it enters the log: normalised text, and an identity that is a digest of what was given."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_NEWLINES = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\u200b\u2060]")


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `text` is normalised; a line break in it always ends a sentence."""

    text: str
    source: str | None = None
    published: date | None = None
    url: str | None = None
    title: str | None = None
    external_id: str | None = None

    @property
    def text_digest(self) -> str:
        """SHA-256 of the normalised text, hex, 64 characters: the key of the text's own table."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def article_id(self) -> str:
        """128 bits, hex: digest of normalised text, source as given and publication date (DESIGN.md, The log)."""
        parts = (self.text_digest, self.source or "", self.published.isoformat() if self.published else "")
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    @property
    def revision_key(self) -> str | None:
        """What another text must share to supersede this one: (source, external id or else url); None: nothing can."""
        own = self.external_id or self.url
        return f"{self.source or ''}\x1f{own}" if own else None


def normalise(text: str) -> str:
    """NFC, one kind of line break, no control characters (jsonb refuses U+0000), no blanks at line ends.

    Idempotent. Raises nothing: lone surrogates become U+FFFD.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _NEWLINES.sub("\n", text)))
    return "\n".join(line.strip() for line in text.split("\n")).strip()
