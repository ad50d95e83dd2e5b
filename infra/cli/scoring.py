"""Scoring an edition on gold articles: the events that agree in sentence and type."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from domain.article import Article, normalise
from domain.coder import Coder
from domain.errors import InvalidInput

Key = tuple[str, int, str]


def score_rows(folder: Path, coder: Coder) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(a row a type and one for all, a row a miss) over NAME.txt beside NAME.json in a folder.

    The gold is JSON with `published` and `events`, each with `sentence` (1-based) and `type`. Raises InvalidInput
    naming the file that is no such gold.
    """
    golds = list(_golds(folder))
    if not golds:
        raise InvalidInput(
            str(folder), "no gold", "NAME.txt beside NAME.json", "Name the folder that holds the gold articles."
        )
    gold: Counter[Key] = Counter()
    coded: Counter[Key] = Counter()
    for (name, events, _), coding in zip(golds, coder.code([a for _, _, a in golds]), strict=True):
        gold.update((name, int(e["sentence"]), str(e["type"])) for e in events)
        coded.update((name, e.sentence, e.type) for e in coding.events)
    types = sorted({key[2] for key in gold | coded})
    rows = [_row("all", gold, coded), *(_row(t, _only(gold, t), _only(coded, t)) for t in types)]
    return rows, [*_misses("missed", gold - coded), *_misses("too much", coded - gold)]


def _golds(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]], Article]]:
    for file in sorted(folder.glob("*.json")):
        text = file.with_suffix(".txt")
        if not text.exists():
            continue
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            published = date.fromisoformat(told["published"]) if told.get("published") else None
            events = list(told["events"])
        except (ValueError, KeyError, TypeError) as error:
            found = f"{type(error).__name__}: {error}"
            raise InvalidInput(str(file), found, "gold with published and events", "Correct the file.") from None
        yield file.stem, events, Article(normalise(text.read_text(encoding="utf-8")), None, published)


def _only(keys: Counter[Key], type_: str) -> Counter[Key]:
    return Counter({key: n for key, n in keys.items() if key[2] == type_})


def _row(type_: str, gold: Counter[Key], coded: Counter[Key]) -> dict[str, Any]:
    right, told, made = (gold & coded).total(), gold.total(), coded.total()
    precision, recall = right / made if made else 0.0, right / told if told else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    figures = {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}
    return {"type": type_, **figures, "gold": told, "coded": made}


def _misses(change: str, keys: Counter[Key]) -> list[dict[str, Any]]:
    return [
        {"article": name, "sentence": n, "change": change, "event": type_, "rule": ""}
        for name, n, type_ in sorted(keys.elements())
    ]
