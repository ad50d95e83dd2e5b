"""The coder: articles in, codings out, in batches; a pure function of article and edition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from domain.article import Article
from domain.coder.assemble import Assembler, Dropped, Times, fingerprint
from domain.coder.context import Context
from domain.coder.frames import Frame, FrameReader
from domain.coder.gapping import ungapped
from domain.coder.naming import acronyms, introduced, learn, topic, with_introduced
from domain.coder.phrases import ArticleNames, Sentence
from domain.coder.quiet import note_names
from domain.coder.recall import completed
from domain.coder.resolve import Resolver
from domain.coder.tree import Tree
from domain.coder.triggers import TriggerFilter
from domain.coder.words import Names
from domain.countries import CountryTable
from domain.events import CodedEvent, Coding, PlaceRef, SentenceRecord, Unresolved
from domain.names import fold
from domain.places import PlaceIndex
from domain.ports import Gazetteer, Parser, Token
from domain.sentences import split
from domain.theatres import Scope
from domain.time_expressions import Anchor, find_times, follow

if TYPE_CHECKING:
    from domain.edition import Edition

MAX_PARSED_CHARACTERS = 1500
"""A longer sentence is not parsed: no reporter writes one, and a parser's cost must stay bounded."""
MAX_TOKENS = 400
_DATELINE = re.compile(r"[A-Z][A-Z'’. /-]{2,40}(?:,? [^()\n]{0,40}?)?(?: ?\([A-Z][\w. ]{1,30}\))? ?(?:--|[-–—]) (?=\S)")
_INVERTED = re.compile(r"^Should (?:(?:the )?([A-Z]{3,6})(?= [a-z]))?")
_PLAIN = {3: "men", 4: "boys", 5: "women", 6: "people"}


def _plainly(match: re.Match[str]) -> str:
    """The inversion's words made plain, none moved."""
    text = match[0].replace("Should", "Unless")
    return text[: -len(match[1])] + _PLAIN[len(match[1])] if match[1] else text


_CAPITAL = re.compile(r"(?<=[a-z0-9,;] )(?:al-|el-)?([A-Z][\w]+)")


@dataclass
class Trace:
    """A sentence's path, for `--explain`."""

    n: int
    text: str
    state: str
    tree: Tree | None = None
    sentence: Sentence | None = None
    frames: list[Frame] = field(default_factory=list)
    why_not: list[tuple[int, str, str]] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def as_written(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """Tokens with the text's own words, where the parser was given plainer ones."""
    if not _INVERTED.match(text):
        return tokens
    return [msgspec.structs.replace(t, text=text[t.start : t.start + len(t.text)]) for t in tokens]


class Coder:
    """Codes articles by one edition."""

    def __init__(self, edition: Edition, parser: Parser, gazetteer: Gazetteer) -> None:
        self.edition, self._parser = edition, parser
        self._places = PlaceIndex.from_files(edition.files, gazetteer)
        self._filter = TriggerFilter(edition.book, edition.lexicon)
        self.countries = CountryTable.from_files(edition.files).by_code
        countries = self.countries.values()
        peoples = {fold(d) for country in countries for d in country.demonyms}
        self.capitals = frozenset(fold(c) for country in countries for c in country.capitals)
        self.adjectives = frozenset(peoples) | edition.lexicon.words("people_adjectives")

    def code(self, articles: Sequence[Article]) -> list[Coding]:
        """One coding an article, in order. The same article gives the same coding in any batch. Raises nothing."""
        return [coding for coding, _ in self._explained(articles)]

    def explain(self, articles: Sequence[Article]) -> list[tuple[Coding, list[Trace]]]:
        """The same, each with the path of every sentence."""
        return list(self._explained(articles))

    def _explained(self, articles: Sequence[Article]) -> Iterator[tuple[Coding, list[Trace]]]:
        """One by one, so that a path which nobody keeps is freed before the next article's."""
        prepared = [_Prepared(a, split(a.text)) for a in articles]
        wanted = [(p, n) for p in prepared for n, (a, b) in enumerate(p.spans) if self._wanted(p.article.text[a:b])]
        trees = self._parser.parse([p.parsed(n) for p, n in wanted])
        for (p, n), tokens in zip(wanted, trees, strict=True):
            if len(tokens) <= MAX_TOKENS:
                p.tokens[n] = tokens
        for p in prepared:
            yield _ArticleCoder(self, p).run()

    def _wanted(self, text: str) -> bool:
        return len(text) <= MAX_PARSED_CHARACTERS and self._filter.fires(text)

    @property
    def places(self) -> PlaceIndex:
        """The edition's places on this gazetteer."""
        return self._places


@dataclass
class _Prepared:
    article: Article
    spans: list[tuple[int, int]]
    tokens: dict[int, tuple[Token, ...]] = field(default_factory=dict)

    def text(self, n: int) -> str:
        start, end = self.spans[n]
        return self.article.text[start:end]

    def told(self, n: int) -> str:
        """The sentence with its dateline ("KHARTOUM, Oct 5 (Reuters) - ") blanked, so that offsets stay."""
        text = self.text(n)
        dateline = _DATELINE.match(text)
        return " " * dateline.end() + text[dateline.end() :] if dateline else text

    def parsed(self, n: int) -> str:
        """What the parser is given: "Should ABC retake A" as "Unless men retake A", of the same length.

        It knows a conjunction better than an inversion, and takes a verb behind an acronym for a noun.
        """
        return _INVERTED.sub(_plainly, self.told(n))


class _ArticleCoder:
    """One article on its way through the coder."""

    def __init__(self, coder: Coder, prepared: _Prepared) -> None:
        self.coder, self.edition, self.p = coder, coder.edition, prepared
        self.article = prepared.article
        self.scope = self._scope()
        self.times = self._times()
        self.capitals = frozenset(m.lower() for m in _CAPITAL.findall(self.article.text))
        self.names = ArticleNames(
            acronyms=acronyms(self.article.text),
            topic=topic(self.article.text, coder.edition.lexicon),
            adjectives=coder.adjectives,
        )
        self.introduced = introduced(self.names.acronyms, coder.edition.lexicon)
        self.sentences = {n: self._sentence(n) for n in prepared.tokens}
        learn(self.names, self.sentences.values())
        self.context = Context(
            self.edition.actors,
            coder.places,
            self.edition.sources,
            self.scope,
            self.article.published,
            self.edition.sources.house(self.article.source),
            self.names,
        )
        self.context.discourse.capitals = coder.capitals
        home = [coder.countries[code] for code in self.scope.home if code in coder.countries]
        if len(home) == 1 and home[0].capitals:
            self.context.discourse.home_capital = home[0].capitals[0]

    def run(self) -> tuple[Coding, list[Trace]]:
        events: list[CodedEvent] = []
        unresolved: list[Unresolved] = []
        traces: list[Trace] = []
        before: list[PlaceRef] = []
        for n in range(len(self.p.spans)):
            trace = Trace(n + 1, self.p.text(n), "quiet")
            traces.append(trace)
            if n in self.sentences:
                found, open_mentions = self._code_sentence(self.sentences[n], trace, before, events)
                events += found
                self.context.discourse.note_deeds([(e.type, tuple(a.resolved for a in e.actors)) for e in found])
                unresolved += open_mentions
                before = [p for e in found for p in e.places] or before
            else:
                note_names(self.context, self.p.told(n), n + 1)
                if self.coder._filter.fires(trace.text):
                    trace.state = "triggered"
        return self._coding(events, unresolved, traces), traces

    def _code_sentence(
        self, s: Sentence, trace: Trace, before: list[PlaceRef], earlier: list[CodedEvent]
    ) -> tuple[list[CodedEvent], list[Unresolved]]:
        resolver = Resolver(self.context, s)
        resolver.note_mentions()
        reader = FrameReader(s, self.edition.book)
        frames = ungapped(s, reader.frames())
        last = [e for e in earlier if e.sentence == s.number - 1]
        assembler = Assembler(s, resolver, self.times[s.number - 1], before, last)
        events = completed(assembler.events(frames), earlier)
        trace.state = "coded" if events else "triggered"
        trace.tree, trace.sentence, trace.frames = s.tree, s, frames
        trace.why_not, trace.dropped = reader.why_not, assembler.dropped
        return [self._sealed(e) for e in events], list(dict.fromkeys(resolver.unresolved))

    def _sealed(self, event: CodedEvent) -> CodedEvent:
        article_id = self.article.article_id
        return msgspec.structs.replace(
            event, fingerprint=fingerprint(article_id, event), article_id=article_id, edition=self.edition.name
        )

    def _coding(self, events: list[CodedEvent], unresolved: list[Unresolved], traces: list[Trace]) -> Coding:
        records = tuple(
            SentenceRecord(t.n, start, end, t.state)  # type: ignore[arg-type]
            for t, (start, end) in zip(traces, self.p.spans, strict=True)
        )
        return Coding(
            self.article.article_id,
            self.edition.name,
            self.edition.digest,
            self.edition.model,
            records,
            tuple(events),
            tuple(unresolved),
        )

    # --- what the article says of itself ----------------------------------------------------------------------------

    def _scope(self) -> Scope:
        actors, places = self.edition.actors, self.coder.places
        text = self.article.text
        return self.edition.theatres.infer(
            text,
            [actors.theatres_of(text[m.start : m.end]) for m in actors.find(text)],
            [places.countries_of(m) for m in places.find(text)],
        )

    def _times(self) -> list[Times]:
        anchor = Anchor()
        found = []
        for n in range(len(self.p.spans)):
            past = find_times(self.p.text(n), self.article.published, anchor)
            found.append(Times(past, self.p.text(n), self.article.published, anchor))
            anchor = follow(anchor, past)
        return found

    def _writes_as_name(self, word: str) -> bool:
        """Whether a sentence's first word is a name: capitalised inside other sentences, or a place of the theatre."""
        return (
            word.lower() in self.capitals
            or word in self.names.acronyms
            or (len(word) > 3 and self.coder.places.known(word, self.scope))
        )

    def _sentence(self, n: int) -> Sentence:
        text = self.p.told(n)
        tree = Tree(text, as_written(text, self.p.tokens[n]), self.edition.lexicon.lemmatise)
        mentions = with_introduced(text, self.edition.actors.find(text, self.scope), self.introduced)
        names = Names(tree, mentions, [(t.start, t.end) for t in self.times[n].past], self._writes_as_name)
        return Sentence(n + 1, self.p.spans[n][0], text, tree, names, self.edition.lexicon, self.names)
