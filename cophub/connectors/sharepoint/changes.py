"""The change log of a site collection: what was touched since a token, and by its end the next."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from cophub import Context, CophubError, Json, SourceUnavailable
from cophub.connectors.sharepoint.client import answer, ask_by_post, said, shared
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sites import SiteRef
from cophub.error_codes import PAGING

ADD, UPDATE, DELETE, RENAME, MOVE_AWAY, MOVE_INTO, RESTORE = 1, 2, 3, 4, 5, 6, 7
MEMBER_ADD, MEMBER_DELETE = 13, 14
FETCH_LIMIT = 2000
USUAL_LIMIT = 1000
KEPT = timedelta(days=60)
"""How long the vendor keeps the log unless an administrator says otherwise."""
_KINDS = (
    "Item", "List", "User", "Group", "GroupMembershipAdd", "GroupMembershipDelete", "Add",
    "Update", "SystemUpdate", "DeleteObject", "Move", "Rename", "Restore",
)  # fmt: skip
_TICKS_OF_EPOCH = 621_355_968_000_000_000
_TOKEN_PARTS = 5
_KEPT_COLUMNS = (
    "ChangeType", "Time", "ListId", "ItemId", "FileSystemObjectType", "GroupId", "UserId",
)  # fmt: skip


class TokenExpired(CophubError):  # noqa: N818 - a state of the vendor, not a fault of ours
    """The log no longer reaches back to the token, or the vendor does not know it."""


@dataclass(frozen=True)
class ChangeLog:
    """Changes of a site collection, oldest first: of what the vendor gives (SP.Change...) only
    what is asked for, as two months of a busy site are held until the run ends."""

    rows: list[Json]
    """`ChangeType` (1 add, 2 update, 3 delete, 4 rename, 5 move away, 6 move into, 7 restore,
    13 member added, 14 member removed...), `Time`, and of an item `ListId`, `ItemId`,
    `FileSystemObjectType`; of a member `GroupId` and `UserId`."""
    token: str
    """The one to go on from."""


def changes_since(ctx: Context[Settings], site: SiteRef, token: str) -> ChangeLog:
    """What happened in the site collection since `token`: items, lists, users, groups and their
    members. Asked for once a run for each site and token, whichever streams ask.

    Raises TokenExpired.
    """

    def read() -> ChangeLog | TokenExpired:
        try:
            return _read(ctx, site, token)
        except TokenExpired as expired:  # the other streams need not ask for that again
            return expired

    found = shared(ctx, f"changes:{site.site_id}:{token}", read)
    if isinstance(found, TokenExpired):
        raise found
    return found


def _read(ctx: Context[Settings], site: SiteRef, token: str) -> ChangeLog:
    rows: list[Json] = []
    at = token
    while True:
        page = _page(ctx, site, at)
        if not all(map(is_change, page)):  # what was changed then, nobody knows
            raise TokenExpired(f"{site.url}: a change of its log cannot be read")
        rows += [{name: row[name] for name in _KEPT_COLUMNS if row.get(name)} for row in page]
        last = _token_of(page[-1]) if page else at
        if not may_have_more(page):
            break
        at = further(site, at, last)
    if rows:
        return ChangeLog(rows, last)
    # Nothing happened: the token of today outlives the old one, which a quiet site would lose.
    return ChangeLog(rows, site.token or token)


def is_change(row: Any) -> bool:
    """Whether a row of the log says what kind of change it is, and how to go on from it."""
    if not isinstance(row, dict) or not isinstance(row.get("ChangeType"), int):
        return False
    token = row.get("ChangeToken")
    return isinstance(token, dict) and isinstance(token.get("StringValue"), str)


def may_have_more(page: list[Json]) -> bool:
    """Whether an answer of the log may not be its end.

    A vendor that grants its usual limit only, in place of ours, has more to tell, too.
    """
    return bool(page) and len(page) % USUAL_LIMIT == 0


def further(site: SiteRef, at: str | None, last: str) -> str:
    """The token to go on from after a full answer.

    Raises SourceUnavailable for the one that led to it: the answer before came twice, and what is
    behind it would be lost.
    """
    if last == at:
        raise SourceUnavailable(
            f"the change log of {site.url} gave the same changes twice; the next run reads them",
            code=PAGING,
        )
    return last


def _token_of(row: Json) -> str:
    token: str = row["ChangeToken"]["StringValue"]
    return token


def _page(ctx: Context[Settings], site: SiteRef, token: str) -> list[Json]:
    query = {
        **dict.fromkeys(_KINDS, True),
        "FetchLimit": FETCH_LIMIT,
        "ChangeTokenStart": {"StringValue": token},
    }
    # A token that is too old may be refused with a 500, which is not worth trying again.
    patient = not _too_old(token, ctx.now)
    try:
        response = ask_by_post(ctx, site.url, "site/getChanges", {"query": query}, patient=patient)
    except SourceUnavailable as error:
        cause = getattr(error.__cause__, "response", None)
        if isinstance(cause, httpx.Response) and _says_expired(cause):
            raise TokenExpired(f"{site.url}: {said(cause.content)}") from None
        raise
    if response.status_code >= 400 and _says_expired(response):
        raise TokenExpired(f"{site.url}: {said(response.content) or 'the token is refused'}")
    found = answer(response, site.url)
    found = found.get("GetChanges", found)
    rows: list[Json] = found.get("value", found.get("results", []))
    return rows


def _too_old(token: str, now: datetime) -> bool:
    made = made_at(token)
    return made is not None and now - made > KEPT - timedelta(days=1)


def made_at(token: str) -> datetime | None:
    """When a change token was made: `1;1;GUID;TICKS;NUMBER`, in ticks of 100 ns since year 1."""
    parts = token.split(";")
    if len(parts) != _TOKEN_PARTS or not parts[3].isdigit():
        return None
    seconds = (int(parts[3]) - _TICKS_OF_EPOCH) / 10_000_000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _says_expired(response: httpx.Response) -> bool:
    """Whether an error is about the token: its text may be in the site's language."""
    if response.status_code in (400, 410):
        return True
    if response.status_code != 500:
        return False
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    error = body.get("odata.error", body.get("error")) if isinstance(body, dict) else None
    code = str(error.get("code") or "").lower() if isinstance(error, dict) else ""
    words = f"{code} {said(response.content)}".lower()
    return any(
        sign in words
        for sign in ("changetoken", "change token", "change log", "argument", "-2147024809")
    )
