"""Code that changes any output must raise CODER_VERSION, or old and new codings would pass for one another."""

import json

from tests import golden


def test_the_code_makes_the_golden_bytes_or_a_new_coder_version() -> None:
    told = json.loads(golden.FILE.read_text(encoding="utf-8"))
    now = golden.coded()
    assert now == told, (
        "the coder's output changed: if that is meant, raise CODER_VERSION in domain/coder/version.py "
        "and write the golden bytes anew with `python -m tests.golden`"
    )
