"""Claims of one wording that stand side by side. Piles share their claims, and so cost what is new in them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice

from domain.control.claims import Claim
from domain.control.sums import Sums, more, sums_of

_FEW = 8
"""So many claims are searched one by one; more get an index."""

_SEARCHES = 8
"""So many times a log is searched claim by claim before it gets an index."""

_MANY_MORE = 2
"""Origins are counted anew where a pile has grown so many times since they were counted."""

_COMPARED = 64
"""Piles of so many claims are compared one by one."""


class Pile:
    """Claims of one wording, in order. Growing makes another pile, which shares this one's memory.

    A pile that grows again, other than before, voids what it had grown into: a sweep that goes back to an earlier state
    has forgotten the later ones.
    """

    __slots__ = ("_cuts", "_log", "_origins", "_summed", "_sums", "size")

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._log, self.size, self._cuts = _Log(list(claims)), len(claims), 0
        self._summed, self._sums, self._origins = 1, sums_of(claims[0]), 1

    def grown(self, one: Claim) -> "Pile":
        """With a claim that comes after all others."""
        self._log.grow(self.size, one)
        made = Pile.__new__(Pile)
        made._log, made.size, made._cuts = self._log, self.size + 1, self._log.cuts
        made._summed, made._sums, made._origins = self._summed, self._sums, self._origins
        return made

    def __iter__(self) -> Iterator[Claim]:
        return islice(self._log.claims, self.size)

    def __repr__(self) -> str:
        return f"Pile({list(self)})"

    def still(self, other: "Pile", last: Claim) -> bool:
        """Whether it holds the claims of another pile, and can stand for it now that `last` is heard: it holds what it
        held when it was made, and nothing heard by then has grown from it. False also where that is long to tell.
        """
        if self is other:
            return True
        if self.size != other.size or not self.intact:
            return False
        if self._log is other._log:
            return True
        if len(self._log.claims) > self.size and self._log.claims[self.size].sort_key <= last.sort_key:
            return False  # to grow it again would void what a state before this one holds
        return self.size <= _COMPARED and all(a is b or a == b for a, b in zip(self, other, strict=True))

    @property
    def intact(self) -> bool:
        """Whether no claim of the shared memory was forgotten since this was made."""
        return self._cuts == self._log.cuts

    @property
    def claims(self) -> Sequence[Claim]:
        """To be looked at by number, below `size`."""
        return self._log.claims

    @property
    def inherited(self) -> bool | None:
        """Whether all are told of the whole place, or none (False); None when some are."""
        return self._log.inherited

    @property
    def first(self) -> Claim:
        return self._log.claims[0]

    @property
    def last(self) -> Claim:
        return self._log.claims[self.size - 1]

    @property
    def sums(self) -> Sums:
        """Over all claims; what was summed before is not looked at again."""
        if self._summed < self.size:
            self._add_up()
        return self._sums

    @property
    def origins(self) -> int:
        """How many different origins told them."""
        if self._summed < self.size:
            self._add_up()
        return self._origins

    def _add_up(self) -> None:
        claims = self._log.claims
        self._sums = more(self._sums, islice(claims, self._summed, self.size))
        if self.size < _MANY_MORE * self._summed:
            for n in range(self._summed, self.size):
                self._origins += not self._told(claims[n].evidence.origin_id, n)
        else:
            self._origins = len({one.evidence.origin_id for one in self})
        self._summed = self.size

    def told_by(self, origin_id: str) -> bool:
        """Whether this origin told one of them."""
        return self._told(origin_id, self.size)

    def _told(self, origin_id: str, size: int) -> bool:
        if not self._log.worth_an_index(size):
            return any(one.evidence.origin_id == origin_id for one in islice(self._log.claims, size))
        found = self._log.index().origins.get(origin_id)
        return found is not None and found[0] < size

    def akin(self, one: Claim, begin: int) -> Sequence[int]:
        """Where claims stand that share origin or voice with one, from the nth on or without upper bound.

        Of the others without upper bound the last one, which begins last: no other replaces `one` where it does not.
        """
        origin_id, voice = one.evidence.origin_id, one.evidence.voice
        endless = self.endless
        near = {endless - 1} if endless else set()
        if not self._log.worth_an_index(self.size):
            for n in chain(range(endless), range(max(begin, endless), self.size)):
                told = self._log.claims[n].evidence
                if told.voice == voice or told.origin_id == origin_id:
                    near.add(n)
            return sorted(near)
        index = self._log.index()
        for places in (index.origins.get(origin_id, ()), index.voices.get(voice, ())):
            near.update(places[: bisect_left(places, endless)])
            near.update(places[bisect_left(places, max(begin, endless)) : bisect_left(places, self.size)])
        return sorted(near)

    def without(self, gone: Sequence[int]) -> Sequence[Claim]:
        """The claims but for some by number."""
        if len(gone) == self.size:
            return ()
        if isinstance(gone, range):
            return [*self._log.claims[: gone.start], *self._log.claims[gone.stop : self.size]]
        left = set(gone)
        return [self._log.claims[n] for n in range(self.size) if n not in left]

    @property
    def endless(self) -> int:
        """How many have no upper bound: they come first, by the day on which they begin."""
        return self.ended_by(date.min)

    def ended_by(self, day: date) -> int:
        """How many have an upper bound of a day or before, or none."""
        return bisect_right(self._log.claims, day, hi=self.size, key=_end)

    def first_end(self, since: date | None) -> date | None:
        """The smallest upper bound that is not before a day (None: of all)."""
        claims = self._log.claims
        search = bisect_right if since is None else bisect_left
        at = search(claims, since or date.min, hi=self.size, key=_end)
        return claims[at].latest if at < self.size else None

    def ending(self, first: date, before: date) -> Iterator[Claim]:
        """Those whose upper bound is `first` or later, and before a day."""
        claims = self._log.claims
        begin = bisect_left(claims, first, hi=self.size, key=_end)
        return (claims[n] for n in range(begin, bisect_left(claims, before, lo=begin, hi=self.size, key=_end)))

    def precision(self, earliest: date | None, latest: date | None) -> str | None:
        """How the first report with exactly these bounds words its day; None without one."""
        if self.size <= _FEW:
            return next((one.evidence.precision for one in self if _written(one) == (earliest, latest)), None)
        at = self._log.index().written.get((earliest, latest), self.size)
        return self._log.claims[at].evidence.precision if at < self.size else None


class _Index:
    """Where in a log which claims are: by origin, by voice, the first with these bounds."""

    __slots__ = ("count", "origins", "voices", "written")

    def __init__(self) -> None:
        self.count = 0
        self.origins: dict[str, list[int]] = {}
        self.voices: dict[str, list[int]] = {}
        self.written: dict[tuple[date | None, date | None], int] = {}

    def add(self, one: Claim) -> None:
        n = self.count
        self.origins.setdefault(one.evidence.origin_id, []).append(n)
        self.voices.setdefault(one.evidence.voice, []).append(n)
        self.written.setdefault(_written(one), n)
        self.count += 1

    def remove(self, one: Claim) -> None:
        """The last one."""
        self.count -= 1
        for where, key in ((self.origins, one.evidence.origin_id), (self.voices, one.evidence.voice)):
            where[key].pop()
            if not where[key]:
                del where[key]
        if self.written[_written(one)] == self.count:
            del self.written[_written(one)]


class _Log:
    """The claims that versions of a pile share, in order; a version knows its length. Indexed when first asked."""

    __slots__ = ("_asked", "_index", "claims", "cuts", "inherited")

    def __init__(self, claims: list[Claim]) -> None:
        self.claims = claims
        told = {one.inherited for one in claims}
        self.inherited: bool | None = told.pop() if len(told) == 1 else None
        self._index: _Index | None = None
        self._asked = 0
        self.cuts = 0
        """How often claims were forgotten."""

    def grow(self, size: int, one: Claim) -> None:
        """Have this claim behind so many others; what stood there is forgotten, unless it is the same."""
        if len(self.claims) > size and self.claims[size] is one:
            return
        self.cut(size)
        self.claims.append(one)
        if one.inherited != self.inherited:
            self.inherited = None

    def worth_an_index(self, size: int) -> bool:
        """Whether more than a few claims were searched so often that an index pays: many logs are soon replaced."""
        self._asked += size > _FEW
        return size > _FEW and self._asked > _SEARCHES

    def index(self) -> _Index:
        """Of all its claims."""
        self._index = self._index or _Index()
        for n in range(self._index.count, len(self.claims)):
            self._index.add(self.claims[n])
        return self._index

    def cut(self, size: int) -> None:
        """Forget what comes after so many claims."""
        self.cuts += len(self.claims) > size
        if self._index is not None:
            while self._index.count > size:
                self._index.remove(self.claims[self._index.count - 1])
        del self.claims[size:]


def _end(one: Claim) -> date:
    return one.latest or date.min


def _written(one: Claim) -> tuple[date | None, date | None]:
    return (one.evidence.earliest, one.evidence.latest)
