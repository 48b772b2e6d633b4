"""The languages of the site, out of the catalogues in its `locale`."""

from collections.abc import Iterable

from cophub.pipelines.voices import Voice, capital
from cophub.pipelines.voices import voice as of_package

_PACKAGE = "cophub.pipelines.site"


def voices(languages: Iterable[str]) -> list[Voice]:
    """A voice for each language; the first has its pages at the top."""
    return [
        voice(language, "" if place == 0 else f"{language}/")
        for place, language in enumerate(languages)
    ]


def voice(language: str, folder: str = "") -> Voice:
    """English, or a language that has a catalogue."""
    return of_package(language, _PACKAGE, folder)


ENGLISH = voice("en")

__all__ = ["ENGLISH", "Voice", "capital", "voice", "voices"]
