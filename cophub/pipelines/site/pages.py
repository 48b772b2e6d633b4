"""The site's pages out of a `Site`, by templates that escape everything a vendor wrote."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import files
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from cophub import Publication
from cophub.pipelines.site import charts, panels, runtime, tables
from cophub.pipelines.site.added import files as added
from cophub.pipelines.site.comparing import measures_pages
from cophub.pipelines.site.formats import Cell, slug
from cophub.pipelines.site.further import filters, further
from cophub.pipelines.site.model import (
    ACTS,
    Community,
    Definition,
    Month,
    Person,
    Quarter,
    Site,
    shown_first,
)
from cophub.pipelines.site.voices import ENGLISH, Voice

PEOPLE_TO_A_PAGE = 375
"""Keeps a page of the directory below 300 kB also where people are in many communities."""

HEADLINES = ("attendees", "emails_sent", "events", "campaigns")
_INDENTS = re.compile(r"\n\s+")
"""A fifth of a page; none of ours has preformatted text."""


class _Compiled(BytecodeCache):
    """Templates as they were compiled, 0.3 s for all: once for all languages and audiences."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def pages(
    site: Site, voice: Voice = ENGLISH, languages: Sequence[Voice] = (ENGLISH,)
) -> Iterator[Publication]:
    """Every page of the site as HTML that asks for no other file but `runtime`, for its charts.

    The site speaks the language of `voice` already; pages lead to the same in other `languages`.
    """
    env = environment(site, voice, languages)
    yield _index(env, site)
    for community in site.communities:
        yield _community(env, site, community)
    yield from measures_pages(site, voice, partial(_page, env))
    yield from further(site, voice, partial(_page, env))
    if site.audience.directory:
        yield from _people(env, site)
    yield from added.added_pages(site, voice, partial(_page, env))


def environment(
    site: Site, voice: Voice = ENGLISH, languages: Sequence[Voice] = (ENGLISH,)
) -> Environment:
    """Templates with autoescape on for all of them, whatever their name ends in."""
    env = Environment(
        loader=PackageLoader("cophub.pipelines.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
    )
    env.install_gettext_translations(voice.catalogue, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.filters.update(
        quarter=voice.quarter, month=voice.month, day=voice.day, instant=voice.instant,
        slug=slug, sortable=sortable, stem=_stem, bars=_bars, shown_first=shown_first,
        spark_text=partial(_spark_text, voice=voice), **filters(voice), **panels.filters(voice),
        **added.filters(site, voice),
    )  # fmt: skip
    env.tests.update(added.tests())
    style, script = _asset("site.css") + panels.choice_style(site), _asset("site.js")
    env.globals.update(
        site=site, together=site.together, voice=voice, languages=languages,
        downloads=tables.names(site),
        charts_script=runtime.path(),
        style=style, style_hash=_hash(style), script=script, script_hash=_hash(script),
    )  # fmt: skip
    return env


def _stem(path: str) -> str:
    """'communities/mercop.html' -> `mercop`: what files that a page makes are called."""
    return path.rpartition("/")[2].removesuffix(".html")


def sortable(value: float | None) -> str:
    """What a column is sorted by; a hidden figure has nothing, so its place says nothing."""
    return "" if value is None else f"{value:g}"


def _index(env: Environment, site: Site) -> Publication:
    voice = _voice(env)
    drawn = (
        charts.people_chart(site.months, voice), charts.acts_chart(site.months, ACTS, voice),
    )  # fmt: skip
    return _page(
        env,
        "index.html.j2",
        "index.html",
        "index",
        headlines=_site_headlines(site, voice),
        charts=drawn,
        **panels.overview(site),
    )


def _community(env: Environment, site: Site, community: Community) -> Publication:
    months, voice = community.months, _voice(env)
    drawn = (
        charts.people_chart(months, voice), charts.acts_chart(months, ACTS, voice),
        charts.flow_chart(months, voice),
    )  # fmt: skip
    return _page(
        env, "community.html.j2", f"communities/{slug(community.key)}.html", "community",
        community=community, headlines=_headlines(community, voice), charts=drawn,
        added_panels=added.panels(site, community, voice), **panels.shown(site, community, voice),
    )  # fmt: skip


def _people(env: Environment, site: Site) -> Iterator[Publication]:
    """The directory on as many pages as it needs, the first of them `people.html`."""
    people = site.directory
    parts = [people[at : at + PEOPLE_TO_A_PAGE] for at in range(0, len(people), PEOPLE_TO_A_PAGE)]
    index = [
        {"path": "people.html" if number == 1 else f"people-{number}.html",
         "first": part[0].name, "last": part[-1].name}
        for number, part in enumerate(parts, 1)
    ]  # fmt: skip
    none: Sequence[Person] = ()
    for number, part in enumerate(parts or [none], 1):
        path = "people.html" if number == 1 else f"people-{number}.html"
        yield _page(env, "people.html.j2", path, "people", people=part, pages=index, path=path)


def _page(env: Environment, template: str, file: str, here: str, **values: Any) -> Publication:
    """One page, with the definitions of exactly the figures that it shows."""
    shown: set[str] = set()
    definitions = env.globals["site"].definitions  # type: ignore[attr-defined]

    def mention(name: str) -> str:
        shown.add(name)
        return ""

    def mentioned() -> list[Definition]:
        return [each for name, each in definitions.items() if name in shown]

    root = "../" * file.count("/")
    up = root + ("../" if _voice(env).folder else "")
    content = env.get_template(template).render(
        here=here, root=root, up=up, file=file, mention=mention, mentioned=mentioned, **values
    )
    return Publication(file, _INDENTS.sub("\n", content))


def _voice(env: Environment) -> Voice:
    found: Voice = env.globals["voice"]  # type: ignore[assignment]
    return found


def _site_headlines(site: Site, voice: Voice) -> list[tuple[str, Cell, str]]:
    """Name, figure and an aside of what stands large at the top."""
    together = _of(site.memberships, voice.say("added up by community"))
    rows = [("members", site.people, together), ("active_now", site.active, "")]
    return rows + _of_quarter(site.quarters, 2, voice)


def _headlines(community: Community, voice: Voice) -> list[tuple[str, Cell, str]]:
    rows = [("members", community.members, ""), ("active_now", community.active, "")]
    return rows + _of_quarter(community.quarters, 1, voice)


def _of_quarter(
    quarters: Sequence[Quarter], most: int, voice: Voice
) -> list[tuple[str, Cell, str]]:
    """Up to `most` figures of the newest quarter: the first that anything tells."""
    if not quarters:
        return []
    latest = quarters[0]
    name = voice.quarter(latest.key)
    name = f"{name} {voice.say('so far')}" if latest.running else name
    told = [each for each in HEADLINES if latest.cell(each).state != "absent"]
    return [(each, latest.cell(each), name) for each in told[:most]]


def _of(cell: Cell, words: str) -> str:
    return f"{cell.text} {words}" if cell.value else ""


def _bars(months: Sequence[Month], series: str, height: float = 23.0) -> list[float]:
    """Heights of a sparkline's bars, 0 where a month has no figure to show."""
    values = [month.cell(series).value or 0.0 for month in months]
    top = max(values, default=0.0) or 1.0
    return [round(height * value / top, 1) for value in values]


def _spark_text(months: Sequence[Month], series: str, voice: Voice = ENGLISH) -> str:
    """What a sparkline shows, in words: its ends and its top."""
    shown = [each for each in months if each.cell(series).value is not None]
    if not shown:
        return voice.say("No month has a figure that can be published.")
    top = max(shown, key=lambda each: each.cell(series).value or 0)
    last = shown[-1]
    return voice.say("{} in {}, at most {} in {}").format(
        last.cell(series).text, voice.month(last.key), top.cell(series).text, voice.month(top.key)
    )


def _asset(name: str) -> Markup:
    """A file of ours for inlining; nothing in it comes from outside."""
    text = files("cophub.pipelines.site").joinpath("assets", name).read_text("utf-8")
    # Without indents from the start: the page's policy names the hash of what the page will hold.
    return Markup(_INDENTS.sub("\n", text))  # noqa: S704


def _hash(text: str) -> str:
    """The source expression that lets exactly this inline text through the page's policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
