"""What people decide about articles and events: each command appends one fact and says what came of it."""

import getpass
from typing import Annotated

import typer

from domain import workflow
from infra import wiring
from infra.cli.output import print_line

ArticleArgument = Annotated[str, typer.Argument(help="An article's id, or its beginning.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (retry, retract, erase, supersede, reject, restore):
        app.command()(command)


def retry(article: ArticleArgument) -> None:
    """Take a failed article up again."""
    with wiring.open_frontlog() as frontlog:
        article_id = frontlog.article_id(article)
        done = workflow.retry(frontlog.store, article_id, metadata=frontlog.metadata())
        if done:
            frontlog.see_through([article_id])
    _say(done, f"{article_id} is taken up again", f"{article_id} has not failed: nothing to retry")


def retract(article: ArticleArgument, reason: ReasonOption) -> None:
    """Stop counting an article as evidence from now on; what was known before stays askable."""
    with wiring.open_frontlog() as frontlog:
        article_id = frontlog.article_id(article)
        done = workflow.retract(frontlog.store, article_id, reason=reason, metadata=frontlog.metadata())
        frontlog.project()
    _say(done, f"{article_id} no longer counts", f"{article_id} was retracted before")


def erase(article: ArticleArgument, reason: ReasonOption) -> None:
    """Take an article's text down for good. Its events stay, their quotes go."""
    with wiring.open_frontlog() as frontlog:
        article_id = frontlog.article_id(article)
        done = workflow.erase(frontlog.store, article_id, reason=reason, metadata=frontlog.metadata())
        frontlog.project()
    _say(done, f"the text of {article_id} is gone", f"the text of {article_id} was erased before")


def supersede(
    old: Annotated[str, typer.Argument(help="The article that is replaced.")],
    new: Annotated[str, typer.Argument(help="The article that replaces it.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept with the decision.")] = None,
) -> None:
    """Let one article replace another as evidence."""
    with wiring.open_frontlog() as frontlog:
        old_id, new_id = frontlog.article_id(old), frontlog.article_id(new)
        with frontlog.store.transaction() as tx:
            done = workflow.supersede(tx, old_id, new_id, reason=reason, metadata=frontlog.metadata())
        frontlog.project()
    _say(done, f"{new_id} replaces {old_id}", f"{old_id} was replaced before")


def reject(
    event: Annotated[str, typer.Argument(help="The event's fingerprint or position, as the view events shows it.")],
    reason: ReasonOption,
) -> None:
    """Say that an event does not count."""
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
    _say(done, f"{decision.removesuffix('e')}ed: event {fingerprint}", f"event {fingerprint} stands that way already")


def _say(done: bool, yes: str, no: str) -> None:
    print_line(yes if done else no)
