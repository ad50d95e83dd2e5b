"""By which words a place goes: those of its newest evidence that counts."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import datetime

from domain.control.evidence import Evidence

_Order = tuple[tuple[datetime, str, int, int], str]


class Naming:
    """The newest evidence of each article that counts, in order."""

    def __init__(self) -> None:
        self._of_article: dict[str, Evidence] = {}
        self._order: list[Evidence] = []

    @property
    def newest(self) -> Evidence | None:
        """Of all articles; None when nothing counts."""
        return self._order[-1] if self._order else None

    def hear(self, article_id: str, counting: Iterable[Evidence]) -> None:
        """From now on this is all of the article that counts."""
        earlier = self._of_article.pop(article_id, None)
        if earlier is not None:
            del self._order[bisect_left(self._order, _order(earlier), key=_order)]
        newest = max(counting, key=_order, default=None)
        if newest is not None:
            self._of_article[article_id] = newest
            insort(self._order, newest, key=_order)


def _order(evidence: Evidence) -> _Order:
    return (evidence.key, evidence.area or "")
