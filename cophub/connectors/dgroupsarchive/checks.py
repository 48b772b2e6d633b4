"""What a source may read. No live server was tried, and the first verdict says so."""

from collections.abc import Callable, Iterator, Mapping

from cophub import CophubError, Estimate, Space, Verdict
from cophub.connectors.dgroupsarchive.client import Community, Ctx
from cophub.connectors.dgroupsarchive.members import text_rows
from cophub.connectors.dgroupsarchive.payloads import Entry, Profile, Stats, Tag
from cophub.connectors.dgroupsarchive.tree import activity, parse_stats, path_of, roots, taken

UNVERIFIED = "not verified against a live server"
INSTEAD = (
    "if the site does not answer any more, load members with the connector files and discussions"
    " (mbox) with mailarchive"
)


def check(ctx: Ctx) -> Iterator[Verdict]:
    """That this is unverified; then each community, and each stream of the first that answers."""
    yield Verdict(
        "dgroups-archive",
        "warning",
        f"this connector is {UNVERIFIED}: it keeps to what the vendor published until 2016",
        f"compare what it reads with the site; {INSTEAD}",
    )
    paths = ctx.settings.communities
    answered: str | None = None
    for path in paths:
        verdict = tried(path, lambda path=path: _stats(ctx, path))  # type: ignore[misc]
        yield verdict
        answered = answered or (path if verdict.state == "ok" else None)
    if answered is None:
        return
    community = Community(ctx, answered)
    yield tried("members", lambda: f"{len(community.many('/members', Profile)[0])} profiles")
    yield tried("members (v1)", lambda: f"{len(text_rows(community.text('list-members'))[0])} rows")
    yield tried("activity", lambda: f"{len(activity(ctx, answered)[0])} communities")
    yield tried("calendar", lambda: f"{len(community.many('/calendar', Entry)[0])} events")
    yield tried("library", lambda: f"{len(community.many('/tags', Tag, Depth=1)[0])} tags")


def _stats(ctx: Ctx, path: str) -> str:
    found = Community(ctx, path).one("/stats/basic", Stats)
    return f"{found.display_name or path}: {found.members or 0} members"


def tried(subject: str, call: Callable[[], str]) -> Verdict:
    """Whether a call is answered."""
    try:
        return Verdict(subject, "ok", call())
    except CophubError as error:
        fix = (
            "ask the operator of the site for a key that may read this community, and check"
            f" base_url, key, secret and communities; {INSTEAD}"
        )
        return Verdict(subject, "failed", str(error), fix)


def discover(ctx: Ctx) -> Iterator[Space]:
    """The communities that the settings name, and those below them."""
    paths = {*taken(ctx)}
    for root in roots(ctx.settings.communities):
        rows, _ = activity(ctx, root)
        paths |= {path for row in rows if (path := path_of(row, ctx.settings.host))}
    ordered = sorted(paths)
    for path in ordered:
        stats = Community(ctx, path).one("/stats/basic", Stats)
        yield from (i for i in parse_stats(ctx, stats, path, ordered) if isinstance(i, Space))


def estimate(ctx: Ctx, cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """Requests of a run; there is no cursor, so each is a whole one."""
    count = len(ctx.settings.communities)
    below = "and as many for each community below" if ctx.settings.subtree else ""
    yield Estimate("communities", 1 + count + len(roots(ctx.settings.communities)), None, below)
    yield Estimate("members", 2 * count, None, below)
    yield Estimate("calendar", count, None, below)
    yield Estimate("library", count, None, "and one for each tag")
