"""Random and mutated inputs against the coder: none may crash it, hang it, or be coded otherwise beside others.

    python bench/fuzz.py [--seed S] [--start N] [--count N]

Input number N of a seed is always the same text, so a run goes on with `--start`, and one failing input is run again
with `--start N --count 1`. Prints progress, and each failing input's seed and number; exits 1 if there was one.
"""

import argparse
import faulthandler
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import msgspec

from domain.article import Article, normalise
from domain.coder import Coder
from domain.errors import InvalidInput
from infra.cli.code import load_coder
from infra.editions import SHIPPED
from infra.reading.fields import Place, plain

_T = TypeVar("_T")
GOLD = Path(__file__).resolve().parents[1] / "tests" / "data" / "gold"
BATCH = 64
SLOW = 5.0
"""Seconds of processor time that a single input may take."""
HUNG = 300.0
"""Seconds after which a batch counts as hung: the stack is printed and the program ends."""

_HOSTILE = (
    "\x00", "\ud800", "\udfff", "\u202e", "\u2066", "\u200f", "\u200d", "\u200b", "\ufeff", "\u0301\u0301\u0301",
    "\U0001f4a3", "\u0130", "\u00df", "\ufb03", "\u0345", "\u1e9e", "\u4e2d\u56fd", "\u062d\u0645\u0635",
    "\u0e01\u0e33", "\u2028", "\r\n\r", "\t", "\xa0", "\xad", "(", ")", "[", "]]", '"', "\u201c", "\u2019", "''", "`",
    "-", "\u2013", "\u2014", "/", "\\", "...", "\u2026", "?!", ";", ":", ",", ".", "%", "&amp;", "&#0;", "&#xd800;",
    "<p>", "</div>", "<br/>", "<script>", "<![CDATA[", "<!--", "-->", "<", ">", "{}", "%s", "NULL",
    "'; DROP TABLE x;", "1", "0", "-1", "99999999999999999999", "1e999", "31 February", "since", "until", "between",
    "29 February 2023", "12/31/0000", "the", "of", "and", "which", "where", "who", "it", "they", "not", "to", "by",
    "from", "should", "if", "there", "its", "both",
)  # fmt: skip
_PLANES = ((0, 0x7F), (0x80, 0x24F), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0x4E00, 0x4FFF), (0, 0x10FFFF))


class Inputs:
    """The inputs of a seed, by number."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.texts = [path.read_text(encoding="utf-8") for path in sorted(GOLD.glob("*.txt"))]
        self.lines = [line for text in self.texts for line in text.splitlines() if line.strip()]
        self.words = sorted({word for text in self.texts for word in text.split()})

    def article(self, number: int) -> Article:
        """Input `number` as it would enter: markup read where it looks like a page, then normalised."""
        rng = Random(f"{self.seed}:{number}")  # a repeatable draw, no secret
        text = self._text(rng)
        try:
            read = plain(text, Place("fuzz"))
        except InvalidInput:
            read = text
        published = date(1900, 1, 1) + timedelta(days=rng.randrange(46_000)) if rng.random() < 0.7 else None
        return Article(normalise(read), rng.choice((None, "Reuters", "\u202e", "")), published)

    def _text(self, rng: Random) -> str:
        kinds: tuple[tuple[float, Callable[[Random], str]], ...] = (
            (0.45, self._mutated_words),
            (0.20, self._mutated_characters),
            (0.12, self._soup),
            (0.12, self._noise),
            (0.08, self._page),
            (0.02, self._mutated_article),
            (0.01, self._giant),
        )
        return rng.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0](rng)

    def _mutated_words(self, rng: Random) -> str:
        return self._shaken(rng, rng.choice(self.lines).split()[: rng.randint(5, 60)], rng.randint(1, 8))

    def _shaken(self, rng: Random, words: list[str], times: int) -> str:
        for _ in range(times):
            at, act = rng.randrange(len(words) + 1), rng.random()
            if act < 0.25:
                del words[at : at + rng.randint(1, 3)]
            elif act < 0.5:
                words.insert(at, rng.choice(self.words))
            elif act < 0.75:
                words.insert(at, rng.choice(_HOSTILE))
            elif act < 0.85:
                words = words[at:] + words[:at]
            elif act < 0.95:
                words[at:at] = words[at : at + 4] * rng.randint(1, 3)
            else:
                words.reverse()
        return rng.choice((" ", " ", " ", " ", "\n", "")).join(words)

    def _mutated_characters(self, rng: Random) -> str:
        text = list(rng.choice(self.lines)[: rng.randint(20, 400)])
        for _ in range(rng.randint(1, 20)):
            at = rng.randrange(len(text))
            text[at] = rng.choice((rng.choice(_HOSTILE), _character(rng), "", text[at].swapcase(), text[at] * 3))
        return "".join(text)

    def _soup(self, rng: Random) -> str:
        """Words of war in any order."""
        words = rng.choices(self.words, k=rng.randint(1, 40))
        return " ".join(rng.choice(_HOSTILE) if rng.random() < 0.15 else word for word in words)

    def _noise(self, rng: Random) -> str:
        return "".join(_character(rng) for _ in range(rng.randint(0, 120)))

    def _page(self, rng: Random) -> str:
        tags = (
            "p",
            "div",
            "h1",
            "table",
            "td",
            "li",
            "script",
            "style",
            "a href='x",
            "b",
            "article",
            "svg",
            "\u202e",
            "",
        )
        parts = []
        for _ in range(rng.randint(1, 12)):
            tag = rng.choice(tags)
            inside = rng.choice((self._soup, self._mutated_words))(rng) if rng.random() < 0.5 else rng.choice(_HOSTILE)
            parts.append(f"<{tag}>{inside}" + (f"</{rng.choice(tags)}>" if rng.random() < 0.7 else ""))
        return rng.choice(("<html><body>", "<!doctype html>", "", "<")) + "".join(parts)

    def _mutated_article(self, rng: Random) -> str:
        lines = rng.choice(self.texts).splitlines()
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(lines))
            lines[at] = self._shaken(rng, lines[at].split(), rng.randint(1, 5))
        if rng.random() < 0.3:
            rng.shuffle(lines)
        return "\n".join(lines)

    def _giant(self, rng: Random) -> str:
        """A sentence without an end: joined clauses, one word over and over, brackets in brackets."""
        length = rng.choice((1_400, 1_400, 3_000, 20_000, 60_000))
        unit = rng.choice(
            (
                f"{rng.choice(self.lines).rstrip('.')} and ",
                f"{rng.choice(self.words)} ",
                rng.choice(_HOSTILE),
                "which seized the town that ",
                "A, B and ",
                "(",
                '"',
                "x",
                ". ",
                "said that ",
                "of the ",
                "a.",
                "1 ",
            )
        )
        return f"Rebels seized the town and {unit * (length // len(unit))}"


def _character(rng: Random) -> str:
    return chr(rng.randint(*rng.choice(_PLANES)))


def failures(coder: Coder, inputs: Inputs, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """(number, what went wrong) of the inputs that crash the coder, take too long, or depend on their batch."""
    made = [(number, _tried(lambda number=number: inputs.article(number))) for number in numbers]
    yield from ((number, found) for number, found in made if isinstance(found, str))
    given = [(number, found) for number, found in made if isinstance(found, Article)]
    start = time.process_time()
    together = _tried(lambda: _coded(coder, [article for _, article in given]))
    alone = given[:1] if isinstance(together, list) and time.process_time() - start < SLOW else given
    for at, (number, article) in enumerate(alone):
        start = time.process_time()
        single = _tried(lambda article=article: _coded(coder, [article]))
        taken = time.process_time() - start
        if isinstance(single, str):
            yield number, single
        elif taken > SLOW:
            yield number, f"took {taken:.1f} s"
        elif isinstance(together, list) and single[0] != together[at]:
            yield number, "is coded otherwise alone than beside others"


def _coded(coder: Coder, articles: list[Article]) -> list[bytes]:
    return [msgspec.json.encode(coding) for coding in coder.code(articles)]


def _tried(work: Callable[[], _T]) -> _T | str:
    try:
        return work()
    except Exception as error:  # whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"


def main() -> int:
    """Run the inputs in batches and tell of each that fails."""
    parser = argparse.ArgumentParser(description="Fuzz the coder.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=2_000, help="how many inputs")
    given = parser.parse_args()
    coder, inputs, failed = load_coder(SHIPPED), Inputs(given.seed), 0
    began, last = time.monotonic(), given.start + given.count
    for first in range(given.start, last, BATCH):
        numbers = range(first, min(first + BATCH, last))
        faulthandler.dump_traceback_later(HUNG, exit=True)
        for number, what in failures(coder, inputs, numbers):
            failed += 1
            print(f"FAILED --seed {given.seed} --start {number} --count 1: {what}", flush=True)
        faulthandler.cancel_dump_traceback_later()
        if first // BATCH % 25 == 0:
            print(f"up to {numbers[-1]}, {time.monotonic() - began:.0f} s, {failed} failed", flush=True)
    print(f"inputs: {given.count} of seed {given.seed} from {given.start}; failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
