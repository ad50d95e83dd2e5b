"""What stands in a text like an actor's name and is no registry entry: numbered units, labels that lump two names."""

import re

from domain.names import NameIndex, NameMention

_UNIT = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|Twelfth"
    r"|Thirteenth|Fourteenth|Fifteenth|Sixteenth|Seventeenth|Eighteenth|Nineteenth|Twentieth)"
    r"(?: (?:[A-Z][\w'’-]+|separate|mechani[sz]ed|motori[sz]ed|armou?red|assault|airborne|infantry|army|tank"
    r"|marine|rifle)){0,4}"
    r" (?:Brigade|Division|Corps|Battalion|Regiment|Army|Infantry|Command|Company|Squadron|Legion"
    r"|brigade|division|corps|battalion|regiment)\b"
)


def units(text: str) -> list[NameMention]:
    """Numbered formations ("25th Division"), which name no one by themselves."""
    return [NameMention(m.start(), m.end(), (), kind="unit") for m in _UNIT.finditer(text)]


def label_key(words: str) -> str:
    """A label as it is looked up: no case, no blanks around its slashes."""
    return re.sub(r"\s*/\s*", "/", words.strip().casefold())


def is_lump(words: str, index: NameIndex) -> bool:
    """True for "A/B" with a registered name on each side."""
    parts = [p.strip() for p in words.split("/")]
    return len(parts) > 1 and all(any(m.start == 0 and m.end == len(p) for m in index.find(p)) for p in parts)


def join_lumps(text: str, mentions: list[NameMention]) -> list[NameMention]:
    """Mentions with a slash between them joined to one: only a rule of the edition says who is meant."""
    joined: list[NameMention] = []
    for mention in mentions:
        if joined and text[joined[-1].end : mention.start].strip() == "/" and not mention.weak:
            joined[-1] = NameMention(joined[-1].start, mention.end, (), modifier=mention.modifier, kind="label")
        else:
            joined.append(mention)
    return joined
