"""Who is in which community, as what: by Graph where a community is native, else by REST.

After a first read of a native community its changes are followed (`groups/delta`): a run in which
nobody came or went costs one request for fifty communities. What the delta cannot tell, who changed
their name, comes with a whole read.
Source: Graph v1.0 `/groups/{id}/members`, `/owners`, `/groups/delta`; REST
`users/in_group/ID.json`, which does not tell who is an admin.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from cophub import (
    UNSET,
    Account,
    AuthError,
    Context,
    CophubError,
    Gone,
    Item,
    Membership,
    Reject,
    SourceUnavailable,
)
from cophub.connectors.microsoft.consent import USERS
from cophub.connectors.microsoft.directory import (
    USER_FIELDS,
    GraphUser,
    group_members,
)
from cophub.connectors.microsoft.graph import Expired, NotThere, graph_get
from cophub.connectors.state import State
from cophub.connectors.yammer.accounts import from_graph, from_rest
from cophub.connectors.yammer.client import NotAllowed
from cophub.connectors.yammer.client import NotThere as NoGroup
from cophub.connectors.yammer.groups import Found, chosen, graph_client, listed, sees_groups
from cophub.connectors.yammer.memberdelta import AT_ONCE, Change, changes, latest
from cophub.connectors.yammer.payloads import User, flag
from cophub.connectors.yammer.people import People
from cophub.connectors.yammer.settings import Settings
from cophub.error_codes import PERMISSION

Ctx = Context[Settings]
MANY = 30
"""Changes in a group above which it is cheaper to read it whole than to ask for each person."""


class Link(msgspec.Struct, array_like=True):
    """A delta link and the directory ids of the groups that it follows."""

    ids: list[str]
    link: str


class Progress(State, omit_defaults=True):
    """The cursor of the stream."""

    links: list[Link] = msgspec.field(default_factory=list)
    todo: list[str] = msgspec.field(default_factory=list)
    """Directory ids of groups that are still to be read whole."""
    done: list[str] = msgspec.field(default_factory=list)
    """Keys of groups that REST has told of in a run that did not end."""
    spaces: list[str] = msgspec.field(default_factory=list)
    """Keys of the groups whose members were read: one that is not taken any more has none."""
    keyed: str = ""
    """What accounts are called: by the id of `yammer`, or by that of the `directory`."""
    renaming: bool = False
    """Whether everybody is told by another key than before, and not all groups are through."""


def members(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """People and their roles in each community, then only who came and went."""
    if not sees_groups(ctx.settings):
        return
    state = renamed(Progress.read(since), key_kind(ctx.settings))
    reading = _Reading(ctx, state, told_apart=since is not None)
    yield from reading.forget()
    yield from reading.native()
    yield from reading.others()
    if reading.broken is not None:
        raise reading.broken
    state.done, state.renaming = [], False
    yield state.checkpoint()


def key_kind(settings: Settings) -> str:
    """What accounts are called under these settings: `yammer` or `directory`."""
    return "yammer" if {"rest", "export"} & set(settings.ways) else "directory"


def renamed(state: Progress, kind: str) -> Progress:
    """The state, or one that reads everybody anew where `ways` came to give people other keys."""
    if state.keyed and state.keyed != kind:
        return Progress(spaces=state.spaces, keyed=kind, renaming=True)
    state.keyed = kind
    return state


@dataclass
class _Reading:
    """One run of the stream."""

    ctx: Ctx
    state: Progress
    told_apart: bool
    """Whether who is missing must be told, because the engine does not read this as a whole."""
    told: set[str] = field(default_factory=set)
    """Accounts that were yielded."""
    taken: list[Found] = field(init=False)
    by_id: dict[str, Found] = field(init=False)
    people: People = field(init=False)
    broken: SourceUnavailable | None = None
    """What went wrong with a group first: the others are read all the same."""

    def __post_init__(self) -> None:
        self.taken = chosen(self.ctx)
        native = self.taken if "graph" in self.ctx.settings.ways else []
        self.by_id = {one.directory_id: one for one in native if one.directory_id}
        self.people = People.of(self.ctx)

    def forget(self) -> Iterator[Item]:
        """Groups that are no longer taken, or no longer there, have no members any more.

        Where a group could not be read, nobody knows which one is missing.
        """
        keys, unread = [one.key for one in self.taken], listed(self.ctx).rejects
        yield from unread
        missing = [key for key in self.state.spaces if key not in keys]
        for key in missing if self.told_apart and not unread else ():
            yield Gone(record=Membership, where={"space": key})
        self.state.spaces = [*keys, *missing] if unread else keys
        for link in self.state.links:
            link.ids = [guid for guid in link.ids if guid in self.by_id]
        self.state.links = [link for link in self.state.links if link.ids]
        self.state.todo = [guid for guid in self.state.todo if guid in self.by_id]

    def leave(self, group: Found, error: SourceUnavailable) -> None:
        """Leave a group for the next run."""
        self.ctx.log.warning("members of %s are left for the next run: %s", group.title, error)
        self.broken = self.broken or error

    # By Graph

    def native(self) -> Iterator[Item]:
        """Native communities: new ones whole, the others by what changed."""
        if not self.by_id:
            return
        for link in list(self.state.links):
            yield from self._follow(link)
        self._begin_new()
        yield self.state.checkpoint()
        todo = [one for one in self.state.todo if one in self.by_id]
        refused: list[AuthError] = []
        for number, guid in enumerate(todo):
            self.ctx.progress("members", number, len(todo))
            try:
                yield from self._whole(self.by_id[guid])
            except AuthError as error:  # such as a group that hides its members; asked again
                refused.append(error)
                yield hidden(self.by_id[guid], error)
                continue
            except SourceUnavailable as error:
                self.leave(self.by_id[guid], error)
                continue
            self.state.todo = [one for one in self.state.todo if one != guid]
            yield self.state.checkpoint()
        if refused and len(refused) == len(self.by_id):
            raise refused[0]

    def _begin_new(self) -> None:
        """Take delta links for the groups that have none, before they are read whole."""
        followed = {guid for link in self.state.links for guid in link.ids}
        new = [guid for guid in self.by_id if guid not in followed]
        for start in range(0, len(new), AT_ONCE):
            ids = new[start : start + AT_ONCE]
            self.state.links.append(Link(ids, latest(graph_client(self.ctx), ids)))
            self.state.todo += ids

    def _follow(self, link: Link) -> Iterator[Item]:
        """What changed since a delta link; one that expired has its groups read whole again."""
        try:
            found, after = changes(graph_client(self.ctx), link.link)
        except Expired as expired:
            self.ctx.log.info("%s", expired)
            self.state.links = [one for one in self.state.links if one is not link]
            return
        for guid, change in found.items():
            if guid in self.by_id and guid in link.ids and guid not in self.state.todo:
                yield from self._apply(self.by_id[guid], guid, change)
        link.link = after

    def _apply(self, group: Found, guid: str, change: Change) -> Iterator[Item]:
        """The joins and leaves of one group, or the whole of it where they do not tell enough."""
        told = set(self.told)
        items = list(self._changed(group, guid, change)) if len(change) <= MANY else [None]
        if None in items:
            self.told = told
            self.state.todo.append(guid)
            return
        yield from (item for item in items if item is not None)

    def _changed(self, group: Found, guid: str, change: Change) -> Iterator[Item | None]:
        """Records for each person who is named in a change; None where that does not suffice."""
        owners = {user.id.lower(): user for user in self._listed(guid, owners=True)}
        for user_id in change.people:
            user = owners.get(user_id) or self._user(user_id)
            joined = change.members.get(user_id)
            if user is not None and (user_id in owners or joined):
                self.people.ask_for([user])
                yield from self._member(group, user, owner=user_id in owners)
            elif joined is None or (user is None and self.state.keyed == "yammer"):
                yield None  # no owner any more, but a member? or nobody knows whose key it was
            elif not joined:
                key = self._key_of_leaver(user_id, user)
                left: dict[str, str | int] = {"space": group.key, "account": key or ""}
                yield Gone(record=Membership, where=left) if key else None

    def _key_of_leaver(self, user_id: str, user: GraphUser | None) -> str | None:
        if self.state.keyed == "directory" or user is None:
            return user_id
        self.people.ask_for([user])
        return self.people.key_of(user)

    def _user(self, user_id: str) -> GraphUser | None:
        """A person by directory id; None for one who was deleted."""
        try:
            params = {"$select": USER_FIELDS}
            found: GraphUser = graph_get(
                graph_client(self.ctx), f"users/{user_id}", params, GraphUser, needs=USERS
            )
        except NotThere:
            return None
        return found

    def _whole(self, group: Found) -> Iterator[Item]:
        """Everybody in a native community; owners are listed apart and need not be members."""
        guid = group.directory_id or ""
        rejects = len(self.people.rejects)
        try:
            owners = {user.id: user for user in self._listed(guid, owners=True)}
            everybody = {user.id: user for user in self._listed(guid)} | owners
        except NotThere:
            self.ctx.log.info("the group behind a community is no longer there")
            return
        users = list(everybody.values())
        refuse_blank(users)
        self.people.meet(group.key, users)
        kept: list[tuple[str, str]] = []
        for user in users:
            items = list(self._member(group, user, owner=user.id in owners))
            yield from items
            kept += [(group.key, str(m.account)) for m in items if isinstance(m, Membership)]
        yield from self._left(group, kept, rejects)

    def _listed(self, guid: str, *, owners: bool = False) -> Iterator[GraphUser]:
        for page in group_members(graph_client(self.ctx), guid, owners, transitive=False):
            self.people.rejects += page.rejects
            yield from page.value

    def _member(self, group: Found, user: GraphUser, *, owner: bool) -> Iterator[Item]:
        """The account, once a run, and its place in a group."""
        known = self.people.key_of(user)
        key = known or user.id.lower()
        if key not in self.told:
            self.told.add(key)
            yield from_graph(user, self.people.users.get(key), key)
            if self.state.renaming and known:
                yield Gone(record=Account, where={"key": user.id.lower()})
        role = "owner" if owner else "guest" if user.guest else "member"
        yield Membership(space=group.key, account=key, role=role, status="active")

    # By REST

    def others(self) -> Iterator[Item]:
        """Communities that only Yammer knows: always whole, for REST tells no changes."""
        if "rest" not in self.ctx.settings.ways:
            return
        todo = [one for one in self.taken if one.directory_id not in self.by_id]
        for number, group in enumerate(todo):
            self.ctx.progress("members", number, len(todo))
            if group.key in self.state.done:
                continue
            try:
                yield from self._by_rest(group)
            except SourceUnavailable as error:
                self.leave(group, error)
                continue
            self.state.done = [*self.state.done, group.key]
            yield self.state.checkpoint()

    def _by_rest(self, group: Found) -> Iterator[Item]:
        kept: list[tuple[str, str]] = []
        rejects = len(self.people.rejects)
        try:
            for user in self.people.in_group(group.key):
                if user.state == "soft_delete":
                    continue
                if str(user.id) not in self.told:
                    self.told.add(str(user.id))
                    yield from_rest(user, self.ctx.settings.ways)
                yield Membership(
                    space=group.key, account=user.id, role=role_of(user), status="active"
                )
                kept.append((group.key, str(user.id)))
        except (NotAllowed, NoGroup) as error:
            yield hidden(group, error)
            return
        yield from self._left(group, kept, rejects)

    def _left(self, group: Found, kept: list[tuple[str, str]], rejects: int) -> Iterator[Item]:
        """Whoever was a member and is not in `kept` has left, unless somebody was unreadable."""
        bad = self.people.rejects[rejects:]
        yield from bad
        if self.told_apart and not bad:
            yield Gone(
                record=Membership,
                where={"space": group.key},
                but=tuple(kept),
                told=self.state.renaming,
            )


def hidden(group: Found, error: CophubError) -> Reject:
    """What is told in place of a group's members: without it they would be taken to have left."""
    return Reject(
        reason=f"the members of {group.title} are not shown, so nobody is taken to have left it:"
        f" {error}",
        record="membership",
        key=group.key,
    )


def role_of(user: User) -> str:
    """guest or member: REST does not tell who is an admin of a group."""
    return "guest" if flag(user.guest) or flag(user.aad_guest) else "member"


def refuse_blank(users: list[GraphUser]) -> None:
    """Without User.Read.All Graph counts the members and says nothing of them."""
    blank = [
        user
        for user in users
        if user.display_name in (None, UNSET) and user.user_principal_name in (None, UNSET)
    ]
    if users and len(blank) == len(users):
        raise AuthError(
            f"Microsoft Graph lists members without their names: the app lacks {USERS}. An"
            f" administrator grants it: {USERS.fix}",
            code=PERMISSION,
        )
