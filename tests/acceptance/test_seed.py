"""The first article through the coder: every event of its gold, and the same structure under other names."""

import re
from datetime import date
from pathlib import Path

import pytest

from domain.article import Article
from domain.events import CodedEvent
from tests.coding import gold_article, scored, shared, shipped_coder

REGISTERED = {
    "Syrian National Army": "Popular Mobilization Forces",
    "Hay'at Tahrir al-Sham (HTS)": "Islamic State (ISIS)",
    "PKK/YPG": "PKK/PJAK",
    "Syrian": "Iraqi",
    "Iraqi": "Syrian",
    "Assad regime": "Iraqi regime",
    "Syria-Iraq": "Iraq-Syria",
    "eastern Syria": "northern Iraq",
    "Deir ez-Zor": "Mosul",
    "Al-Bukamal": "Al-Qaim",
    "Euphrates": "Tigris",
    "Idlib": "Kirkuk",
    "Aleppo": "Ramadi",
    "Hama": "Tikrit",
    "Homs": "Fallujah",
    "Damascus": "Baghdad",
    "Tel Rifaat": "Tal Afar",
    "Murrat": "Bartella",
    "Hasham": "Bashiqa",
    "Hatla": "Hammam al-Alil",
}
INVENTED = {
    "Syrian National Army": "Zarvan National Army",
    "Hay'at Tahrir al-Sham (HTS)": "Kolun Tavari Meshan (KTM)",
    "PKK/YPG": "QRD/TVN",
    "anti-regime": "anti-crown",
    "Syrian": "Zarvanian",
    "Iraqi": "Morovian",
    "Assad regime": "Belun regime",
    "Syria-Iraq": "Zarvan-Morovia",
    "eastern Syria": "eastern Zarvan",
    "Deir ez-Zor": "Kesh Madun",
    "Al-Bukamal": "Al-Toruval",
    "Euphrates": "Selvara",
    "Idlib": "Vartuk",
    "Aleppo": "Zhelomir",
    "Hama": "Qorvin",
    "Homs": "Tashkerim",
    "Damascus": "Zarvanopol",
    "Tel Rifaat": "Tel Moruvat",
    "Iranian-backed": "Velorian-backed",
    "Murrat": "Pelvok",
    "Hasham": "Dunmarish",
    "Mazlum": "Kerzul",
    "Tabiyye": "Ombraye",
    "Huseyiniyye": "Vasiliniyye",
    "Salihiyye": "Trevoniyye",
    "Hatla": "Gulmera",
}


def renamed(text: str, names: dict[str, str]) -> str:
    """All names at once, longest first, so that no new name is renamed again."""
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda m: names[m[0]], text)


def structure(event: CodedEvent, names: dict[str, str]) -> tuple[object, ...]:
    """An event without its names: how many actors, which places under their new names, when, how certain."""
    places = tuple((renamed(p.resolved, names), p.area, p.extent) for p in event.places)
    day = (event.occurred.earliest, event.occurred.latest, event.occurred.precision)
    return (event.sentence, event.type, event.modality, len(event.actors), len(event.counterparties), places, day)


@pytest.fixture(scope="module")
def first_text() -> str:
    return shared("seed", "article.txt").read_text(encoding="utf-8").strip()


def code_events(text: str) -> tuple[CodedEvent, ...]:
    return shipped_coder().code([Article(text, "TRT", date(2024, 12, 6))])[0].events


def test_every_event_and_control_row_of_the_gold_comes_out(tmp_path: Path) -> None:
    article = gold_article(shared("seed", "gold.json"), shared("seed", "article.txt"), "TRT")
    result = scored([article], tmp_path)
    for level in ("a_detection", "b_actor", "c_place"):
        assert result["events"][level]["f1"] == 1.0, (level, result["events"][level])
    assert result["events"]["e_strict"]["f1"] >= 0.9
    assert result["final_control"]["place_controllers"]["f1"] == 1.0


@pytest.mark.parametrize("names", [REGISTERED, INVENTED], ids=["registered", "invented"])
def test_other_names_give_the_same_structure(first_text: str, names: dict[str, str]) -> None:
    original = [structure(e, names) for e in code_events(first_text)]
    other = [structure(e, {}) for e in code_events(renamed(first_text, names))]
    assert other == original


def test_invented_names_get_provisional_ids(first_text: str) -> None:
    events = code_events(renamed(first_text, INVENTED))
    ids = {x.id for e in events for x in (*e.actors, *e.counterparties, *e.places)}
    assert ids and all(i.startswith("prov:") for i in ids), sorted(i for i in ids if not i.startswith("prov:"))


def test_without_a_publication_date_no_year_is_invented(first_text: str) -> None:
    events = shipped_coder().code([Article(first_text)])[0].events
    assert events and all(e.occurred.earliest is None and e.occurred.latest is None for e in events)
