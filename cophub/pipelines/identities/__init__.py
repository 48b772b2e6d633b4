"""Cophub pipeline `identities`: who is who, works where and is listed, and which community is what.

It reads what the sources say and writes the hub's own tables: person, person_account and
person_history, organization, organization_name and affiliation, community and community_space. All
in one transaction, and a second run over the same accounts writes nothing.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from cophub import Pipeline, PipelineContext, Publication, hookimpl


class Settings(BaseModel, extra="forbid"):
    listed: Literal["agreed", "everybody"] = Field(
        "agreed",
        description=(
            "Whom the directory of people names: `agreed`, those who agreed to it; `everybody`, all"
            " who have not left, which is for a site that only members can open."
        ),
    )
    listed_by: list[str] = Field(
        ["directory", "list me in the directory"],
        description=(
            "Whoever carries one of these words as a tag or ticked interest in any space has"
            " agreed; capital and small letters are alike."
        ),
    )


def run(ctx: PipelineContext[Settings]) -> Iterator[Publication]:
    """Resolve people, organisations and communities; yields no files."""
    from cophub.identities.organizations.dated import update_affiliations
    from cophub.identities.organizations.stored import update_register
    from cophub.pipelines.identities.communities import resolve_communities
    from cophub.pipelines.identities.listing import resolve_listing
    from cophub.pipelines.identities.people import resolve_people

    with ctx.warehouse.begin() as connection:
        resolve_communities(connection, ctx.communities, ctx.log)
        ctx.announce("people", 0, None)
        changes = resolve_people(connection, ctx.now, ctx.run)
        ctx.announce("organisations", 0, None)
        update_register(connection)
        affiliations = update_affiliations(connection, ctx.now)
        everybody = ctx.settings.listed == "everybody"
        relisted = resolve_listing(connection, None if everybody else ctx.settings.listed_by)
    ctx.log.info(
        "%d new people, %d accounts moved, %d people merged, %d affiliations changed,"
        " %d people put into the directory or taken out",
        changes.new_people,
        changes.moved_accounts,
        changes.redirects,
        affiliations,
        relisted,
    )
    yield from ()


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [
        Pipeline(
            name="identities",
            summary="One directory of people and communities",
            run=run,
            settings=Settings,
        )
    ]
