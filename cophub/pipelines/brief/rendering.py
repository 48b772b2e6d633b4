"""A `Brief` as HTML, as text for a terminal or a mail, and as JSON."""

import textwrap
from collections.abc import Iterator
from importlib.resources import files

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cophub.pipelines.brief.model import Brief, Item, Section
from cophub.pipelines.brief.wording import Speech, capital, speech

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
KEEP_IT = "secret space: keep it to yourself"
QUIET_WEEK = "A quiet week: nothing waits for you."
_WAITING = (
    ("welcome", "{n} person to welcome", "{n} people to welcome"),
    ("questions", "{n} question without an answer", "{n} questions without an answer"),
    ("thank", "{n} member to thank", "{n} members to thank"),
    ("quiet", "{n} member gone quiet", "{n} members gone quiet"),
    ("coming", "{n} event in the next two weeks", "{n} events in the next two weeks"),
)


def html(brief: Brief) -> str:
    """A page that asks for no other file and can be the body of a mail.

    Styles stand in the elements too: some mail programs take no style sheet.
    """
    speak = speech(brief.language)
    return environment(speak).get_template("brief.html.j2").render(
        brief=brief, headline=headline(brief), as_of=as_of(brief), warning=speak.say(WARNING),
        members=_members(speak, brief),
    )  # fmt: skip


def environment(speak: Speech) -> Environment:
    """Templates with autoescape on for all of them: names and titles come from anybody."""
    env = Environment(
        loader=PackageLoader("cophub.pipelines.brief"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    style = files("cophub.pipelines.brief").joinpath("templates", "brief.css").read_text("utf-8")
    # Our own texts, with nothing in them from outside.
    env.globals.update(say=speak.say, number=speak.voice.number, language=speak.language)
    env.globals.update(style=Markup(style), serif=Markup(SERIF), sans=Markup(SANS))  # noqa: S704
    return env


def json(brief: Brief) -> str:
    """The brief as a JSON document; docs/brief.md tells its shape."""
    return msgspec.json.format(msgspec.json.encode(brief), indent=2).decode() + "\n"


def headline(brief: Brief) -> str:
    """What waits for the facilitator, in a sentence."""
    speak = speech(brief.language)
    counts = {part.name: len(part.items) + part.more for part in brief.sections}
    told = [speak.count(counts[name], *words) for name, *words in _WAITING if counts[name]]
    return capital(f"{speak.together(told)}.") if told else speak.say(QUIET_WEEK)


def as_of(brief: Brief) -> str:
    """'Sunday, 22 Nov 2026, 14:47', in the hub's zone."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(brief.timezone)
    day = speech(brief.language).on_date(brief.as_of, zone)
    return f"{day}, {brief.as_of.astimezone(zone):%H:%M}"


def title(brief: Brief) -> str:
    """What the brief is called, as the subject of a mail is."""
    return speech(brief.language).say(
        "Brief of {week}: {title}", week=brief.week, title=brief.title
    )


def _members(speak: Speech, brief: Brief) -> str:
    return speak.count(brief.members, "{n} member", "{n} members")


def text(brief: Brief) -> str:
    """The brief at no more than 78 columns, links on lines of their own."""
    speak = speech(brief.language)
    lines = [
        *_wrapped(brief.title.upper()),
        *_wrapped(
            speak.say("Brief of the week {week}, as of {at}", week=brief.week, at=as_of(brief))
        ),
        "",
        *_wrapped(headline(brief)),
    ]
    for section in brief.sections:
        lines += ["", *_section(speak, section)]
    lines += ["", *_wrapped(speak.say(WARNING))]
    return "\n".join(lines) + "\n"


def _section(speak: Speech, section: Section) -> Iterator[str]:
    count = len(section.items) + section.more
    numbered = count and section.name != "hours"
    title = f"{section.title} ({speak.voice.number(count)})" if numbered else section.title
    yield title
    yield "─" * len(title)
    for item in section.items:
        yield from _item(speak, item)
    if not section.items:
        yield from _wrapped(section.empty)
    if section.more:
        yield speak.say("And {n} more.", n=section.more)
    if section.note:
        yield from _wrapped(section.note)


def _item(speak: Speech, item: Item) -> Iterator[str]:
    yield from _wrapped(f"• {item.title}", after="  ")
    yield from _wrapped(item.why, before="  ", after="  ")
    if item.where or item.secret:
        secret = speak.say(KEEP_IT) if item.secret else ""
        told = " · ".join(part for part in (item.where, secret) if part)
        yield from _wrapped(f"[{told}]", before="  ", after="  ")
    if item.url:
        yield f"  {item.url}"


def _wrapped(words: str, before: str = "", after: str = "") -> list[str]:
    return textwrap.wrap(
        words, COLUMNS, initial_indent=before, subsequent_indent=after, break_on_hyphens=False
    )


__all__ = ["as_of", "environment", "headline", "html", "json", "text", "title"]
