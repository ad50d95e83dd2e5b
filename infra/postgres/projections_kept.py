"""What a projector remembers of the places it assessed last, so that one more claim need not read all the others."""

from datetime import datetime

from domain.control.archive import Archive

KEPT_EVIDENCE = 60_000
"""Pieces of evidence kept in memory between batches over all places, at 1.2 to 1.7 kB each; one place may have more."""


class Kept:
    """The archives of the places assessed last, as of one checkpoint of one generation; worthless at any other.

    What an archive says is a function of generation and checkpoint, so it does not matter who wrote the rows.
    """

    def __init__(self) -> None:
        self._at: tuple[int, int] | None = None
        self._archives: dict[str, Archive] = {}

    def begin(self, generation: int, position: int) -> None:
        """Start from a checkpoint. A batch that then fails leaves nothing behind."""
        if self._at != (generation, position):
            self._archives.clear()
        self._at = None

    def end(self, generation: int, position: int) -> None:
        """The checkpoint that was reached."""
        self._at = (generation, position)
        size = sum(archive.size for archive in self._archives.values())
        while size > KEPT_EVIDENCE and len(self._archives) > 1:
            size -= self._archives.pop(next(iter(self._archives))).size

    def take(self, place: str, since: datetime) -> Archive | None:
        """A place's archive, if it can go on from that moment."""
        archive = self._archives.pop(place, None)
        return archive if archive and archive.reaches(since) else None

    def put(self, place: str, archive: Archive) -> None:
        self._archives[place] = archive
