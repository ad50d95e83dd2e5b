"""`frontlog rules publish` and `rules list`: editions go into the log, where every worker finds them."""

import dataclasses
import re
from pathlib import Path
from typing import Annotated

import typer

from domain import workflow
from domain.coder import CODER_VERSION, Coder
from domain.coder.examples import failures
from domain.edition import Edition
from domain.errors import InvalidInput, Stop
from infra import coders, editions, wiring
from infra.cli.output import Format, FormatOption, TableView, show, stderr

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
"""An edition's name is part of its streams' names and is typed in commands."""

EDITIONS = TableView(
    "Editions in the log",
    [("Edition", "edition"), ("Live", "live"), ("Base", "base"), ("Coder", "coder_version"), ("Digest", "digest"),
     ("Published", "published_at")],
    empty="No edition is published.",
)  # fmt: skip


def publish(
    edition: Annotated[str, typer.Argument(help="The edition's folder; with --same-rules a published edition's name.")],
    same_rules: Annotated[
        bool, typer.Option("--same-rules", help="Publish a published edition's rules anew for this coder version.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="Its name; else the folder's, or NAME+coderN.")] = None,
) -> None:
    """Freeze an edition in the log, once all its examples hold. It codes nothing until it is activated."""
    with wiring.open_frontlog() as frontlog:
        if same_rules:
            made = _anew(frontlog, edition, name or coders.anew(edition))
        else:
            made = _from_folder(Path(edition), name)
        _has_a_name(made.name)
        _has_its_base(frontlog, made)
        _holds_its_examples(made)
        new = workflow.publish(frontlog.store, made, made.files, metadata=frontlog.metadata())
    told = "is published" if new else "was published already; nothing changed"
    stderr().print(f"Edition {made.name} {told} (digest {made.digest[:12]}, coder version {CODER_VERSION}).")
    stderr().print(f"What it would change: frontlog replay --edition {made.name} --dry-run")


def list_(format: FormatOption = Format.table) -> None:
    """The editions in the log: who is based on whom, and which one codes what comes in."""
    with wiring.open_frontlog() as frontlog:
        live = frontlog.live_edition()
        rows = [
            {
                "edition": published.edition,
                "live": published.edition == live,
                "base": published.base,
                "coder_version": published.coder_version,
                "digest": published.digest[:12],
                "published_at": at,
            }
            for published, at in workflow.published_editions(frontlog.store)
        ]
    show(rows, format, EDITIONS)


def _from_folder(folder: Path, name: str | None) -> Edition:
    return coders.load_edition(name or folder.resolve().name, editions.folder(folder))


def _anew(frontlog: wiring.Frontlog, edition: str, name: str) -> Edition:
    published = workflow.published_edition(frontlog.store, edition)
    if published.coder_version == CODER_VERSION:
        raise Stop(f"Edition {edition} is of this coder version ({CODER_VERSION}) already; nothing is to be done.")
    return dataclasses.replace(coders.load_edition(name, dict(published.files)), base=edition)


def _has_a_name(name: str) -> None:
    if not NAME.fullmatch(name):
        expected = "a letter or digit, then letters, digits, dots, pluses, hyphens, underscores, 64 at most"
        raise InvalidInput("edition's name", repr(name), expected, "Rename the folder or give --name.")


def _has_its_base(frontlog: wiring.Frontlog, edition: Edition) -> None:
    known = [stream.removeprefix("edition-") for stream in frontlog.store.streams("edition-")]
    if edition.base is not None and edition.base not in known:
        expected = "the name of a published edition: " + ", ".join(known)
        raise InvalidInput("edition.yaml: base", repr(edition.base), expected, "Publish the base first.")


def _holds_its_examples(edition: Edition) -> None:
    wrong = failures(edition.book.rules, Coder(edition, coders.parser(), coders.gazetteer()))
    if wrong:
        raise Stop(
            f"{len(wrong)} examples of {edition.name} come out otherwise, the first in {wrong[0].file}, line "
            f"{wrong[0].line} (rule {wrong[0].rule}). Nothing was published. See them all: frontlog rules check FOLDER"
        )
