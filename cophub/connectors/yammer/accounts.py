"""One person as one account, whether REST, Graph or an export tells of them.

The key is Yammer's own user id wherever REST or an export is among the ways. Several ways may tell
of one person in one run; so that the row does not change with whoever spoke last, each leaves to
the other what the other knows better: Graph the state and the directory's fields, REST the name and
address that Yammer shows, an export those who left. The directory's id is the same by all of them.

The address is the one that people sign in with, which the directory of the organisation answers
for. In an external network other organisations' people have addresses that nobody here has checked.
"""

from collections.abc import Collection
from typing import Any

from msgspec import UNSET

from cophub import Account
from cophub.connectors.microsoft.directory import GraphUser, guest_email, parse_user
from cophub.connectors.yammer.exportfile import Row
from cophub.connectors.yammer.payloads import User, flag
from cophub.connectors.yammer.posts import dated, moment, plain


def from_graph(user: GraphUser, known: User | None = None, key: str | None = None) -> Account:
    """A directory user; `known` is the same person as REST tells of them."""
    account = parse_user(user, key or (str(known.id) if known else None))
    for name in ("job_title", "department"):
        if getattr(account, name) == "":
            setattr(account, name, None)
    if known is not None:
        _lay_over(account, _shown(known))
    if account.email:
        account.email_verified = True
    return account


def from_rest(user: User, ways: Collection[str]) -> Account:
    """A user of REST; `state` other than active is all that REST says of who left."""
    account = Account(key=str(user.id), kind="person")
    if "graph" in ways:
        _lay_over(account, _shown(user))
    else:
        for name, value in _shown(user).items():
            setattr(account, name, value)
    if account.email:
        account.email_verified = True
    if guid := (user.guid or "").strip().lower():
        account.extra = {"directory_id": guid}
    if "graph" not in ways:
        account.created_at = moment(user.activated_at) or UNSET
        if state_of(user) == "active" or "export" not in ways:
            account.status = state_of(user)
    return account


def _shown(user: User) -> dict[str, str | None]:
    """What Yammer shows of a person."""
    return {
        "name": plain(user.full_name),
        "given_name": plain(user.first_name),
        "family_name": plain(user.last_name),
        "email": email_of(user),
        "job_title": plain(user.job_title),
        "department": plain(user.department),
    }


def _lay_over(account: Account, shown: dict[str, str | None]) -> None:
    """Set what Yammer shows; what it does not show, the directory may know."""
    for name, value in shown.items():
        if value is not None:
            setattr(account, name, value)


def from_export(row: Row, ways: Collection[str]) -> Account:
    """A row of Users.csv. Raises ValueError for a date that is none, KeyError without an id.

    `soft_delete` is pending, suspended or deleted by which date is there.
    """
    key = row.get("id").strip()
    if not key:
        raise KeyError("id")
    account = Account(key=key, kind="person")
    if name := plain(row.get("name")):
        account.name = name
    if email := row.get("email").strip().lower():
        account.email, account.email_verified = email, not row.folder
    if guid := row.get("guid").strip().lower():
        account.extra = {"directory_id": guid}
    status = export_status(row)
    if "graph" not in ways:
        account.job_title = plain(row.get("job_title"))
        account.department = plain(row.get("department"))
        account.status = status
    elif status == "deleted":  # suspended is what Graph calls disabled, and it knows it sooner
        account.status = status
    if "graph" not in ways and "rest" not in ways:
        account.created_at = moment(row.get("joined_at"))
    return account


def export_status(row: Row) -> str:
    """active, pending, suspended or deleted."""
    if dated(row.get("deleted_at"))[0]:
        return "deleted"
    if dated(row.get("suspended_at"))[0]:
        return "suspended"
    if row.get("state").strip().lower() == "soft_delete":
        return "pending" if not row.get("joined_at") else "suspended"
    return "active"


def state_of(user: User) -> str:
    """active, or what REST calls the other states; it does not tell suspended from deleted."""
    state = (user.state or "active").strip().lower()
    return "suspended" if state == "soft_delete" else state


def email_of(user: User) -> str | None:
    """The primary address in small letters; None where Yammer made one up."""
    contact = user.contact
    if contact is not None and flag(contact.has_fake_email):
        return None
    listed = (contact.email_addresses or []) if contact is not None else []
    primary = (one.address for one in listed if one.type == "primary" or len(listed) == 1)
    given = plain(user.email) or plain(next(primary, None))
    return given.lower() if given else None


def addresses_of(user: GraphUser) -> list[str]:
    """What a directory user may be called at Yammer: mailbox, UPN, and a guest's own address."""
    found: list[Any] = [user.mail, user.user_principal_name]
    if isinstance(user.user_principal_name, str):
        found.append(guest_email(user.user_principal_name))
    texts = [text.strip().lower() for text in found if isinstance(text, str) and text.strip()]
    return list(dict.fromkeys(texts))
