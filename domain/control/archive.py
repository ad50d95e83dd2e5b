"""What counted at a moment, moved on from moment to moment, and back again when something was told out of turn."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest

import msgspec

from domain.control.assessment import Assessor, Fighting, Version
from domain.control.evidence import ControlPolicy, Evidence
from domain.control.history import CutKey, HistoryRow, Known, cut_key, moments_of
from domain.control.naming import Naming
from domain.control.sweep import Found

LOOKS_BACK = 128
"""So many of the last moments can be taken back, and twice as many rows: those who code articles side by side finish
them out of the order in which they came, but not by much."""


class _Open(msgspec.Struct, frozen=True, gc=False):
    """A version that stands, what it is cut by, and since when it was known."""

    link: Found
    until: date | None
    key: CutKey
    known_from: datetime


_Tail = tuple[str | None, int, Sequence[_Open]]
"""An area, and what its rows were from the nth on."""

_Shown = tuple[Evidence | None, Fighting]
"""What every row of a place is shown with: the newest evidence, whose words name the place, and the fighting."""


@dataclass(slots=True)
class _Step:
    """How the archive came to a moment, to be taken back: what stood before it, and the rows that ended with it."""

    moment: datetime
    before: datetime | None
    articles: Iterable[str]
    shown: _Shown
    tails: list[_Tail] = field(default_factory=list)
    ended: list[HistoryRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(tail) for _, _, tail in self.tails) + len(self.ended)


class Archive:
    """All that is told of one place, and the rows that stand at the last moment.

    Only verdicts after a change are looked at: the links of the others are the same objects as before.
    """

    def __init__(self, evidence: Iterable[Known], policy: ControlPolicy) -> None:
        self._assessor = Assessor(policy)
        self._told: dict[str, list[Known]] = {}
        self._turns: dict[datetime, set[str]] = {}
        for one in evidence:
            self._told.setdefault(one.evidence.article_id, []).append(one)
        for article_id, told in self._told.items():
            self._await(article_id, moments_of(told))
        self._naming = Naming()
        self._open: dict[str | None, list[_Open]] = {}
        self._shown: _Shown = (None, self._assessor.fighting)
        self._changed: dict[str | None, tuple[int, list[_Open]]] = {}  # by area: rows from the nth on, as they were
        self._steps: deque[_Step] = deque()
        self._step_rows = 0
        self._floor: datetime | None = None  # the last moment that cannot be taken back
        self.moment: datetime | None = None
        """The last moment heard of."""
        self.size = sum(map(len, self._told.values()))
        """Pieces of evidence in memory."""

    def rows(self, resume: datetime | None, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        """What `timeline` promises, once: then everything is heard."""
        ended = self.begin(resume, begun)
        return ended + [self._row(area, one, None, self._shown) for area, rows in self._open.items() for one in rows]

    def begin(self, resume: datetime | None, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        """Hear everything, once: the rows that ended from `resume` on (see `timeline`)."""
        return self._hear_all(resume, begun)

    def reaches(self, since: datetime) -> bool:
        """Whether what is told from a moment on can be followed."""
        return self._floor is None or self._floor < since

    def follow(self, told: Mapping[str, Sequence[Known]], since: datetime) -> tuple[list[HistoryRow], list[HistoryRow]]:
        """From `since` on, these articles tell this: (rows that stand no longer as they were, rows instead of them).

        Costs what lies after `since` in known time, and after the told in the world, not what was heard before. A row
        may be in both.
        """
        shown = self._shown
        self._changed.clear()
        gone: list[HistoryRow] = []
        while self._steps and self._steps[-1].moment >= since:
            gone += self._take_back(self._steps.pop())
        fought = [day for id in told for one in (*self._told.get(id, ()), *told[id]) if (day := _fought_on(one))]
        for article_id, known in told.items():
            self._tell(article_id, known, since)
        come = self._hear_all(None, {})
        renamed = _named(shown) != _named(self._shown)
        for area, rows in self._open.items():
            first, stood = self._changed.get(area, (len(rows), []))
            begin = 0 if renamed else _first_fought_on(rows, first, fought)
            gone += [self._row(area, one, None, shown) for one in (*rows[begin:first], *stood)]
            come += [self._row(area, one, None, self._shown) for one in rows[begin:]]
        return gone, come

    def _await(self, article_id: str, moments: Iterable[datetime]) -> None:
        for moment in moments:
            self._turns.setdefault(moment, set()).add(article_id)

    def _tell(self, article_id: str, known: Sequence[Known], since: datetime) -> None:
        earlier = self._told.pop(article_id, [])
        if known:
            self._told[article_id] = list(known)
        self.size += len(known) - len(earlier)
        self._await(article_id, (moment for moment in moments_of([*earlier, *known]) if moment >= since))

    def _hear_all(self, resume: datetime | None, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        ended: list[HistoryRow] = []
        for moment in sorted(self._turns):
            step = _Step(moment, self.moment, self._turns[moment], self._shown)
            self._move_to(moment, step.articles)
            if resume is None or moment >= resume:
                ended += self._cut(step, begun if moment == resume else {})
            self._remember(step, can_return=resume is None or moment > resume)
        self._turns = {}
        return ended

    def _move_to(self, moment: datetime | None, articles: Iterable[str]) -> None:
        for article_id in articles:
            known = self._told.get(article_id, ()) if moment else ()
            counting = [one.evidence for one in known if moment and one.at(moment)]
            self._assessor.hear(article_id, counting)
            self._naming.hear(article_id, counting)
        self.moment = moment

    def _remember(self, step: _Step, *, can_return: bool) -> None:
        if not can_return:
            self._floor = step.moment
            return
        self._steps.append(step)
        self._step_rows += step.rows
        while self._steps and (len(self._steps) > LOOKS_BACK or self._step_rows > 2 * LOOKS_BACK):
            forgotten = self._steps.popleft()
            self._step_rows -= forgotten.rows
            self._floor = forgotten.moment

    def _take_back(self, step: _Step) -> list[HistoryRow]:
        """Stand as before it. What ended with it is returned: it did not."""
        self._step_rows -= step.rows
        self._move_to(step.before, step.articles)
        self._turns.setdefault(step.moment, set()).update(step.articles)
        for area, first, rows in reversed(step.tails):
            self._replace(area, first, rows)
        self._shown = step.shown
        return step.ended

    def _cut(self, step: _Step, begun: Mapping[CutKey, datetime]) -> list[HistoryRow]:
        """Take in the verdicts of this moment; the rows that end with it, as they last stood."""
        moment = step.moment
        found = self._assessor.found() if self._naming.newest else {}
        for area in {*self._open, *(area for area, last in found.items() if last)}:
            stood = self._open.get(area, [])
            same, links = _changed(stood, found.get(area))
            if not links and same == len(stood):
                continue
            tail, come = stood[same:], []
            known = {one.key: one for one in tail}
            told = {id(one.link.verdict): one for one in tail}
            for link, later in zip_longest(links, links[1:]):
                until = later.verdict.since.latest if later else None
                stood_so = told.get(id(link.verdict))
                if stood_so is not None and stood_so.until == until:
                    key = stood_so.key
                else:
                    key = cut_key(Version(area, link.verdict, until, None))
                earlier = known.pop(key, None)
                come.append(_Open(link, until, key, earlier.known_from if earlier else begun.get(key, moment)))
            step.ended += [self._row(area, one, moment, self._shown) for one in known.values()]
            step.tails.append((area, same, tail))
            self._replace(area, same, come)
        self._shown = (self._naming.newest, self._assessor.fighting)
        return step.ended

    def _replace(self, area: str | None, first: int, come: Sequence[_Open]) -> None:
        rows = self._open.setdefault(area, [])
        begin, stood = self._changed.get(area, (len(rows), []))
        if first < begin or area not in self._changed:
            self._changed[area] = (first, [*rows[first:begin], *stood])
        rows[first:] = come

    @staticmethod
    def _row(area: str | None, one: _Open, known_to: datetime | None, shown: _Shown) -> HistoryRow:
        place, fighting = shown
        assert place is not None
        version = Version(area, one.link.verdict, one.until, fighting.last_before(area, one.until))
        return HistoryRow(place, version, one.known_from, known_to)


def _changed(stood: Sequence[_Open], last: Found | None) -> tuple[int, list[Found]]:
    """(how many of the open rows stay as they are, the links after them). The last common one may end otherwise now."""
    links: list[Found] = []
    while last is not None and not (last.count <= len(stood) and stood[last.count - 1].link is last):
        links.append(last)
        last = last.before
    if last is None:
        return 0, links[::-1]
    if not links and last.count == len(stood):
        return last.count, []
    return last.count - 1, [last, *links[::-1]]


def _first_fought_on(rows: Sequence[_Open], first: int, days: Sequence[date]) -> int:
    """The first row that changed, or may have by days of fighting told."""
    while days and first > 0 and ((until := rows[first - 1].until) is None or until > min(days)):
        first -= 1
    return first


def _named(shown: _Shown) -> tuple[object, ...] | None:
    one = shown[0]
    return (one.place, one.kind, one.country, one.lat, one.lon) if one else None


def _fought_on(one: Known) -> date | None:
    evidence = one.evidence
    return evidence.latest or evidence.earliest if evidence.bearing == "fighting" else None
