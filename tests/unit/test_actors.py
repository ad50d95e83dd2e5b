from datetime import date
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import ActorRegistry
from domain.errors import InvalidInput
from domain.theatres import Scope
from tests.unit.edition_files import SHIPPED

REGISTRY = ActorRegistry.from_files(SHIPPED)
SYRIA = Scope(("syria",), ("SY", "TR"), ("IQ",), ("SY",))
CONGO = Scope(("drc",), ("CD",), (), ("CD",))
SAHEL = Scope(("sahel",), ("ML",), ("NE",), ("ML",))
DAY = date(2024, 12, 6)


def one(surface: str, scope: Scope = SYRIA, source: str | None = None, on: date | None = DAY) -> str | None:
    return REGISTRY.resolve(surface, on, source, scope).one


def test_a_label_that_lumps_two_organisations_needs_its_house_and_its_day() -> None:
    assert one("PKK/YPG", source="TRT") == "sdf"
    assert one("the terrorist group PKK/YPG", source="TRT") == "sdf"
    assert one("PKK/YPG") is None
    assert one("PKK/YPG", source="Reuters") is None
    assert one("PKK/YPG", source="TRT", on=date(2014, 1, 1)) is None


def test_an_unmapped_label_keeps_its_words_under_a_provisional_id() -> None:
    reference = REGISTRY.reference("the PKK/YPG", "PKK/YPG", DAY, None, SYRIA)
    assert reference.id.startswith("prov:")
    assert reference.name == reference.resolved == "PKK/YPG"
    assert reference.as_written == "the PKK/YPG"


def test_two_registered_names_with_a_slash_are_one_mention_of_no_one() -> None:
    text = "Fighters of the SDF/HTS left."
    (mention,) = [m for m in REGISTRY.find(text, SYRIA) if m.start == text.index("SDF")]
    assert text[mention.start : mention.end] == "SDF/HTS"
    assert (mention.ids, mention.kind) == ((), "label")


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("Russian warplanes", "rus.air"),
        ("Syrian government troops", "syr.forces"),
        ("the Syrian regime", "syr.gov"),
        ("Peruvian army", "per.forces"),
        ("Iraqi federal police", "irq.police"),
        ("Norway's navy", "nor.navy"),
        ("the government of Chad", "tcd.gov"),
        ("Ankara", "tur.gov"),
    ],
)
def test_a_states_own_actors_follow_from_demonym_and_head_for_any_country(surface: str, expected: str) -> None:
    assert one(surface) == expected


def test_an_army_and_its_government_are_two_actors_and_one_is_part_of_the_other() -> None:
    for code in ("syr", "per", "ukr"):
        assert REGISTRY.within(f"{code}.forces", f"{code}.gov", DAY)
        assert not REGISTRY.within(f"{code}.gov", f"{code}.forces", DAY)


def test_bare_government_forces_are_those_of_the_theatres_country() -> None:
    assert one("government forces") == "syr.forces"
    assert one("the junta", SAHEL) == "mli.gov"
    both = REGISTRY.resolve("the army", DAY, None, Scope(("sahel",), ("ML", "NE"), (), ("ML", "NE")))
    assert both.ids == ("mli.forces", "ner.forces")
    assert REGISTRY.resolve("the army", DAY).ids == ()


def test_an_acronym_that_two_wars_share_is_told_apart_by_the_theatre() -> None:
    assert one("SNA") == "sna"
    assert one("SNA", Scope(("somalia",), ("SO",), (), ("SO",))) == "som.forces"
    assert one("ADF", CONGO) == "adf"
    assert one("M23", SYRIA) is None


def test_an_acronym_without_any_theatre_lists_its_candidates() -> None:
    assert {"sna", "som.forces"} <= set(REGISTRY.resolve("SNA").ids)


def test_a_demonym_of_two_countries_is_told_apart_by_the_scope() -> None:
    assert one("Congolese troops", CONGO) == "cod.forces"
    assert one("Congolese police", Scope((), ("CG",), (), ("CG",))) == "cog.police"


def test_an_alias_counts_only_in_its_days() -> None:
    assert one("Assad loyalists", on=date(2025, 3, 10)) == "assadremnants"
    assert one("Assad loyalists", on=date(2023, 1, 10)) is None


def test_words_beside_a_name_do_not_make_another_name_but_a_relation_claim_does_not_join_it() -> None:
    assert one("M23 rebels", CONGO) == "m23"
    assert one("US-backed SDF fighters") == "sdf"
    assert one("SDF-held districts") is None
    assert one("enemies of the SDF") is None


def test_dated_relations_hold_from_their_first_day_to_before_their_last() -> None:
    assert REGISTRY.within("m23", "afc", date(2024, 1, 1))
    assert not REGISTRY.within("m23", "afc", date(2023, 1, 1))
    assert REGISTRY.related("hts", "successor_of", DAY) == ("nusra",)


def test_a_country_or_capital_is_only_a_weak_actor_and_its_forces_are_not() -> None:
    text = "Syrian troops left Damascus for Iraq."
    assert [(m.ids, m.weak) for m in REGISTRY.find(text, SYRIA)] == [
        (("syr.forces",), False),
        (("syr.gov",), True),
        (("irq.gov",), True),
    ]


def test_a_name_of_another_war_is_not_found_within_a_scope() -> None:
    assert [m.ids for m in REGISTRY.find("The PDF and the SDF.", SYRIA)] == [("sdf",)]


def test_a_name_of_another_war_hides_no_name_of_this_one() -> None:
    text = "The internationally recognised Government of National Accord left."
    found = REGISTRY.find(text, Scope(("libya",), ("LY",), (), ("LY",)))
    assert [text[m.start : m.end] for m in found] == ["Government of National Accord"]


def test_a_numbered_unit_that_nobody_registered_is_found_and_names_no_one() -> None:
    (mention,) = REGISTRY.find("The 999th Rocket Brigade left.", SYRIA)
    assert (mention.ids, mention.kind) == ((), "unit")
    assert one("999th Rocket Brigade") is None


@given(
    st.lists(st.sampled_from(["SDF", "/", "HTS", " ", "Syrian", "army", "the", "PKK/YPG", "-led", "'s", "é", "M23"]))
)
def test_no_text_breaks_finding_or_resolving_and_mentions_never_overlap(parts: list[str]) -> None:
    text = "".join(parts)
    found = REGISTRY.find(text, SYRIA)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert REGISTRY.reference(text, text, DAY, "TRT", SYRIA).id


def test_giant_texts_take_time_in_proportion_to_their_length() -> None:
    def seconds(text: str) -> float:
        started = perf_counter()
        REGISTRY.find(text, SYRIA)
        return perf_counter() - started

    unit = "The SDF and Syrian government troops left Al-Hama/SNA for the 999th Brigade of PKK/YPG. "
    seconds(unit)
    assert seconds(unit * 2000) < 100 * max(seconds(unit * 100), 0.001)


def test_every_theatre_of_an_entry_is_declared_and_every_relation_leads_to_an_entry() -> None:
    from domain.countries import CountryTable
    from domain.theatres import Theatres

    known = Theatres.from_files(SHIPPED, CountryTable.from_files(SHIPPED)).by_id
    entries = [entry for i in REGISTRY.ids if (entry := REGISTRY.entry(i))]
    assert {t for e in entries for t in e.theatres} <= set(known)
    assert all(REGISTRY.entry(r.other) for e in entries for r in e.relations)
    assert all(e.source for e in entries)


@pytest.mark.parametrize(
    ("yaml", "line", "field"),
    [
        ("actors:\n- {id: a, name: A, kind: army}\n", 2, "kind"),
        ("actors:\n- {id: a, name: A, kind: rebel}\n- {id: a, name: B, kind: rebel}\n", 3, "id"),
        ("actors:\n- id: a\n  name: A\n  kind: rebel\n  relation: []\n", 5, "relation"),
        ("actors:\n- {id: a, name: A, kind: rebel, relations: [{part_of: nobody}]}\n", 2, "relations"),
        ("actors:\n- {id: a, name: A, kind: rebel, aliases: [{name: B, from: soon}]}\n", 2, "from"),
        ("actors:\n- {id: a, name: A, kind: rebel}\nlabels:\n- {label: A/B, means: b}\n", 4, "means"),
        ("actors:\n- {id: a, name: A, name: B, kind: rebel}\n", 2, "name"),
        ("actors: [\n", 2, None),
    ],
)
def test_a_mistake_in_the_registry_is_named_by_file_line_and_field(yaml: str, line: int, field: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        ActorRegistry.from_files({"actors/mine.yaml": yaml})
    assert (caught.value.where, caught.value.line, caught.value.field) == ("actors/mine.yaml", line, field)
