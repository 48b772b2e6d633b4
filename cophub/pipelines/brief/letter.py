"""The newsletter's candidates as a letter that a vendor keeps as a draft.

It goes to many, so it names nobody: titles, links, and how much went on there.
"""

import msgspec

from cophub import Letter
from cophub.pipelines.brief.model import Brief, Item
from cophub.pipelines.brief.newsletter import ALLOWED, took_part
from cophub.pipelines.brief.rendering import environment
from cophub.pipelines.brief.wording import Speech, speech

_HEADINGS = {"thread": "Discussed", "document": "Shared", "event": "What took place"}
_SUBJECT = "{title}: what is new"
_UNSUBSCRIBE = "Unsubscribe"


def letter(brief: Brief, spaces: str) -> str:
    """A `Letter` as JSON with what `spaces` (public or members) may show.

    Its own `spaces` are for the hub to fill in.
    """
    found = brief.section("newsletter").items
    speak = speech(brief.language)
    subject = speak.say(_SUBJECT, title=brief.title)
    parts = [
        (speak.say(heading), [_line(speak, item) for item in found if item.figures["kind"] == kind])
        for kind, heading in _HEADINGS.items()
    ]
    coming: list[tuple[str, str | None, str]] = [
        (item.title, item.url, item.why)
        for item in brief.section("coming").items
        if item.figures["visibility"] in ALLOWED[spaces]
    ]
    parts.append((speak.say("Coming up"), coming))
    page = (
        environment(speak)
        .get_template("letter.html.j2")
        .render(subject=subject, parts=parts, unsubscribe=speak.say(_UNSUBSCRIBE))
    )
    preview = "; ".join(item.title for item in found[:2])
    made = Letter(
        name=f"cophub draft: {brief.community} {brief.week}", subject=subject[:150],
        preview=preview[:150], html=page, text=_text(speak, subject, parts),
    )  # fmt: skip
    return msgspec.json.encode(made).decode()


def _line(speak: Speech, item: Item) -> tuple[str, str | None, str]:
    if item.figures["kind"] == "document":
        return item.title, item.url, item.where
    people, several = (int(item.figures[name] or 0) for name in ("people", "organizations"))
    return item.title, item.url, f"{took_part(speak, people, several)}."


def _text(
    speak: Speech, subject: str, parts: list[tuple[str, list[tuple[str, str | None, str]]]]
) -> str:
    lines = [subject, ""]
    for heading, items in parts:
        if items:
            lines += [heading, "-" * len(heading)]
            for title, url, line in items:
                lines += [part for part in (title, line, url) if part] + [""]
    return "\n".join([*lines, "*|LIST:ADDRESSLINE|*", f"{speak.say(_UNSUBSCRIBE)}: *|UNSUB|*", ""])


__all__ = ["letter"]
