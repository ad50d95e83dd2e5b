"""Sentences of an article: character offsets by rule, without a parser, in time linear in the text."""

import re

Span = tuple[int, int]
"""Start and end in characters, end exclusive."""

MAX_CHARACTERS = 3000
"""A longer stretch without a full stop is cut at a blank: no parser should meet a sentence of a megabyte."""

# Possessive, and anchored at the first stop of a run: "....." by the megabyte stays linear.
_STOP = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++)(?P<closers>(?:[\"'”’»)\]]|\[\d{1,3}\])*+)"
    r"(?:(?P<gap>\s++)(?P<next>[^\s.,;:!?…)\]}”’»])|(?=(?P<glued>[A-Z])))"
)
_WORD_BEFORE = re.compile(r"[\w.&'’-]*$")
_NEXT_WORD = re.compile(r"[\"'“‘«(\[]*([\w'’-]+)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_LOWER_NAME = re.compile(r"[a-z]{1,4}[-'’][A-Z]")
_LIST_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z])")
_LOOK_BACK = 24
_LOOK_AHEAD = 32


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


_TITLES = _words(
    "adm amb asst brig capt cdr cmdr cmdre col comdr cpl cpt dep det dr eng esq fr ft gen gov hon insp lt ltc lieut "
    "maj messrs mr mrs ms mt mx ofc pfc pres prof pte pvt rep reps rev sec sen sens sgt sp spc ssgt st ste supt sr"
)
"""Capitalised, never the end of a sentence: a name follows."""

_NEVER_LAST = _words("e.g i.e cf viz vs v approx ca al")
_NUMBERED = _words("no nos art arts bn bde coy div fig figs sect para pp p vol ch op reg regt")
"""Followed by a number; otherwise the stop ends the sentence."""

_MONTHS = _words("jan feb mar apr jun jul aug sep sept oct nov dec")
_WEEKDAYS = _words("mon tue tues wed weds thu thur thurs fri sat sun")
_DAYS_AND_ZONES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|febr)uary|march|april|may|june|july|august|"
    r"(?:septem|octo|novem|decem)ber|gmt|utc|est|edt|cet|local",
    re.IGNORECASE,
)
_COMPANIES = _words("inc ltd co corp bros jr")
_EITHER_WAY = _words("a.m p.m am pm etc ph.d m.d b.c a.d govt dept univ est")
"""Ends a sentence before a capital, unless a day, month or time zone goes on."""

_STARTERS = _words(
    "a about above according across after again against all almost also although amid among an and another any around "
    "as at back because before behind besides between both but by clashes despite during each earlier even every "
    "everyone few fighters fighting following for forces from further had he her here his how however i if in "
    "including inside instead it its just last later local many meanwhile more moreover most much near nearly neither "
    "never nevertheless no nobody none nor not nothing now of officials on once one only or other others our out "
    "outside over people rebels residents several she should similarly since so some soon soldiers sources still such "
    "than that the their them then there therefore these they this those though three through throughout thus to today "
    "together tonight troops two under until up upon us we were what when whether which while who whoever why with "
    "within witnesses yes yesterday yet you"
)
"""Words that, capitalised, open a sentence rather than go on with a name."""


def split(text: str) -> list[Span]:
    """Return the sentences of `text` in order: (start, end) in characters, trimmed, not empty, never overlapping.

    Every non-blank character lies in exactly one. A line break always ends a sentence; one longer than
    MAX_CHARACTERS is cut at a blank, or just there when it has none. Raises nothing; the same text, the same spans.
    """
    spans: list[Span] = []
    start = 0
    while start < len(text):
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        _split_line(text, start, line_end, spans)
        start = line_end + 1
    return spans


def _split_line(text: str, start: int, end: int, spans: list[Span]) -> None:
    line_start = start
    for stop in _STOP.finditer(text, start, end):
        if _ends_sentence(text, stop, line_start, end):
            _keep(text, start, stop.end("closers"), spans)
            start = stop.end("closers")
    _keep(text, start, end, spans)


def _keep(text: str, start: int, end: int, spans: list[Span]) -> None:
    """Append the span without its blanks, in pieces of at most MAX_CHARACTERS."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_CHARACTERS:
        limit = start + MAX_CHARACTERS
        cut = next((at for at in range(limit, start + MAX_CHARACTERS // 2, -1) if text[at].isspace()), limit)
        spans.append((start, start + len(text[start:cut].rstrip())))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))


def _ends_sentence(text: str, stop: re.Match[str], line_start: int, line_end: int) -> bool:
    at = stop.start()
    word = _word_before(text, max(line_start, at - _LOOK_BACK), at)
    if stop["glued"] is not None:
        return _glued_starter(text, stop, word)
    following = stop.start("next")
    ahead = text[following : min(line_end, following + _LOOK_AHEAD)]
    if ahead[0].islower() and not _LOWER_NAME.match(ahead):
        return False
    if stop["stop"] != "." or stop["closers"]:
        return True
    if at - len(word) == line_start and _LIST_NUMBER.fullmatch(word):
        return False
    return _word_may_end(word, ahead)


def _word_before(text: str, lower: int, at: int) -> str:
    found = _WORD_BEFORE.search(text, lower, at)
    return found[0] if found else ""


def _glued_starter(text: str, stop: re.Match[str], word: str) -> bool:
    """Whether a stop without a blank behind it ends a sentence: only where a plain word and a starter meet."""
    at = stop.end("closers")
    following = _NEXT_WORD.match(text, at, at + _LOOK_AHEAD)
    plain = len(word) > 2 and word.isalpha() and not word.isupper()
    return plain and following is not None and following[1].lower() in _STARTERS and following[1][1:].islower()


def _word_may_end(word: str, ahead: str) -> bool:
    """Whether a full stop right after `word` may end a sentence when `ahead` comes next."""
    key = word.lower()
    match = _NEXT_WORD.match(ahead)
    following = match[1] if match else ""
    starts = following.lower() in _STARTERS and ahead[0] != "("
    if key in _NEVER_LAST or (key in _TITLES and word[:1].isupper()):
        return False
    if key in _NUMBERED:
        return not following[:1].isdigit()
    if key in _MONTHS and word[:1].isupper():
        return not following[:1].isdigit()
    if key in _WEEKDAYS and word[:1].isupper():
        return not (following[:1].isdigit() or _DAYS_AND_ZONES.fullmatch(following) or following.lower() in _MONTHS)
    if key in _COMPANIES:
        return starts
    if key in _EITHER_WAY:
        return not _DAYS_AND_ZONES.fullmatch(following)
    if _INITIALS.fullmatch(word):
        return starts or (len(word) > 1 and ahead[0] in "\"'“‘«")
    return True
