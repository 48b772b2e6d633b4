"""Who somebody is: one key for one human being, whatever way a source names them.

The key of an account is the directory's object id; where there is none, the user name (UPN) of the
login; where there is none, the mail address. What is no person (an app, the system account) has its
login name as key. All in lower case. Pure: nothing here asks the vendor.
"""

import re
from typing import Any, NamedTuple, Protocol

import msgspec

from cophub import UNSET, Account
from cophub.connectors.microsoft.directory import (
    GraphUser,
    guest_email,
    parse_user,
    shared_with,
    upn_of,
)

SYSTEM_ACCOUNT = 1073741823
"""The site user id of the system account, the same on every site."""
USER = 1
DIRECTORY_GROUP = 4

_EVERYONE = ("c:0(.s|true", "c:0!.s|windows", "c:0!.s|forms", "c:0-.f|rolemanager|spo-grid-all")
_MACHINES = ("sharepoint", "nt authority", "nt service")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class NameId(msgspec.Struct, rename="pascal", gc=False):
    """An id with whoever gave it, as SharePoint wraps both kinds of user id."""

    name_id: str | None = None


class SiteUser(msgspec.Struct, rename="pascal", gc=False, kw_only=True):
    """A user or group as a site knows it: ever resolved there, which makes nobody a member."""

    id: int
    login_name: str = ""
    title: str | None = None
    email: str | None = None
    user_principal_name: str | None = None
    principal_type: int = USER
    is_site_admin: bool = False
    aad_object_id: NameId | None = None
    is_email_authentication_guest_user: bool = False
    is_share_by_email_guest_user: bool = False


class Named(Protocol):
    """What a list item or a comment says of a person; anything may be missing."""

    @property
    def id(self) -> int | None: ...
    @property
    def aad(self) -> str | None: ...
    @property
    def login(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...


class Identity(NamedTuple):
    """Somebody's names, in lower case: the directory's id, UPN, address; or a service's login."""

    aad: str | None = None
    upn: str | None = None
    email: str | None = None
    service: str | None = None

    @property
    def key(self) -> str | None:
        """The key as far as these names alone tell; None for nobody."""
        return self.service or self.aad or self.upn or self.email

    @property
    def guest(self) -> bool:
        """Whether the user name is that of somebody from another organisation."""
        return "#ext#" in (self.upn or "")


class Known:
    """Names that are known to be one account: who comes without the directory's id gets it."""

    def __init__(self) -> None:
        self._by_upn: dict[str, str] = {}
        self._by_email: dict[str, str | None] = {}
        self._ids: set[str] = set()

    def holds(self, key: str) -> bool:
        """Whether this is the directory id of somebody whom a site or the directory named."""
        return key in self._ids

    def learn(self, who: Identity) -> None:
        """Keep what belongs together; an address that two accounts have names neither."""
        if who.aad is None:
            return
        self._ids.add(who.aad)
        if who.upn:
            self._by_upn[who.upn] = who.aad
        if who.email:
            held = self._by_email.setdefault(who.email, who.aad)
            if held != who.aad:
                self._by_email[who.email] = None

    def key(self, who: Identity) -> str | None:
        """The key of `who`; None for nobody."""
        if who.service or who.aad:
            return who.key
        found = self._by_upn.get(who.upn) if who.upn else None
        # An address is a last resort: two people may share one, and then have different logins.
        if found is None and who.email and not who.upn:
            found = self._by_email.get(who.email)
        return found or who.key


def identity(
    login: str | None = None,
    *,
    id: int | None = None,
    aad: str | None = None,
    upn: str | None = None,
    email: str | None = None,
) -> Identity:
    """The names in a login name, an address and what else is known."""
    login = (login or "").strip()
    if id == SYSTEM_ACCOUNT or is_service(login):
        return Identity(service=(login or "sharepoint\\system").lower())
    name = _lower(upn) or upn_of(login)
    address = _lower(email)
    if address is None or "@" not in address:  # an app's display name, or nothing at all
        address = shared_with(login) or (guest_email(name) if name else None)
    object_id = _lower(aad)
    return Identity(object_id if object_id and _GUID.fullmatch(object_id) else None, name, address)


def of_site_user(user: SiteUser) -> Identity:
    """The names of a site user."""
    return identity(
        user.login_name,
        id=user.id,
        aad=user.aad_object_id.name_id if user.aad_object_id else None,
        upn=user.user_principal_name,
        email=user.email,
    )


def of_named(named: Named) -> Identity:
    """The names of whoever an item or a comment names."""
    return identity(named.login, id=named.id, aad=named.aad, email=named.email)


def account_of(user: SiteUser, key: str) -> Account:
    """A site user as an account; `key` is as `Known.key` gave it.

    Who signs in by the directory has the address that the directory gives; of those with whom
    something was shared by address alone nobody has checked it.
    """
    who = of_site_user(user)
    if who.service:
        return Account(key=key, name=user.title, kind="service", username=user.login_name)
    account = Account(key=key, name=user.title or UNSET, kind="person")
    account.username = who.upn or UNSET
    if who.email:
        account.email, account.email_verified = who.email, bool(who.aad or who.upn)
    account.extra = extra_of(key, outside=is_outside(user)) or UNSET
    return account


def directory_account(person: GraphUser, key: str) -> Account:
    """A user of the directory as an account of a site: what `account_of` gives, and more."""
    account = parse_user(person, key)
    account.extra = extra_of(person.id.lower(), outside=person.guest)
    return account


def extra_of(key: str, *, outside: bool) -> dict[str, Any]:
    """What else an account has: the directory's id, where the key is one; who is from elsewhere."""
    extra: dict[str, Any] = {"external": True} if outside else {}
    if _GUID.fullmatch(key):
        extra["directory_id"] = key
    return extra


def is_outside(user: SiteUser) -> bool:
    """Whether a site user is from another organisation."""
    sponsored = user.is_email_authentication_guest_user or user.is_share_by_email_guest_user
    return sponsored or of_site_user(user).guest or shared_with(user.login_name) is not None


def is_service(login: str) -> bool:
    """Whether a login name is an app's (`i:0i.t|...`) or the system's own, not a person's."""
    low = login.lower()
    return low.startswith("i:0i.t|") or ("\\" in low and low.split("\\")[0] in _MACHINES)


def is_everyone(login: str) -> bool:
    """Whether a login name is a claim that holds for everyone, or everyone but guests."""
    return login.lower().startswith(_EVERYONE)


def _lower(text: str | None) -> str | None:
    return text.strip().lower() or None if text else None
