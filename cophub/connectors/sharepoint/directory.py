"""The users that a site knows, and whose account each of them is: read once a run for each site."""

from collections.abc import Iterator, Set
from datetime import datetime

from cophub import UNSET, Account, AuthError, Context, Item, Reject, SourceUnavailable
from cophub.connectors.sharepoint.client import shared
from cophub.connectors.sharepoint.listing import listed
from cophub.connectors.sharepoint.people import (
    USER,
    Identity,
    Known,
    Named,
    SiteUser,
    account_of,
    extra_of,
    identity,
    of_named,
    of_site_user,
)
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef, sites_of
from cophub.connectors.sharepoint.zones import instant

Ctx = Context[Settings]

USER_COLUMNS = (
    "Id,LoginName,Title,Email,UserPrincipalName,PrincipalType,IsSiteAdmin,"
    "IsEmailAuthenticationGuestUser,IsShareByEmailGuestUser,AadObjectId"
)
"""AadObjectId comes only to those who ask for it by name."""


def known(ctx: Ctx) -> Known:
    """The names that this run has found to belong together, on whatever site."""
    return shared(ctx, "known", Known)


def users_at(ctx: Ctx, site: SiteRef, path: str) -> tuple[list[SiteUser], list[Reject]]:
    """The users of a listing of SharePoint's REST API, such as `web/siteusers`; and its rejects.

    Raises AuthError, NotThere or SourceUnavailable.
    """
    # These listings come whole; a $top would cut them off in silence, without a next link.
    return listed(ctx, site, path, SiteUser, {"$select": USER_COLUMNS})


class Directory:
    """One site's users, by site user id, login name and directory id.

    A user id means nothing on another site, and a login name may change; the account's key does
    neither. Where SharePoint's REST API is refused (a client secret) there are no site users, and
    names are taken as they come.
    """

    def __init__(
        self, ctx: Ctx, site: SiteRef, users: list[SiteUser], rejects: list[Reject]
    ) -> None:
        self._ctx = ctx
        self._site = site
        self.users = {user.id: user for user in users}
        self.rejects = rejects
        self._by_login = {user.login_name.lower(): user for user in users}
        for user in users:
            known(ctx).learn(of_site_user(user))

    @classmethod
    def of(cls, ctx: Ctx, site: SiteRef) -> "Directory":
        """The directory of a site; asked for once a run."""

        def read() -> "Directory":
            if ctx.settings.by_graph:
                return cls(ctx, site, [], [])
            return cls(ctx, site, *users_at(ctx, site, "web/siteusers"))

        return shared(ctx, f"directory:{site.site_id}", read)

    def account(self, person: "Named | SiteUser | str | int | None") -> str | None:
        """The key of somebody's account; None for nobody.

        `person` is whoever a row or a comment names, a site user, a site user id, or a login name.
        """
        if person is None or person == "":
            return None
        return self.key(self.identity(person))

    def identity(self, person: "Named | SiteUser | str | int") -> Identity:
        """All names of somebody, with those that this site knows of them."""
        if isinstance(person, SiteUser):
            return of_site_user(person)
        if isinstance(person, int):
            user = self.users.get(person)
            return of_site_user(user) if user else identity(id=person)
        if isinstance(person, str):
            user = self._by_login.get(person.lower())
            return of_site_user(user) if user else identity(person)
        given = of_named(person)
        user = self._user_of(person)
        if user is None:
            return given
        held = of_site_user(user)
        return held if held.service or held.aad or not given.aad else given

    def _user_of(self, person: Named) -> SiteUser | None:
        """The site user that is meant; by login first: an id of zero or less is nobody's."""
        if person.login and (found := self._by_login.get(person.login.lower())):
            return found
        return self.users.get(person.id) if person.id is not None and person.id > 0 else None

    def key(self, who: Identity) -> str | None:
        """The key of these names; the other sites are asked where this one does not know the id."""
        names = known(self._ctx)
        found = names.key(who)
        if found is None or who.service or who.aad or found not in (who.upn, who.email):
            return found
        _read_other_sites(self._ctx)
        return names.key(who)

    def stranger(self, person: "Named | None") -> Account | None:
        """An account for whoever wrote something and is no user of the site (any more).

        None for those whom another site or the directory tells of, who know better. An address that
        stands with what somebody wrote is not one that anybody has checked.
        """
        if person is None or self._user_of(person) is not None:
            return None
        who = of_named(person)
        key = self.key(who)
        if key is None or who.service or self.elsewhere(key):
            return None
        account = Account(key=key, name=person.name or UNSET, kind="person")
        if who.email:
            account.email, account.email_verified = who.email, False
        account.extra = extra_of(key, outside=False) or UNSET
        return account

    def elsewhere(self, key: str) -> bool:
        """Whether some site of the source, or a group of the directory, tells who this is."""
        names = known(self._ctx)
        if not names.holds(key):
            _read_other_sites(self._ctx)
        return names.holds(key)

    @property
    def space(self) -> str:
        """The key of the site's space."""
        return self._site.key

    def at(self, text: str | None) -> datetime | None:
        """An instant as this site writes it, in UTC; None for none, and for the year 1.

        Raises ValueError for what is no date.
        """
        return instant(self._ctx, self._site, text)

    def records(self, only: Set[int] | None = None) -> Iterator[Item]:
        """An account for everyone whom the site knows, apps too; groups are none.

        `only` limits it to these site user ids.
        """
        yield from self.rejects
        for user in self.users.values():
            if only is not None and user.id not in only:
                continue
            if user.principal_type == USER and (record := self.record(user)):
                yield record

    def record(self, user: SiteUser) -> Account | None:
        """The account of a site user; None for who is nobody, such as "anyone with the link"."""
        key = self.account(user)
        return account_of(user, key) if key else None


def _read_other_sites(ctx: Ctx) -> None:
    """Read the users of every site of the source, once: another may know somebody better."""

    def read() -> bool:
        for site in [] if ctx.settings.by_graph else sites_of(ctx):
            try:
                Directory.of(ctx, site)
            except (AuthError, SourceUnavailable) as error:
                ctx.log.info("the users of %s are not to be had: %s", site.url, error)
        return True

    shared(ctx, "all directories", read)
