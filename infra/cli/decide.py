"""What people decide about articles and events: each command appends one fact and says what came of it."""

import getpass
from typing import Annotated

import typer

from domain import workflow
from infra import wiring
from infra.cli.output import human, print_line
from infra.postgres import reader

SHORTEST_BEGINNING = 4
"""Characters of an article's id that name it: with fewer a slip of the hand would name an article too."""


def _beginning(given: str) -> str:
    if len(given.strip()) < SHORTEST_BEGINNING:
        raise typer.BadParameter(
            f"{given!r} is too short: give {SHORTEST_BEGINNING} characters of the id or more. "
            "List them: frontlog status --articles."
        )
    return given.strip()


def _said(reason: str | None) -> str | None:
    if reason is not None and not reason.strip():
        raise typer.BadParameter("it is blank: say why in a few words. It is kept with the decision.")
    return reason.strip() if reason else reason


ArticleArgument = Annotated[
    str,
    typer.Argument(help="An article's id, or its beginning (4 characters or more).", callback=_beginning),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.", callback=_said)]
OptionalReason = Annotated[
    str | None, typer.Option("--reason", help="Why; it is kept with the decision.", callback=_said)
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (retry, retract, erase, supersede, reject, restore):
        app.command()(command)


def retry(article: ArticleArgument, reason: OptionalReason = None) -> None:
    """Take a failed article up again."""
    with wiring.open_frontlog() as frontlog:
        article_id = frontlog.article_id(article)
        done = workflow.retry(frontlog.store, article_id, metadata=frontlog.metadata(), reason=reason)
        if done:
            frontlog.see_through([article_id])
        named = _named(frontlog, article_id)
    _say(done, f"{named} is taken up again", f"{named} has not failed: nothing to retry")


def retract(article: ArticleArgument, reason: ReasonOption) -> None:
    """Stop counting an article as evidence, for good; what was known before stays askable."""
    with wiring.open_frontlog() as frontlog:
        article_id = frontlog.article_id(article)
        done = workflow.retract(frontlog.store, article_id, reason=reason, metadata=frontlog.metadata())
        frontlog.project()
        named = _named(frontlog, article_id)
    _say(done, f"{named} no longer counts", f"{named} was retracted before")


def erase(article: ArticleArgument, reason: ReasonOption) -> None:
    """Take an article's text down for good. Its events stay, their quotes go."""
    with wiring.open_frontlog() as frontlog:
        article_id = frontlog.article_id(article)
        done = workflow.erase(frontlog.store, article_id, reason=reason, metadata=frontlog.metadata())
        frontlog.project()
        named = _named(frontlog, article_id)
    _say(done, f"the text of {named} is gone", f"the text of {named} was erased before")


def supersede(
    old: Annotated[str, typer.Argument(help="The article that is replaced.", callback=_beginning)],
    new: Annotated[str, typer.Argument(help="The article that replaces it.", callback=_beginning)],
    reason: OptionalReason = None,
) -> None:
    """Let one article replace another as evidence, for good."""
    with wiring.open_frontlog() as frontlog:
        old_id, new_id = frontlog.article_id(old), frontlog.article_id(new)
        with frontlog.store.transaction() as tx:
            done = workflow.supersede(tx, old_id, new_id, reason=reason, metadata=frontlog.metadata())
        frontlog.project()
        older, newer = _named(frontlog, old_id), _named(frontlog, new_id)
    _say(done, f"{newer} replaces {older}", f"{older} was replaced before")


def reject(
    event: Annotated[str, typer.Argument(help="The event's fingerprint or position, as the view events shows it.")],
    reason: ReasonOption,
) -> None:
    """Say that an event does not count; restore takes it back."""
    _review(event, "reject", reason)


def restore(
    event: Annotated[str, typer.Argument(help="The event's fingerprint or position.")], reason: ReasonOption
) -> None:
    """Take a rejection back."""
    _review(event, "restore", reason)


def _review(event: str, decision: "workflow.Decision", reason: str) -> None:
    with wiring.open_frontlog() as frontlog:
        fingerprint = frontlog.fingerprint(event)
        done = workflow.review(
            frontlog.store, fingerprint, decision, by=getpass.getuser(), reason=reason, metadata=frontlog.metadata()
        )
        frontlog.project()
        told = [f" ({row['type']}: {row['quote']})" for row in reader.event_told(frontlog.pool, fingerprint)]
    named = f"event {fingerprint}{''.join(told)}"
    _say(done, f"{decision.removesuffix('e')}ed: {named}", f"{named} stands that way already")


def _named(frontlog: wiring.Frontlog, article_id: str) -> str:
    """An article's id with what tells a person which it is: title, house and day, as far as it has them."""
    [row] = reader.outcomes(frontlog.pool, [article_id])
    told = ", ".join(human(row[field]) for field in ("title", "source", "published") if row[field])
    return f"{article_id} ({told})" if told else article_id


def _say(done: bool, yes: str, no: str) -> None:
    print_line(yes if done else no)
