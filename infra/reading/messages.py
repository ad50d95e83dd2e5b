"""One article from one JSON document, as the SQL inbox and the AMQP bridge hand it over."""

from collections.abc import Mapping
from typing import Any

from domain.article import Article
from infra.reading import documents
from infra.reading.fields import Place, Record, article


def decode(raw: bytes | str | Mapping[str, Any] | object, where: str, line: int | None = None) -> Article:
    """Return the article of a JSON document: bytes, text, or already decoded.

    `where` names the queue or row in errors. Raises InvalidInput for whatever is no article; nothing else.
    """
    place = Place(where, line)
    value: object = raw
    if isinstance(value, bytes | bytearray | memoryview):
        if len(value) > documents.MAX_LINE_BYTES:
            raise documents.too_large(len(value), documents.MAX_LINE_BYTES, place)
        value = documents.decode_text(bytes(value), place)
    if isinstance(value, str):
        if not value.strip():
            raise place.error("an empty document", "a JSON object", 'Write {"text": "…", "published": "2024-12-06"}.')
        value = documents.parse_json(value, place)
    return article(Record(documents.as_object(value, place), place))
