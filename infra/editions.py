"""Where editions' files come from: the shipped ones and folders on disk."""

from importlib.resources import files as package_files
from pathlib import Path

from domain.errors import InvalidInput

SHIPPED = "2026.1"


def shipped(name: str = SHIPPED) -> dict[str, str]:
    """The texts of a shipped edition by relative path. InvalidInput when there is none of this name."""
    root = Path(str(package_files("domain"))) / "editions"
    known = sorted(p.name for p in root.iterdir() if p.is_dir())
    if name not in known:
        raise InvalidInput(
            "edition", repr(name), "one of " + ", ".join(known), "Name a shipped edition or give a folder."
        )
    return folder(root / name)


def folder(path: Path) -> dict[str, str]:
    """The texts of an edition's folder by relative path with forward slashes. InvalidInput when it is no edition."""
    if not path.is_dir():
        raise InvalidInput(str(path), "no such folder", "an edition's folder", "Start one with `frontlog rules new`.")
    texts: dict[str, str] = {}
    for file in sorted(path.rglob("*.yaml")):
        try:
            texts[file.relative_to(path).as_posix()] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput(
                str(file), f"a byte that is not UTF-8 at {error.start}", "UTF-8", "Save it as UTF-8."
            ) from None
    if "edition.yaml" not in texts:
        raise InvalidInput(str(path), "no edition.yaml", "an edition's folder", "Start one with `frontlog rules new`.")
    return texts
