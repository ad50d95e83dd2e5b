"""How alike copies of an article stay, and how alike different articles are, by the size of a shingle.

Prints exact shares of common shingles for sizes 1 to 5, then what signatures of the chosen size estimate, and the time
of one. Exits 1 when a different article would count as a copy or more than one copy in twenty would not.
"""

import itertools
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from domain.origins import SHINGLE_WORDS, OriginPolicy, shingles, signature, similarity_percent
from infra.editions import SHIPPED, shipped

GOLD = Path(__file__).resolve().parents[1] / "tests" / "data" / "gold"
FILLERS = ("however", "reportedly", "latest", "new", "group", "held")
LEAST_FOUND = 0.95


def wire(text: str) -> str:
    """Another headline and dateline, another first sentence, and the desks' names below."""
    return f"What is known so far\nEXAMPLE CITY (Example Press) - {text.partition(chr(10))[2]}\nReporting by a desk."


def first_half(text: str) -> str:
    """Cut after half of the words."""
    words = text.split(" ")
    return " ".join(words[: len(words) // 2])


def rewrite(every: int) -> Callable[[str], str]:
    """One word in so many replaced, and every sixth sentence left out."""

    def rewritten(text: str) -> str:
        chance = random.Random(1)
        words = [word if chance.random() > 1 / every else chance.choice(FILLERS) for word in text.split(" ")]
        sentences = re.split(r"(?<=[.!?])\s+", " ".join(words))
        return " ".join(sentence for n, sentence in enumerate(sentences) if n % 6 != 5)

    return rewritten


COPIES: dict[str, Callable[[str], str]] = {
    "another headline": wire,
    "first half": first_half,
    "first half, another headline": lambda text: wire(first_half(text)),
    "one word in 12 replaced": rewrite(12),
    "one word in 8 replaced": rewrite(8),
    "one word in 5 replaced": rewrite(5),
}


def exact(size: int) -> Callable[[str, str], float]:
    """The exact share of common shingles, in percent."""

    def share(one: str, other: str) -> float:
        first, second = (shingles(re.findall(r"\w+", text.casefold()), size) for text in (one, other))
        return 100 * len(first & second) / len(first | second)

    return share


def estimated(one: str, other: str) -> float:
    """The same by signatures of the chosen size."""
    return similarity_percent(signature(one), signature(other))


def told(name: str, shares: Iterable[float]) -> list[float]:
    """Print lowest, middle and highest, and give them all, sorted."""
    found = sorted(shares)
    print(f"  {name:32} {found[0]:5.1f} {found[len(found) // 2]:5.1f} {found[-1]:5.1f}")
    return found


def main() -> int:
    """Measure, print, and hold the shipped edition's number against it."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLD.glob("*.txt"))]
    policy = OriginPolicy.from_text(shipped(SHIPPED)["edition.yaml"])
    assert policy is not None
    for size in range(1, 6):
        print(f"{size} words a shingle, exact: lowest, middle, highest share in percent")
        told("different articles", (exact(size)(a, b) for a, b in itertools.combinations(texts, 2)))
        for name, copy in COPIES.items():
            told(name, (exact(size)(text, copy(text)) for text in texts))
    print(f"signatures, {SHINGLE_WORDS} words a shingle")
    signatures = [signature(text) for text in texts]
    pairs = itertools.combinations(signatures, 2)
    unlike = told("different articles", (similarity_percent(a, b) for a, b in pairs))
    alike = [told(name, (estimated(text, copy(text)) for text in texts)) for name, copy in COPIES.items()]
    found = [share >= policy.near_duplicate_percent for shares in alike for share in shares]
    started = time.perf_counter()
    for text in texts:
        signature(text)
    print(f"a signature: {1000 * (time.perf_counter() - started) / len(texts):.2f} ms")
    print(f"found {sum(found)} of {len(found)} copies at {policy.near_duplicate_percent} percent")
    return int(unlike[-1] >= policy.near_duplicate_percent or sum(found) < LEAST_FOUND * len(found))


if __name__ == "__main__":
    sys.exit(main())
