"""The real coder for tests: the shipped edition on the installed model and gazetteer, loaded once a run."""

import importlib.util
import json
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from domain.article import Article, normalise
from domain.coder import Coder
from domain.events import Coding
from infra import editions
from infra.cli.code import load_coder
from infra.cli.coding_output import as_object
from infra.reading import ArticleInput

SHARED = Path(__file__).resolve().parents[2] / "shared"


@cache
def shipped_coder() -> Coder:
    """The coder of the shipped edition."""
    return load_coder(editions.SHIPPED)


def code(text: str, published: date | None = None, source: str | None = None) -> Coding:
    """One text's coding."""
    [coding] = shipped_coder().code([Article(normalise(text), source, published)])
    return coding


def shared(*parts: str) -> Path:
    """A file or folder of the development material; the test is skipped with a reason where it is not beside us."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the development material is not beside this checkout: no {'/'.join(parts)}")
    return path


def module(path: Path) -> ModuleType:
    """A script of the development material as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def scored(articles: list[tuple[dict[str, Any], Article]], tmp: Path) -> dict[str, Any]:
    """What the scorer says of our coding of these (gold, article) pairs, through its own bridge."""
    import subprocess
    import sys

    coder = shipped_coder()
    lines = []
    for (gold, article), coding in zip(articles, coder.code([a for _, a in articles]), strict=True):
        row = as_object(ArticleInput(gold["id"], article), coding, coder.edition)
        lines.append(json.dumps({**row, "id": gold["id"]}))
    out = tmp / "out.ndjson"
    out.write_text("\n".join(lines), encoding="utf-8")
    bridge = [sys.executable, str(shared("eval", "adapt.py")), str(out)]
    predicted = json.loads(subprocess.run(bridge, capture_output=True, check=True, text=True).stdout)
    scorer = module(shared("eval", "score.py"))
    result: dict[str, Any] = scorer.score({gold["id"]: gold for gold, _ in articles}, predicted)
    return result


def gold_article(gold_file: Path, text_file: Path, source: str | None = None) -> tuple[dict[str, Any], Article]:
    """A gold file and its article."""
    gold = json.loads(gold_file.read_text(encoding="utf-8"))
    published = date.fromisoformat(gold["published"]) if gold["published"] else None
    return gold, Article(normalise(text_file.read_text(encoding="utf-8")), source, published)
