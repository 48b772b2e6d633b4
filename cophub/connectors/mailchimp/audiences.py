"""Which audiences a source takes, and how the contacts of each are read."""

from collections.abc import Iterator

from msgspec import UNSET

from cophub import ConfigError, Context, Item, Reject
from cophub.connectors.mailchimp.client import MailChimp
from cophub.connectors.mailchimp.paging import Ask, Listing, Sheet, unsorted
from cophub.connectors.mailchimp.parse import (
    MemberReading,
    member_reading,
    parse_audience,
    parse_day,
    parse_interest,
    parse_month,
)
from cophub.connectors.mailchimp.payloads import (
    Audience,
    AudiencePage,
    DayPage,
    GrowthPage,
    Interest,
    InterestCategory,
    InterestCategoryPage,
    InterestPage,
    MergeFieldPage,
)
from cophub.connectors.mailchimp.settings import Settings
from cophub.connectors.settings import means
from cophub.http import parse_each

Ctx = Context[Settings]
Interests = tuple[list[tuple[InterestCategory, Interest]], list[Reject]]


def audiences(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each audience that the settings take, with its counts and how many ticked each interest.

    Source: `GET /lists`, `/lists/{id}/interest-categories` and their interests.
    """
    api, today = MailChimp(ctx), ctx.now.date()
    found, rejects = all_audiences(ctx, api)
    yield from rejects
    taken = chosen(ctx, found)
    yield from parse_each(taken, parse_audience, today=today)

    def interests(audience: Audience) -> Interests:
        return interests_of(api, audience.id)

    for audience, (pairs, unreadable) in zip(taken, ctx.map(interests, taken), strict=True):
        yield from unreadable
        for category, interest in pairs:
            given = {"space": audience.id, "category": category.title, "today": today}
            yield from parse_each([interest], parse_interest, **given)


def growth(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """How each audience grew: a metric per month since it began, and per day for 180 days.

    The running month and day come again until they are over.
    Source: `GET /lists/{id}/growth-history` and `/lists/{id}/activity`.
    """
    api = MailChimp(ctx)
    taken = chosen(ctx, all_audiences(ctx, api)[0])

    def history(audience: Audience) -> list[Item]:
        items: list[Item] = []
        for sheet in unsorted(ctx, months_of(api, audience)):
            items += [*sheet.rejects, *parse_each(sheet.rows, parse_month, space=audience.id)]
        for sheet in unsorted(ctx, days_of(api, audience)):
            items += [*sheet.rejects, *parse_each(sheet.rows, parse_day, space=audience.id)]
        return items

    for number, items in enumerate(ctx.map(history, taken), 1):
        ctx.progress("growth of audiences", number, len(taken))
        yield from items


def all_audiences(ctx: Ctx, api: MailChimp) -> tuple[list[Audience], list[Reject]]:
    """Every audience of the account, in the order of their ids, and those that cannot be read."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.lists.get_all_lists, AudiencePage, include_total_contacts=True, **ask.query
        )
        return Sheet(page.lists, rejects, page.total_items)

    found: dict[str, Audience] = {}
    rejects: list[Reject] = []
    for sheet in unsorted(ctx, Listing("the list of audiences", fetch, lambda row: str(row.id))):
        found |= {row.id: row for row in sheet.rows}
        rejects += sheet.rejects
    return [found[key] for key in sorted(found)], rejects


def chosen(ctx: Ctx, found: list[Audience]) -> list[Audience]:
    """The audiences that the settings take. Raises ConfigError when one of them matches nothing."""
    taken: set[str] = set()
    for wanted in ctx.settings.audiences:
        matching = {audience.id for audience in found if matches(wanted, audience)}
        if not matching and wanted != "*":
            there = ", ".join(f"{audience.name!r} ({audience.id})" for audience in found[:20])
            raise ConfigError(
                f'source "{ctx.source}": audience {wanted!r} is not in this MailChimp account, '
                f"which has {there or 'none'}; correct audiences under "
                f"[sources.{ctx.source}.settings] in plugins.toml"
            )
        taken |= matching
    return [audience for audience in found if audience.id in taken]


def matches(wanted: str, audience: Audience) -> bool:
    """Whether a word of the settings means this audience: its id, its name, or a pattern of it."""
    return means(wanted, audience.id, audience.name)


def takes_all(ctx: Ctx) -> bool:
    """Whether the settings take every audience, today's and tomorrow's."""
    return "*" in ctx.settings.audiences


def reading_of(
    ctx: Ctx, api: MailChimp, audience: Audience, *, alone: bool
) -> tuple[MemberReading, list[Reject]]:
    """How the contacts of an audience are read, and what of its fields and interests cannot be.

    `alone` when no other audience is read.
    """
    fields, rejects = api.page(
        api.lists.get_list_merge_fields, MergeFieldPage, audience.id, count=1000
    )
    interests, unreadable = interests_of(api, audience.id)
    reading = member_reading(
        audience.id,
        ctx.settings.merge_fields,
        fields.merge_fields,
        {interest.id: interest.name for _, interest in interests},
        blank=None if alone else UNSET,
        former_members=ctx.settings.former_members,
    )
    return reading, [*rejects, *unreadable]


def interests_of(api: MailChimp, audience: str) -> Interests:
    """Every interest of an audience with its category, and those that cannot be read."""
    lists = api.lists
    found, rejects = api.page(
        lists.get_list_interest_categories, InterestCategoryPage, audience, count=1000
    )
    pairs: list[tuple[InterestCategory, Interest]] = []
    for category in found.categories:
        page, unreadable = api.page(
            lists.list_interest_category_interests, InterestPage, audience, category.id, count=1000
        )
        pairs += [(category, interest) for interest in page.interests]
        rejects += unreadable
    return pairs, rejects


def months_of(api: MailChimp, audience: Audience) -> Listing:
    """The months of an audience's growth."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.lists.get_list_growth_history, GrowthPage, audience.id, **ask.query
        )
        return Sheet(page.history, rejects, page.total_items)

    return Listing(f"the growth history of {audience.name!r}", fetch, lambda row: str(row.month))


def days_of(api: MailChimp, audience: Audience) -> Listing:
    """The last 180 days of an audience."""

    def fetch(ask: Ask) -> Sheet:
        page, rejects = api.page(
            api.lists.get_list_recent_activity, DayPage, audience.id, **ask.query
        )
        return Sheet(page.activity, rejects, page.total_items)

    return Listing(f"the recent days of {audience.name!r}", fetch, lambda row: str(row.day))
