"""Groups of the site and who is in them. Nothing tells since when."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub import Account, ConfigError, CophubError, Gone, Item, Membership, Reject, Space
from cophub.connectors.adobeconnect.answer import Row
from cophub.connectors.adobeconnect.client import AdobeConnect, Ctx, Denied, NotThere
from cophub.connectors.settings import means
from cophub.http import parse_each, reject

GROUP = "group"
LIST = "principal-list"
KEY = ("principal-id",)


@dataclass
class Members:
    """Who is in a group, by its own list and those of the groups in it."""

    users: dict[str, Row] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)


def groups(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The groups that the settings take, with everybody who is in them today; always all of them.

    Source: `principal-list`, of groups and then with `group-id` and `filter-is-member`.
    """
    if not ctx.settings.groups:
        return
    taken, unread = taken_groups(ctx)
    yield from unread

    def look(row: Row) -> Members | CophubError:
        try:
            return members_of(ctx, row.id("principal-id"), set())
        except (Denied, NotThere) as error:
            return error

    for number, (row, found) in enumerate(zip(taken, ctx.map(look, taken), strict=True), 1):
        ctx.progress("groups", number, len(taken))
        key = row.id("principal-id")
        if isinstance(found, NotThere):  # it was deleted since it was listed
            continue
        if isinstance(found, CophubError):
            # A reject, so that nobody is taken for having left a group that was not read.
            yield Reject(reason=str(found), record="membership", key=key)
            continue
        yield Space(
            key=key,
            kind=GROUP,
            title=row.get("name"),
            description=row.get("description"),
            native_member_count=len(found.users),
        )
        yield from found.rejects
        yield from parse_each(found.users.values(), parse_member, space=key)
    if unread:
        return
    keys = tuple(row.id("principal-id") for row in taken)
    yield Gone(record=Space, where={"kind": GROUP}, but=keys)


def parse_member(row: Row, space: str) -> Iterator[Item]:
    """A user who is in a group."""
    key, login = row.id("principal-id"), row.get("login")
    address = row.get("email") or (login if login and "@" in login else None)
    yield Account(
        key=key,
        name=row.get("name"),
        email=address.lower() if address else None,
        username=login,
        kind="person",
    )
    yield Membership(space=space, account=key, role="member", status="active")


def members_of(ctx: Ctx, group: str, passed: set[str]) -> Members:
    """Everybody in a group; of a group in it, everybody in that, however they are nested."""
    passed.add(group)
    found = Members()
    given = {"group-id": group, "filter-is-member": "true"}
    for page in AdobeConnect.of(ctx).pages(LIST, LIST, KEY, "principal-id", **given):
        for row in page:
            # Without that filter, or where a server knows it not, everybody else is listed too.
            if row.get("is-member") == "false":
                continue
            try:
                key = row.id("principal-id")
            except (KeyError, ValueError) as error:
                found.rejects.append(reject(row, error, "membership"))
                continue
            if row.get("has-children") != "true":
                found.users[key] = row
            elif key not in passed:
                inner = members_of(ctx, key, passed)
                found.users |= inner.users
                found.rejects += inner.rejects
    return found


def all_groups(ctx: Ctx) -> tuple[list[Row], list[Reject]]:
    """The groups that people made, and what cannot be read; those that come with the site, such as
    Administrators, are not among them. Raises Denied where the account is no administrator."""
    given = {"filter-type": GROUP}
    found: dict[int, Row] = {}
    rejects: list[Reject] = []
    for row in AdobeConnect.of(ctx).rows(LIST, LIST, KEY, "principal-id", **given):
        try:
            number = int(row.id("principal-id"))
        except (KeyError, ValueError) as error:
            rejects.append(reject(row, error, "space"))
        else:
            if row.get("type") == GROUP:
                found[number] = row
    return [found[number] for number in sorted(found)], rejects


def taken_groups(ctx: Ctx) -> tuple[list[Row], list[Reject]]:
    """The groups that the settings take, and what cannot be read.

    Raises ConfigError when one of the settings' words matches nothing.
    """
    (every, unread), taken = all_groups(ctx), set[str]()
    for wanted in ctx.settings.groups:
        matching = {
            row.id("principal-id")
            for row in every
            if means(wanted, row.id("principal-id"), row.get("name") or "")
        }
        if not matching and wanted != "*" and not unread:
            there = ", ".join(repr(row.get("name")) for row in every[:20])
            raise ConfigError(
                f'source "{ctx.source}": there is no group {wanted!r} on {ctx.settings.host}, which'
                f" has {there or 'none'}; correct groups under [sources.{ctx.source}.settings] in"
                " plugins.toml"
            )
        taken |= matching
    return [row for row in every if row.id("principal-id") in taken], unread
