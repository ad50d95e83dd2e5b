"""The shipped edition's files, read once for the tests of names."""

from pathlib import Path

import domain

_ROOT = Path(domain.__file__).parent / "editions" / "2026.1"
SHIPPED = {str(path.relative_to(_ROOT)): path.read_text() for path in sorted(_ROOT.rglob("*.yaml"))}
