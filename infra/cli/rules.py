"""`frontlog rules`: what a rule author needs: a copy to edit, its check, score, what it changes, and publication."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.article import Article
from domain.coder import Coder
from domain.coder.examples import failures
from domain.errors import InvalidInput
from domain.events import CodedEvent
from infra import editions, reading
from infra.cli import publishing
from infra.cli.code import load_coder
from infra.cli.output import Format, FormatOption, TableView, show, stderr
from infra.cli.scoring import score_rows

EditionArgument = Annotated[str, typer.Argument(help="A shipped edition's name, or an edition's folder.")]

FAILURES = TableView(
    "Examples that came out otherwise",
    [
        ("File", "file"),
        ("Line", "line"),
        ("Rule", "rule"),
        ("Text", "text"),
        ("Expected", "expected"),
        ("Found", "found"),
    ],
    empty="Every example holds.",
)
SCORES = TableView(
    "Score by type",
    [
        ("Type", "type"),
        ("Precision", "precision"),
        ("Recall", "recall"),
        ("F1", "f1"),
        ("Gold", "gold"),
        ("Coded", "coded"),
    ],
    empty="No gold article was found.",
)
CHANGES = TableView(
    "What changes",
    [("Article", "article"), ("#", "sentence"), ("Change", "change"), ("Event", "event"), ("Rule", "rule")],
    empty="Both editions code these articles alike.",
)


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        name="rules", help="Editions: copy, check, score, compare and publish them.", no_args_is_help=True
    )
    for command in (new, check, score, diff, publishing.publish):
        group.command()(command)
    group.command("list")(publishing.list_)
    app.add_typer(group)


def new(
    folder: Annotated[Path, typer.Argument(help="The new edition's folder; its last part is the edition's name.")],
    base: Annotated[str, typer.Option(help="The edition to start from.")] = editions.SHIPPED,
) -> None:
    """Copy an edition into a folder to edit."""
    if folder.name == editions.SHIPPED:
        expected = "a name that is not the shipped edition's"
        raise InvalidInput(str(folder), f"the name {folder.name}", expected, "Name another folder.")
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(str(folder), "a folder with files", "an empty or a new one", "Name another folder.")
    files = editions.shipped(base) if not Path(base).is_dir() else editions.folder(Path(base))
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_based_on(text, base) if path == "edition.yaml" else text, encoding="utf-8")
    stderr().print(f"Edition {folder.name} is in {folder}. Edit it, then: frontlog rules check {folder}")


def _based_on(text: str, base: str) -> str:
    kept = [line for line in text.split("\n") if not line.startswith("base:")]
    return "\n".join([f'base: "{Path(base).name}"', *kept])


def check(edition: EditionArgument = editions.SHIPPED, format: FormatOption = Format.table) -> None:
    """Validate an edition's files and run every rule's examples. Exit 1 when one fails."""
    coder = load_coder(edition)
    rules = coder.edition.book.rules
    wrong = failures(rules, coder)
    show([_plain(f) for f in wrong], format, FAILURES)
    cases = sum(len(r.examples) + len(r.counterexamples) for r in rules)
    stderr().print(f"{len(rules)} rules, {cases} examples and counterexamples, {len(wrong)} came out otherwise.")
    if wrong:
        raise typer.Exit(1)


def _plain(failure: Any) -> dict[str, Any]:
    return {field: getattr(failure, field) for field in ("file", "line", "rule", "text", "expected", "found")}


def score(
    gold: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A folder of gold: NAME.txt beside NAME.json.")
    ],
    edition: Annotated[str, typer.Option(help="The edition to score.")] = editions.SHIPPED,
    misses: Annotated[bool, typer.Option("--misses", help="List what was missed and what was too much.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Precision, recall and F1 by type on gold articles: an event counts when sentence and type agree."""
    rows, missed = score_rows(gold, load_coder(edition))
    show(missed if misses else rows, format, CHANGES if misses else SCORES)


def diff(
    old: Annotated[str, typer.Argument(help="The edition before.")],
    new: Annotated[str, typer.Argument(help="The edition after.")],
    articles: Annotated[list[Path], typer.Argument(help="Files or folders of articles.")],
    format: FormatOption = Format.table,
) -> None:
    """What changes in the coded events of these articles. Exit 3 when anything does."""
    given = [i for path in articles for i in reading.read_path(path) if isinstance(i, reading.ArticleInput)]
    texts = [i.article for i in given]
    before, after = _coded(load_coder(old), texts), _coded(load_coder(new), texts)
    rows = [row for i, a, b in zip(given, before, after, strict=True) for row in _changes(i.where, a, b)]
    show(rows, format, CHANGES)
    if rows:
        raise typer.Exit(3)


def _coded(coder: Coder, articles: Sequence[Article]) -> list[tuple[CodedEvent, ...]]:
    return [coding.events for coding in coder.code(articles)]


def _changes(where: str, before: Sequence[CodedEvent], after: Sequence[CodedEvent]) -> list[dict[str, Any]]:
    old, new = {_told(e): e for e in before}, {_told(e): e for e in after}
    gone = [("-", e) for told, e in old.items() if told not in new]
    come = [("+", e) for told, e in new.items() if told not in old]
    return [
        {"article": where, "sentence": e.sentence, "change": sign, "event": _told(e)[1], "rule": e.rule}
        for sign, e in sorted([*gone, *come], key=lambda c: (c[1].sentence, c[1].trigger_start, c[0] == "+"))
    ]


def _told(event: CodedEvent) -> tuple[int, str]:
    """An event in one line, without the rule: another rule that codes the same changes nothing."""
    actors, others = (", ".join(a.id for a in side) for side in (event.actors, event.counterparties))
    places = ", ".join(
        f"{p.name} ({p.id}){'/' + (p.area or p.extent or '') if p.area or p.extent else ''}" for p in event.places
    )
    when = f"{event.occurred.earliest}..{event.occurred.latest}"
    return event.sentence, f"{event.type} {event.modality}: {actors or '-'} > {others or '-'} @ {places or '-'} {when}"
