"""Pipeline `site`: a static site of all communities that opens from a folder, without a network."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from cophub import Pipeline, PipelineContext, Publication, hookimpl


class Settings(BaseModel, extra="forbid"):
    title: str = Field("Communities of practice", description="Title of the overview.")
    organization: str = Field("", description="Whose communities they are; stands on every page.")
    quarters: int = Field(12, ge=1, le=20, description="How many quarters a page offers.")
    months: int = Field(24, ge=3, le=60, description="How many months the charts show.")


def run(ctx: PipelineContext[Settings]) -> Iterator[Publication]:
    """The overview, a page per community, the directory of people, and every table as CSV."""
    # Charts and templates are not loaded before a site is made: other commands shall not wait.
    from cophub.pipelines.site.data import read_site
    from cophub.pipelines.site.pages import pages
    from cophub.pipelines.site.tables import tables

    settings = ctx.settings
    with ctx.warehouse.connect() as connection:
        site = read_site(
            connection, now=ctx.now, zone=ctx.timezone, title=settings.title,
            organization=settings.organization, newest_quarters=settings.quarters,
            newest_months=settings.months,
        )  # fmt: skip
    for done, publication in enumerate(pages(site), 1):
        ctx.announce("pages", done, len(site.communities) + 2)
        yield publication
    yield from tables(site)


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [
        Pipeline(
            name="site",
            summary="Overview, community pages and directory as a static site",
            run=run,
            settings=Settings,
            after=("identities", "measures"),
        )
    ]
