from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.names import NameIndex, flatten, fold, provisional_id


def spans(index: NameIndex, text: str) -> list[str]:
    return [text[m.start : m.end] for m in index.find(text)]


def test_folding_drops_case_accents_apostrophes_hyphens_article_and_possessive() -> None:
    assert fold("The Hay'at Tahrir al-Sham") == fold("HAYAT TAHRIR AL SHAM")
    assert fold("Ḩamāh") == "hamah"
    assert fold("the U.S.’s") == "us"
    assert fold("Łódź") == "lodz"


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=60))
def test_a_flattened_text_keeps_every_offset(text: str) -> None:
    assert len(flatten(text)) == len(text)


@given(st.text(max_size=80))
def test_mentions_lie_inside_the_text_in_order_and_never_overlap(text: str) -> None:
    index = NameIndex({"Hama": {"1"}, "Hama Province": {"2"}, "a": {"3"}, "SDF": {"4"}})
    found = index.find(text)
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_the_longest_name_wins_and_words_are_never_cut() -> None:
    index = NameIndex({"Syrian": {"a"}, "Syrian National Army": {"b"}})
    assert spans(index, "The Syrian National Army met Assyrian Syrians.") == ["Syrian National Army", "Syrians"]


def test_an_acronym_matches_in_its_own_case_only() -> None:
    index = NameIndex({"IS": {"is"}, "Houthi": {"h"}})
    assert spans(index, "This is what IS said; houthi is no name, Houthis is.") == ["IS", "Houthis"]


def test_apostrophes_hyphens_and_british_spelling_do_not_hide_a_name() -> None:
    index = NameIndex({"Hay'at Tahrir al-Sham": {"a"}, "National Defence Forces": {"b"}})
    text = "Hayat Tahrir al Sham and Hay’at Tahrir al‑Sham fought the National Defense Forces."
    assert [m.ids for m in index.find(text)] == [("a",), ("a",), ("b",)]


def test_a_name_in_a_compound_is_marked_as_a_modifier() -> None:
    index = NameIndex({"SDF": {"sdf"}, "Houthi": {"h"}})
    found = index.find("SDF-held towns, anti-Houthi fighters, the SDF.")
    assert [m.modifier for m in found] == [True, True, False]


def test_a_possessive_stays_outside_the_mention() -> None:
    assert spans(NameIndex({"SDF": {"sdf"}}), "the SDF's men") == ["SDF"]


def test_provisional_ids_depend_on_folded_words_and_theatre_alone() -> None:
    one = provisional_id("The Murrat", "syria")
    assert one == provisional_id("murrat", "syria")
    assert one != provisional_id("Murrat", "iraq")
    assert one.startswith("prov:") and len(one) == 21
