"""The shipped edition's rules: their own examples, and how well they code the articles they were tuned on."""

from pathlib import Path

from domain.coder.examples import failures
from tests.coding import gold_article, scored, shared, shipped_coder

TUNED_ON = ("A", "C")
"""The sets that rules are written against. A figure on them guards against falling back; it is no result."""


def test_every_rule_is_held_to_its_own_examples() -> None:
    coder = shipped_coder()
    wrong = failures(coder.edition.book.rules, coder)
    assert not wrong, "\n".join(str(f) for f in wrong)


def test_every_rule_has_an_example_and_a_counterexample() -> None:
    bare = [r.id for r in shipped_coder().edition.book.rules if not r.examples or not r.counterexamples]
    assert not bare


def test_the_rules_have_several_hundred_triggers() -> None:
    rules = shipped_coder().edition.book.rules
    assert sum(len(r.verbs) + len(r.nouns) for r in rules) > 500


def test_the_tuned_articles_are_coded_as_well_as_before(tmp_path: Path) -> None:
    folder = shared("eval", "dev")
    golds = [g for g in sorted(folder.glob("*.json")) if g.name.startswith(TUNED_ON)]
    result = scored([gold_article(g, g.with_suffix(".txt")) for g in golds], tmp_path)
    least = {"a_detection": 0.955, "b_actor": 0.90, "c_place": 0.93, "d_date": 0.945, "e_strict": 0.82}
    got = {level: result["events"][level]["f1"] for level in least}
    assert all(got[level] >= f1 for level, f1 in least.items()), got
    assert result["no_event_articles"]["false_positives"] == 0
    assert result["modality"]["unreal_taken_as_asserted"] <= 2
    assert result["final_control"]["accuracy"] >= 0.8
