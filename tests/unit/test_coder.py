"""The coder as a whole: pure, bounded, honest about what it leaves open."""

import random
from datetime import date

import msgspec
import pytest

from domain.article import Article, normalise
from domain.coder.pipeline import Coder
from infra.parser import SpacyParser
from tests.coding import code, shipped_coder

WAR = """Rebels seized the town of Arwad from government troops on Monday, residents said.
The army denied that it had withdrawn from the town.
If the rebels reach Tartus, the port will close, officials warned.
They plan to attack the airport next week.
Clashes between the rebels and government troops broke out near Jableh on 3 December."""
QUIET = """Iraq seized control of their group in Basra on Thursday, routing Jordan 3-0 after a late penalty.
The goalkeeper repelled the attack and the visitors abandoned midfield, their coach said.
A retailer captured a tenth of the market and shares advanced."""


def texts() -> list[Article]:
    return [Article(normalise(t), "House", date(2024, 12, 5)) for t in (WAR, QUIET, WAR.replace("Arwad", "Safita"))]


def test_the_same_article_gives_the_same_bytes_alone_in_a_batch_and_in_any_order() -> None:
    articles = texts()
    together = [msgspec.json.encode(c) for c in shipped_coder().code(articles)]
    alone = [msgspec.json.encode(shipped_coder().code([a])[0]) for a in articles]
    backwards = [msgspec.json.encode(c) for c in shipped_coder().code(articles[::-1])][::-1]
    assert together == alone == backwards


def test_the_parsers_batch_size_changes_nothing() -> None:
    sentences = [s for a in texts() for s in a.text.split("\n")] * 3
    assert SpacyParser(batch_size=1).parse(sentences) == SpacyParser(batch_size=64).parse(sentences)


def test_what_is_denied_planned_or_conditional_is_never_asserted() -> None:
    events = code(WAR, date(2024, 12, 5)).events
    found = {(e.sentence, e.type): e.modality for e in events}
    assert found[(1, "ControlTaken")] == "asserted"
    assert found[(2, "WithdrawalReported")] == "denied"
    assert found[(3, "AdvanceReported")] == "conditional"
    assert found[(4, "AttackReported")] == "planned"
    assert found[(5, "ClashReported")] == "asserted"


def test_an_event_names_its_rule_trigger_and_spans() -> None:
    text = normalise(WAR)
    for event in code(WAR, date(2024, 12, 5)).events:
        assert text[event.trigger_start : event.trigger_end] == event.trigger
        assert event.start <= event.trigger_start < event.trigger_end <= event.end
        assert event.rule in {r.id for r in shipped_coder().edition.book.rules}
        assert len(event.fingerprint) == 32


def test_sport_and_business_yield_nothing() -> None:
    assert code(QUIET, date(2024, 12, 5)).events == ()


def test_every_sentence_is_accounted_for() -> None:
    coding = code(WAR + "\nThe weather was fine.", date(2024, 12, 5))
    assert [s.n for s in coding.sentences] == list(range(1, 7))
    assert coding.sentences[-1].state == "quiet"


@pytest.mark.parametrize(
    "loaded",
    ["terrorists", "heroic liberators of the army", "the criminal regime"],
    ids=["terrorists", "heroes", "regime"],
)
def test_a_loaded_word_decides_no_type(loaded: str) -> None:
    [event] = code(f"The army liberated the town of Arwad from {loaded}.").events
    assert event.type == "ControlTaken"


def test_an_actor_whom_the_article_leaves_open_keeps_its_words_and_its_candidates() -> None:
    text = "Clashes between the Syrian army and rebels broke out in Hama.\nThe armed forces took control of Idlib."
    coding = code(text)
    taken = next(e for e in coding.events if e.type == "ControlTaken")
    assert taken.actors[0].id.startswith("prov:")
    assert len(taken.actors[0].candidates) == 2
    assert [u.mention for u in coding.unresolved] == ["armed forces"]


HOSTILE = [
    "",
    "\n\n\n",
    "(" * 5000,
    "seized " * 3000,
    "Rebels seized " + "Arwad, " * 2000 + "and Tartus.",
    "Rebels seized the town of " * 200 + "Arwad.",
    "\u202eRebels seized Arwad\u202c \ufffd \U0001f4a3 " * 40,
    "<p>Rebels <b>seized</b> &amp; <script>Arwad</script></p>",
    "A" * 20000 + " seized " + "B" * 20000,
    'said "said "said "said ' * 500,
    "of the of the of the seizure of the of the " * 100,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_neither_crashes_nor_hangs(text: str) -> None:
    coding = code(text, date(2024, 12, 5))
    assert all(0 <= s.start < s.end <= len(normalise(text)) for s in coding.sentences)


def test_mutated_sentences_never_crash() -> None:
    source = random.Random(7)
    words = (WAR + " " + QUIET).replace("\n", " ").split()
    pieces = [*words, ",", "(", ")", '"', "'s", "-", "/", "\u00a0", "؟", "中", "💥", ";", "..."]
    articles = [Article(normalise(" ".join(source.choices(pieces, k=source.randint(1, 40))))) for _ in range(1500)]
    coder: Coder = shipped_coder()
    assert len(coder.code(articles)) == len(articles)
