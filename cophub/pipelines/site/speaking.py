"""A site in another language: all that is ours is said in it, what a vendor wrote stays."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from cophub.pipelines.site.across import Criterion, Stream
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import Cell
from cophub.pipelines.site.measured import ChannelReach
from cophub.pipelines.site.model import Definition, Person, Quarter, Row, Site, Source, SpaceLink
from cophub.pipelines.site.voices import Voice

OURS: dict[type, tuple[str, ...]] = {
    ChannelReach: ("kind",),
    Cell: ("note",),
    Criterion: ("note",),
    Definition: ("label", "text"),
    Person: ("roles",),
    Quarter: ("notes",),
    Row: ("label", "unit", "note"),
    Source: ("state", "left_out"),
    SpaceLink: ("kind",),
    Stream: ("state", "notes"),
}
"""The texts of each part of a site that are not a vendor's."""


def spoken(site: Site, voice: Voice) -> Site:
    """The site in the language of a voice."""
    if voice.language == "en":
        return site
    said: Site = _spoken(site, voice)
    return replace(said, title=voice.say(said.title))


def _spoken(part: Any, voice: Voice) -> Any:
    if isinstance(part, tuple):
        return tuple(_spoken(each, voice) for each in part)
    if isinstance(part, dict):
        return {key: _spoken(each, voice) for key, each in part.items()}
    if not is_dataclass(part) or isinstance(part, type | Audience):
        return part
    ours = OURS.get(type(part), ())
    changed: dict[str, Any] = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if each.name in ours:
            changed[each.name] = _said(value, voice)
        elif isinstance(value, tuple | dict) or is_dataclass(value):
            changed[each.name] = _spoken(value, voice)
    if isinstance(part, Cell):
        changed["text"] = voice.figure(part.text)
    return replace(part, **changed)


def _said(value: str | tuple[str, ...], voice: Voice) -> str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(map(voice.say, value))
    if voice.knows(value):
        return voice.say(value)
    return "; ".join(map(voice.say, value.split("; ")))  # a row's notes are several
