"""`/admin/rest/v1`: who the caller is, and the account's users."""

from typing import Any

from cophub.sandbox.goto.refusals import Refusal
from cophub.sandbox.goto.routes import ADMIN, Call, route
from cophub.sandbox.goto.state import Organizer

Row = dict[str, Any]
MOST = 10**9


@route(f"{ADMIN}/me")
def me(call: Call) -> Row:
    """The caller's key and accounts; here the keys are numbers."""
    account = call.account
    return {
        **_user(call.caller),
        "key": call.caller.key,
        "accountKey": account.key,
        "accounts": [{"key": account.key, "name": account.name}],
    }


@route(f"{ADMIN}/accounts/{{account}}/users")
def users(call: Call, account: str) -> Row:
    """A page of the users; here the keys are texts."""
    _check(call, account)
    rows = [_user(organizer) for organizer in call.account.organizers]
    return _page(call, rows)


@route(f"{ADMIN}/accounts/{{account}}/groups")
def groups(call: Call, account: str) -> Row:
    """A page of the groups."""
    _check(call, account)
    return _page(
        call,
        [
            {"key": str(group.key), "name": group.name, "parentKey": str(group.parent)}
            for group in call.account.groups
        ],
    )


@route(f"{ADMIN}/accounts/{{account}}/licenses")
def licenses(call: Call, account: str) -> Row:
    """A page of the licences: one for meetings, one for webinars where there is any."""
    _check(call, account)
    names = ["G2M", *(["G2W"] if call.sandbox.webinar_licence else [])]
    rows = [{"key": str(call.account.key + n), "type": name} for n, name in enumerate(names)]
    return _page(call, rows)


def _check(call: Call, account: str) -> None:
    call.need_admin()
    if account != str(call.account.key):
        raise Refusal(403, "Forbidden", "No access to this account.")


def _user(organizer: Organizer) -> Row:
    return {
        "key": str(organizer.key),
        "email": organizer.email,
        "firstName": organizer.given,
        "lastName": organizer.family,
        "locale": "en_US",
    }


def _page(call: Call, rows: list[Row]) -> Row:
    size, offset = call.whole("pageSize", 25, 1_000) or 25, call.whole("offset", 0, MOST)
    return {
        "results": rows[offset : offset + size],
        "total": len(rows),
        "pageSize": size,
        "offset": offset,
    }
