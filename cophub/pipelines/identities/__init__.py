"""Cophub pipeline `identities`: who is who, who works where, and which spaces are which community.

It reads what the sources say and writes the hub's own tables: person, person_account and
person_history, organization, organization_name and affiliation, community and community_space. All
in one transaction, and a second run over the same accounts writes nothing.
"""

from collections.abc import Iterator

from cophub import Pipeline, PipelineContext, Publication, hookimpl
from cophub.pipeline import NoSettings


def run(ctx: PipelineContext[NoSettings]) -> Iterator[Publication]:
    """Resolve people, organisations and communities; yields no files."""
    from cophub.pipelines.identities.communities import resolve_communities
    from cophub.pipelines.identities.organizations import resolve_organizations
    from cophub.pipelines.identities.people import resolve_people

    with ctx.warehouse.begin() as connection:
        resolve_communities(connection, ctx.communities, ctx.log)
        ctx.announce("people", 0, None)
        changes = resolve_people(connection, ctx.now, ctx.run)
        ctx.announce("organisations", 0, None)
        affiliations = resolve_organizations(connection, ctx.now)
    ctx.log.info(
        "%d new people, %d accounts moved, %d people merged, %d affiliations changed",
        changes.new_people,
        changes.moved_accounts,
        changes.redirects,
        affiliations,
    )
    yield from ()


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [Pipeline(name="identities", summary="One directory of people and communities", run=run)]
