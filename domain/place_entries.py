"""The edition's own places: regions, rivers, facilities, missing towns, better names for gazetteer entries."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.datafile import Row, files_under, read
from domain.place_words import PLACE_KINDS

PLACES_FOLDER = "places"


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A place of the edition. `id` starts with frontlog: or is a gazetteer's id whose facts it betters.

    `countries` ISO alpha-2 (a river may have several); degrees WGS 84.
    """

    id: str
    name: str
    kind: str
    countries: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    parent: str | None = None
    source: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def read_places(files: Mapping[str, str]) -> dict[str, PlaceEntry]:
    """All entries by id of the folder `places`. Raises InvalidInput naming file, line and field."""
    entries: dict[str, PlaceEntry] = {}
    for path, text in files_under(dict(files), PLACES_FOLDER):
        top = read(path, text)
        top.only("countries", "source", "places")
        for row in top.rows("places"):
            entry = _entry(row, top)
            if entry.id in entries:
                raise row.fail("id", f"{entry.id!r} again", "an id used once")
            entries[entry.id] = entry
    return entries


def _entry(row: Row, top: Row) -> PlaceEntry:
    row.only("id", "name", "kind", "countries", "aliases", "lat", "lon", "parent", "source", "note")
    lat, lon = row.number("lat"), row.number("lon")
    if (lat is None) != (lon is None) or not (-90 <= (lat or 0) <= 90 and -180 <= (lon or 0) <= 180):
        raise row.fail("lat", f"lat {lat}, lon {lon}", "both in degrees, or neither")
    return PlaceEntry(
        row.text("id"),
        row.text("name"),
        row.one_of("kind", PLACE_KINDS),
        row.texts("countries") or top.texts("countries"),
        row.texts("aliases"),
        lat,
        lon,
        row.maybe("parent"),
        row.maybe("source") or top.maybe("source"),
    )
