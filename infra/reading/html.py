"""Text out of an HTML article: paragraphs of its body, title, publication date and canonical address."""

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.element import NavigableString, PreformattedString, Tag

_SKIPPED = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "iframe", "nav", "header", "footer", "aside", "form"),
        *(
            "figure",
            "figcaption",
            "button",
            "select",
            "head",
            "title",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "time",
            "address",
        ),
    )
)
"""Not the article's sentences; headlines and captions are not coded (CODEBOOK.md)."""

_BLOCKS = frozenset("p div li br blockquote pre td th tr dd dt section article main body table ul ol".split())  # noqa: SIM905
_PARAGRAPHS = frozenset(("p", "li", "blockquote", "pre", "dd", "td"))

_CANDIDATES = 8
_ENOUGH_CHARACTERS = 80
_DATE_META = (
    *("article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publishdate", "dc.date"),
    *(
        "dc.date.issued",
        "dcterms.created",
        "dcterms.date",
        "parsely-pub-date",
        "sailthru.date",
        "cxenseparse:recs:publishtime",
    ),
)
_ISO = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
_TAG = re.compile(
    r"</?(?:p|div|br|span|a|b|i|em|strong|ul|ol|li|h[1-6]|html|body|article|section|img|script|style|table|blockquote)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)

_UNCLOSED = re.compile(r"<(?=[^<>]*(?:<|\Z))")
"""A "<" that no ">" closes: html.parser takes quadratic time over many."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML document says of its article; None where it says nothing that can be read."""

    text: str
    title: str | None
    published: date | None
    url: str | None


def looks_like_html(text: str) -> bool:
    """Whether a text holds tags of HTML rather than plain sentences."""
    return _TAG.search(text) is not None


def read_page(markup: str) -> Page:
    """Return the article of a page: one paragraph a line. Work is linear in the markup; nothing is fetched or run."""
    markup = _UNCLOSED.sub("&lt;", _without_comments(markup))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(markup, "html.parser")
    meta = _meta(soup)
    published, title, url = _published(soup, meta), _title(soup, meta), _url(soup, meta)
    return Page(_text(_body(soup)), title, published, url)


def _without_comments(markup: str) -> str:
    """The markup without comments; html.parser takes quadratic time over unclosed ones."""
    kept = []
    at = 0
    while (start := markup.find("<!--", at)) >= 0:
        kept.append(markup[at:start])
        end = markup.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join(kept) + markup[at:]


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name, content = tag.get("property") or tag.get("name") or tag.get("itemprop"), tag.get("content")
        if isinstance(name, str) and isinstance(content, str) and content.strip():
            found.setdefault(name.lower(), content.strip())
    return found


def _title(soup: BeautifulSoup, meta: dict[str, str]) -> str | None:
    if meta.get("og:title"):
        return meta["og:title"]
    for tag in (soup.find("h1"), soup.find("title")):
        words = " ".join(tag.get_text(" ").split()) if isinstance(tag, Tag) else ""
        if words:
            return words
    return None


def _url(soup: BeautifulSoup, meta: dict[str, str]) -> str | None:
    link = soup.find("link", rel="canonical")
    href = link.get("href") if isinstance(link, Tag) else None
    found = href if isinstance(href, str) and href.strip() else meta.get("og:url")
    return found.strip() if found and found.strip().startswith(("http://", "https://")) else None


def _published(soup: BeautifulSoup, meta: dict[str, str]) -> date | None:
    """The first date of publication the page states in ISO form; other forms are not guessed at."""
    stated = [meta[name] for name in _DATE_META if name in meta]
    stated += [str(script.string or "") for script in soup.find_all("script", type="application/ld+json")[:5]]
    times = soup.find_all("time", limit=5)
    stated += [str(tag.get("datetime")) for tag in times if tag.has_attr("pubdate") or tag.get("itemprop")]
    for words in stated:
        found = _iso_date(words if not words.lstrip().startswith(("{", "[")) else _date_in_json(words))
        if found:
            return found
    return None


def _iso_date(words: str) -> date | None:
    found = _ISO.match(words)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _date_in_json(words: str) -> str:
    """`datePublished` of a JSON-LD block: of its first object that has one."""
    try:
        data = json.loads(words)
    except (ValueError, RecursionError):
        return ""
    graph = data.get("@graph", data) if isinstance(data, dict) else data
    for item in graph if isinstance(graph, list) else [graph]:
        if isinstance(item, dict) and isinstance(item.get("datePublished"), str):
            return str(item["datePublished"])
    return ""


def _body(soup: BeautifulSoup) -> Tag:
    """The element that holds the article: the longest one marked as such, else the whole document."""
    marked = (
        soup.find_all(itemprop="articleBody", limit=_CANDIDATES),
        soup.find_all("article", limit=_CANDIDATES),
        soup.find_all("main", limit=_CANDIDATES),
    )
    for candidates in marked:
        length, longest = max(
            ((len(_text(tag)), tag) for tag in candidates), key=lambda pair: pair[0], default=(0, soup)
        )
        if length >= _ENOUGH_CHARACTERS:
            return longest
    return soup


def _text(root: Tag) -> str:
    """The element's strings, a line a block; only those of paragraphs and the like when it has any."""
    pieces = list(_pieces(root))
    if any(piece.in_paragraph for piece in pieces):
        pieces = [piece for piece in pieces if piece.in_paragraph]
    words: list[str] = []
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if before is None or before.block is not piece.block:
            words.append("\n")
        words.append(piece.words)
    return "\n".join(line for part in "".join(words).split("\n") if (line := " ".join(part.split())))


@dataclass(frozen=True, slots=True)
class _Piece:
    words: str
    block: Tag
    in_paragraph: bool


def _pieces(root: Tag) -> Iterator[_Piece]:
    """Strings below an element in order, those in _SKIPPED left out; a stack of its own, for nesting has no end."""
    stack = [(iter(root.contents), root, root.name in _PARAGRAPHS)]
    while stack:
        children, block, in_paragraph = stack[-1]
        node = next(children, None)
        if node is None:
            stack.pop()
        elif isinstance(node, Tag):
            if node.name == "br":
                yield _Piece("\n", block, in_paragraph)
            elif node.name not in _SKIPPED:
                own = node if node.name in _BLOCKS else block
                stack.append((iter(node.contents), own, in_paragraph or node.name in _PARAGRAPHS))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            yield _Piece(re.sub(r"\s+", " ", node), block, in_paragraph)
