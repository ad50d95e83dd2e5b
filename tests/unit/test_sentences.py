"""Claims about sentence splitting."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.article import normalise
from domain.sentences import MAX_CHARACTERS, split


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Clashes broke out on Nov. 27 in the western countryside.",
        "The town was 3.5 km away, Gen. Omar Salih told Lt. Col. James R. Dunn.",
        "U.S. Army advisers and a U.N. convoy left at 5 a.m. Monday, Dr. Haddad said.",
        "The base at St. Mary, known as No. 5, was hit, e.g. by shells vs. rockets.",
        "The army (backed by aircraft etc.) held on in Washington, D.C. suburbs.",
        '"Who is there?" he asked.',
        "They waited ... and then withdrew.",
        "Brig. Gen. al-Rashid said Mr. A. B. Osman Jr. had left.",
        "The army reached No. 5 base on Sat. Nov. 30 near Op. 1027's line.",
        "1. The army left.",
    ],
)
def test_an_abbreviation_decimal_or_quoted_question_does_not_end_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They left. We stayed.", ["They left.", "We stayed."]),
        ('"We left." The army stayed.', ['"We left."', "The army stayed."]),
        ("“It fell.” “No,” he said.", ["“It fell.”", "“No,” he said."]),
        ("(It fell.) The army left!", ["(It fell.)", "The army left!"]),
        ("It was led by the U.S. The army left.", ["It was led by the U.S.", "The army left."]),
        ("They came in Nov. The army left.", ["They came in Nov.", "The army left."]),
        ("They came at 5 a.m. Troops left.", ["They came at 5 a.m.", "Troops left."]),
        ("Did it fall? No. The army held.", ["Did it fall?", "No.", "The army held."]),
        ("It fell... The army left.", ["It fell...", "The army left."]),
        ("The town fell.The army left.", ["The town fell.", "The army left."]),
        ("It fell.[3] The army left.", ["It fell.[3]", "The army left."]),
        ("It fell. al-Shabaab denied it.", ["It fell.", "al-Shabaab denied it."]),
        ("It fell on 3 May 2024. 12 people died.", ["It fell on 3 May 2024.", "12 people died."]),
        ("They held the No. 5 base\nand Gen.\nOmar left", ["They held the No. 5 base", "and Gen.", "Omar left"]),
        ("See www.Example.org. Then go.", ["See www.Example.org.", "Then go."]),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_text_without_sentences_gives_none() -> None:
    assert split("") == [] and split(" \n \t\n") == []


def test_a_giant_sentence_is_cut_at_blanks_and_never_inside_a_word() -> None:
    text = "word " * 5_000
    spans = split(text)
    assert max(end - start for start, end in spans) <= MAX_CHARACTERS
    assert {word for s in sentences(text) for word in s.split()} == {"word"}


def check_spans(text: str) -> None:
    spans = split(text)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text) and end - start <= MAX_CHARACTERS
        assert not text[at:start].strip(), "non-blank text between sentences"
        assert "\n" not in text[start:end]
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(st.text(alphabet=st.one_of(st.sampled_from("Aa. .\n\"”)('1!?…[]U.S Gen.-"), st.characters()), max_size=300))
@settings(max_examples=500, deadline=None)
def test_spans_cover_all_non_blank_text_in_order_without_overlap(text: str) -> None:
    check_spans(text)
    check_spans(normalise(text))


@given(st.lists(st.text(max_size=60), max_size=6))
@settings(max_examples=200, deadline=None)
def test_lines_are_split_independently_of_each_other(lines: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    together = sentences("\n".join(lines))
    assert together == [sentence for line in lines for sentence in sentences(line)]


@pytest.mark.parametrize(
    "piece", [".", ". ", "a. ", "A. ", '."', ".)", "(", "x", " ", "[1]", ".[1]", "…", "? A", "\n", "U.S. Gen. ", ".A"]
)
def test_hostile_text_of_two_megabytes_is_split_in_linear_time(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    began = time.process_time()
    split(text)
    assert time.process_time() - began < 8


def test_ten_megabytes_of_prose_are_split_in_seconds() -> None:
    text = "The army left the town on Nov. 27, Gen. Omar said. The rebels held it. " * 142_000
    began = time.process_time()
    assert len(split(text)) > 250_000
    assert time.process_time() - began < 10
