"""Editions: loaded whole or refused with file, line and field; the digest covers all that decides."""

import pytest

from domain.edition import Edition
from domain.errors import InvalidInput
from infra import editions


def load(files: dict[str, str], model: str = "m 1", gazetteer: str = "g 1") -> Edition:
    return Edition.from_files("test", files, model=model, gazetteer=gazetteer)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return editions.shipped()


def test_the_shipped_edition_loads_and_holds_the_codebooks_numbers(files: dict[str, str]) -> None:
    edition = load(files)
    assert edition.policy == {
        "fighting_stale_days": 14,
        "dispute_window_days": 3,
        "near_duplicate_percent": 20,
        "origin_window_days": 30,
    }
    assert edition.base is None


def test_the_digest_changes_with_any_file_the_model_and_the_gazetteer(files: dict[str, str]) -> None:
    digests = {
        load(files).digest,
        load({**files, "lexicon.yaml": files["lexicon.yaml"] + "\n# another\n"}).digest,
        load(files, model="m 2").digest,
        load(files, gazetteer="g 2").digest,
    }
    assert len(digests) == 4
    assert load(files).digest == load(dict(reversed(files.items()))).digest


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("type: ControlTaken", "type: ControlTakn", "type"),
        ("needs: [place]", "needs: [plce]", "needs"),
        ("tests: [of_ground]", "tests: [of_the_ground]", "tests"),
        ("    strict_place: true", "    strictly_place: true", "strictly_place"),
        ("      place: [object]", "      plaze: [object]", "plaze"),
    ],
)
def test_a_fault_in_a_rule_is_named_with_file_line_and_field(
    files: dict[str, str], old: str, new: str, field: str
) -> None:
    broken = files["rules/control.yaml"].replace(old, new, 1)
    line = next(n for n, text in enumerate(broken.split("\n"), 1) if new in text)
    with pytest.raises(InvalidInput) as error:
        load({**files, "rules/control.yaml": broken})
    assert (error.value.where, error.value.line, error.value.field) == ("rules/control.yaml", line, field)


@pytest.mark.parametrize(
    ("line", "found", "field"),
    [
        ("near_duplicate_percent: 20", "near_duplicate_percent: 5", "near_duplicate_percent"),
        ("near_duplicate_percent: 20", "near_duplicate_percent: 101", "near_duplicate_percent"),
        ("origin_window_days: 30", "origin_window_days: -1", "origin_window_days"),
        ("origin_window_days: 30", "", "origin_window_days"),
    ],
)
def test_numbers_for_origins_that_cannot_be_kept_are_refused(
    files: dict[str, str], line: str, found: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        load({**files, "edition.yaml": files["edition.yaml"].replace(line, found)})
    assert (error.value.where, error.value.field) == ("edition.yaml", field)


def test_a_rule_id_used_twice_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="used once"):
        load({**files, "rules/more.yaml": files["rules/control.yaml"]})


def test_a_missing_file_and_a_missing_number_are_named(files: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=r"lexicon\.yaml"):
        load({k: v for k, v in files.items() if k != "lexicon.yaml"})
    with pytest.raises(InvalidInput, match="dispute_window_days"):
        load({**files, "edition.yaml": "policy: {fighting_stale_days: 14}\n"})


def test_an_unknown_shipped_edition_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"2026\.1"):
        editions.shipped("1999.1")
