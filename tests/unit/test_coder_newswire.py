"""What newswires write every day: statements with their day, lists behind "including", names in passing."""

from datetime import date

import pytest

from tests.coding import code

Read = tuple[str, str, tuple[str, ...], tuple[str, ...]]
PUBLISHED = date(2026, 11, 20)


def read(text: str) -> list[Read]:
    """(type, modality, actors, places with their area or extent) of each event, in order."""
    return [
        (
            e.type,
            e.modality,
            tuple(a.resolved for a in e.actors),
            tuple(p.resolved + (f" [{p.area or p.extent}]" if p.area or p.extent else "") for p in e.places),
        )
        for e in code(text, PUBLISHED).events
    ]


def took(actor: str, *places: str, modality: str = "asserted") -> Read:
    return ("ControlTaken", modality, (actor,), places)


def holds(actor: str, *places: str) -> Read:
    return ("ControlAsserted", "asserted", (actor,), places)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "M23 holds most of Masisi, including Sake and Mweso.",
            [holds("M23", "Masisi [most]"), holds("M23", "Sake", "Mweso")],
        ),
        (
            "The Arakan Army controls 14 of the state's 17 townships, including Minbya.",
            [holds("Arakan Army", "Minbya")],
        ),
        (
            "The RSF controls Nyala and the southern half of Kutum.",
            [holds("RSF", "Nyala"), holds("RSF", "Kutum [part]")],
        ),
        (
            "JNIM was forced out of Djibo and the outskirts of Arbinda.",
            [
                ("ControlLost", "asserted", ("JNIM",), ("Djibo",)),
                ("ControlLost", "asserted", ("JNIM",), ("Arbinda [outskirts]",)),
            ],
        ),
        (
            "Russian forces advanced along Soborna Street in central Pokrovsk and in the fields south of Rodynske.",
            [
                ("AdvanceReported", "asserted", ("Russian forces",), ("Pokrovsk [centre]",)),
                ("AdvanceReported", "asserted", ("Russian forces",), ("Rodynske",)),
            ],
        ),
        (
            "Israeli troops entered Sheikh Radwan.",
            [("AdvanceReported", "asserted", ("Israeli troops",), ("Sheikh Radwan",))],
        ),
    ],
)
def test_every_place_of_a_list_is_read(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "In Chin State, a coalition of the Chin Brotherhood seized Falam, local media reported.",
            [took("Chin Brotherhood", "Falam")],
        ),
        ("Another armed group, the Central General Staff, seized Morales.", [took("Central General Staff", "Morales")]),
        (
            "The KNLA and allied People's Defence Forces have encircled Kawkareik.",
            [("SiegeReported", "asserted", ("KNLA", "People's Defence Forces"), ("Kawkareik",))],
        ),
        (
            "M23 took Goma, the United Nations said. The group took Sake too.",
            [took("M23", "Goma"), took("M23", "Sake")],
        ),
        (
            "Russian troops took Rylsk. Ukrainian President Volodymyr Zelensky said the army would not leave Sumy.",
            [
                took("Russian troops", "Rylsk"),
                ("WithdrawalReported", "denied", ("Ukrainian army",), ("Sumy",)),
            ],
        ),
        ("Aid agencies say they have reached Kadugli.", []),
        (
            "Soldiers of the army were evacuated from Ann by helicopter.",
            [("WithdrawalReported", "asserted", ("army",), ("Ann",))],
        ),
    ],
)
def test_the_one_who_did_it_is_found(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was the second town to fall to M23: Sake fell to M23 in January.", [took("M23", "Sake")]),
        ("The army has yet to enter Bara.", [("AdvanceReported", "denied", ("army",), ("Bara",))]),
        (
            "The army has neither entered Bara nor shelled it.",
            [("AdvanceReported", "denied", ("army",), ("Bara",)), ("AttackReported", "denied", ("army",), ("Bara",))],
        ),
        ("The defeat opens the way for the army to advance on Bara.", []),
        ("The army could try to use the lull by attacking Bara.", []),
        ("The road to Bara is under army fire control.", []),
        ("The army raised the number of attacks on Bara this year to 50.", []),
        ("The opposition took Prizren in the local elections.", []),
    ],
)
def test_what_is_claimed_is_told_from_what_is_not(text: str, expected: list[Read]) -> None:
    assert [r for r in read(text) if r[3] != ("town",)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "On May 11 JNIM attacked Djibo and raided Arbinda.",
            [("AttackReported", "asserted", ("JNIM",), ("Djibo", "Arbinda"))],
        ),
        (
            "Houthi forces entered At Tuhayta and Bayt al Faqih.",
            [("AdvanceReported", "asserted", ("Houthi",), ("At Tuhayta", "Bayt al Faqih"))],
        ),
        (
            "On September 12 Ukrainian forces counterattacked near Snagost and re-entered Darino.",
            [
                ("AttackReported", "asserted", ("Ukrainian forces",), ("Snagost",)),
                ("AdvanceReported", "asserted", ("Ukrainian forces",), ("Darino",)),
            ],
        ),
        (
            "The Houthis have massed fighters and rocket launchers in Marib.",
            [("ReinforcementReported", "asserted", ("Houthis",), ("Marib",))],
        ),
        (
            "M23 took Bukavu. Its loss leaves the army with Uvira.",
            [took("M23", "Bukavu"), ("ControlLost", "asserted", ("M23",), ("Bukavu",))],
        ),
        (
            "The last soldiers of the army walked out of Ann on Sunday, a trader said, leaving it to the Arakan Army.",
            [
                ("WithdrawalReported", "asserted", ("army",), ("Ann",)),
                ("ControlTransferred", "asserted", ("army",), ("Ann",)),
            ],
        ),
    ],
)
def test_words_that_a_parser_stumbles_over_are_read(text: str, expected: list[Read]) -> None:
    assert [r for r in read(text) if r[0] != "ClashReported"] == expected


def test_the_day_of_a_statement_is_not_the_day_of_the_deed() -> None:
    [event] = code("Ugandan troops said on Tuesday they had taken control of Bunia.", PUBLISHED).events
    assert event.occurred.precision == "unknown"


def test_what_came_when_a_state_began_has_the_day_on_which_it_began() -> None:
    text = "M23 has held Bukavu since February, when the army left it. It has shelled Uvira since Sunday."
    [_, taken] = code("The army held Bukavu until May, when M23 captured it.", PUBLISHED).events
    assert (taken.occurred.earliest, taken.occurred.latest) == (date(2026, 5, 1), date(2026, 5, 31))
    left, shelled = (e for e in code(text, PUBLISHED).events if e.type in ("WithdrawalReported", "AttackReported"))
    assert (left.occurred.earliest, left.occurred.latest) == (date(2026, 2, 1), date(2026, 2, 28))
    assert (shelled.occurred.earliest, shelled.occurred.latest) == (date(2026, 11, 15), None)


def test_two_deeds_of_one_force_stay_apart_when_only_one_has_a_day() -> None:
    events = code("M23 took Sake on Sunday, then overran Mweso.", PUBLISHED).events
    assert [(e.places[0].resolved, e.occurred.precision) for e in events] == [("Sake", "day"), ("Mweso", "unknown")]


def test_reinforcements_list_where_they_go_and_not_whence() -> None:
    assert read("Niger sent 300 soldiers from Diffa to Bosso as reinforcements.")[0][3] == ("Bosso",)


def test_a_facility_without_a_name_is_the_town_it_is_in() -> None:
    assert read("Al-Shabaab fighters entered Moqokori. They took over the police station.")[-1] == took(
        "Al-Shabaab", "Moqokori"
    )


def test_an_acronym_takes_the_words_that_spell_it() -> None:
    text = (
        "The army launched Operation Dawn against the Islamic State Somalia Province (ISS) near Bosaso. "
        "ISS fighters fled Bosaso."
    )
    assert read(text)[-1] == ("WithdrawalReported", "asserted", ("Islamic State Somalia Province",), ("Bosaso",))
