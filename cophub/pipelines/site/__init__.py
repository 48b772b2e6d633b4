"""Pipeline `site`: a static site of all communities that opens from a folder, without a network."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pydantic import BaseModel

from cophub import Pipeline, PipelineContext, Publication, hookimpl
from cophub.pipelines.site.settings import Settings

if TYPE_CHECKING:
    from cophub.pipelines.site.audiences import Audience
    from cophub.pipelines.site.model import Site
    from cophub.pipelines.site.voices import Voice


def run(ctx: PipelineContext[Settings]) -> Iterator[Publication]:
    """The overview, a page per community, the directory of people, and every table, by audience."""
    # Charts and templates are not loaded before a site is made: other commands shall not wait.
    from cophub.pipelines.site.added.making import with_added
    from cophub.pipelines.site.data import Wanted, read_sites
    from cophub.pipelines.site.doors import door
    from cophub.pipelines.site.voices import voices

    settings = ctx.settings
    wanted = Wanted(
        now=ctx.now, zone=ctx.timezone, title=settings.title, organization=settings.organization,
        newest_quarters=settings.quarters, newest_months=settings.months, promises=ctx.promises,
    )  # fmt: skip
    with ctx.warehouse.connect() as connection:
        read = read_sites(connection, wanted, _audiences(settings))
        sites = list(with_added(ctx, connection, read))
    speak = voices(settings.languages)
    count = sum(len(site.communities) + 8 + len(site.added) for site in sites)
    to_make, done = count * len(speak), 0
    # By language, then by audience: what two audiences are shown alike is drawn once.
    for site, voice in ((site, voice) for voice in speak for site in sites):
        for publication in publications(site, voice, speak):
            if str(publication.path).endswith(".html"):
                done += 1
                ctx.announce("pages", min(done, to_make), to_make)
            path = PurePosixPath(site.audience.folder) / publication.path
            yield Publication(path, publication.content)
    if settings.audiences:
        title = settings.organization or settings.title
        yield door(speak[0].say(title), [site.audience for site in sites], speak[0])


def _audiences(settings: Settings) -> "list[Audience]":
    """From the widest to the narrowest."""
    from cophub.pipelines.site.audiences import AUDIENCES, ONE

    return [
        replace(audience, directory=name in settings.directory)
        for name, audience in AUDIENCES.items()
        if name in settings.audiences
    ] or [ONE]


def publications(site: "Site", voice: "Voice", speak: "list[Voice]") -> Iterator[Publication]:
    """Every file of an audience's folder in a language; with the first the feeds and charts' file.

    Paths are those in the folder of the site's audience. `speak` are all languages of the site.
    """
    from cophub.pipelines.site import runtime
    from cophub.pipelines.site.feeds import feeds
    from cophub.pipelines.site.pages import pages
    from cophub.pipelines.site.speaking import spoken
    from cophub.pipelines.site.tables import tables
    from cophub.pipelines.site.workbooks import workbooks

    said = spoken(site, voice)
    made = list(tables(said))
    for each in chain(pages(said, voice, speak), made, workbooks(said, voice)):
        yield Publication(f"{voice.folder}{each.path}", each.content)
    if not voice.folder:
        yield from feeds(said, made)
        yield runtime.publication()


def _request(ctx: PipelineContext[Settings], wanted: Mapping[str, str]) -> Publication:
    from cophub.pipelines.site.requesting import request

    return request(ctx, wanted)


def _conflict(settings: Settings, others: Mapping[str, BaseModel]) -> tuple[str, str] | None:
    """People who did not agree are put before the public on purpose or not at all."""
    everybody = getattr(others.get("identities"), "listed", "") == "everybody"
    public = "public" in settings.audiences and "public" in settings.directory
    if not (everybody and public) or settings.public_names_everybody:
        return None
    rest = ", ".join(f'"{name}"' for name in settings.directory if name != "public")
    return "directory", (
        "the public site would name everybody, because [pipelines.identities] has listed ="
        f' "everybody"; set directory = [{rest}], or public_names_everybody = true if the public'
        " may read all their names"
    )


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [
        Pipeline(
            name="site",
            summary="Overview, community pages and directory as a static site",
            run=run,
            settings=Settings,
            after=("identities", "measures"),
            request=_request,
            conflict=_conflict,
        )
    ]
