"""The golden bytes: what the coder's code makes of a frozen edition. `python -m tests.golden` writes them anew.

Frozen with its own small edition, so that a rule, actor or place added to the shipped one changes nothing here and
only a change of code can. Whoever changes code so that these bytes change raises CODER_VERSION (DESIGN.md, Editions).
"""

import hashlib
import json
import sys
from datetime import date
from pathlib import Path

import msgspec

from domain.article import Article, normalise
from domain.coder import CODER_VERSION, Coder
from domain.edition import Edition
from infra import coders, editions

FILE = Path(__file__).parent / "data" / "golden_coding.json"
EDITION = Path(__file__).parent / "data" / "golden_edition.json"
KEPT = (
    "edition.yaml",
    "lexicon.yaml",
    "countries.yaml",
    "forces.yaml",
    "place_words.yaml",
    "theatres.yaml",
    "sources.yaml",
)
SAMPLES = Path(__file__).resolve().parents[1] / "infra" / "samples"


def frozen_files() -> dict[str, str]:
    """The frozen edition's files."""
    files: dict[str, str] = json.loads(EDITION.read_text(encoding="utf-8"))
    return files


def articles() -> list[Article]:
    """The sample articles."""
    return [
        Article(normalise(sample["text"]), sample.get("source"), date.fromisoformat(sample["published"]))
        for sample in (json.loads(p.read_text(encoding="utf-8")) for p in sorted(SAMPLES.glob("*.json")))
    ]


def coded() -> dict[str, object]:
    """Coder version and a digest of each sample's events, the edition's own digests left out."""
    files = frozen_files()
    edition = Edition.from_files("golden", files, model=coders.parser().model, gazetteer=coders.gazetteer().version)
    coder = Coder(edition, coders.parser(), coders.gazetteer())
    digests = [
        hashlib.sha256(msgspec.json.encode((c.sentences, c.events, c.unresolved))).hexdigest()[:16]
        for c in coder.code(articles())
    ]
    return {"coder_version": CODER_VERSION, "articles": digests}


def main() -> int:
    """Freeze the edition if asked, and write the bytes."""
    if "--freeze" in sys.argv:
        shipped = editions.shipped()
        files = {p: t for p, t in shipped.items() if p in KEPT or p.startswith("rules/")}
        EDITION.write_text(json.dumps(files, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    FILE.write_text(json.dumps(coded(), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
