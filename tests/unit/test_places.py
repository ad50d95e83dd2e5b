from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.places import PlaceIndex, fold
from domain.ports import GazetteerEntry
from domain.theatres import Scope
from tests.unit.edition_files import SHIPPED

SYRIA = Scope(("syria",), ("SY", "US"), ("TR",), ("SY",), ("TR", "IQ"))


def city(number: int, name: str, country: str, lat: float, lon: float, population: int) -> GazetteerEntry:
    return GazetteerEntry(f"geonames:{number}", name, "city", country, lat, lon, population)


class FewPlaces:
    """A gazetteer of a handful of places; `also` maps a spelling variant to an entry's name."""

    version = "few"

    def __init__(self, *entries: GazetteerEntry, also: dict[str, str] | None = None) -> None:
        self.entries = entries
        self.also = {fold(k): fold(v) for k, v in (also or {}).items()}

    def exact(self, folded: str, countries: Iterable[str]) -> list[GazetteerEntry]:
        wanted = set(countries)
        found = [e for e in self.entries if fold(e.name) == folded and e.country in wanted]
        return sorted(found, key=lambda e: -e.population)

    def similar(self, folded: str, countries: Iterable[str]) -> list[GazetteerEntry]:
        return self.exact(self.also.get(folded, folded), countries)


NORTH = city(1, "Salma", "SY", 36.0, 37.0, 900)
SOUTH = city(2, "Salma", "SY", 33.0, 36.0, 1200)
PLACES = PlaceIndex.from_files(
    SHIPPED,
    FewPlaces(
        city(10, "Idlib", "SY", 35.9, 36.6, 98_000),
        city(11, "Anbar", "IQ", 33.0, 43.0, 900),
        city(12, "Mazlum", "TR", 39.0, 35.0, 2_000),
        city(13, "Aleppo", "US", 40.0, -75.0, 150_000),
        city(14, "Aleppo", "SY", 36.2, 37.2, 1_600_000),
        city(15, "Gotham", "US", 40.0, -75.0, 8_000_000),
        NORTH,
        SOUTH,
        city(16, "Khan Shaykhun", "SY", 35.4, 36.6, 40_000),
        also={"Khan Sheikhoon": "Khan Shaykhun"},
    ),
)


def test_a_place_of_the_articles_country_wins_over_a_namesake_abroad() -> None:
    assert PLACES.resolve("Aleppo", SYRIA).id == "geonames:14"


def test_a_small_namesake_in_another_country_is_never_taken() -> None:
    found = PLACES.resolve("Mazlum", SYRIA)
    assert found.id.startswith("prov:")
    assert (found.country, found.lat, found.precision) == ("SY", None, "unknown")


def test_without_any_scope_only_a_large_unrivalled_place_is_taken() -> None:
    assert PLACES.resolve("Gotham").id == "geonames:15"
    assert PLACES.resolve("Salma").id.startswith("prov:")


def test_the_bare_name_is_the_town_and_with_its_kind_word_the_region() -> None:
    assert PLACES.resolve("Idlib", SYRIA).id == "geonames:10"
    province = PLACES.resolve("Idlib province", SYRIA)
    assert (province.id, province.kind, province.name) == ("frontlog:sy.idlib", "region", "Idlib")
    assert PLACES.resolve("Anbar", Scope(("iraq",), ("IQ",), (), ("IQ",))).id == "frontlog:iq.anbar"


@pytest.mark.parametrize("words", ["city of Aleppo", "Aleppo city", "the town of Aleppo", "Aleppo district", "Aleppo"])
def test_a_town_its_kind_words_and_its_district_are_one_place(words: str) -> None:
    assert PLACES.resolve(words, SYRIA).id == "geonames:14"


def test_a_facility_is_a_place_of_its_own_in_the_place_it_is_named_after() -> None:
    airport = PLACES.resolve("Idlib military airport", SYRIA)
    assert airport.id.startswith("prov:")
    assert (airport.kind, airport.parent, airport.country) == ("facility", "geonames:10", "SY")
    assert airport.id == PLACES.resolve("Idlib airbase", SYRIA).id
    assert airport.id != PLACES.resolve("Idlib hospital", SYRIA).id


def test_an_unknown_place_lies_in_the_place_named_beside_it() -> None:
    host = PLACES.resolve("Aleppo", SYRIA)
    assert PLACES.resolve("Xyzzy", SYRIA, near=[host]).parent == host.id


def test_of_two_namesakes_the_one_beside_the_named_place_is_taken() -> None:
    assert PLACES.resolve("Salma", SYRIA).id == SOUTH.id
    assert PLACES.resolve("Salma", SYRIA, near=[PLACES.resolve("Aleppo", SYRIA)]).id == NORTH.id


def test_spelling_variants_count_in_place_slots_only() -> None:
    assert PLACES.resolve("Khan Sheikhoon", SYRIA).id == "geonames:16"
    assert PLACES.resolve("Khan Sheikhoon", SYRIA, slot=False).id.startswith("prov:")


def test_an_override_of_the_edition_names_a_gazetteer_place_by_its_english_name() -> None:
    found = PLACES.resolve("Hamah", SYRIA)
    assert (found.id, found.name, found.resolved) == ("geonames:170017", "Hama", "Hamah")


def test_rivers_countries_and_what_lies_east_of_a_river_are_places() -> None:
    assert PLACES.resolve("the Euphrates River", SYRIA).kind == "river"
    assert PLACES.resolve("east of the Euphrates River", SYRIA).kind == "area"
    assert PLACES.resolve("Iraq", SYRIA).kind == "country"


def test_running_text_yields_known_places_with_their_kind_words_and_no_other_capitals() -> None:
    text = "On Monday General Salem left Salma and Aleppo and Idlib province for Gotham's Daily News."
    found = {text[m.start : m.end]: m.ids for m in PLACES.find(text, SYRIA)}
    assert found == {"Salma": (SOUTH.id,), "Aleppo": ("geonames:14",), "Idlib province": ("frontlog:sy.idlib",)}


@given(st.text(max_size=120))
def test_no_text_breaks_finding_or_resolving_and_the_same_text_gives_the_same_places(text: str) -> None:
    assert PLACES.find(text, SYRIA) == PLACES.find(text, SYRIA)
    assert PLACES.resolve(text, SYRIA) == PLACES.resolve(text, SYRIA)
    assert PLACES.resolve(text, SYRIA).id


def test_every_place_of_the_edition_has_a_known_country() -> None:
    from domain.countries import CountryTable
    from domain.place_entries import read_places

    known = set(CountryTable.from_files(SHIPPED).by_code)
    assert all(set(e.countries) <= known and e.countries for e in read_places(SHIPPED).values())


def test_a_half_given_point_is_refused_with_file_and_line() -> None:
    text = "places:\n- {id: 'x:1', name: X, kind: city, countries: [SY], lat: 35.0}\n"
    with pytest.raises(InvalidInput) as caught:
        PlaceIndex.from_files({"places/mine.yaml": text}, FewPlaces())
    assert (caught.value.where, caught.value.line, caught.value.field) == ("places/mine.yaml", 2, "lat")
