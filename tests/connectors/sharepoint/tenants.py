"""A tenant with SharePoint sites, contexts that ask it, and what it holds in the hub's words."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cophub import Context, Membership
from cophub.connectors.sharepoint.settings import Settings
from cophub.http import Limits
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint.state import DISCUSSIONS, Comment, Item, Site
from cophub.sandbox.microsoft.tenant import Group, User

Make = Callable[..., Context[Any]]


def small_tenant() -> MicrosoftSandbox:
    """120 people in 3 communities over half a year, without Yammer's messages."""
    return MicrosoftSandbox(seed=1, people=120, communities=3, years=0.5, messages=0)


def asking(
    context: Make, box: MicrosoftSandbox, *numbers: int, secret: bool = False, **settings: Any
) -> Context[Any]:
    """A context for the sites of these communities (the first one's), by certificate or secret."""
    urls = [box.site_url(number) for number in numbers or (0,)]
    how = {"client_secret": box.client_secret} if secret else {"certificate": box.certificate}
    given = {
        "site_url": urls[0],
        "sites": urls[1:],
        "tenant": box.tenant_id,
        "client_id": box.client_id,
        "base_url": box.base_url,
    }
    return context(
        Settings(**given, **how, **settings),
        now=datetime.fromtimestamp(box.timeline.now, UTC),
        limits=Limits(concurrency=4),
        sleep=lambda seconds: None,
    )


def people_of(box: MicrosoftSandbox, group: Group) -> dict[str, User]:
    """The users of a directory group and of the groups in it."""
    ids = set(group.members)
    for nested in group.nested:
        ids |= people_of(box, box.tenant.groups[nested]).keys()
    return {one: box.tenant.users[one] for one in ids if one in box.tenant.users}


def members_of(box: MicrosoftSandbox, site: Site) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Role and custom groups of everyone on a site, by directory id."""
    roles: dict[str, set[str]] = {}
    custom: dict[str, set[str]] = {}
    guests: dict[str, bool] = {}
    given = {site.owners: "owner", site.members: "member", site.visitors: "subscriber"}
    for group in site.groups.values():
        for row in (site.users[one] for one in group.users):
            for user in _meant(box, row.login, row.aad):
                roles.setdefault(user.id, set()).add(given.get(group.id, "member"))
                guests[user.id] = user.guest
                if group.id not in given:
                    custom.setdefault(user.id, set()).add(group.title)
    for row in site.users.values():
        if row.admin and row.login.endswith("_o"):
            for user in _meant(box, row.login, None):
                roles.setdefault(user.id, set()).add("owner")
                guests[user.id] = user.guest
    return {
        key: (_role(held, guests[key]), tuple(sorted(custom.get(key, ()))))
        for key, held in roles.items()
    }


def _role(held: set[str], guest: bool) -> str:
    if "owner" in held:
        return "owner"
    return "guest" if guest else "member" if "member" in held else "subscriber"


def _meant(box: MicrosoftSandbox, login: str, aad: str | None) -> list[User]:
    if aad:
        return [box.tenant.users[aad]] if aad in box.tenant.users else []
    if not login.startswith(("c:0o.c|", "c:0t.c|")):
        return []
    guid = login.rpartition("|")[2]
    group = box.tenant.groups[guid.removesuffix("_o")]
    if guid.endswith("_o"):
        return [box.tenant.users[one] for one in group.owners if one in box.tenant.users]
    return list(people_of(box, group).values())


def kept(run: Any) -> dict[str, dict[str, tuple[str, tuple[str, ...]]]]:
    """Role and custom groups of the memberships of a run, by space and account."""
    found: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {}
    for (space, account), row in run.last(Membership).items():
        said = (row["role"], tuple(row["extra"]["site_groups"]))
        found.setdefault(space, {})[account] = said
    return found


def talk_of(list_id: str, page: Item) -> dict[str, tuple[str, str]]:
    """The comments under a page: what each answers and says, by key."""
    key = f"{list_id}:{page.id}"

    def row(comment: Comment, above: str) -> dict[str, tuple[str, str]]:
        own = f"{key}:{comment.id}"
        found = {own: (above, comment.text)}
        for reply in comment.replies:
            found |= row(reply, own)
        return found

    return {k: v for one in page.comments for k, v in row(one, key).items()}


def likes_of(site: Site, list_id: str, item: Item) -> set[tuple[str, str]]:
    """Who likes an item and its comments: (post, account)."""
    key = f"{list_id}:{item.id}"
    held = [(key, item.likes)]
    for one in item.comments:
        held += [(f"{key}:{each.id}", each.likes) for each in (one, *one.replies)]
    return {(post, account_of(site, like.user)) for post, likes in held for like in likes}


def account_of(site: Site, user: int) -> str:
    """The key of a site user's account."""
    row = site.users[user]
    return row.aad or row.login.lower()


def board_of(box: MicrosoftSandbox) -> dict[str, tuple[str, str | None, str]]:
    """Thread, what is answered and author of every message of the first site, by key."""
    site = box.sharepoint.site(0)
    board = site.list_of(DISCUSSIONS)
    found: dict[str, tuple[str, str | None, str]] = {}
    for item in board.items.values():
        topic = item.id if item.folder else item.fields["ParentFolderId"]
        above = None if item.folder else f"{board.id}:{item.fields['ParentItemID']}"
        who = account_of(site, item.author)
        found[f"{board.id}:{item.id}"] = (f"{board.id}:{topic}", above, who)
    return found
