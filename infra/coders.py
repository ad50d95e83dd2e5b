"""The coder of an edition, with the language model and the gazetteer that are installed here."""

import threading
from functools import cache

from domain import workflow
from domain.article import Article
from domain.coder import CODER_VERSION, Coder
from domain.edition import Edition
from domain.errors import Stop
from domain.events import EditionPublished
from domain.ports import EventStore
from infra.gazetteer import GeoNamesGazetteer
from infra.parser import SpacyParser
from infra.settings import Settings

WARM_UP = Article("Troops took the town.")
"""Loads the language model before the first article waits for it."""


class LiveCoder:
    """The coder of whatever edition is live when asked; each edition is loaded once, for published ones are frozen."""

    def __init__(self) -> None:
        self._loaded: dict[str, workflow.CodesArticles] = {}
        self._loading = threading.Lock()

    def __call__(self, store: EventStore) -> workflow.CodesArticles:
        name = workflow.live_edition(store)
        with self._loading:
            if name not in self._loaded:
                found = coder(store, name)
                found.code([WARM_UP])
                self._loaded[name] = found
            return self._loaded[name]


def coder(store: EventStore, edition: str) -> Coder:
    """The coder of a published edition, from the log alone. Stop when it was published for another coder version."""
    published = workflow.published_edition(store, edition)
    refuse_another_version(published)
    return _coder(edition, published.digest, tuple(sorted(published.files.items())))


def refuse_another_version(published: EditionPublished) -> None:
    """Raise Stop, naming what to do, for an edition that was published for another coder version."""
    edition = published.edition
    if published.coder_version != CODER_VERSION:
        raise Stop(
            f"Edition {edition} was published for coder version {published.coder_version}; this is version "
            f"{CODER_VERSION} and would code differently. Publish its rules anew: "
            f"frontlog rules publish --same-rules {edition}, then: "
            f"frontlog replay --edition {anew(edition)} --activate"
        )


@cache
def _coder(name: str, digest: str, files: tuple[tuple[str, str], ...]) -> Coder:
    edition = load_edition(name, dict(files))
    if edition.digest != digest:
        raise Stop(
            f"Edition {name} has digest {digest[:12]} in the log but {edition.digest[:12]} here: the language model or "
            "the gazetteer of this machine differs. Install the versions of requirements.lock."
        )
    return Coder(edition, parser(), gazetteer())


def anew(edition: str) -> str:
    """The name under which a published edition's rules are published again for this coder version."""
    return f"{edition}+coder{CODER_VERSION}"


def load_edition(name: str, files: dict[str, str]) -> Edition:
    """An edition of these files, for the language model and gazetteer installed here."""
    return Edition.from_files(name, files, model=parser().model, gazetteer=gazetteer().version)


@cache
def parser() -> SpacyParser:
    """The language model, loaded once a process."""
    return SpacyParser()


@cache
def gazetteer() -> GeoNamesGazetteer:
    """The gazetteer, opened once a process."""
    return GeoNamesGazetteer(Settings.from_environment().cache_dir)
