"""Cophub pipeline `brief`: the week of each community's facilitator.

`run` writes and mails the briefs that plugins.toml gives to somebody; `request` makes one brief for
whoever asks on the command line.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from cophub import ConfigError, Pipeline, PipelineContext, Publication, hookimpl
from cophub.pipelines.brief.settings import Settings

if TYPE_CHECKING:
    from cophub.pipelines.brief.model import Brief
    from cophub.pipelines.brief.sending import Outgoing

FORMATS = ("text", "html", "json", "eml")
LANGUAGES = ("en", "fr", "es")
_NO_COMMUNITY = 'there is no community "{}"; `cophub communities list` names them'


def run(ctx: PipelineContext[Settings]) -> Iterator[Publication]:
    """Write the briefs that somebody is to get, and mail those not mailed this week.

    Yields no files: the site may be public, briefs never are. Raises SourceUnavailable where mails
    wait and ConfigError where a setting of the mail is wrong, after the files were written.
    """
    from cophub.pipelines.brief.files import write_files
    from cophub.pipelines.brief.making import make_briefs
    from cophub.pipelines.brief.sending import send_all
    from cophub.pipelines.brief.weeks import week_of

    settings, week = ctx.settings, week_of(ctx.now, ctx.timezone)
    who, unknown = _recipients(ctx)
    wanted = {key: {settings.language_of(key, to) for to in (None, *who[key])} for key in who}
    with ctx.warehouse.connect() as connection:
        briefs = make_briefs(
            connection, wanted, week, ctx.timezone, settings, secret=settings.secret_spaces
        )
    if settings.recipients:
        contents = {key: _files(made, ctx, who[key]) for key, made in briefs.items()}
        count = write_files(settings.folder, contents)
        ctx.log.info("%d briefs, %d files in %s", len(briefs), count, settings.folder)
    if settings.smtp:
        mails = [mail for key, made in briefs.items() for mail in _mails(made, ctx, who[key])]
        send_all(mails, settings.smtp, ctx.warehouse, ctx.now, ctx.log)
    settings.check("recipients")
    if trouble := settings.wrong.get("smtp"):
        raise ConfigError(f"{trouble}; until then the briefs are written and not mailed")
    if unknown:
        raise ConfigError(f"plugins.toml: [pipelines.brief.settings] {unknown[0]}")
    yield from ()


def _recipients(ctx: PipelineContext[Settings]) -> tuple[dict[str, list[str]], list[str]]:
    """Addresses by community, each once, in any case of letters; and what names nobody."""
    from sqlalchemy import select

    from cophub.warehouse.tables import community

    given = ctx.settings.recipients
    if not given:
        return {}, []
    with ctx.warehouse.connect() as connection:
        known = list(connection.scalars(select(community.c.key).order_by(community.c.key)))
    everybody = given.get("*", [])
    who: dict[str, list[str]] = {}
    for key in known:
        if key in given or "*" in given:
            once = {address.lower(): address for address in (*everybody, *given.get(key, ()))}
            who[key] = list(once.values())
    return who, [*_unknown(ctx.settings, known, who)]


def _unknown(settings: Settings, known: list[str], who: dict[str, list[str]]) -> Iterator[str]:
    """What the settings name that is not there, with the next step."""
    for key in sorted(settings.recipients.keys() - {*known, "*"}):
        yield f"recipients: {_NO_COMMUNITY.format(key)}"
    readers = {address.lower() for addresses in who.values() for address in addresses}
    for name in sorted(settings.languages):
        if "@" in name and name.lower() not in readers:
            yield f'languages: no brief goes to "{name}"; write it as it stands in "recipients"'
        elif "@" not in name and name not in known:
            yield f"languages: {_NO_COMMUNITY.format(name)}"


def _files(
    made: "dict[str, Brief]", ctx: PipelineContext[Settings], to: list[str]
) -> dict[str, bytes]:
    """The community's brief in its own language; the mail to one recipient in theirs."""
    settings = ctx.settings
    key = next(iter(made.values())).community
    brief = made[settings.language_of(key)]
    mailed = made[settings.language_of(key, to[0] if len(to) == 1 else None)]
    contents = {
        "html": _content(brief, "html", ctx), "txt": _content(brief, "text", ctx),
        "json": _content(brief, "json", ctx), "eml": _content(mailed, "eml", ctx, to),
    }  # fmt: skip
    return {f"{brief.week}.{suffix}": content for suffix, content in contents.items()}


def _mails(
    made: "dict[str, Brief]", ctx: PipelineContext[Settings], to: list[str]
) -> "Iterator[Outgoing]":
    from cophub.pipelines.brief.mail import message
    from cophub.pipelines.brief.sending import Outgoing

    smtp = ctx.settings.smtp
    key = next(iter(made.values())).community
    for address in to if smtp else ():
        brief = made[ctx.settings.language_of(key, address)]
        mail = partial(message, brief, smtp.sender if smtp else "", address, ctx.now)
        yield Outgoing(brief.community, brief.week, address, mail)


def request(ctx: PipelineContext[Settings], wanted: Mapping[str, str]) -> Publication:
    """The brief of `wanted["community"]`, of `wanted["week"]` or the present one.

    `wanted["format"]` is text, html, json, eml, or letter: the newsletter's candidates as a
    `cophub.Letter` in JSON. Only a mail and a letter leave secret spaces out by themselves.
    `wanted["language"]` is en, fr or es; else the community's. Raises ConfigError.
    """
    from cophub.pipelines.brief.making import make_brief
    from cophub.pipelines.brief.weeks import parse_week, week_of

    form = wanted.get("format", "text")
    if form not in (*FORMATS, "letter"):
        raise ConfigError(f'there is no format "{form}"; take {", ".join(FORMATS)}')
    given = wanted.get("week")
    week = parse_week(given, ctx.now, ctx.timezone) if given else week_of(ctx.now, ctx.timezone)
    language = wanted.get("language") or ctx.settings.language_of(wanted["community"])
    if language not in LANGUAGES:
        raise ConfigError(f'there is no brief in "{language}"; take {", ".join(LANGUAGES)}')
    leaves = form in ("eml", "letter")
    secret = (ctx.settings.secret_spaces and form == "eml") or not leaves
    with ctx.warehouse.connect() as connection:
        brief = make_brief(
            connection, wanted["community"], week, ctx.timezone, ctx.settings, secret=secret,
            language=language,
        )  # fmt: skip
    return Publication(f"{week.name}.{form}", _content(brief, form, ctx))


def _content(
    brief: "Brief", form: str, ctx: PipelineContext[Settings], to: list[str] | None = None
) -> bytes:
    from cophub.pipelines.brief import rendering
    from cophub.pipelines.brief.letter import letter
    from cophub.pipelines.brief.mail import NOBODY, message

    if form == "eml":
        sender = ctx.settings.smtp.sender if ctx.settings.smtp else NOBODY
        one = to[0] if to and len(to) == 1 else None
        return message(brief, sender, one, ctx.now).as_bytes()
    if form == "letter":
        return letter(brief, ctx.settings.newsletter).encode()
    made = {"text": rendering.text, "html": rendering.html, "json": rendering.json}
    return made[form](brief).encode()


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [
        Pipeline(
            name="brief",
            summary="The week of each community's facilitator, as a file, a mail or on request",
            run=run,
            settings=Settings,
            after=("identities",),
            request=request,
        )
    ]
