"""Claims about what users hand in: files, folders, streams, messages."""

import contextlib
import io
import json
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.article import Article, normalise
from domain.errors import InvalidInput
from infra.reading import ArticleInput, decode, read_path, read_stream

GOOD = "Rebel fighters captured the town of Kurmuk on Sunday, residents said."


def taken(path: Path, **given: Any) -> list[ArticleInput]:
    found = list(read_path(path, **given))
    assert all(isinstance(item, ArticleInput) for item in found), [str(item) for item in found]
    return [item for item in found if isinstance(item, ArticleInput)]


def refused(path: Path, **given: Any) -> InvalidInput:
    (found,) = read_path(path, **given)
    assert isinstance(found, InvalidInput)
    assert str(path) in str(found) and found.found and found.expected and found.next_step.endswith(".")
    return found


def lines(*records: object) -> io.BytesIO:
    return io.BytesIO("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records).encode())


def test_a_text_file_is_one_article_with_what_the_command_line_says(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(GOOD + "\r\n\r\nMore followed.\n")
    (item,) = taken(file, published=date(2024, 12, 6), source=" TRT ", url="https://example.org/a")
    assert item.article == Article(
        GOOD + "\n\nMore followed.", source="TRT", published=date(2024, 12, 6), url="https://example.org/a"
    )
    assert item.where == str(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    text = "The “Al-Quds” brigade left Şırnak, they said."
    file.write_bytes(text.encode(encoding))
    assert taken(file)[0].article.text == text


def test_every_field_of_a_json_article_is_kept_and_goes_before_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "a.JSON"
    fields = {"id": "my-1", "published": "2024-12-05T23:30:00+03:00", "source": "BBC", "url": "u:1", "title": "T\nx"}
    file.write_text(json.dumps({**fields, "text": GOOD}))
    (item,) = taken(file, published=date(2020, 1, 1), source="TRT", url="u:2")
    assert item.article == Article(GOOD, "BBC", date(2024, 12, 5), "u:1", "T x", "my-1")


def test_null_and_empty_fields_count_as_not_given() -> None:
    given_article = decode(
        {"text": GOOD, "published": None, "source": "", "url": None, "title": " ", "id": ""}, "row 1"
    )
    assert given_article == Article(GOOD)


def test_a_list_yields_its_good_articles_and_names_the_bad_one(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps([{"text": GOOD}, {"text": 7}, "x", {"text": GOOD + " Again."}]))
    found = list(read_path(file))
    assert [isinstance(item, ArticleInput) for item in found] == [True, False, False, True]
    assert "article 2" in str(found[1]) and "a number" in str(found[1]) and "'text'" in str(found[1])


def test_a_broken_line_is_named_by_number_and_the_lines_beside_it_are_taken() -> None:
    found = list(
        read_stream(lines({"text": GOOD}, "", '{"text": "broken', {"text": GOOD + " Two."}), where="standard input")
    )
    assert [isinstance(item, ArticleInput) for item in found] == [True, False, True]
    assert isinstance(found[1], InvalidInput) and found[1].line == 3
    assert str(found[1]).startswith("standard input, line 3: found broken JSON")
    assert isinstance(found[2], ArticleInput) and (found[2].line, found[2].where) == (4, "standard input, line 4")


@pytest.mark.parametrize("payload", ["", "\n \n"])
def test_an_empty_stream_is_an_error(payload: str) -> None:
    (found,) = read_stream(io.BytesIO(payload.encode()), where="standard input")
    assert isinstance(found, InvalidInput) and "nothing" in found.found


def test_plain_text_on_a_stream_is_told_to_be_json_lines() -> None:
    (found,) = read_stream(io.BytesIO(GOOD.encode()), where="standard input")
    assert isinstance(found, InvalidInput) and ".txt" in found.next_step and GOOD[:20] in found.found


def test_a_line_past_the_limit_is_passed_over_and_the_next_one_taken() -> None:
    stream = lines({"text": "x" * 9_000_000}, {"text": GOOD})
    found = list(read_stream(stream, where="standard input"))
    assert isinstance(found[0], InvalidInput) and found[0].line == 1
    assert isinstance(found[1], ArticleInput) and found[1].line == 2


def test_a_folder_is_read_in_sorted_order_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/z.txt", "c.jsonl", "a.txt", ".hidden.txt", ".git/x.txt", "photo.png", "README"):
        (tmp_path / name).write_text(json.dumps({"text": GOOD}) if name.endswith("jsonl") else GOOD)
    names = [Path(item.where.split(",")[0]).relative_to(tmp_path).as_posix() for item in taken(tmp_path)]
    assert names == ["a.txt", "c.jsonl", "b/z.txt"]


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    assert "folder without articles" in refused(tmp_path).found


def test_one_address_is_given_to_one_article_only(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(GOOD + name)
    first, second = read_path(tmp_path, url="https://example.org/a")
    assert isinstance(first, ArticleInput) and isinstance(second, InvalidInput) and second.field == "url"


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("empty.txt", b"", "empty"),
    ("blank.txt", b" \n\t", "empty"),
    ("binary.txt", bytes(range(256)) * 40, "NUL byte at offset 0"),
    ("noise.txt", bytes(range(1, 256)) * 40, "binary"),
    ("paper.txt", b"%PDF-1.7 ...", "a PDF file"),
    ("zip.txt", b"PK\x03\x04....", "zip"),
    ("wide.txt", GOOD.encode("utf-16-le"), "UTF-16 without a byte order mark"),
    ("latin.txt", "L'armée a quitté Béni.".encode("latin-1"), "byte 0xe9 at offset 5"),
    ("dots.txt", b"... 1 2 3 ...", "no letter"),
    ("markup.txt", b"<p></p><br/>", "nothing but markup"),
    ("markup.html", b"<html><body><script>x()</script><h1>T</h1></body></html>", "nothing but markup"),
    ("french.txt", "Les forces armées ont quitté la ville dimanche après de violents combats. ".encode() * 8, "French"),
    ("russian.txt", "Армия покинула город в воскресенье после боёв.".encode(), "Cyrillic"),
    ("broken.json", b'{\n"text": "x",\n}', "broken JSON"),
    ("text.json", GOOD.encode(), "Rebel fighters"),
    ("number.json", b"7", "a number"),
    ("none.json", b"[]", "an empty list"),
    ("double.json", b'{"text": "a", "text": "b"}', "the field twice"),
    ("deep.json", b"[" * 100_000, "nested too deeply"),
    ("nan.json", b'{"text": NaN}', "NaN"),
    ("article.docx", b"x", ".docx"),
]


@pytest.mark.parametrize(("name", "raw", "found"), BAD_FILES, ids=[name for name, _, _ in BAD_FILES])
def test_a_bad_file_is_refused_with_what_was_found(tmp_path: Path, name: str, raw: bytes, found: str) -> None:
    file = tmp_path / name
    file.write_bytes(raw)
    assert found in refused(file).found


def test_the_line_of_broken_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{\n"text": "x",\n"published": 2024-12-06\n}')
    assert refused(file).line == 3


def test_a_file_name_that_is_no_text_is_still_printable(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xe9.txt")
    (found,) = read_path(file)
    assert isinstance(found, InvalidInput)
    str(found).encode()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "nowhere.txt").found


@pytest.mark.parametrize("name", ["huge.txt", "huge.html", "huge.json"])
def test_ten_megabytes_are_refused_at_once(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    text = "The army left the town. " * 440_000
    file.write_text(json.dumps({"text": text}) if name.endswith("json") else text)
    began = time.process_time()
    error = refused(file)
    assert time.process_time() - began < 1
    assert "at most" in str(error) and "," in error.found


def test_a_sparse_file_of_many_gigabytes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with file.open("wb") as stream:
        stream.truncate(1 << 36)
    began = time.process_time()
    refused(file)
    assert time.process_time() - began < 1


BAD_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "text", "no such field"),
    ({"text": None}, "text", "null"),
    ({"text": ["x"]}, "text", "a list"),
    ({"text": True}, "text", "true or false"),
    ({"text": " \u200b\n"}, "text", "empty"),
    ({"text": "x" * 2_000_001}, "text", "2,000,001 characters"),
    ({"text": GOOD, "published": "2024-13-40"}, "published", "2024-13-40"),
    ({"text": GOOD, "published": "06/12/2024"}, "published", "06/12/2024"),
    ({"text": GOOD, "published": "yesterday"}, "published", "yesterday"),
    ({"text": GOOD, "published": "2024-02-30T10:00:00Z"}, "published", "2024-02-30"),
    ({"text": GOOD, "published": 20241206}, "published", "a number"),
    ({"text": GOOD, "published": "0024-12-06"}, "published", "0024-12-06"),
    ({"text": GOOD, "published": "9999-12-06"}, "published", "9999-12-06"),
    ({"text": GOOD, "source": 7}, "source", "a number"),
    ({"text": GOOD, "url": {"a": 1}}, "url", "an object"),
    ({"text": GOOD, "title": "x" * 3000}, "title", "3,000 characters"),
    ({"text": GOOD, "id": 5}, "id", "a number"),
    ({"text": GOOD, "id": "a", "external_id": "b"}, "external_id", "'b' beside id 'a'"),
    ({"text": GOOD, "publishd": "2024-12-06"}, "publishd", "unknown field"),
]


@pytest.mark.parametrize(("record", "field", "found"), BAD_FIELDS)
def test_a_bad_field_is_named_with_what_was_found(record: dict[str, Any], field: str, found: str) -> None:
    for payload in (record, json.dumps(record).encode()):
        with pytest.raises(InvalidInput) as raised:
            decode(payload, "inbox row 3")
        assert raised.value.field == field and found in raised.value.found
        assert str(raised.value).startswith(f"inbox row 3, field {field!r}: found ")


def test_an_unknown_field_is_told_the_nearest_known_one() -> None:
    with pytest.raises(InvalidInput, match="Did you mean 'published'"):
        decode({"text": GOOD, "publishd": "2024-12-06"}, "row 1")
    with pytest.raises(InvalidInput, match=r"Leave it out\."):
        decode({"text": GOOD, "zzz": 1}, "row 1")


@pytest.mark.parametrize(
    "payload", [b"", b" ", b"[1]", b"null", b"\xff\xfe", b"\x00", b'"x"', b"{", 7, None, [], b"x" * 9_000_000]
)
def test_whatever_is_no_article_is_invalid_input(payload: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        decode(payload, "message 1")
    assert len(str(raised.value)) < 400


def test_a_message_may_be_bytes_text_or_decoded_and_is_the_same_article() -> None:
    record = {"text": GOOD, "source": "TRT", "published": "2024-12-06"}
    assert decode(json.dumps(record).encode(), "m") == decode(json.dumps(record), "m") == decode(record, "m")


def test_what_jsonb_refuses_is_taken_out() -> None:
    found = decode(b'{"text": "The army\\u0000 left \\ud800.", "source": "T\\u0000RT", "title": "\\ud800"}', "m")
    assert found.text == "The army left �." and found.source == "TRT" and found.title == "�"
    json.dumps([found.text, found.source, found.title], ensure_ascii=False).encode()


PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>House: Town falls</title>
<meta property="og:title" content="Town falls"><meta property="article:published_time" content="2024-12-05T08:00:00Z">
<link rel="canonical" href="https://example.org/town"><style>p{}</style></head><body><nav><p>Home of news</p></nav>
<article><h1>Town falls</h1><figure><figcaption>A photo</figcaption></figure>
<p>The army <b>left</b>
the town&nbsp;on Sunday.</p><p>Rebels hold it &amp; stay.<br>
They said so, in a long statement to the press.<script>x</script></p>
<div>Share this</div><aside><p>Read more</p></aside></article><footer><p>Imprint</p></footer></body></html>"""


def test_a_page_yields_the_paragraphs_of_its_article_and_what_it_says_of_itself(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(PAGE)
    (item,) = taken(file, published=date(2020, 1, 1))
    assert item.article == Article(
        "The army left the town on Sunday.\nRebels hold it & stay.\nThey said so, in a long statement to the press.",
        published=date(2024, 12, 5),
        url="https://example.org/town",
        title="Town falls",
    )


def test_a_page_takes_the_charset_it_declares_and_its_date_from_json_ld(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    head = '<meta charset="windows-1252"><script type="application/ld+json">{"datePublished": "2024-12-05"}</script>'
    file.write_bytes(f"{head}<p>The army left Béni, “they” said.</p>".encode("windows-1252"))
    (item,) = taken(file)
    assert item.article.text == "The army left Béni, “they” said." and item.article.published == date(2024, 12, 5)


def test_markup_in_a_text_is_taken_out_of_it() -> None:
    assert (
        decode({"text": "<p>The army left.</p><p>It <a href='x'>fled</a>.</p>"}, "m").text == "The army left.\nIt fled."
    )
    assert decode({"text": "The army < 5 km away > left."}, "m").text == "The army < 5 km away > left."


@pytest.mark.parametrize(
    "piece",
    [
        "<p>a ",
        "<div>",
        "<b>x",
        "<br>",
        "<p>a</p>",
        "<article>",
        "<meta name=a content=b>",
        "&",
        "<!--",
        "<a ",
        '<a b="',
        "<svg><math>",
        "</",
        "<![CDATA[",
    ],
)
def test_hostile_markup_is_read_in_bounded_time(piece: str) -> None:
    began = time.process_time()
    with contextlib.suppress(InvalidInput):
        decode({"text": "<p>The army left.</p>" + piece * (100_000 // len(piece))}, "m")
    assert time.process_time() - began < 10


NAMES_HEAVY = [
    "Al-Watiya, Tiji, Badr, Gharyan, Tarhuna, Sirte, Jufra, Waddan, Sabha, Ubari, Ghat, Murzuq, Qatrun fell Tuesday.",
    "Murrat, Hasham, Mazlum, Tabiyye, Huseyiniyye, Salihiyye, Hatla: PKK/YPG control.",
    "Hay'at Tahrir al-Sham, Ahrar al-Sham, Jaish al-Izza, Faylaq al-Sham and Ansar al-Tawhid entered Khan Sheikhoun, "
    "Maarat al-Numan, Morek, Kafr Zita, Latamina, Taybat al-Imam, Halfaya, Suran and Qalaat al-Madiq on Thursday.",
    "M23 rebels took Nyabibwe, Mukwinja, Ihusi, Kavumu, Kalehe, Minova, Sake, Masisi, Rutshuru, Kiwanja, Bunagana.",
    "It fell.",
]


@pytest.mark.parametrize("text", NAMES_HEAVY)
def test_english_full_of_foreign_names_is_not_refused(text: str) -> None:
    assert decode({"text": text}, "m").text == normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "Die Armee hat die Stadt am Sonntag nach heftigen Kämpfen verlassen und sich in den Süden zurückgezogen.",
        "Las fuerzas armadas abandonaron la ciudad el domingo tras intensos combates, dijo un portavoz del ejército.",
        "Jeshi liliondoka mjini Jumapili baada ya mapigano makali, alisema msemaji wa jeshi hilo katika mji mkuu.",
        "انسحب الجيش من المدينة يوم الأحد بعد معارك عنيفة",
    ],
)
def test_another_language_is_named_and_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected English"):
        decode({"text": text}, "m")


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
@settings(max_examples=400, deadline=None)
def test_any_bytes_give_an_article_or_invalid_input(raw: bytes) -> None:
    found = list(read_stream(io.BytesIO(raw), where="standard input"))
    assert found and all(isinstance(item, ArticleInput | InvalidInput) for item in found)


@given(
    st.dictionaries(
        st.sampled_from(["text", "published", "source", "url", "title", "id", "external_id", "x"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80), st.lists(st.integers())),
    )
)
@settings(max_examples=400, deadline=None)
def test_any_record_gives_a_normalised_article_or_invalid_input(record: dict[str, Any]) -> None:
    try:
        found = decode(record, "m")
    except InvalidInput as error:
        assert str(error).startswith("m")
        return
    assert found.text and found.text == normalise(found.text)
    assert found.article_id == decode(record, "m").article_id
