"""Which lists a source takes, and what is known of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cophub import ConfigError, Context, Item, Reject, Space
from cophub.connectors.mailman.archive import Archive
from cophub.connectors.mailman.core import Core
from cophub.connectors.mailman.payloads import ArchivedList, ListConfig, MailingList, instant
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.settings import means

Ctx = Context[Settings]

_CONFIGS = "mailman configs"


@dataclass(frozen=True)
class Taken:
    """One list, by what Mailman core says, or by what its archive does where core is not asked."""

    key: str
    """Its id: `cop.example.org`."""
    address: str
    """Where posts are sent to: `cop@example.org`."""
    title: str
    description: str | None = None
    advertised: bool | None = None
    subscribers: int | None = None
    archived: ArchivedList | None = None
    """What HyperKitty says, where it was asked."""


def lists(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each list that the settings take: title, since when it is there, who may see and join it.

    Source: `GET /3.1/lists` and `/3.1/lists/{id}/config`; without a password for Mailman core,
    HyperKitty's `GET /api/lists/`, which leaves out private archives.
    """
    taken, rejects = all_taken(ctx)
    yield from rejects
    configs = ctx.map(lambda one: config_of(ctx, one), taken)
    for number, (one, config) in enumerate(zip(taken, configs, strict=True), 1):
        ctx.progress("lists", number, len(taken))
        yield space_of(ctx, one, config)


def all_taken(ctx: Ctx) -> tuple[list[Taken], list[Reject]]:
    """The lists that the settings take, by their ids, and rows that cannot be understood.

    Raises ConfigError when a word of `lists` means none.
    """
    found, rejects = ctx.once(everything)
    return chosen(ctx, found), rejects


def everything(ctx: Ctx) -> tuple[list[Taken], list[Reject]]:
    """Every list there is, and those that cannot be understood."""
    if ctx.settings.password is None:
        archive = Archive(ctx)
        public, rejects = archive.lists()
        there = {one.name.lower(): one for one in public}
        for wanted in ctx.settings.lists:  # private archives are found by their address only
            named = wanted.strip().lower()
            if "@" in named and not _is_pattern(named) and named not in there:
                one = archive.archived(named)
                there |= {one.name.lower(): one} if one else {}
        return [_of_archive(there[name]) for name in sorted(there)], rejects
    found, rejects = Core(ctx).lists()
    return [_of_core(one) for one in sorted(found, key=lambda one: one.list_id)], rejects


def chosen(ctx: Ctx, found: list[Taken]) -> list[Taken]:
    """Those that the settings take. Raises ConfigError when a word of theirs means none."""
    taken: set[str] = set()
    for wanted in ctx.settings.lists:
        matching = {one.key for one in found if matches(wanted, one)}
        if not matching and not _is_pattern(wanted):
            there = ", ".join(one.address for one in found[:20])
            raise ConfigError(
                f'source "{ctx.source}": there is no list {wanted!r}; there is'
                f" {there or 'none'}; correct lists under [sources.{ctx.source}.settings] in"
                " plugins.toml"
            )
        taken |= matching
    return [one for one in found if one.key in taken]


def matches(wanted: str, one: Taken) -> bool:
    """Whether a word of the settings means this list: its id, its address, or a pattern of one."""
    return means(wanted, one.key, one.address)


def config_of(ctx: Ctx, one: Taken) -> ListConfig:
    """How a list is set up; asked for once in a run."""
    known: dict[str, ListConfig] = ctx.shared.setdefault(_CONFIGS, {})
    if one.key not in known:
        known[one.key] = _config_from(one.archived) if one.archived else Core(ctx).config(one.key)
    return known[one.key]


def space_of(ctx: Ctx, one: Taken, config: ListConfig) -> Space:
    """The list as a record. Its members are counted where its rosters are read."""
    space = Space(
        key=one.key,
        kind="list",
        title=one.title,
        description=one.description,
        visibility=visibility(one.advertised, config.archive_policy),
        created_at=instant(config.created_at),
    )
    space.extra = {"address": one.address, "archive_policy": config.archive_policy}
    if ctx.settings.archive and config.archive_policy != "never":
        space.url = f"{ctx.settings.archive}/list/{one.address}/"
    if one.archived is None:
        space.language = config.preferred_language
        if config.subscription_policy:
            # "moderate" and "confirm_then_moderate": somebody has to let people in.
            space.open_membership = "moderate" not in config.subscription_policy
        space.extra |= {"subscription_policy": config.subscription_policy}
    return space


def visibility(advertised: bool | None, archive_policy: str | None) -> str | None:
    """Who may see a list: a list that is not advertised is secret, whoever may read its archive."""
    if advertised is False:
        return "secret"
    if archive_policy is None:
        return None
    return "public" if archive_policy == "public" else "members"


def created_at(config: ListConfig) -> datetime | None:
    """Since when a list is there."""
    return instant(config.created_at)


def _is_pattern(wanted: str) -> bool:
    return any(sign in wanted for sign in "*?")


def _of_core(one: MailingList) -> Taken:
    return Taken(
        key=one.list_id,
        address=one.fqdn_listname,
        title=one.display_name or one.fqdn_listname,
        description=one.description or None,
        advertised=one.advertised,
        subscribers=one.member_count,
    )


def _of_archive(one: ArchivedList) -> Taken:
    return Taken(
        key=one.name.replace("@", "."),
        address=one.name,
        title=one.display_name or one.name,
        description=one.description or None,
        archived=one,
    )


def _config_from(one: ArchivedList) -> ListConfig:
    return ListConfig(archive_policy=one.archive_policy, subject_prefix=one.subject_prefix)
