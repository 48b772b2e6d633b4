"""The groups that the account is in, and those below them, with what it may do in each.

Source: `getsubs` (own subscriptions with `perms`), `getsubgroups`, `getperms`, `getgroup`.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from cophub import UNSET, ConfigError, Gone, Item, Reject, SourceUnavailable, Space
from cophub.connectors.dgroups.apart import Apart
from cophub.connectors.dgroups.client import Ctx, NotAllowed, NotThere, api
from cophub.connectors.dgroups.payloads import Group, Perms, Subscription
from cophub.connectors.dgroups.values import shown_text
from cophub.connectors.dgroups.walking import Walk
from cophub.connectors.instants import instant
from cophub.connectors.settings import means
from cophub.connectors.state import State
from cophub.http import parse_each

WEEK = 7 * 86_400
PRIVACY = {
    "group_privacy_none": "public",
    "group_privacy_archives": "public",
    "group_privacy_members": "members",
    "group_privacy_unlisted": "secret",
    "group_privacy_unlisted_public": "public",
}


@dataclass
class Found:
    """A group as the account sees it."""

    id: int
    name: str
    perms: Perms
    subs_count: int | None = None
    subscribed: bool = True
    group: Group | None = None
    """What `getsubgroups` or `getgroup` told of it."""
    parent: int | None = None

    @property
    def key(self) -> str:
        """The key of its space."""
        return str(self.id)

    def may(self, permission: str) -> bool:
        """Whether the account has a permission; what the vendor does not say is tried."""
        return getattr(self.perms, permission) is not False

    def lacks(self, permission: str) -> str:
        """The line that names a missing permission."""
        return f"no permission: {self.name} does not allow this account {permission}"


def where_shown(
    ctx: Ctx, one: Found, permission: str, what: str, record: str, items: Iterator[Item]
) -> Generator[Item, None, bool]:
    """The items of a part of a group, or a Reject that it is not shown; whether it was."""
    try:
        if not one.may(permission):
            raise NotAllowed(one.lacks(permission))
        yield from items
    except (NotAllowed, NotThere) as error:
        reason = f"the {what} of {one.name} is not shown: {error}"
        ctx.log.warning("%s", reason)
        yield Reject(reason=reason, record=record, key=one.key)
        return False
    return True


@dataclass
class Listing:
    """Every group that this source sees."""

    groups: list[Found]
    rejects: list[Reject]


class Progress(State, omit_defaults=True):
    """The cursor: when each group was described, in seconds since 1970, by id."""

    described: dict[str, int] = msgspec.field(default_factory=dict)


def groups(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Each group as a space, its parent and how many are in it.

    A description is asked for once a week; a space that is seen no more is gone.
    """
    state = Progress.read(since)
    taken, found = chosen(ctx), listed(ctx)
    yield from found.rejects
    now, apart = int(ctx.now.timestamp()), Apart(ctx, "descriptions")
    for number, one in enumerate(taken):
        ctx.progress("groups", number, len(taken))
        yield from apart.read(one.name, _space_of(ctx, one, state, now))
    keys = {one.key for one in taken}
    if not found.rejects:
        for key in [key for key in state.described if key not in keys]:
            yield Gone(record=Space, where={"key": key}, told=True)
            del state.described[key]
    yield state.checkpoint()
    apart.end()


def _space_of(ctx: Ctx, one: Found, state: Progress, now: int) -> Iterator[Item]:
    failure: SourceUnavailable | None = None
    if one.group is None and now - state.described.get(one.key, 0) >= WEEK:
        try:
            one.group = described(ctx, one)
        except SourceUnavailable as error:
            failure = error  # its name and its number of members are known all the same
    if one.group is not None:
        state.described[one.key] = now
    yield from parse_each([one], parse_space, host=ctx.settings.host)
    yield state.checkpoint()
    if failure is not None:
        raise failure


def described(ctx: Ctx, one: Found) -> Group | None:
    """A group with its title and text; None where the account may not see its settings."""
    try:
        return api(ctx).one("getgroup", Group, group_id=one.id)
    except (NotAllowed, NotThere) as error:
        ctx.log.info("%s is known by its name only: %s", one.name, error)
        return None


def parse_space(one: Found, host: str) -> Iterator[Item]:
    """The space of a group; without a description the stored one stays."""
    space = Space(key=one.key, kind="list", url=f"{host}/g/{quote(one.name, safe='')}")
    space.parent = str(one.parent) if one.parent else None
    if one.subs_count is not None:
        space.native_member_count = one.subs_count
    group = one.group
    if group is None:
        space.extra = {"name": one.name}
        yield space
        return
    space.title = group.title or group.nice_group_name or group.name
    space.description = group.plain_desc or shown_text(group.desc) or None
    space.created_at = instant(group.created) or UNSET
    space.visibility = PRIVACY.get(group.privacy or "", UNSET)
    space.open_membership = not group.restricted
    space.extra = {"name": one.name}
    yield space


def listed(ctx: Ctx) -> Listing:
    """Every group that this source sees, read once for all streams of a run."""
    return ctx.once(_list)


def _list(ctx: Ctx) -> Listing:
    rejects: list[Reject] = []
    subs = Walk(api(ctx), "getsubs", Subscription, {}, rejects=rejects).every()
    found: dict[int, Found] = {}
    for sub in subs:
        count = sub.subs_count if sub.subs_count is not None else sub.num_subs
        found[sub.group_id] = Found(sub.group_id, sub.group_name, sub.perms or Perms(), count)
    for one in [each for each in found.values() if "+" not in each.name]:
        if one.may("subgroups_visible") and wants_below(ctx.settings.groups, one):
            _add_below(ctx, one, found, rejects)
    by_name = {one.name: one.id for one in found.values()}
    for one in found.values():
        above = one.group.parent_group_id if one.group else None
        one.parent = above or one.parent or by_name.get(one.name.rpartition("+")[0])
    return Listing(list(found.values()), rejects)


def _add_below(ctx: Ctx, above: Found, found: dict[int, Found], rejects: list[Reject]) -> None:
    """The groups below one; of those that the account is not in, what it may do there."""
    below = Walk(api(ctx), "getsubgroups", Group, {"group_id": above.id}, rejects=rejects)
    try:
        rows = below.every()
    except (NotAllowed, NotThere) as error:
        ctx.log.info("the groups below %s are not seen: %s", above.name, error)
        return
    for group in rows:
        if (mine := found.get(group.id)) is not None:
            mine.group, mine.parent = group, above.id
            mine.subs_count = group.subs_count if mine.subs_count is None else mine.subs_count
            continue
        found[group.id] = Found(
            group.id, group.name, _perms(ctx, group), group.subs_count,
            subscribed=False, group=group, parent=above.id,
        )  # fmt: skip


def _perms(ctx: Ctx, group: Group) -> Perms:
    """What an account that is not in a group may do there; nothing, where it may not even ask."""
    try:
        return api(ctx).one("getperms", Perms, group_id=group.id)
    except (NotAllowed, NotThere):
        return NOTHING


NOTHING = Perms(
    archives_visible=False, members_visible=False, calendar_visible=False, files_visible=False,
    subgroups_visible=False, download_archives=False, view_activity=False, manage_members=False,
)  # fmt: skip


def wants_below(words: Sequence[str], one: Found) -> bool:
    """Whether `groups` may take a group below this one."""
    return any(word.isdigit() or "*" in word or word.lower().startswith(f"{one.name.lower()}+")
               for word in words)  # fmt: skip


def fits(word: str, one: Found) -> bool:
    """Whether a word of `groups` means this group: its id, its name, or a pattern of names."""
    return means(word, one.key, one.name, one.group.title if one.group else None)


def chosen(ctx: Ctx) -> list[Found]:
    """The groups that the settings name. Raises ConfigError for a name that no group has."""
    there = listed(ctx).groups
    words = ctx.settings.groups
    for word in words:
        if "*" not in word and not any(fits(word, one) for one in there):
            names = ", ".join(sorted(f"{one.name} ({one.key})" for one in there)[:30])
            raise ConfigError(
                f'source "{ctx.source}": there is no group {word!r} that the account of api_key'
                f" sees at {ctx.settings.host}; there are: {names or 'none'}. Correct groups under"
                f" [sources.{ctx.source}.settings] in plugins.toml"
            )
    return [one for one in there if any(fits(word, one) for word in words)]
