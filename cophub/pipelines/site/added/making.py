"""Asks the pages that plugins bring for what they show, once for each audience.

A page that raises is there and says that it could not be made; whoever runs the site is told why.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import cast

from sqlalchemy import Connection

from cophub import PipelineContext
from cophub.page import Block, Page, PageContext
from cophub.pipelines.site.added.drawings import drawn_chart
from cophub.pipelines.site.added.model import Added, Part, Plot
from cophub.pipelines.site.added.parts import parts_of
from cophub.pipelines.site.added.readable import Readable
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.settings import Name, Settings

AS_ONE: Name = "members"
"""As whom the readers of a site without audiences are taken."""
_NAMED = 3


def with_added(
    ctx: PipelineContext[Settings], connection: Connection, sites: Iterable[Site]
) -> Iterator[Site]:
    """The sites with the pages that plugins bring for their audiences."""
    wrong: dict[str, list[str]] = {}
    for site in sites:
        yield replace(site, added=tuple(_added(ctx, connection, site, wrong)))
    for page in ctx.pages:
        if lines := wrong.get(page.name):
            more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
            ctx.warn(f'page "{page.name}" of {page.origin} could not be made {lines[0]}{more}')


def _added(
    ctx: PipelineContext[Settings], connection: Connection, site: Site, wrong: dict[str, list[str]]
) -> Iterator[Added]:
    audience = cast(Name, site.audience.name or AS_ONE)
    readable = Readable(connection, site, ctx.settings.months)
    try:
        for page in ctx.pages:
            if audience not in page.audiences:
                continue
            about = PageContext(
                audience=audience, now=ctx.now, timezone=ctx.timezone, ask=readable.rows,
                communities={each.key: each.title for each in site.communities}, log=ctx.log,
            )  # fmt: skip
            made = _Making(page, site, wrong.setdefault(page.name, []))
            yield made.page(about)
    finally:
        readable.close()


class _Making:
    """A page in the making, and what went wrong with it."""

    def __init__(self, page: Page, site: Site, wrong: list[str]) -> None:
        self._page, self._site, self._wrong = page, site, wrong
        self._readers = f"for {site.audience.name}" if site.audience.name else "for the site"

    def page(self, about: PageContext) -> Added:
        """The page with its panels."""
        parts = self._parts(self._page.content, about, self._readers)
        panels: dict[str, tuple[Part, ...] | None] = {}
        for key in about.communities if self._page.community else ():
            where = f'{self._readers} on the page of "{key}"'
            panel = self._parts(self._page.community, replace(about, community=key), where)
            if panel is None or panel:
                panels[key] = panel
        return Added(self._page.name, self._page.title, self._page.summary, parts, panels)

    def _parts(
        self, content: Callable[[PageContext], Iterable[Block]] | None, about: PageContext,
        where: str,
    ) -> tuple[Part, ...] | None:  # fmt: skip
        assert content is not None  # noqa: S101 - asked for those only that a page has
        try:
            parts = parts_of(content(about), self._site.audience)
            for each in parts:
                if isinstance(each, Plot):
                    drawn_chart(each, self._page.name)  # one that cannot be drawn is told here
        except Exception as error:
            about.log.debug('page "%s" raised', self._page.name, exc_info=True)
            self._wrong.append(f"{where} ({_one_line(error)})")
            return None
        return parts


def _one_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


__all__ = ["with_added"]
