"""Articles from files, folders and streams; one that cannot be read does not stop the others."""

import codecs
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from domain.article import Article
from domain.errors import InvalidInput
from infra.reading import documents
from infra.reading.fields import Defaults, Place, Record, article
from infra.reading.html import read_page

SUFFIXES = {".txt": "txt", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".html": "html", ".htm": "html"}
"""File endings that are read, in either case."""

_FORMATS = ".txt, .json, .jsonl or .html"


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """An article that was handed in. `where` names the file or stream, with the line or number of the article in it."""

    where: str
    article: Article
    line: int | None = None


Found = Iterator[ArticleInput | InvalidInput]


def read_any(
    path: Path | str, *, published: date | None = None, source: str | None = None, url: str | None = None
) -> Found:
    """Yield what a command's argument names: `-` is standard input as JSON lines, all else goes to `read_path`."""
    if path == "-":
        return read_stream(sys.stdin.buffer, where="standard input", published=published, source=source, url=url)
    return read_path(Path(path), published=published, source=source, url=url)


def read_path(path: Path, *, published: date | None = None, source: str | None = None, url: str | None = None) -> Found:
    """Yield the articles of a file, or of all files below a folder in sorted order; an InvalidInput for each bad one.

    `published`, `source` and `url` hold for articles that do not say it themselves; `url` for one article only.
    Raises nothing for bad input; it is read as the caller goes on.
    """
    defaults = Defaults(published, source, url)
    if path.is_dir():
        yield from _one_url(_folder(path, defaults), url)
    else:
        yield from _one_url(_file(path, defaults), url)


def read_stream(
    stream: BinaryIO,
    *,
    where: str,
    published: date | None = None,
    source: str | None = None,
    url: str | None = None,
) -> Found:
    """Yield the articles of a stream of JSON lines, as `read_path` does; a broken line does not stop the others."""
    yield from _one_url(_lines(stream, where, Defaults(published, source, url)), url)


def _one_url(found: Found, url: str | None) -> Found:
    """Refuse a second article under the address given for one: it would supersede the first."""
    used = False
    for item in found:
        if url and isinstance(item, ArticleInput) and item.article.url == url:
            if used:
                yield InvalidInput(
                    item.where,
                    "a second article under the one address given",
                    "an address of its own",
                    'Give each article its own "url", or hand it in alone.',
                    "url",
                    item.line,
                )
                continue
            used = True
        yield item


def _folder(root: Path, defaults: Defaults) -> Found:
    """Files with a known ending below a folder, hidden ones left out; other endings are passed over."""
    problems: list[OSError] = []
    seen = 0
    for folder, names, files in os.walk(root, onerror=problems.append):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                seen += 1
                yield from _file(Path(folder) / name, defaults)
    for problem in problems:
        yield _unreadable(Path(str(problem.filename)), problem)
    if not seen and not problems:
        yield InvalidInput(_name(root), "a folder without articles", f"files ending in {_FORMATS}", "Check the path.")


def _file(path: Path, defaults: Defaults) -> Found:
    kind = SUFFIXES.get(path.suffix.lower())
    try:
        if not path.exists():
            yield InvalidInput(_name(path), "no such file or folder", "an existing one", "Check the path.")
        elif kind is None:
            yield InvalidInput(
                _name(path), f"the ending {path.suffix or '(none)'!r}", _FORMATS, "Rename it to tell what it holds."
            )
        elif kind == "jsonl":
            with path.open("rb") as stream:
                yield from _lines(stream, _name(path), defaults)
        else:
            yield from _document(path, kind, defaults)
    except InvalidInput as error:
        yield error
    except OSError as error:
        yield _unreadable(path, error)


def _name(path: Path) -> str:
    """The path as it can be printed: a file name may hold bytes that are no text."""
    return os.fsencode(path).decode("utf-8", "replace")


def _unreadable(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput(
        _name(path), (error.strerror or str(error)).lower(), "a readable file", "Check its permissions."
    )


def _document(path: Path, kind: str, defaults: Defaults) -> Found:
    """The article of a txt or html file, or those of a JSON document. Raises InvalidInput and OSError."""
    place = Place(_name(path))
    limit = documents.MAX_JSON_BYTES if kind == "json" else documents.MAX_BYTES
    text = documents.decode_text(_bounded(path, limit, place), place, html=kind == "html")
    if not text.strip():
        raise place.error("an empty file", "an article", "Check how it was written, or leave it out.")
    if kind == "json":
        yield from _json(text, place, defaults)
    elif kind == "html":
        yield ArticleInput(place.where, _html(text, place, defaults))
    else:
        yield ArticleInput(place.where, article(Record({"text": text}, place, defaults)))


def _bounded(path: Path, limit: int, place: Place) -> bytes:
    """The bytes of a file of at most `limit`; a larger one is refused by its size, without reading all of it."""
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        raw = stream.read(limit + 1) if size <= limit else b""
    if size > limit or len(raw) > limit:
        raise documents.too_large(max(size, len(raw)), limit, place)
    return raw


def _html(text: str, place: Place, defaults: Defaults) -> Article:
    """The article of a page, with the title, date and address the page states."""
    try:
        page = read_page(text)
    except RecursionError:
        raise place.error("markup nested too deeply", "an article", "Extract its text first.") from None
    if not page.text:
        raise place.error("nothing but markup", "at least one paragraph", "Check how the page was saved.", "text")
    published = page.published.isoformat() if page.published else None
    fields = {"text": page.text, "title": page.title and page.title[:2000], "url": page.url, "published": published}
    return article(Record(fields, place, defaults))


def _json(text: str, place: Place, defaults: Defaults) -> Found:
    value = documents.parse_json(text, place)
    if not isinstance(value, list):
        yield ArticleInput(place.where, article(Record(documents.as_object(value, place), place, defaults)))
        return
    if not value:
        raise place.error("an empty list", "at least one article", "Check how it was written.")
    for number, item in enumerate(value, start=1):
        yield _checked(item, Place(f"{place.where}, article {number}"), defaults)


def _checked(value: Any, place: Place, defaults: Defaults, where: str | None = None) -> ArticleInput | InvalidInput:
    try:
        found = article(Record(documents.as_object(value, place), place, defaults))
    except InvalidInput as error:
        return error
    return ArticleInput(where or place.where, found, place.line)


def _lines(stream: BinaryIO, where: str, defaults: Defaults) -> Found:
    seen = False
    for line, raw in enumerate(_raw_lines(stream), start=1):
        if raw is not None and not raw.strip():
            continue
        seen = True
        place = Place(where, line)
        if line == 1 and raw and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            yield place.error("UTF-16", "JSON lines in UTF-8", "Convert it, say: iconv -f UTF-16 -t UTF-8 FILE.")
            return
        try:
            if raw is None:
                raise documents.too_large(documents.MAX_LINE_BYTES + 1, documents.MAX_LINE_BYTES, place)
            value = documents.parse_json(documents.decode_text(raw, place), place)
            yield _checked(value, place, defaults, f"{where}, line {line}")
        except InvalidInput as error:
            yield error
    if not seen:
        yield InvalidInput(where, "nothing", "one JSON object a line", 'Write {"text": "…"} on a line of its own.')


def _raw_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream; None for one longer than MAX_LINE_BYTES, which is passed over in pieces."""
    while raw := stream.readline(documents.MAX_LINE_BYTES + 1):
        if len(raw) <= documents.MAX_LINE_BYTES:
            yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(documents.MAX_LINE_BYTES)
        yield None
