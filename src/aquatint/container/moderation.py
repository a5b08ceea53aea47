"""Moderation as the settings want it, or a clear word about what is missing."""

from collections.abc import Iterator
from importlib import resources
from typing import Literal

import aiohttp

from aquatint.clock import Clock
from aquatint.db.engine import Database
from aquatint.library.blobs import BlobStore
from aquatint.policy.moderation import Judge, Moderation, Words
from aquatint.policy.openai_moderation import OpenAIModeration
from aquatint.policy.words import Phrase, WordList, parse
from aquatint.settings import OPENAI_BASE_URL, Settings, SettingsError

Mode = Literal["openai", "local", "off"]


def mode_of(settings: Settings) -> Mode:
    """What is set; unset, OpenAI's moderation where OpenAI itself is asked for pictures."""
    if settings.moderation:
        return settings.moderation
    own = settings.openai_base_url == OPENAI_BASE_URL
    return "openai" if settings.openai_api_key and own else "off"


def moderation_of(
    settings: Settings,
    db: Database,
    clock: Clock,
    blobs: BlobStore,
    session: aiohttp.ClientSession,
) -> Moderation:
    """Raises SettingsError for a missing key, and for words that nobody can or would read."""
    return Moderation(db=db, clock=clock, judges=tuple(_judges(settings, blobs, session)))


def _judges(
    settings: Settings, blobs: BlobStore, session: aiohttp.ClientSession
) -> Iterator[Judge]:
    """The words first, for they ask nobody."""
    mode, words = mode_of(settings), _own_words(settings)
    if words and mode == "off":
        raise SettingsError("MODERATION_WORDS_FILE: nobody reads it with MODERATION=off")
    if mode == "local":
        words = (*words, *built_in())
    if words:
        yield Words(WordList(words))
    if mode == "openai":
        if settings.openai_api_key is None:
            raise SettingsError("MODERATION: openai needs OPENAI_API_KEY; local needs no key")
        yield OpenAIModeration(
            session,
            base_url=settings.openai_base_url,
            key=settings.openai_api_key.get_secret_value(),
            path=blobs.path,
        )


def built_in() -> tuple[Phrase, ...]:
    """The list that comes with Aquatint."""
    return parse(resources.files("aquatint.policy").joinpath("words.txt").read_text("utf-8"))


def _own_words(settings: Settings) -> tuple[Phrase, ...]:
    path = settings.moderation_words_file
    if path is None:
        return ()
    try:
        return parse(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"MODERATION_WORDS_FILE: {error}") from None
