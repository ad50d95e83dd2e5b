"""The coder, parse included, against spaCy's full pipeline on the same text in the same run, on one core.

Prints sentences a second of each and their ratio; exits 1 below the target of DESIGN.md (3).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from domain.article import Article, normalise
from domain.sentences import split
from infra.cli.code import load_coder
from infra.editions import SHIPPED
from infra.parser.spacy_parser import MODELS

TARGET = 3.0
ROUNDS = 5
COPIES = 12
SAMPLES = Path(__file__).resolve().parents[1] / "infra" / "samples"


def articles() -> list[Article]:
    """The sample articles, several times over, each copy another article."""
    texts = [json.loads(p.read_text(encoding="utf-8"))["text"] for p in sorted(SAMPLES.glob("*.json"))]
    return [Article(normalise(text), f"copy {n}") for n in range(COPIES) for text in texts]


def main() -> int:
    """Run both, by turns, best of five each, pinned to one core where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import spacy  # after `infra`, which gives both of them one thread

    given = articles()
    sentences = [a.text[start:end] for a in given for start, end in split(a.text)]
    coder = load_coder(SHIPPED)
    package = next(m for m in MODELS if spacy.util.is_package(m))
    full = spacy.load(package)
    coder.code(given[:3])
    list(full.pipe(sentences[:20]))
    both = [
        (_seconds(lambda: coder.code(given)), _seconds(lambda: list(full.pipe(sentences, batch_size=128))))
        for _ in range(ROUNDS)
    ]
    ours, theirs = (min(taken) for taken in zip(*both, strict=True))
    ratio = theirs / ours
    print(f"sentences: {len(sentences)}")
    print(f"coder, parse included: {len(sentences) / ours:.0f} sentences/s")
    print(f"spaCy's full pipeline: {len(sentences) / theirs:.0f} sentences/s")
    print(f"ratio: {ratio:.2f} (target {TARGET})")
    return 0 if ratio >= TARGET else 1


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of processor time, which other work on the machine disturbs least."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
