"""A `Brief` as HTML, as text for a terminal or a mail, and as JSON."""

import textwrap
from collections.abc import Iterator
from importlib.resources import files

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cophub.pipelines.brief.model import Brief, Item, Section
from cophub.pipelines.brief.wording import counted, on_day, together

SERIF = (
    "font-family:'Iowan Old Style','Palatino Linotype',Palatino,'Source Serif 4',Charter,Georgia,"
    "'Liberation Serif',serif;"
)
SANS = (
    "font-family:Seravek,'Gill Sans Nova','Segoe UI',system-ui,-apple-system,'Liberation Sans',"
    "Arial,sans-serif;"
)
COLUMNS = 78
WARNING = "For facilitators only: it names people who did not agree to be shown elsewhere."


def html(brief: Brief) -> str:
    """A page that asks for no other file and can be the body of a mail.

    Styles stand in the elements too: some mail programs take no style sheet.
    """
    return environment().get_template("brief.html.j2").render(
        brief=brief, headline=headline(brief), as_of=as_of(brief),
        members=counted(brief.members, "member"),
    )  # fmt: skip


def environment() -> Environment:
    """Templates with autoescape on for all of them: names and titles come from anybody."""
    env = Environment(
        loader=PackageLoader("cophub.pipelines.brief"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    style = files("cophub.pipelines.brief").joinpath("templates", "brief.css").read_text("utf-8")
    # Our own texts, with nothing in them from outside.
    env.globals.update(style=Markup(style), serif=Markup(SERIF), sans=Markup(SANS))  # noqa: S704
    return env


def json(brief: Brief) -> str:
    """The brief as a JSON document; docs/brief.md tells its shape."""
    return msgspec.json.format(msgspec.json.encode(brief), indent=2).decode() + "\n"


def headline(brief: Brief) -> str:
    """What waits for the facilitator, in a sentence."""
    counts = {s.name: len(s.items) + s.more for s in brief.sections}
    parts = [
        counted(counts["welcome"], "person", "people") + " to welcome",
        counted(counts["questions"], "question") + " without an answer",
        counted(counts["thank"], "member") + " to thank",
        counted(counts["quiet"], "member") + " gone quiet",
        counted(counts["coming"], "event") + " in the next two weeks",
    ]
    told = [part for part in parts if not part.startswith("0 ")]
    return f"{together(told)}." if told else "A quiet week: nothing waits for you."


def as_of(brief: Brief) -> str:
    """'Sunday, 22 Nov 2026, 14:47', in the hub's zone."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(brief.timezone)
    return f"{on_day(brief.as_of, zone)}, {brief.as_of.astimezone(zone):%H:%M}"


def text(brief: Brief) -> str:
    """The brief at no more than 78 columns, links on lines of their own."""
    lines = [
        *_wrapped(brief.title.upper()),
        f"Brief of the week {brief.week}, as of {as_of(brief)}",
        "",
        *_wrapped(headline(brief)),
    ]
    for section in brief.sections:
        lines += ["", *_section(section)]
    lines += [
        "",
        *_wrapped(WARNING),
    ]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    count = len(section.items) + section.more
    title = f"{section.title} ({count})" if count and section.name != "hours" else section.title
    yield title
    yield "─" * len(title)
    for item in section.items:
        yield from _item(item)
    if not section.items:
        yield from _wrapped(section.empty)
    if section.more:
        yield f"And {section.more:,} more."
    if section.note:
        yield from _wrapped(section.note)


def _item(item: Item) -> Iterator[str]:
    yield from _wrapped(f"• {item.title}", after="  ")
    yield from _wrapped(item.why, before="  ", after="  ")
    if item.where or item.secret:
        secret = "secret space: keep it to yourself" if item.secret else ""
        told = " · ".join(part for part in (item.where, secret) if part)
        yield from _wrapped(f"[{told}]", before="  ", after="  ")
    if item.url:
        yield f"  {item.url}"


def _wrapped(words: str, before: str = "", after: str = "") -> list[str]:
    return textwrap.wrap(
        words, COLUMNS, initial_indent=before, subsequent_indent=after, break_on_hyphens=False
    )


__all__ = ["as_of", "environment", "headline", "html", "json", "text"]
