"""The newsletter's candidates as a letter that a vendor keeps as a draft.

It goes to many, so it names nobody: titles, links, and how much went on there.
"""

import msgspec

from cophub import Letter
from cophub.pipelines.brief.model import Brief, Item
from cophub.pipelines.brief.newsletter import ALLOWED
from cophub.pipelines.brief.rendering import environment
from cophub.pipelines.brief.wording import counted

_HEADINGS = {"thread": "Discussed", "document": "Shared", "event": "What took place"}


def letter(brief: Brief, spaces: str) -> str:
    """A `Letter` as JSON with what `spaces` (public or members) may show.

    Its own `spaces` are for the hub to fill in.
    """
    found = brief.section("newsletter").items
    subject = f"{brief.title}: what is new"
    parts = [
        (heading, [_line(item) for item in found if item.figures["kind"] == kind])
        for kind, heading in _HEADINGS.items()
    ]
    coming: list[tuple[str, str | None, str]] = [
        (item.title, item.url, item.why)
        for item in brief.section("coming").items
        if item.figures["visibility"] in ALLOWED[spaces]
    ]
    parts.append(("Coming up", coming))
    page = environment().get_template("letter.html.j2").render(subject=subject, parts=parts)
    preview = "; ".join(item.title for item in found[:2])
    made = Letter(
        name=f"cophub draft: {brief.community} {brief.week}", subject=subject[:150],
        preview=preview[:150], html=page, text=_text(subject, parts),
    )  # fmt: skip
    return msgspec.json.encode(made).decode()


def _line(item: Item) -> tuple[str, str | None, str]:
    people = counted(int(item.figures["people"] or 0), "person", "people")
    several = int(item.figures["organizations"] or 0)
    told = f"{people} took part" if item.figures["kind"] != "document" else ""
    if told and several > 1:
        told += f", of {counted(several, 'organisation')}"
    return item.title, item.url, f"{told}." if told else item.where


def _text(subject: str, parts: list[tuple[str, list[tuple[str, str | None, str]]]]) -> str:
    lines = [subject, ""]
    for heading, items in parts:
        if items:
            lines += [heading, "-" * len(heading)]
            for title, url, line in items:
                lines += [part for part in (title, line, url) if part] + [""]
    return "\n".join([*lines, "*|LIST:ADDRESSLINE|*", "Unsubscribe: *|UNSUB|*", ""])


__all__ = ["letter"]
