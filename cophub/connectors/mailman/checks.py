"""What a source may read, what there is to sync, and what a run would cost."""

from collections.abc import Iterator, Mapping

from cophub import Context, CophubError, Estimate, Space, Verdict
from cophub.connectors.mailman.archive import Archive
from cophub.connectors.mailman.core import PAGE, Core
from cophub.connectors.mailman.lists import (
    Taken,
    all_taken,
    chosen,
    config_of,
    everything,
    space_of,
)
from cophub.connectors.mailman.members import read_position
from cophub.connectors.mailman.posts import Archives, checksum
from cophub.connectors.mailman.roster import ROLES
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.mailman.windows import first_month, windows

Ctx = Context[Settings]


def check(ctx: Ctx) -> Iterator[Verdict]:
    """Mailman core, the lists, the rosters and the archive of each list, by small calls."""
    where = f"[sources.{ctx.source}.settings] in plugins.toml"
    if ctx.settings.password is not None:
        try:
            yield Verdict("core", "ok", Core(ctx).versions().mailman_version)
        except CophubError as error:
            fix = f"correct base_url, user and password under {where}"
            yield Verdict("core", "failed", str(error), fix)
            return
    try:
        taken, rejects = all_taken(ctx)
    except CophubError as error:
        yield Verdict("lists", "failed", str(error), f"see that each of lists is there: {where}")
        return
    if not taken:
        yield Verdict("lists", "warning", "there is no list", f"correct lists under {where}")
        return
    names = ", ".join(one.address for one in taken[:10])
    more = f" and {len(taken) - 10} more" if len(taken) > 10 else ""
    yield Verdict("lists", "warning" if rejects else "ok", f"{len(taken)} lists: {names}{more}")
    yield _check_members(ctx, taken[0], where)
    yield from _check_archives(ctx, taken, where)


def _check_members(ctx: Ctx, one: Taken, where: str) -> Verdict:
    if ctx.settings.password is None:
        fix = f"set password under {where} to admin_pass of mailman.cfg"
        return Verdict("members", "warning", "without a password nobody's membership is read", fix)
    try:
        counts = [f"{Core(ctx).count(one.key, role)} {role}s" for role in reversed(ROLES)]
    except CophubError as error:
        return Verdict("members", "failed", str(error), "look at var/logs/mailman.log")
    return Verdict("members", "ok", f"{one.address}: {', '.join(counts)}")


def _check_archives(ctx: Ctx, taken: list[Taken], where: str) -> Iterator[Verdict]:
    if not ctx.settings.archive:
        fix = f"set archive_url under {where} to the address of HyperKitty"
        yield Verdict("posts", "warning", "without archive_url no posts are read", fix)
        return
    good = 0
    try:
        archive = Archive(ctx)
    except CophubError as error:
        yield Verdict("posts", "failed", str(error), f"correct archive_user under {where}")
        return
    for one in taken:
        try:
            if config_of(ctx, one).archive_policy != "never" and archive.has(one.address):
                archive.newest(one.address)
                good += 1
        except CophubError as error:
            fix = "subscribe the login to the list, or take the list out of lists"
            yield Verdict("posts", "failed", str(error), fix)
    message = f"the archives of {good} of {len(taken)} lists can be read, with their votes"
    yield Verdict("posts", "ok" if good else "warning", message)


def discover(ctx: Ctx) -> Iterator[Space]:
    """Every list with its subscribers counted, whether the settings take it or not."""
    for one in everything(ctx)[0]:
        space = space_of(ctx, one, config_of(ctx, one))
        if one.subscribers is not None:
            space.native_member_count = one.subscribers
        yield space


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests and rows of a run from these cursors, by what the lists say of themselves."""
    found = everything(ctx)[0]
    taken = chosen(ctx, found)
    first = 1 + len(found) // PAGE
    yield Estimate("lists", first + len(taken), len(taken))
    if ctx.settings.password is not None:
        yield _estimate_members(taken, cursors.get("members"))
    if ctx.settings.archive:
        yield _estimate_posts(ctx, taken, cursors.get("posts"))
        note = "and two or more for each thread with new votes"
        yield Estimate("votes", len(taken), None, note)


def _estimate_members(taken: list[Taken], cursor: str | None) -> Estimate:
    try:
        known = read_position(cursor).members
    except CophubError:
        known = {}
    people = sum(one.subscribers or 0 for one in taken)
    new = sum(one.subscribers or 0 for one in taken if one.key not in known)
    pages = sum(3 + (one.subscribers or 0) // PAGE for one in taken)
    note = f"{new} addresses are asked when they were registered" if new else ""
    return Estimate("members", 1 + len(taken) + pages + new, 2 * people, note)


def _estimate_posts(ctx: Ctx, taken: list[Taken], cursor: str | None) -> Estimate:
    try:
        known = Archives.read_of(cursor, checksum(ctx.settings)).archives
    except CophubError:
        known = {}
    archive, today = Archive(ctx), ctx.now.date()
    requests = rows = 0
    for one in taken:
        requests += 1
        try:
            if not archive.has(one.address):
                continue
            requests += 1
            count, newest, _ = archive.newest(one.address)
            state = known.get(one.key)
            if state is None:
                rows += count
                requests += len(windows(first_month(archive, one.address, count, today), today))
            elif (state.count, state.newest) != (count, newest):
                rows += max(0, count - max(state.count, 0))
                requests += 2
        except CophubError:
            continue
    return Estimate("posts", requests, rows)
