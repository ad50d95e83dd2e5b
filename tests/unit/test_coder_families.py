"""Families of sentences that wires and assessments write: what each is read as, names and all."""

from datetime import date

import pytest

from tests.coding import code

Read = tuple[str, tuple[str, ...], tuple[str, ...]]
PUBLISHED = date(2026, 11, 20)


def read(text: str) -> list[Read]:
    """(type, actors, places with their area or extent) of each event, in order."""
    return [
        (
            e.type,
            tuple(a.resolved for a in e.actors),
            tuple(p.resolved + (f" [{p.area or p.extent}]" if p.area or p.extent else "") for p in e.places),
        )
        for e in code(text, PUBLISHED).events
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Russian forces recently advanced northwest of Pokrovsk near Hryshyne; west of Myrnohrad near Rivne; and "
            "southwest of Toretsk near Shcherbynivka.",
            [("AdvanceReported", ("Russian forces",), ("Hryshyne", "Rivne", "Shcherbynivka"))],
        ),
        (
            "The RSF attacked SAF positions in El Fasher, in Babanusa and near the Heglig oil field on November 15.",
            [("AttackReported", ("RSF",), ("El Fasher", "Babanusa", "Heglig oil field"))],
        ),
        (
            "The Israeli Air Force struck Hezbollah positions north of the Litani River near Nabatieh; in the Bekaa "
            "Valley; and near Tyre.",
            [("AttackReported", ("Israeli Air Force",), ("Nabatieh", "Bekaa Valley", "Tyre"))],
        ),
    ],
)
def test_a_list_of_phrases_gives_the_nearest_place_of_each(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The army captured the north of El Obeid, and the RSF the south.",
            [("ControlTaken", ("army",), ("El Obeid [north]",)), ("ControlTaken", ("RSF",), ("El Obeid [south]",))],
        ),
        (
            "M23 controls Goma and the Congolese army Uvira.",
            [("ControlAsserted", ("M23",), ("Goma",)), ("ControlAsserted", ("Congolese army",), ("Uvira",))],
        ),
        (
            "The junta lost Lashio to the MNDAA and Hsipaw to the TNLA.",
            [("ControlTaken", ("MNDAA",), ("Lashio",)), ("ControlTaken", ("TNLA",), ("Hsipaw",))],
        ),
        (
            "The Somali army captured Bulo Burde and al-Shabaab fighters in the town fled.",
            [
                ("ControlTaken", ("Somali army",), ("Bulo Burde",)),
                ("WithdrawalReported", ("al-Shabaab",), ("Bulo Burde",)),
            ],
        ),
        (
            "Al-Shabaab captured Adan Yabaal, an al-Shabaab stronghold, and Moqokori.",
            [("ControlTaken", ("Al-Shabaab",), ("Adan Yabaal", "Moqokori"))],
        ),
    ],
)  # fmt: skip
def test_a_verb_left_out_is_read_for_each_party(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


def test_a_verb_left_out_before_a_second_date_gives_a_second_event() -> None:
    events = code("The Arakan Army took Kyauktaw on May 3 and Mrauk-U on June 9.", PUBLISHED).events
    assert [(e.places[0].resolved, e.occurred.earliest) for e in events] == [
        ("Kyauktaw", date(2026, 5, 3)),
        ("Mrauk-U", date(2026, 6, 9)),
    ]


@pytest.mark.parametrize(
    ("text", "actors"),
    [
        ("JNIM seized Djibo, forcing Burkinabe soldiers to retreat from the town.", ("Burkinabe soldiers",)),
        ("M23 forced FARDC troops to pull out of Sake on Thursday.", ("FARDC",)),
        ("Congolese soldiers were forced to abandon Minova.", ("Congolese soldiers",)),
    ],
)
def test_who_is_made_to_leave_is_who_leaves(text: str, actors: tuple[str, ...]) -> None:
    assert [a for t, a, _ in read(text) if t == "WithdrawalReported"] == [actors]


@pytest.mark.parametrize(
    ("text", "actors"),
    [
        ("The Rapid Support Forces shelled Babanusa. The paramilitary group holds Nyala.", ("Rapid Support Forces",)),
        ("Hemedti's men left the palace in Khartoum. Hemedti said his fighters still hold Nyala.", ("Hemedti's men",)),
        ("The G9 and G-Pep fought in Delmas. They now control Cité Soleil.", ("G9", "G-Pep")),
        ("The Houthis and the Giants Brigades fought in Hays. The UN said both sides hold Hays.",
         ("Houthis", "Giants Brigades")),
        ("General Haftar's forces advanced on Tripoli. His men hold Gharyan.", ("Haftar's forces",)),
    ],
)  # fmt: skip
def test_who_holds_ground_is_found_behind_what_he_is_called(text: str, actors: tuple[str, ...]) -> None:
    assert [a for t, a, _ in read(text) if t == "ControlAsserted"] == [actors]


@pytest.mark.parametrize(
    "text",
    [
        "No group has claimed responsibility for the attack on Maiduguri.",
        "Nobody claimed responsibility for Sunday's bombing of a mosque in Zamfara.",
        "It was not clear who shelled the market in Omdurman.",
    ],
)
def test_a_deed_that_nobody_owns_up_to_is_nobodys(text: str) -> None:
    assert not [e for e in code(text, PUBLISHED).events if e.actors or e.attribution]


def test_an_inverted_condition_is_conditional_with_an_acronym_too() -> None:
    events = code("Should SAF retake Bara, the RSF would lose its supply line.", PUBLISHED).events
    assert [(e.type, e.modality, e.actors[0].resolved) for e in events][:1] == [("ControlTaken", "conditional", "SAF")]


def test_a_town_that_is_attacked_is_no_party() -> None:
    [event] = code("The Sudanese army shelled central Khartoum.", PUBLISHED).events
    assert event.counterparties == ()
    assert [(p.resolved, p.area) for p in event.places] == [("Khartoum", "centre")]


def test_a_place_before_a_trailing_source_stays_a_place() -> None:
    text = (
        "Tigrayan forces pulled out of Lalibela, a spokesman for the Ethiopian government said. "
        "TDF fighters had taken the town in August."
    )
    events = code(text, PUBLISHED).events
    assert [(e.type, e.places[0].resolved) for e in events] == [
        ("WithdrawalReported", "Lalibela"),
        ("ControlTaken", "Lalibela"),
    ]
    assert events[0].attribution is not None
    assert events[0].attribution.resolved == "spokesman for the Ethiopian government"


@pytest.mark.parametrize(
    ("text", "actors"),
    [
        ("Ukraine accused Russian troops of seizing Danylivka.", ("Russian troops",)),
        ("FLA rebels seized Tessalit after Malian troops and their allies evacuated it.", ("FLA",)),
        ("The STC, which is backed by Saudi Arabia, said it had seized Seiyun.", ("STC",)),
    ],
)
def test_the_doer_is_neither_the_accuser_nor_who_was_named_last(text: str, actors: tuple[str, ...]) -> None:
    assert [a for t, a, _ in read(text) if t == "ControlTaken"] == [actors]


def test_a_name_in_a_sentence_without_any_event_is_known_to_the_next() -> None:
    assert read("Talks with M23 went on in Doha. The rebels seized Walikale.") == [
        ("ControlTaken", ("M23",), ("Walikale",))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ISIS members attacked an SDF post in Al-Shuhayl on Sunday and a convoy near Al-Omar oilfield on Monday.",
            [("AttackReported", ("ISIS",)), ("AttackReported", ("ISIS",))],
        ),
        (
            "Russian forces attacked within Chasiv Yar; southeast of Chasiv Yar near Dyliivka; and toward Zvanivka.",
            [("AttackReported", ("Russian forces",))],
        ),
        ("It is unclear whether any Sudanese soldiers remain in Babanusa or whether the garrison has fled.", []),
        (
            "The al-Qaida-linked Group for the Support of Islam and Muslims (JNIM) overran Léré.",
            [("ControlTaken", ("Group for the Support of Islam and Muslims",))],
        ),
    ],
)
def test_who_acts_is_read_where_the_parser_errs(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(t, a) for t, a, _ in read(text)] == expected


def test_the_force_whose_positions_are_hit_is_the_other_side() -> None:
    [event] = code("Turkish warplanes bombed SDF positions in Sarrin.", PUBLISHED).events
    assert [c.resolved for c in event.counterparties] == ["SDF"]
