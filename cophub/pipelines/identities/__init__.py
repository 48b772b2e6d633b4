"""Cophub pipeline `identities`: who is who, works where and is listed, and which community is what.

It reads what the sources say and writes the hub's own tables: person, person_account and
person_history, organization, organization_name and affiliation, community and community_space. All
in one transaction; a later run looks only at what has changed since, and people are as if all had
been weighed anew.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from cophub import Pipeline, PipelineContext, Publication, hookimpl
from cophub.identities.matching.weights import Weights


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
    weights: Weights = Field(
        Weights(),
        description=(
            "How much each piece of evidence says about two accounts being one person's, as natural"
            " log-odds, and from which sum on they are joined or asked about."
        ),
    )


def run(ctx: PipelineContext[Settings]) -> Iterator[Publication]:
    """Resolve people, organisations and communities; yields no files."""
    from cophub.identities.organizations.dated import update_affiliations
    from cophub.identities.reading.rules import Reader
    from cophub.identities.store.common import count_common
    from cophub.identities.store.resolve import no_collection, resolve
    from cophub.pipelines.identities.communities import resolve_communities
    from cophub.pipelines.identities.listing import resolve_listing

    reader = Reader(ctx.identity_rules() if ctx.identity_rules else None)
    with no_collection(), ctx.warehouse.begin() as connection:
        resolve_communities(connection, ctx.communities, ctx.log)
        ctx.announce("people", 0, None)
        changes = resolve(
            connection, weights=ctx.settings.weights, now=ctx.now, run=ctx.run, reader=reader
        )
        if changes.touched:
            count_common(connection)
        ctx.announce("organisations", 0, None)
        whose = None if changes.everybody else changes.touched
        affiliations = update_affiliations(connection, ctx.now, whose)
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
    for failure, where in sorted(reader.failures.items()):
        rule, _, error = failure.partition(" ")
        ctx.log.warning('identity rule "%s" fails with %s at %s', rule, error, where)
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
