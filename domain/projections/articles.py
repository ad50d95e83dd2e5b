"""Every article received, what state it is in, and the mentions that its coding left open."""

from domain.projections.dossier import Dossier
from domain.projections.projection import Projection, Rows, Table

ARTICLES = Table(
    "articles",
    (
        "article_id",
        "external_id",
        "source",
        "title",
        "url",
        "published",
        "received_at",
        "state",
        "edition",
        "sentences",
        "events",
        "failed_attempts",
        "error",
        "origin_id",
        "superseded_by",
        "text_digest",
    ),
)
UNRESOLVED = Table("unresolved", ("article_id", "sentence", "mention", "role", "candidates"))


def state(dossier: Dossier) -> str:
    """The strongest thing to say of an article: what took it out of the record first, then how far it has come."""
    if dossier.retracted_at is not None:
        return "retracted"
    if dossier.superseded is not None:
        return "superseded"
    if dossier.erased_at is not None:
        return "erased"
    if dossier.failed is not None:
        return "failed"
    return "coded" if dossier.coded is not None else "received"


def articles(dossier: Dossier) -> Rows:
    """One row an article; none for a coding whose article the log lacks."""
    got, coded, failed = dossier.received, dossier.coded, dossier.failed
    if got is None:
        return {}
    row = (
        dossier.article_id,
        got.external_id,
        got.source,
        got.title,
        got.url,
        got.published,
        dossier.received_at,
        state(dossier),
        coded.edition if coded else None,
        len(coded.sentences) if coded else None,
        coded.events if coded else None,
        failed.attempts if failed else None,
        failed.error if failed else None,
        dossier.origin_id,
        dossier.superseded[1] if dossier.superseded else None,
        got.text_digest,
    )
    return {"articles": [row]}


def unresolved(dossier: Dossier) -> Rows:
    """One row a mention left open, of articles whose coding is complete."""
    if dossier.coded is None or dossier.received is None:
        return {}
    return {
        "unresolved": [
            (dossier.article_id, one.sentence, one.mention, one.role, list(one.candidates))
            for one in dossier.coded.unresolved
        ]
    }


ARTICLE_FIELDS = {
    "ArticleReceived": ("external_id", "source", "title", "url", "published", "text_digest", "signature"),
    "ArticleSuperseded": ("by",),
    "ArticleRetracted": (),
    "TextErased": (),
    "CodingFailed": ("attempts", "error"),
    "RetryRequested": (),
}

articles_projection = Projection(
    name="articles",
    version=3,
    reads={**ARTICLE_FIELDS, "ArticleCoded": ("edition", "sentences", "events")},
    tables=(ARTICLES,),
    fold=articles,
)

unresolved_projection = Projection(
    name="unresolved",
    version=1,
    reads={"ArticleReceived": (), "ArticleCoded": ("unresolved",)},
    tables=(UNRESOLVED,),
    fold=unresolved,
)
