"""Lists: how many rows each has, and the records of those that the settings map."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from cophub import ConfigError, Context, Gone, Item, Membership, Metric, Space
from cophub.connectors.microsoft.hosts import tenant_of
from cophub.connectors.sharepoint.columns import Column, resolved
from cophub.connectors.sharepoint.mapping import (
    KEYED,
    Cells,
    Members,
    account_of,
    mapping_of,
    space_key,
)
from cophub.connectors.sharepoint.rows import ListRef, Plan, Row, follow_lists, keyed
from cophub.connectors.sharepoint.settings import ListMapping, Settings
from cophub.connectors.sharepoint.sites import SiteRef, lists_of, sites_of
from cophub.connectors.sharepoint.troubles import Troubles


def lists(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """How many rows each visible list has, and the records of the lists that the settings map.

    A list that the settings map no more has no records. Raises ConfigError for a list or a column
    that is mapped and not there, and for two lists whose members would end one another's.
    """
    troubles = Troubles(ctx)
    for site in sites_of(ctx):
        with troubles.of(site.url):
            yield from _counts(ctx, site)
    if not troubles:
        _see_that_all_are_there(ctx)
        _see_that_members_are_apart(ctx)
    yield from follow_lists(ctx, since, lambda of: _plan(ctx, of))


def _counts(ctx: Context[Settings], site: SiteRef) -> Iterator[Item]:
    today = ctx.now.date()
    for of in lists_of(ctx, site):
        if of.hidden or of.item_count is None:
            continue
        yield Metric(
            space=site.key,
            subject=of.id,
            name="list_items",
            period_start=today,
            period_end=today,
            value=float(of.item_count),
            unit="items",
            observed_at=ctx.now,
            extra={"title": of.title, "template": of.template},
        )


def _see_that_all_are_there(ctx: Context[Settings]) -> None:
    there = {of.title for site in sites_of(ctx) for of in lists_of(ctx, site) if not of.hidden}
    known = {title.strip().casefold() for title in there}
    for title in ctx.settings.lists:
        if title.strip().casefold() not in known:
            raise ConfigError(
                f'source "{ctx.source}": no site of it has a list "{title}"; there are'
                f" {', '.join(sorted(there)) or 'none'}. Set it under lists in the settings"
            )


def _see_that_members_are_apart(ctx: Context[Settings]) -> None:
    """A space has the members of one list: who is missing there has left it."""
    told = {site.key: f"the groups of {site.url}" for site in sites_of(ctx)}
    for site in sites_of(ctx):
        for of in lists_of(ctx, site):
            mapping = mapping_of(ctx, of)
            if mapping is None or mapping.record != "membership" or of.hidden:
                continue
            space, mine = space_key(of, mapping), f'the list "{of.title}" of {site.url}'
            if (other := told.setdefault(space, mine)) != mine:
                raise ConfigError(
                    f'source "{ctx.source}": {mine} would have the same space as {other}; leave'
                    f' space out under [sources.{ctx.source}.settings.lists."{of.title}"] in'
                    " plugins.toml: the list is a space by itself, below the site"
                )


def list_spaces(ctx: Context[Settings], site: SiteRef) -> Iterator[Space]:
    """The space of each list of members that has one of its own."""
    for of in lists_of(ctx, site) if ctx.settings.lists else ():
        mapping = mapping_of(ctx, of)
        if mapping and mapping.record == "membership" and mapping.space is None:
            yield Space(
                key=of.id,
                kind="list",
                title=of.title,
                url=f"{tenant_of(site.url)}{quote(of.root_url)}" if of.root_url else None,
                parent=site.key,
                native_member_count=of.item_count,
            )


def _plan(ctx: Context[Settings], of: ListRef) -> Plan | None:
    mapping = mapping_of(ctx, of)
    if mapping is None:
        return None if of.there else _plan_to_end(of)
    columns = resolved(ctx, of, mapping.columns) if of.there else {}
    return _plan_for(ctx, of, mapping, columns)


def _plan_to_end(of: ListRef) -> Plan:
    """What ends with a list that was mapped before and is no more, whatever it was mapped to."""
    ends = [keyed(record, of).all_but for record, _ in KEYED.values()]

    def all_but(items: list[int]) -> Iterator[Gone]:
        yield Gone(record=Membership, where={"space": of.id})
        for each in ends:
            yield from each(items)

    return Plan(lambda _: (), lambda _: (), all_but)


def _plan_for(
    ctx: Context[Settings], of: ListRef, mapping: ListMapping, columns: dict[str, Column]
) -> Plan:
    asked = columns.values()
    fields = tuple(one.name for one in asked if not one.person and not one.lookup)
    asking = partial(
        Plan,
        fields=fields,
        people=tuple(one.name for one in asked if one.person),
        lookups=tuple(one.name for one in asked if one.lookup),
    )
    version = repr((mapping.model_dump(), sorted((k, c.name) for k, c in columns.items())))
    if mapping.record == "membership":
        people = Members(of, mapping)

        def parse_membership(row: Row) -> Iterator[Item]:
            if not row.folder:
                yield from people.parse(row, Cells(ctx, row, columns))

        return asking(parse_membership, people.gone, people.all_but, version=version)
    if mapping.record == "account":

        def parse_account(row: Row) -> Iterator[Item]:
            if not row.folder:
                yield account_of(row, Cells(ctx, row, columns))

        # An account outlives the row that tells about it.
        return asking(parse_account, lambda _: (), lambda _: (), version=version)
    record, make = KEYED[mapping.record]

    def parse_row(row: Row) -> Iterator[Item]:
        if not row.folder:
            yield from make(row, Cells(ctx, row, columns), space_key(of, mapping))

    ends = keyed(record, of)
    return asking(parse_row, ends.gone, ends.all_but, version=version)
