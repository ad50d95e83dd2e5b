"""Claims about times in sentences. Publication, unless said otherwise, is Friday 6 December 2024."""

import time
from datetime import date

import dateparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.time_expressions import Anchor, TimeExpression, dateline, find_in_sentences, find_times, follow, to_occurred

PUBLISHED = date(2024, 12, 6)


def shown(expression: TimeExpression) -> str:
    """Days, month, year, first..last or "?", behind the bound when that is not on or during."""
    if expression.precision == "unknown":
        days = "?"
    elif expression.precision == "range":
        days = f"{expression.earliest}..{expression.latest}"
    else:
        days = str(expression.earliest)[: {"day": 10, "month": 7, "year": 4}[expression.precision]]
    return days if expression.bound in ("on", "during", "from..to") else f"{expression.bound} {days}"


def times(sentence: str, anchor: date | Anchor | None = None, *, planned: bool = False) -> str:
    return "; ".join(shown(e) for e in find_times(sentence, PUBLISHED, anchor, planned=planned))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It fell on Nov. 30.", "2024-11-30"),
        ("It fell on Nov 30.", "2024-11-30"),
        ("It fell on 30 November.", "2024-11-30"),
        ("It fell on the 30th of November.", "2024-11-30"),
        ("It fell on November 30th, 2024.", "2024-11-30"),
        ("It fell on November the 30th.", "2024-11-30"),
        ("It fell on NOVEMBER 30.", "2024-11-30"),
        ("It fell Dec 5th in the north.", "2024-12-05"),
        ("It fell on Dec. 7.", "2023-12-07"),
        ("It fell on 2024-12-05.", "2024-12-05"),
        ("It fell on 2024/12/05.", "2024-12-05"),
        ("It fell on 30/11/2024.", "2024-11-30"),
        ("It fell on 11/30/2024.", "2024-11-30"),
        ("It fell on 5.12.2024.", "2024-12-05"),
        ("It fell on Saturday, Nov. 30, after a siege.", "2024-11-30"),
        ("It fell on Sat. Nov. 30.", "2024-11-30"),
        ("It fell on Saturday 30 November 2024.", "2024-11-30"),
        ("It fell on Sept. 3 last year.", "2023-09-03"),
        ("It fell on 3 March this year.", "2024-03-03"),
        ("It fell on Feb. 29.", "2024-02-29"),
        ("It fell on 18 December 2023, when they left.", "2023-12-18"),
        ("It fell on May 3 and 4.", "2024-05-03"),
        ("It fell on 3 and 4 May.", "2024-05-03"),
        ("It fell on 27, 28 and 29 November.", "2024-11-27"),
        ("They shelled it overnight on December 4-5.", "2024-12-04"),
        ("They shelled it on the night of December 4 to 5.", "2024-12-04"),
        ("They fought from December 4 to 5.", "2024-12-04..2024-12-05"),
        ("They fought 20 Nov-5 Dec.", "2024-11-20..2024-12-05"),
        ("They fought on May 3-5.", "2024-05-03..2024-05-05"),
        ("They fought on 3–5 May 2023.", "2023-05-03..2023-05-05"),
        ("They fought from May 3 to 5.", "2024-05-03..2024-05-05"),
        ("They fought from 30 November 2023 to 2 December 2023.", "2023-11-30..2023-12-02"),
        ("They fought between 28 December and 3 January 2023.", "2022-12-28..2023-01-03"),
        ("They fought from Monday to Wednesday.", "2024-12-02..2024-12-04"),
        ("They fought between Monday and Wednesday.", "2024-12-02..2024-12-04"),
        ("They fought on Monday and Tuesday.", "2024-12-02"),
        ("They fought from December 2023 to March 2024.", "2023-12-01..2024-03-31"),
        ("They fought from January to March.", "2024-01-01..2024-03-31"),
        ("It fell during the night from Saturday to Sunday.", "2024-11-30"),
        ("It fell on the night of 30 November to 1 December.", "2024-11-30"),
        ("They hit A on Monday and B on Wednesday.", "2024-12-02; 2024-12-04"),
    ],
)
def test_a_calendar_date_is_read_in_every_usual_form(sentence: str, expected: str) -> None:
    assert times(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It fell on Friday.", "2024-12-06"),
        ("It fell on Saturday.", "2024-11-30"),
        ("It fell late on Thursday.", "2024-12-05"),
        ("It fell in the early hours of Tuesday, they said.", "2024-12-03"),
        ("It fell on Monday night.", "2024-12-02"),
        ("It fell overnight on Monday.", "2024-12-02"),
        ("Monday's attack failed.", "2024-12-02"),
        ("It fell last Friday.", "2024-11-29"),
        ("It fell on the 3rd of this month.", "2024-12-03"),
        ("It fell on the 11th of last month.", "2024-11-11"),
        ("It fell on 3 March of the next year.", "?"),
        ("It fell next March.", "2025-03"),
        ("It fell next December.", "2025-12"),
        ("It fell on Monday of this week.", "2024-12-02"),
        ("It fell on Monday of next week.", "2024-12-09"),
        ("It fell the day after tomorrow.", "2024-12-08"),
        ("It fell in 2014-2016.", "2014"),
        ("It fell in the first half of 2014.", "2014"),
        ("It fell on Friday last.", "2024-11-29"),
        ("Aug. was hot, Dec too.", ""),
        ("The June truce, the July one and the April one.", "2024-07"),
        ("It recovered from Monday's attack.", "2024-12-02"),
        ("It fell this past Sunday.", "2024-12-01"),
        ("It fell at 3 a.m. on Tuesday.", "2024-12-03"),
        ("It fell early on Tuesday morning.", "2024-12-03"),
        ("It fell Tuesday, Nov. 26.", "2024-11-26"),
        ("It fell on Friday last week.", "2024-11-29"),
        ("It fell on Monday of last week.", "2024-11-25"),
        ("It fell today.", "2024-12-06"),
        ("It fell yesterday evening.", "2024-12-05"),
        ("It fell the day before yesterday.", "2024-12-04"),
        ("It fell last night.", "2024-12-05"),
        ("It fell this morning.", "2024-12-06"),
        ("It fell three days ago.", "2024-12-03"),
        ("It fell in June 2014.", "2014-06"),
        ("It fell in January.", "2024-01"),
        ("It fell in December.", "2024-12"),
        ("It fell in early May.", "2024-05"),
        ("It fell in mid-June.", "2024-06"),
        ("It fell in mid-to-late November.", "2024-11"),
        ("It fell in late December.", "2023-12"),
        ("It fell in early December.", "2024-12"),
        ("It fell in mid-December.", "2023-12"),
        ("It fell in the month of May.", "2024-05"),
        ("It fell in May of 2023.", "2023-05"),
        ("It fell at the end of August.", "2024-08"),
        ("It fell last September.", "2024-09"),
        ("It fell last December.", "2023-12"),
        ("It fell in March last year.", "2023-03"),
        ("It fell last month.", "2024-11"),
        ("It fell earlier this month.", "2024-12"),
        ("The January offensive failed.", "2024-01"),
        ("It fell in the first week of May.", "2024-05"),
        ("It fell in 2014.", "2014"),
        ("It fell in early 2015.", "2015"),
        ("It fell last year.", "2023"),
        ("It fell in the summer of 2014.", "2014"),
    ],
)
def test_a_date_without_a_year_is_the_latest_one_not_after_publication(sentence: str, expected: str) -> None:
    assert times(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("They will leave on Friday.", "2024-12-06"),
        ("They will leave on Thursday.", "2024-12-12"),
        ("They will leave on Nov. 30.", "2025-11-30"),
        ("They will leave on January 3.", "2025-01-03"),
        ("They will leave in December.", "2024-12"),
        ("They will leave in May.", "2025-05"),
        ("They will leave next Friday.", "2024-12-13"),
        ("They will leave in mid-December.", "2024-12"),
        ("They will leave in late December.", "2024-12"),
        ("They will leave in early December.", "2024-12"),
        ("They will leave in late November.", "2025-11"),
        ("They will leave tomorrow.", "2024-12-07"),
        ("They will leave by Sunday.", "by 2024-12-08"),
        ("They will fight from Monday to Wednesday.", "2024-12-09..2024-12-11"),
    ],
)
def test_a_planned_date_without_a_year_is_the_earliest_one_not_before_publication(sentence: str, expected: str) -> None:
    assert times(sentence, planned=True) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("By Nov. 30, they held it.", "by 2024-11-30"),
        ("By Sunday evening they held it.", "by 2024-12-01"),
        ("They have held it since 10 October.", "since 2024-10-10"),
        ("They have held it since the end of August.", "since 2024-08"),
        ("They have held it since mid-May.", "since 2024-05"),
        ("They held it until Monday.", "until 2024-12-02"),
        ("They left before Sunday.", "before 2024-12-01"),
        ("They left after May 3.", "after 2024-05-03"),
        ("They left before the end of August.", "by 2024-08"),
        ("They left before the end of the month.", "by 2024-12"),
        ("As of Thursday they held it.", "2024-12-05"),
        ("No later than Tuesday they had left.", "by 2024-12-03"),
        ("From Monday they shelled it.", "since 2024-12-02"),
        ("They have ruled since 2012.", "since 2012"),
    ],
)
def test_the_word_before_a_date_bounds_it(sentence: str, expected: str) -> None:
    assert times(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("They took it on Monday and left the following day.", "2024-12-02; 2024-12-03"),
        ("They took it on Monday and left the next morning.", "2024-12-02; 2024-12-03"),
        ("They took it on Monday and left two days later.", "2024-12-02; 2024-12-04"),
        ("They took it on Dec. 5, having left B two days earlier.", "2024-12-05; 2024-12-03"),
        ("They took it on Monday, and B the same day.", "2024-12-02; 2024-12-02"),
        ("They took it on Monday and by nightfall held B.", "2024-12-02; by 2024-12-02"),
        ("They took it on June 26; a week later they left.", "2024-06-26; 2024-07-03"),
        ("They took it on March 28 and B a month later.", "2024-03-28; 2024-04"),
        ("They took it in November, and left a week later.", "2024-11; ?"),
        ("They took it in June 2014 and lost it that November.", "2014-06; 2014-11"),
        ("They lost it in October 2006 and retook it the following February.", "2006-10; 2007-02"),
        ("They took it in January; a truce began on the 11th of that month.", "2024-01; 2024-01-11"),
        ("They took it in 2014 and lost it the following year.", "2014; 2015"),
        ("They left on Wednesday, six days after they entered the city.", "2024-12-04; 2024-11-28"),
        ("They left on Wednesday, a day before the army entered.", "2024-12-04; 2024-12-05"),
        ("They left two days after the Nov. 27 attack.", "2024-11-29; 2024-11-27"),
        ("Two days after it fell, the army on Friday shelled it.", "2024-12-04; 2024-12-06"),
        ("They took it on Monday. Since then they have held it.", "2024-12-02; since 2024-12-02"),
        ("They left last week and came back two days later.", "?; ?"),
        ("They came on the previous Sunday.", "2024-12-01"),
        ("They took it in June 2014 and left the previous year.", "2014-06; 2013"),
        ("They took it in June 2014 and left the following month.", "2014-06; 2014-07"),
        ("They took it in January 2014 and B the previous month.", "2014-01; 2013-12"),
        ("They took it on May 3 and B the previous day.", "2024-05-03; 2024-05-02"),
        ("They took it on May 3 and B later that month.", "2024-05-03; 2024-05"),
        ("They took it on May 3 and B later in the day.", "2024-05-03; 2024-05-03"),
        ("They took it in June 2014 and lost it the following June.", "2014-06; 2015-06"),
        ("They took it in June 2014 and B the previous November.", "2014-06; 2013-11"),
        ("They took it in June 2014 and B the previous June.", "2014-06; 2013-06"),
        ("They took it on May 3, B on 5 June of the following year.", "2024-05-03; 2025-06-05"),
        ("They took it on May 3, and B on the 11th.", "2024-05-03; 2024-05-11"),
        ("They took it on May 3, and B the day before.", "2024-05-03; 2024-05-02"),
        ("They took it on May 3, and B one year earlier.", "2024-05-03; 2023"),
        ("They took it on Monday, and B five hours later.", "2024-12-02; ?"),
        ("They took it in 2014, and B the following day.", "2014; ?"),
        ("They took it from Monday to Tuesday, and B the following day.", "2024-12-02..2024-12-03; 2024-12-04"),
        ("They took it on Monday and left 48 hours later.", "2024-12-02; 2024-12-04"),
        ("They took it on Monday and left the day after that.", "2024-12-02; 2024-12-03"),
        ("They left five days after the truce took effect on Nov. 27.", "2024-12-02; 2024-11-27"),
    ],
)
def test_a_time_that_hangs_on_another_counts_from_the_date_just_named(sentence: str, expected: str) -> None:
    assert times(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("They left the following day.", "2024-12-03"),
        ("They left the same evening.", "2024-12-02"),
        ("A day earlier they had left.", "2024-12-01"),
        ("They had entered at dawn the day before, meeting little fire.", "2024-12-01"),
        ("Three days later they left.", "2024-12-05"),
        ("They came on the following Sunday.", "2024-12-08"),
        ("Hours later they left.", "?"),
        ("Two days after they left, it fell.", "?"),
    ],
)
def test_a_relative_time_hangs_on_the_sentence_before(sentence: str, expected: str) -> None:
    assert times(sentence, date(2024, 12, 2)) == expected


def test_a_relative_time_without_any_date_before_it_names_no_day() -> None:
    found = find_times("They left the following day.", PUBLISHED)
    assert [(e.relative, e.earliest, e.latest, e.precision) for e in found] == [(True, None, None, "unknown")]


def test_a_clause_that_follows_a_distance_is_marked_as_the_one_dated() -> None:
    day, distance = find_times("They left on Wednesday, six days after they entered the city.", PUBLISHED)
    assert not day.dependent and distance.dependent and distance.relative
    assert distance.hangs_on is not None and day.start <= distance.hangs_on < day.end


@pytest.mark.parametrize(
    "words",
    [
        "last week",
        "overnight",
        "recently",
        "this week",
        "next week",
        "at the weekend",
        "over the weekend",
        "in recent days",
        "weeks ago",
        "two weeks ago",
        "about three days ago",
        "months later",
        "last summer",
        "since the summer",
        "the previous week",
        "in the past two days",
        "over the past 24 hours",
        "in the following days",
        "in the days that followed",
        "later in the week",
        "the week of December 2",
    ],
)
def test_a_vague_time_is_found_and_names_no_day(words: str) -> None:
    assert times(f"The army left it {words}, he said.") in ("?", "during ?", "since ?")


@pytest.mark.parametrize(
    "sentence",
    [
        "The army may leave and march on the town.",
        "May was the prime minister and March on Rome a film.",
        "The 25th Division and Operation 1027 met Brigade 46.",
        "They repelled 11 assaults and took 14 villages within 10 km.",
        "At least 2,014 men of the 2nd March Brigade in 12 days.",
        "The 17 February Brigade and the October Revolution Square were quiet.",
        "The March 23 Movement and the July 23 Movement met.",
        "Every Friday they hold Good Friday prayers.",
        "The 9/11 attacks, 24/7 coverage and a 3.5 percent rise.",
        "Some 2016 fighters of Unit 1985 hold Hill 215 and Kilo 9.",
        "They fought for nine days in a two-day battle.",
        "On Fridays the markets of the Sunday Times are full.",
        "He reached version 2.12.1 of 5/12 and 99/99/2024 and Feb. 30, 2024x.",
    ],
)
def test_numbers_verbs_and_names_are_no_times(sentence: str) -> None:
    assert times(sentence) == ""


def test_a_number_of_people_after_a_month_is_no_day() -> None:
    assert times("In May 25 people were killed.") == "2024-05"
    assert times("On May 25 people were killed.") == "2024-05-25"
    assert times("In May 5,000 troops left.") == "2024-05"


def test_an_ambiguous_numeric_date_names_no_day_but_is_bounded_by_both_readings() -> None:
    (found,) = find_times("It fell on 05/12/2024.", PUBLISHED)
    assert (found.precision, found.earliest, found.latest) == ("unknown", date(2024, 5, 12), date(2024, 12, 5))


def test_the_week_of_a_date_is_bounded_by_its_days() -> None:
    (found,) = find_times("It fell in the week of December 2.", PUBLISHED)
    assert (found.precision, found.earliest, found.latest) == ("unknown", date(2024, 12, 2), date(2024, 12, 8))


def test_months_and_years_named_span_all_their_days() -> None:
    for sentence, first, last in [
        ("It fell in Feb. 2023.", date(2023, 2, 1), date(2023, 2, 28)),
        ("It fell in December 2023.", date(2023, 12, 1), date(2023, 12, 31)),
        ("It fell in late November.", date(2024, 11, 1), date(2024, 11, 30)),
        ("It fell in 2023.", date(2023, 1, 1), date(2023, 12, 31)),
        ("It fell between 2021 and 2023.", date(2021, 1, 1), date(2023, 12, 31)),
        ("It fell in 2021-2023.", date(2021, 1, 1), date(2023, 12, 31)),
    ]:
        (found,) = find_times(sentence, PUBLISHED)
        assert (found.earliest, found.latest) == (first, last)


def test_a_leap_day_is_looked_for_across_a_century_without_one() -> None:
    (found,) = find_times("It fell on Feb. 29.", date(1903, 3, 1))
    assert found.earliest == date(1896, 2, 29)


def test_without_publication_no_year_is_invented() -> None:
    for sentence in (
        "It fell on Nov. 30.",
        "It fell on Monday.",
        "It fell in May.",
        "It fell today.",
        "It fell last month.",
    ):
        (found,) = find_times(sentence, None)
        assert (found.earliest, found.latest, found.precision) == (None, None, "unknown")
        assert found.as_written and to_occurred(found).as_written == found.as_written
    (found,) = find_times("It fell on Nov. 30, 2024.", None)
    assert found.earliest == found.latest == date(2024, 11, 30)


def test_as_written_is_the_words_of_the_sentence() -> None:
    sentence = "By the end of August and late on Thursday, 14 June."
    for found in find_times(sentence, PUBLISHED):
        assert sentence[found.start : found.end] == found.as_written
    assert [e.as_written for e in find_times("It fell late on Thursday.", PUBLISHED)] == ["late on Thursday"]
    assert [e.as_written for e in find_times("By Nov. 30, it fell on 14 June.", PUBLISHED)] == ["By Nov. 30", "14 June"]


def test_the_anchor_is_the_last_date_named_and_background_only_when_alone() -> None:
    sentences = [
        "They took A on Monday and lost it the following day.",
        "They shelled B the same day.",
        "Nothing happened.",
        "A day later they left C, which they had held since June 2014.",
        "They took D the same day.",
        "E has been theirs since 2013.",
    ]
    found = find_in_sentences(sentences, PUBLISHED)
    assert [[shown(e) for e in each] for each in found] == [
        ["2024-12-02", "2024-12-03"],
        ["2024-12-03"],
        [],
        ["2024-12-04", "since 2014-06"],
        ["2024-12-04"],
        ["since 2013"],
    ]
    assert follow(date(2024, 1, 1), []).named.earliest == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("sentence", "state", "expected"),
    [
        ("By Nov. 30 they held it.", False, (None, "2024-11-30", "day")),
        ("They have held it since Sunday.", True, ("2024-12-01", "2024-12-01", "day")),
        ("They have shelled it since Sunday.", False, ("2024-12-01", None, "day")),
        ("They held it until Monday.", True, (None, "2024-12-02", "unknown")),
        ("They left before Sunday.", False, (None, "2024-11-30", "unknown")),
        ("They left after Sunday.", False, ("2024-12-01", "2024-12-06", "unknown")),
        ("They left last week.", False, (None, "2024-12-06", "unknown")),
        ("They left in December.", False, ("2024-12-01", "2024-12-06", "month")),
        ("They left on Sunday.", False, ("2024-12-01", "2024-12-01", "day")),
    ],
)
def test_bounds_become_the_days_between_which_it_happened(
    sentence: str, state: bool, expected: tuple[str | None, str | None, str]
) -> None:
    (found,) = find_times(sentence, PUBLISHED)
    occurred = to_occurred(found, published=PUBLISHED, state=state)
    given = tuple(str(d) if d else None for d in (occurred.earliest, occurred.latest))
    assert (*given, occurred.precision) == expected


def test_an_undated_event_is_bounded_by_publication_above_and_a_planned_one_below() -> None:
    assert to_occurred(None, published=PUBLISHED).latest == PUBLISHED
    assert to_occurred(None, published=PUBLISHED).earliest is None
    assert to_occurred(None, published=PUBLISHED, planned=True).earliest == PUBLISHED
    assert to_occurred(None).latest is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KYIV, Dec. 5, 2024 (Reuters) - The army left.", date(2024, 12, 5)),
        ("DAMASCUS, 5 December 2024 — The army left.", date(2024, 12, 5)),
        ("(December 5, 2024) The army left.", date(2024, 12, 5)),
        ("Published: 2024-12-05\nThe army left.", date(2024, 12, 5)),
        ("The army leaves\n5 December 2024\nIt left.", date(2024, 12, 5)),
        ("KYIV, Dec. 5 (Reuters) - The army left.", None),
        ("The army left the town on 5 December 2024.", None),
        ("In 2024 the army left.", None),
    ],
)
def test_a_dateline_is_read_only_when_it_holds_a_full_date(text: str, expected: date | None) -> None:
    assert dateline(text) == expected


def test_the_date_of_a_dateline_is_no_time_of_an_event() -> None:
    assert times("KYIV, Dec. 5 (Reuters) - The army left on Monday.") == "2024-12-02"
    assert times("Dec. 5 was the day it fell.") == "2024-12-05"


@given(
    st.dates(date(1990, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["%B %d, %Y", "%d %B %Y", "%b. %d, %Y", "%d %b %Y", "%Y-%m-%d", "%A, %B %d, %Y", "%A %d %B %Y"]),
)
@settings(max_examples=150, deadline=None)
def test_absolute_dates_agree_with_dateparser(day: date, form: str) -> None:
    words = day.strftime(form).replace("May.", "May")
    oracle = dateparser.parse(words, languages=["en"])
    assert oracle is not None and oracle.date() == day
    (found,) = find_times(f"The town fell on {words}, they said.", None)
    assert (found.earliest, found.latest, found.precision) == (day, day, "day")


LISTING = """Monday Friday night the a two 31 30 29 2024 2023-02-29 May March Feb. November Nov. 5 3rd of and to from
between by since until before after later earlier ago days day week months year last next this that same following
previous early late mid- in on at , . - 30/11/2024 05/05/2024 overnight yesterday then nightfall men left they
(Reuters) KYIV"""
WORDS = LISTING.split()


@given(
    st.one_of(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.text(max_size=200)),
    st.none() | st.dates(),
    st.none() | st.dates(),
    st.booleans(),
)
@settings(max_examples=1500, deadline=None)
def test_any_text_gives_ordered_separate_spans_with_bounds_in_order(
    sentence: str, published: date | None, anchor: date | None, planned: bool
) -> None:
    end = 0
    for found in find_times(sentence, published, anchor, planned=planned):
        assert end <= found.start < found.end <= len(sentence)
        assert sentence[found.start : found.end] == found.as_written
        assert (found.earliest is None) == (found.latest is None)
        if found.earliest and found.latest:
            assert found.earliest <= found.latest
        assert found.dated == (found.precision != "unknown")
        occurred = to_occurred(found, published=published, planned=planned)
        if occurred.earliest and occurred.latest and found.bound != "after":
            assert occurred.earliest <= occurred.latest
        end = found.end
    dateline(sentence)


@pytest.mark.parametrize(
    "piece",
    ["May ", "3 ", "May 3 ", "the day after ", "Monday ", "from May 3 to ", " ", "in the ", "2024-", "1/", "KYIV, "],
)
def test_a_hostile_sentence_is_read_in_bounded_time(piece: str) -> None:
    sentence = ("May" + piece * 3000)[:3000] + " 3 x"
    began = time.process_time()
    find_times(sentence, PUBLISHED)
    dateline(sentence)
    assert time.process_time() - began < 3
