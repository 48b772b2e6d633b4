"""What the key may read, what there is to sync, and what a run would cost."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cophub import AuthError, Context, Estimate, SourceUnavailable, Space, Verdict

from cophub_discourse.forum import get, rows
from cophub_discourse.metrics import OF_CATEGORY, OF_SITE
from cophub_discourse.settings import Settings
from cophub_discourse.spaces import (
    categories,
    chosen_categories,
    chosen_groups,
    groups,
    site,
    space_of,
    space_of_group,
)

Ctx = Context[Settings]

KEY = (
    "In Discourse, Admin, Advanced, API Keys: make a key with user level Single User, the user an"
    " administrator, scope Read-only; put it into api_key and that user into api_username"
)
USERS, POSTS = 100, 50
"""Rows of one page."""


def check(ctx: Ctx) -> Iterator[Verdict]:
    """One small call for each stream."""
    yield _tried("spaces", lambda: _counted(len(ctx.once(chosen_categories)[0]), "categories"))
    yield _tried("members", lambda: _counted(len(ctx.once(chosen_groups)[0]), "groups"))
    yield _tried("posts", lambda: _there(ctx, "posts.json"))
    yield _accounts(ctx)
    yield _tried("metrics", lambda: _there(ctx, "admin/reports/visits.json"))


def _tried(subject: str, look: Callable[[], str]) -> Verdict:
    try:
        return Verdict(subject, "ok", look())
    except (AuthError, SourceUnavailable) as error:
        return Verdict(subject, "failed", str(error), KEY)


def _counted(number: int, what: str) -> str:
    return f"{number} {what} that the settings name may be read"


def _there(ctx: Ctx, path: str) -> str:
    if get(ctx, path) is None:
        raise AuthError(f"{ctx.settings.root}/{path} is not shown to the key")
    return "may be read"


def _accounts(ctx: Ctx) -> Verdict:
    """Whether the list of users can be read, and addresses in it, from its first page."""
    asked: dict[str, Any] = {"page": 1, "show_emails": str(ctx.settings.emails).lower()}
    try:
        found = get(ctx, "admin/users/list/new.json", asked)
    except (AuthError, SourceUnavailable) as error:
        return Verdict("accounts", "failed", str(error), KEY)
    if found is None:
        return Verdict("accounts", "failed", "the list of users is shown to staff only", KEY)
    shown = any(row.get("email") for row in rows(found, "items") if isinstance(row, dict))
    if ctx.settings.emails and not shown:
        fix = "Give an administrator's key; moderators see addresses only where the forum lets them"
        return Verdict("accounts", "warning", "accounts may be read, without addresses", fix)
    return Verdict("accounts", "ok", "may be read")


def discover(ctx: Ctx) -> Iterator[Space]:
    """The categories and groups of the forum, also those that the settings leave out."""
    root, closed = ctx.settings.root, bool(ctx.once(site).get("login_required"))
    yield from (space_of(one, root, closed) for one in ctx.once(categories)[0])
    yield from (space_of_group(one, root, closed) for one in ctx.once(groups)[0])


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Calls of each stream, by the counts that categories and groups show of themselves."""
    inside, outside = ctx.once(chosen_groups)[0], ctx.once(categories)[0]
    people = max((one.user_count or 0 for one in ctx.once(groups)[0]), default=0)
    written = sum(one.post_count or 0 for one in outside)
    yield _estimate(ctx, "spaces", 3, len(inside) + len(outside))
    yield _estimate(ctx, "accounts", people // USERS + 2, people)
    yield _estimate(ctx, "members", len(inside), sum(one.user_count or 0 for one in inside))
    first = not cursors.get("posts")
    note = "" if first else "and one for each post of the last days whose likes changed"
    yield _estimate(
        ctx, "posts", written // POSTS + 2 if first else 2, written if first else None, note
    )
    if ctx.settings.sign_on:
        yield _estimate(ctx, "sign_on", people if not cursors.get("sign_on") else 1, people)
    yield _estimate(ctx, "metrics", len(OF_SITE) + len(OF_CATEGORY) * len(outside), None)


def _estimate(ctx: Ctx, stream: str, calls: int, found: int | None, note: str = "") -> Estimate:
    seconds = calls * 60.0 / ctx.settings.requests_per_minute
    return Estimate(stream, calls, found, note, seconds)
