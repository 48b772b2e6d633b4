"""What the site makes for whoever asks, outside of a run: the quarter table as a workbook."""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from cophub import ConfigError, PipelineContext, Publication
from cophub.pipelines.site.settings import Language, Settings

_ALL_QUARTERS = 10_000


def request(ctx: PipelineContext[Settings], wanted: Mapping[str, str]) -> Publication:
    """The workbook of the quarter table, as facilitators have it: with figures about few people.

    `wanted["quarter"]` is the one shown first, as 2026Q3; `wanted["language"]` is en, fr or es,
    else the site's first. Raises ConfigError: no such language.
    """
    # Charts and templates are not loaded before something is made: other commands shall not wait.
    from cophub.pipelines.site.audiences import AUDIENCES
    from cophub.pipelines.site.data import Wanted, read_sites
    from cophub.pipelines.site.speaking import spoken
    from cophub.pipelines.site.voices import voices
    from cophub.pipelines.site.workbooks import QUARTER_BOOK, quarter_book

    language = wanted.get("language") or ctx.settings.languages[0]
    if language not in get_args(Language):
        known = ", ".join(get_args(Language))
        raise ConfigError(f'there is no workbook in "{language}"; take {known}')
    settings = ctx.settings
    what = Wanted(
        now=ctx.now, zone=ctx.timezone, title=settings.title, organization=settings.organization,
        newest_quarters=_ALL_QUARTERS, newest_months=settings.months, promises=ctx.promises,
    )  # fmt: skip
    audience = replace(AUDIENCES["facilitators"], directory=False)
    with ctx.warehouse.connect() as connection:
        (site,) = read_sites(connection, what, [audience])
    (voice,) = voices([language])
    book = quarter_book(spoken(site, voice), voice, wanted.get("quarter"))
    return Publication(QUARTER_BOOK, book)


__all__ = ["request"]
