"""Who a directory user is at Yammer: by address, by UPN, or by the directory id in an export.

Source: REST `users/in_group/ID.json`, `users.json`, `users/by_email.json`; or `Users.csv` of the
data export where REST is not among the ways.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cophub import Context, Reject
from cophub.connectors.microsoft.directory import GraphUser
from cophub.connectors.yammer.accounts import addresses_of, email_of
from cophub.connectors.yammer.client import NotAllowed, NotThere, rest
from cophub.connectors.yammer.export import people_in_exports
from cophub.connectors.yammer.exportfile import Row
from cophub.connectors.yammer.payloads import GroupUsers, User, UserList, flag
from cophub.connectors.yammer.settings import Settings

Ctx = Context[Settings]
A_PAGE = 50
ONE_BY_ONE = 50
"""People that are asked for by address, one call each, before the whole network is listed."""


@dataclass
class People:
    """What a run knows of people at Yammer; made once, shared by its streams."""

    ctx: Ctx
    users: dict[str, User] = field(default_factory=dict)
    """By id, those whom REST told of."""
    rejects: list[Reject] = field(default_factory=list)
    """Users that could not be read; whoever yields takes them out."""
    _by_name: dict[str, str] = field(default_factory=dict)
    """Ids by address, UPN or guid, in small letters."""
    _asked: set[str] = field(default_factory=set)
    _all: bool = False

    @classmethod
    def of(cls, ctx: Ctx) -> "People":
        """Those of this run."""
        return ctx.once(cls)

    def key_of(self, user: GraphUser) -> str | None:
        """The Yammer id of a directory user, as far as is known."""
        names = [user.id.lower(), *addresses_of(user)]
        return next((self._by_name[name] for name in names if name in self._by_name), None)

    def meet(self, group: str, users: list[GraphUser]) -> None:
        """Learn the Yammer ids of a group's people, by as few calls as there are."""
        if "rest" in self.ctx.settings.ways:
            if any(self.key_of(user) is None for user in users):
                self._learn_group(group)
            self.ask_for(users)
        elif "export" in self.ctx.settings.ways and not self._all:
            self._learn_exports()

    def ask_for(self, users: list[GraphUser]) -> None:
        """Learn those of `users` who are not known: one by one, or many by the whole list."""
        if "rest" not in self.ctx.settings.ways:
            self.meet("", users)
            return
        unknown = [user for user in users if self.key_of(user) is None and not self._all]
        if len(unknown) > ONE_BY_ONE:
            self._learn_all()
            return
        for user in unknown:
            for address in addresses_of(user):
                if self.key_of(user) is None and address not in self._asked:
                    self._ask(address)

    def learn(self, users: Iterable[User]) -> None:
        """Take in users that REST told of."""
        for user in users:
            key = str(user.id)
            self.users[key] = user
            names = [email_of(user), user.guid, user.email]
            for name in names:
                if name:
                    self._by_name.setdefault(name.strip().lower(), key)

    def in_group(self, group: str) -> Iterator[User]:
        """Everybody in a group, as REST lists them.

        `more_available` is not trusted alone: a full page is followed by another one whatever it
        says, and a page that brings nobody new ends the list.
        """
        seen: set[int] = set()
        page = 1
        while True:
            found, bad = rest(self.ctx).page(f"users/in_group/{group}.json", GroupUsers, page=page)
            self.rejects += bad
            fresh = [user for user in found.users if user.id not in seen]
            seen.update(user.id for user in fresh)
            self.learn(fresh)
            yield from fresh
            short = len(found.users) + len(bad) < A_PAGE
            more = found.more_available is None or flag(found.more_available)
            if not (fresh or bad) or (short and not more):
                return
            page += 1

    def _learn_group(self, group: str) -> None:
        try:
            for _ in self.in_group(group):
                pass
        except (NotAllowed, NotThere):
            return  # a private community that the person who signed in is not in

    def _learn_all(self) -> None:
        self._all = True
        seen: set[int] = set()
        page = 1
        while True:
            found, bad = rest(self.ctx).page("users.json", UserList, page=page)
            fresh = [user for user in found.items if user.id not in seen]
            if not fresh and not bad:
                return
            seen.update(user.id for user in fresh)
            self.learn(fresh)
            page += 1

    def _ask(self, address: str) -> None:
        self._asked.add(address)
        try:
            found, _ = rest(self.ctx).page("users/by_email.json", UserList, email=address)
        except NotThere:
            return
        self.learn(found.items)
        if len(found.items) == 1:  # the address may be one that the user's row does not show
            self._by_name.setdefault(address, str(found.items[0].id))

    def _learn_exports(self) -> None:
        """Ids from the `Users.csv` of exports: their `guid` is the directory id."""
        for row in people_in_exports(self.ctx):
            self._learn_row(row)
        self._all = True  # not before: without all of them, each group waits for the next run

    def _learn_row(self, row: Row) -> None:
        for name in (row.get("guid"), row.get("email")):
            if (key := row.get("id").strip()) and name.strip():
                self._by_name[name.strip().lower()] = key
