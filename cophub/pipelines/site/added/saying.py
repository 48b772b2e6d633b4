"""The texts and values of plugins' pages in a reader's language; nobody's address is in one."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cophub.identities.privacy import mask_text
from cophub.page import Link, Text
from cophub.pipelines.site.added.model import Shown
from cophub.pipelines.site.formats import Cell, link, plain
from cophub.pipelines.site.voices import Voice

_LONGEST, _LONGEST_PROSE = 160, 2_000
_GAP = re.compile(r"\{(\w+)\}")


def said(text: Text, voice: Voice, longest: int = _LONGEST) -> str:
    """A plugin's text in the language, else in English."""
    if isinstance(text, Mapping):
        text = text.get(voice.language) or text["en"]
    return mask_text(plain(text, longest))


def prose(text: Text, values: Mapping[str, Shown], voice: Voice, zone: ZoneInfo) -> str:
    """A paragraph with its values as the language writes them."""
    whole = said(text, voice, _LONGEST_PROSE)
    return _GAP.sub(
        lambda gap: value_of(values[gap[1]], voice, zone) if gap[1] in values else gap[0], whole
    )


def value_of(value: Shown, voice: Voice, zone: ZoneInfo) -> str:
    """A value as a text."""
    if isinstance(value, Cell):
        return value.text
    if isinstance(value, datetime):
        return voice.instant(value, zone)
    if isinstance(value, date):
        return voice.day(value)
    if isinstance(value, Link):
        return said(value.text, voice)
    return said(value, voice) if value else ""


def label_of(label: Text | date, voice: Voice) -> str:
    """The label of a chart's row."""
    return voice.day(label) if isinstance(label, date) else said(label, voice)


def followed(url: str | None) -> str | None:
    """An address that a reader may follow; nobody's address for mail is one."""
    found = link(url)
    return found if found and found.startswith(("http://", "https://")) else None


__all__ = ["followed", "label_of", "prose", "said", "value_of"]
