"""Inflection of English words: the forms a trigger may take, and back from a form to its lemma."""

from collections.abc import Iterable, Mapping

_VOWELS = "aeiou"


def verb_forms(lemma: str, irregular: Mapping[str, str]) -> tuple[str, ...]:
    """All forms of a verb, lemma first. `irregular` maps a lemma to its past forms, blank-separated.

    A prefixed or hyphenated verb (counter-attack) inflects at its end. May hold a form that does not exist.
    """
    stem = lemma[:-1] if lemma.endswith("e") and not lemma.endswith(("ee", "ye")) else lemma
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        third, past = lemma[:-1] + "ies", [lemma[:-1] + "ied"]
    else:
        third = lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
        past = [lemma + "d" if lemma.endswith("e") else lemma + "ed"]
    gerunds = [stem + "ing"]
    if _doubles(lemma):
        past.append(lemma + lemma[-1] + "ed")
        gerunds.append(lemma + lemma[-1] + "ing")
    if lemma in irregular:
        past = irregular[lemma].split()
    return tuple(dict.fromkeys((lemma, third, *past, *gerunds)))


def _doubles(lemma: str) -> bool:
    return len(lemma) > 2 and lemma[-1] not in _VOWELS + "wxyh" and lemma[-2] in _VOWELS and lemma[-3] not in _VOWELS


def noun_forms(lemma: str) -> tuple[str, ...]:
    """Singular and plural of a noun."""
    if lemma.endswith("man"):
        return (lemma, lemma[:-3] + "men")
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        return (lemma, lemma[:-1] + "ies")
    return (lemma, lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s"))


def singular(form: str) -> str:
    """The singular of a lower-case noun form, by rule."""
    if form.endswith("men"):
        return form[:-3] + "man"
    if form.endswith("ies") and len(form) > 4:
        return form[:-3] + "y"
    if form.endswith(("ches", "shes", "sses", "xes", "oes")):
        return form[:-2]
    if form.endswith("s") and not form.endswith(("ss", "us", "is")):
        return form[:-1]
    return form


def lemma_table(verbs: Iterable[str], irregular: Mapping[str, str]) -> dict[str, str]:
    """Form → lemma of the given verbs; the first verb that claims a form keeps it."""
    table: dict[str, str] = {}
    for verb in verbs:
        for form in verb_forms(verb, irregular):
            table.setdefault(form, verb)
    return table
