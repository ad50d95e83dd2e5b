"""Which articles are copies of one report: near-duplicates within a window of days (CODEBOOK.md, rule 4).

A text's signature is taken once, at receipt, and kept in the log: an erased text leaves the past as it was.
The figures behind the sizes here are in docs/decisions/060-origins-by-minhash.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from domain.datafile import Row, read

if TYPE_CHECKING:
    from datasketch import MinHash

EDITION_FILE = "edition.yaml"

SHINGLE_WORDS = 3
"""Words a shingle."""

LEAST_WORDS = 40
"""A shorter text is one shingle, so only the same words are a copy of it: short items share phrases by chance."""

PERMUTATIONS = 128
"""Values a signature: similarity is estimated with a standard error of 4 points of a hundred or less."""

SEED = 1
HEX_A_VALUE = 4
"""16 of a value's 32 bits are kept: two different shingles meet in them by chance once in 65,536."""

SIGNATURE_BYTES = PERMUTATIONS * HEX_A_VALUE // 2

BAND_VALUES = 2
"""Values that two signatures must share in one place to be compared: finds 93 of 100 pairs alike by a fifth."""

LEAST_PERCENT = 15
"""Below, more than one pair in five would share no band."""

_BAND = BAND_VALUES * HEX_A_VALUE
_WORD = re.compile(r"\w+")

Steps = tuple[tuple[datetime, str], ...]
"""Origin ids, each from a moment in known time on; the first from the article's receipt."""


@dataclass(frozen=True, slots=True)
class OriginPolicy:
    """The numbers of a rule edition: how alike two texts are (percent of shingles shared), and how many days apart."""

    near_duplicate_percent: int
    window_days: int

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "OriginPolicy | None":
        """From an edition's policy numbers; None for an edition without them: there every article is an origin."""
        percent, days = policy.get("near_duplicate_percent"), policy.get("origin_window_days")
        return None if percent is None or days is None else cls(int(percent), int(days))

    @classmethod
    def from_text(cls, edition_file: str) -> "OriginPolicy | None":
        """From a published edition's `edition.yaml`, without loading the rest of it."""
        policy = read(EDITION_FILE, edition_file).fields.get("policy")
        return cls.of(policy.fields) if isinstance(policy, Row) else None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article as it came in. `day` is that of publication; None where it is not known, which may be any day."""

    article_id: str
    received_at: datetime
    day: date | None
    signature: str

    @property
    def key(self) -> tuple[datetime, str]:
        return (self.received_at, self.article_id)


def signature(text: str) -> str:
    """MinHash of a normalised text's word shingles, hex, 512 characters; empty for a text without words.

    The same text gives the same signature on every machine: seed, scheme and hash function are fixed here.
    """
    words = _WORD.findall(text.casefold())
    if not words:
        return ""
    sketch = _empty_sketch().copy()
    sketch.update_batch([shingle.encode() for shingle in shingles(words)])
    return "".join(f"{int(value) & 0xFFFF:04x}" for value in sketch.hashvalues)


def shingles(words: list[str], size: int = SHINGLE_WORDS) -> set[str]:
    """Every run of `size` words; one shingle of all of them for a text that is too short to tell."""
    if len(words) < LEAST_WORDS:
        size = len(words)
    return {" ".join(words[at : at + size]) for at in range(len(words) - size + 1)}


@lru_cache(maxsize=1)
def _empty_sketch() -> "MinHash":
    from datasketch import MinHash  # half a second, with scipy behind it: only whoever receives articles pays

    return MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32")


def similarity_percent(first: str, second: str) -> float:
    """Estimated share of the shingles of two texts that both hold, in percent, by their signatures."""
    if not first or len(first) != len(second):
        return 0.0
    one, other = (memoryview(bytes.fromhex(each)).cast("H") for each in (first, second))
    return 100 * sum(a == b for a, b in zip(one, other, strict=True)) / len(one)


def keys(signature: str) -> list[str]:
    """What two near-duplicates share one of. `frontlog_log.origin_keys` in SQL spells the same."""
    return [f"{at // _BAND}:{signature[at : at + _BAND]}" for at in range(0, len(signature), _BAND)]


def near(one: Arrival, other: Arrival, policy: OriginPolicy) -> bool:
    """Whether two articles are copies of one text."""
    apart = abs((one.day - other.day).days) if one.day and other.day else 0
    return (
        apart <= policy.window_days
        and similarity_percent(one.signature, other.signature) >= policy.near_duplicate_percent
    )


def copies(of: Iterable[Arrival], among: Iterable[Arrival], policy: OriginPolicy) -> set[str]:
    """Ids of those `among` that are near-duplicates of one `of`."""
    table = _Table()
    for one in of:
        table.add(one)
    return {one.article_id for one in among if any(near(one, other, policy) for other in table.candidates(one))}


def origins(arrivals: Iterable[Arrival], policy: OriginPolicy) -> dict[str, Steps]:
    """The origin of each article over known time, by article id: a function of the set of arrivals.

    At any moment, articles received so far that are near-duplicates, directly or over others, are one origin; its id
    is the smallest (received_at, article id) among them. A later article that joins two origins gives the articles of
    the younger a further step from its receipt on, and changes nothing before.
    """
    steps: dict[str, list[tuple[datetime, str]]] = {}
    origin_of: dict[str, Arrival] = {}
    members: dict[str, list[Arrival]] = {}
    table = _Table()
    for one in sorted(set(arrivals), key=lambda arrival: arrival.key):
        joined = {one.article_id: one}
        members[one.article_id], origin_of[one.article_id], steps[one.article_id] = [one], one, []
        for other in table.candidates(one):
            origin = origin_of[other.article_id]
            if origin.article_id not in joined and near(one, other, policy):
                joined[origin.article_id] = origin
        oldest = min(joined.values(), key=lambda arrival: arrival.key)
        for younger in joined:
            if younger != oldest.article_id:
                for member in members.pop(younger):
                    origin_of[member.article_id] = oldest
                    members[oldest.article_id].append(member)
                    _step(steps[member.article_id], one.received_at, oldest.article_id)
        if oldest is one:
            _step(steps[one.article_id], one.received_at, one.article_id)
        table.add(one)
    return {article_id: tuple(found) for article_id, found in steps.items()}


def clusters(signatures: Sequence[bytes]) -> list[list[int]]:
    """Which of these signatures (their bytes) may be near-duplicates, directly or over others: indices by cluster.

    Those of different clusters share no key, so the origins of one follow from it alone. Sorts each key's values in one
    array of 256 bytes a signature: a quarter of a million take some seconds and 130 MB.
    """
    import numpy as np

    whole = [n for n, each in enumerate(signatures) if len(each) == SIGNATURE_BYTES]
    values = np.frombuffer(b"".join([signatures[n] for n in whole]), dtype=np.uint32).reshape(len(whole), -1)
    links: set[tuple[int, int]] = set()
    for at in range(values.shape[1] if whole else 0):
        order = np.argsort(values[:, at], kind="stable")
        found = values[order, at]
        same = np.flatnonzero(found[1:] == found[:-1])
        links.update(zip(order[same].tolist(), order[same + 1].tolist(), strict=True))
    return [[whole[n] for n in members] for members in _joined(links)]


def _joined(links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The connected components of these links, each in rising order."""
    root: dict[int, int] = {}

    def find(n: int) -> int:
        while root.setdefault(n, n) != n:
            root[n] = root[root[n]]
            n = root[n]
        return n

    for one, other in links:
        root[find(one)] = find(other)
    members: dict[int, list[int]] = {}
    for n in sorted(root):
        members.setdefault(find(n), []).append(n)
    return list(members.values())


def _step(steps: list[tuple[datetime, str]], moment: datetime, origin_id: str) -> None:
    """The last word on one moment counts: at it, all that came in by then is known."""
    if steps and steps[-1][0] == moment:
        steps.pop()
    steps.append((moment, origin_id))


class _Table:
    """Arrivals by the keys of their signatures, so that not every pair is compared."""

    def __init__(self) -> None:
        self._by_key: dict[str, list[Arrival]] = {}

    def add(self, one: Arrival) -> None:
        for key in keys(one.signature):
            self._by_key.setdefault(key, []).append(one)

    def candidates(self, one: Arrival) -> Iterator[Arrival]:
        """Those that share a key, each once."""
        seen: set[str] = set()
        for key in keys(one.signature):
            for other in self._by_key.get(key, ()):
                if other.article_id not in seen:
                    seen.add(other.article_id)
                    yield other
