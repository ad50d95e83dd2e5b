import pytest

from domain.sources import SourceTable
from tests.unit.edition_files import SHIPPED

SOURCES = SourceTable.from_files(SHIPPED)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Local sources", "local"),
        ("the Syrian Observatory for Human Rights", "monitor"),
        ("a rebel commander", "party"),
        ("the defence ministry", "official"),
        ("two witnesses", "witness"),
        ("Reuters", "media"),
        ("M23", None),
    ],
)
def test_the_words_of_an_attribution_show_its_kind(words: str, kind: str | None) -> None:
    assert SOURCES.source_kind(words) == kind


def test_a_house_is_known_by_all_its_names_and_an_unknown_one_keeps_its_own() -> None:
    assert SOURCES.house("TRT") == SOURCES.house("trt world") == "TRT World"
    assert SOURCES.house("Village Gazette") == "Village Gazette"
    assert SOURCES.house(None) is None
