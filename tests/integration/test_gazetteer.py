import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.names import fold
from infra.gazetteer import GeoNamesGazetteer
from infra.gazetteer.index import index_name
from infra.gazetteer.source import english
from infra.gazetteer.spelling import LEAST_RATIO, ratio, shape


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gazetteer")


@pytest.fixture(scope="module")
def gazetteer(folder: Path) -> GeoNamesGazetteer:
    return GeoNamesGazetteer(folder)


def test_a_name_is_found_in_the_countries_asked_for_only(gazetteer: GeoNamesGazetteer) -> None:
    assert gazetteer.exact(fold("Deir ez-Zor"), ["SY"])[0].id == "geonames:170794"
    assert gazetteer.exact(fold("Deir ez-Zor"), ["IQ"]) == []
    assert gazetteer.exact(fold("Hatla"), ["SY"]) == []


def test_the_most_populous_namesake_comes_first(gazetteer: GeoNamesGazetteer) -> None:
    found = gazetteer.exact("tripoli", ["LY", "LB", "GR"])
    assert [e.population for e in found] == sorted((e.population for e in found), reverse=True)
    assert found[0].country == "LY"


@pytest.mark.parametrize(
    ("written", "country", "name"),
    [
        ("Khan Sheikhoun", "SY", "khan shaykhun"),
        ("Taybat al-Imam", "SY", "tayyibat al imam"),
        ("Hawija", "IQ", "al hawijah"),
        ("Hodeidah", "YE", "al hudaydah"),
        ("Tajoura", "LY", "tajura"),
        ("Um Rawaba", "SD", "umm ruwaba"),
    ],
)
def test_a_transliteration_variant_is_found(
    gazetteer: GeoNamesGazetteer, written: str, country: str, name: str
) -> None:
    assert fold(gazetteer.similar(fold(written), [country])[0].name) == name


@pytest.mark.parametrize(("written", "country"), [("Julan", "IQ"), ("Murrat", "SY"), ("Mazlum", "SY"), ("Hatla", "SY")])
def test_a_village_that_is_not_listed_finds_no_variant(
    gazetteer: GeoNamesGazetteer, written: str, country: str
) -> None:
    assert gazetteer.similar(fold(written), [country]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("julan", "jalan"),
        ("robotyne", "rybotyn"),
        ("synkivka", "synookivka"),
        ("baghdadi", "baghdad"),
        ("kotlyne", "kotlin"),
        ("shire", "sire"),
        ("goma", "gemena"),
        ("hatla", "hatila"),
        ("bartaqa", "bartaq"),
        ("kawlin", "kalein"),
    ],
)
def test_two_places_of_similar_sound_are_not_variants(one: str, other: str) -> None:
    assert shape(one) != shape(other) or ratio(one, other) < LEAST_RATIO


def test_an_air_base_answers_to_its_town_and_the_word_airport(gazetteer: GeoNamesGazetteer) -> None:
    assert gazetteer.exact("deir ez zor airport", ["SY"])[0].id == "airport:OSDZ"
    assert gazetteer.similar("hama airport", ["SY"])[0].kind == "facility"


def test_a_second_opening_uses_the_first_ones_index_and_answers_alike(
    folder: Path, gazetteer: GeoNamesGazetteer
) -> None:
    built = (folder / index_name()).stat().st_mtime_ns
    again = GeoNamesGazetteer(folder)
    assert (folder / index_name()).stat().st_mtime_ns == built
    for name in ("hama", "goma", "al bab"):
        assert again.exact(name, ["SY", "CD"]) == gazetteer.exact(name, ["SY", "CD"])


def test_a_killed_build_leaves_nothing_that_is_read(folder: Path, tmp_path: Path) -> None:
    code = "import sys, pathlib, infra.gazetteer as g; g.GeoNamesGazetteer(pathlib.Path(sys.argv[1]))"
    building = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    while building.poll() is None and not any(tmp_path.iterdir()):
        pass
    building.kill()
    building.wait(timeout=30)
    assert not (tmp_path / index_name()).exists()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak memory of a child is read from /proc")
def test_opening_and_asking_costs_little_memory(folder: Path, gazetteer: GeoNamesGazetteer) -> None:
    code = (
        "import sys; from pathlib import Path; from infra.gazetteer import GeoNamesGazetteer\n"
        "g = GeoNamesGazetteer(Path(sys.argv[1]))\n"
        "for n in range(3000): g.exact(f'hama{n}', ['SY']); g.similar(f'hama{n}', ['SY'])\n"
        "peak = Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]\n"
        "print(g.exact('goma', ['CD'])[0].id, peak)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    place, peak = done.stdout.split()
    assert place == "geonames:216281"
    assert int(peak) < 100 * 1024


def test_a_forked_child_asks_on_a_connection_of_its_own(gazetteer: GeoNamesGazetteer) -> None:
    gazetteer.exact("aleppo", ["SY"])
    child = os.fork()
    if child == 0:
        os._exit(0 if gazetteer.exact("mosul", ["IQ"]) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert gazetteer.exact("goma", ["CD"])


def test_two_processes_that_build_at_once_both_read_a_whole_index(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, infra.gazetteer as g\n"
        "print(g.GeoNamesGazetteer(pathlib.Path(sys.argv[1])).exact('goma', ['CD'])[0].id)"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [p.communicate(timeout=200)[0].strip() for p in both] == ["geonames:216281"] * 2
    assert [path.name for path in tmp_path.iterdir()] == [index_name()]


@pytest.mark.parametrize(
    ("name", "alternates", "printed"),
    [
        ("Ḩamāh", ["Hamah", "Hama"], "Hama"),
        ("Al Ḩasakah", ["Hasakah"], "Al Hasakah"),
        ("Wrocław", [], "Wroclaw"),
        ("N'Djamena", [], "N'Djamena"),
        ("Dar‘ā", [], "Dara"),
    ],
)
def test_a_place_bears_the_name_that_english_texts_print(name: str, alternates: list[str], printed: str) -> None:
    assert english(name, alternates) == printed
