"""A small share of bench/fuzz.py, run over 100,000 inputs: hostile text neither crashes nor hangs the coder."""

import time

from bench.fuzz import BATCH, Inputs, failures
from domain.article import Article
from infra.cli.code import load_coder
from infra.editions import SHIPPED

SEED, COUNT = 2, 384


def test_random_and_mutated_inputs_are_coded_alone_as_beside_others_and_none_crashes() -> None:
    coder, inputs = load_coder(SHIPPED), Inputs(SEED)
    found = [
        failure
        for first in range(0, COUNT, BATCH)
        for failure in failures(coder, inputs, range(first, min(first + BATCH, COUNT)))
    ]
    assert not found, f"run again with: bench/fuzz.py --seed {SEED} --start N --count 1"


def test_a_word_without_an_end_costs_no_more_than_its_length() -> None:
    coder = load_coder(SHIPPED)
    start = time.process_time()
    coder.code([Article("Rebels seized the town and " + "x" * 100_000)])
    assert time.process_time() - start < 2
