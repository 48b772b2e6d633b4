"""What a source may read, with the exact consent where it may not, and what there is to sync."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

from cophub import AuthError, ConfigError, Context, CophubError, Space, Verdict
from cophub.connectors.microsoft.consent import (
    COMMUNITIES,
    CONCEALED_NAMES,
    GROUP_MEMBERS,
    REPORTS,
    ROLES,
    USERS,
    YAMMER_ACCESS,
    Permission,
    delegated,
)
from cophub.connectors.microsoft.directory import group_members
from cophub.connectors.microsoft.graph import GraphPage, graph_pages
from cophub.connectors.microsoft.reports import Concealed, report_rows
from cophub.connectors.yammer.client import NotAllowed, rest
from cophub.connectors.yammer.exportfile import open_export
from cophub.connectors.yammer.groups import (
    Choice,
    Found,
    chosen,
    graph_client,
    listed,
    sees_groups,
    space_of,
)
from cophub.connectors.yammer.history import Reader
from cophub.connectors.yammer.members import refuse_blank
from cophub.connectors.yammer.ondisk import files_of, look_at_files
from cophub.connectors.yammer.payloads import Feed, NetworkList, User, flag
from cophub.connectors.yammer.settings import Settings
from cophub.connectors.yammer.usage import REPORT
from cophub.connectors.yammer.windows import NOT_ADMIN

Ctx = Context[Settings]
SOME = 8
"""Private communities that are tried for whether their messages may be read."""
SEES_PRIVATE = (
    "let the person who signed in join them; or, where that is the organisation's policy, let a"
    " verified admin sign in and turn on private content mode"
)


def check(ctx: Ctx) -> Iterator[Verdict]:
    """A verdict for each sign-in, permission and stream that the settings ask for."""
    ways = ctx.settings.ways
    calls = "rest" in ways or ("export" in ways and ctx.settings.export_path is None)
    signed_in = True
    if calls:
        found = list(sign_in(ctx))
        yield from found
        signed_in = all(one.state != "failed" for one in found)
    if "graph" in ways:
        yield from graph_permissions(ctx)
    if sees_groups(ctx.settings) and (signed_in or "rest" not in ways):
        yield from groups_and_messages(ctx)
    if "export" in ways:
        yield from exports(ctx, signed_in=signed_in)


# Yammer


def sign_in(ctx: Ctx) -> Iterator[Verdict]:
    """Whether a person has signed in to Yammer, and whether Graph sees all of its communities."""
    try:
        networks, _ = rest(ctx).page("networks/current.json", NetworkList)
    except CophubError as error:
        yield Verdict("sign-in", "failed", str(error), fix_of_sign_in(ctx, error))
        return
    names = ", ".join(one.name or str(one.id) for one in networks.items)
    yield Verdict("sign-in", "ok", f"Yammer answers for the network {names}")
    native = all(flag(one.m365_native_mode) for one in networks.items)
    if "rest" not in ctx.settings.ways and "graph" in ctx.settings.ways and not native:
        yield Verdict(
            "native mode", "warning",
            "the network is not in native mode, so Graph does not see every community",
            f"add rest to ways under [sources.{ctx.source}.settings] in plugins.toml",
        )  # fmt: skip


def fix_of_sign_in(ctx: Ctx, error: CophubError) -> str:
    """What to do about a call that failed before anything was read."""
    if isinstance(error, AuthError):
        if "rest" not in ctx.settings.ways and ctx.settings.app_only:
            return COMMUNITIES.fix  # the app itself asks Graph for them, and no person
        return f"run: cophub sign-in {ctx.source}; where that is refused: {YAMMER_ACCESS.fix}"
    return "check that Yammer can be reached from here"


def groups_and_messages(ctx: Ctx) -> Iterator[Verdict]:
    """The groups that the settings name, and whether their messages may be read."""
    try:
        taken = chosen(ctx)
    except ConfigError as error:
        where = f"correct groups under [sources.{ctx.source}.settings] in plugins.toml"
        yield Verdict("groups", "failed", str(error), where)
        return
    except CophubError as error:
        yield Verdict("groups", "failed", str(error), fix_of_sign_in(ctx, error))
        return
    state: Literal["ok", "warning"] = "ok" if taken else "warning"
    shown = ", ".join(one.title for one in taken[:10]) + (" ..." if len(taken) > 10 else "")
    yield Verdict("groups", state, f"{len(taken)} of {len(listed(ctx).groups)} groups: {shown}")
    if "rest" in ctx.settings.ways and taken:
        yield from messages(ctx, taken)


def messages(ctx: Ctx, taken: list[Found]) -> Iterator[Verdict]:
    """Whether feeds may be read: of one open community, and of the private ones."""
    private = [one for one in taken if one.rest and one.rest.privacy == "private"]
    public = [one for one in taken if one not in private]
    closed = []
    try:
        for group in [*public[:1], *private[:SOME]]:
            try:
                rest(ctx).page(f"messages/in_group/{group.key}.json", Feed, limit=1)
            except NotAllowed:
                closed.append(group.title)
    except CophubError as error:
        yield Verdict("messages", "failed", str(error), YAMMER_ACCESS.fix)
        return
    if closed:
        what = f"messages and members of these are not shown: {', '.join(closed)}"
        yield Verdict("messages", "warning", what, SEES_PRIVATE)
    else:
        yield Verdict("messages", "ok", f"the feeds of {len(taken)} groups can be read")


# Graph


def graph_permissions(ctx: Ctx) -> Iterator[Verdict]:
    """Each permission of Graph, tried by one small call."""
    try:
        tries = _Tries(ctx)
    except CophubError as error:
        yield Verdict("graph", "failed", str(error), "correct the app's credentials")
        return
    yield permitted(ctx, "communities", COMMUNITIES, tries.communities)
    if tries.groups:
        yield permitted(ctx, "members", GROUP_MEMBERS, tries.members)
        yield permitted(ctx, "accounts", USERS, tries.people)
    yield permitted(ctx, "roles", ROLES, tries.roles)
    yield permitted(ctx, "usage", REPORTS, tries.activity)


class _Tries:
    """One small call for each permission; each says what it found."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx, self._client = ctx, graph_client(ctx)
        self.groups: list[str] = []
        """Directory ids of the first communities."""

    def communities(self) -> str:
        """How many communities there are."""
        page = self._page("employeeExperience/communities", COMMUNITIES)
        self.groups = [str(one["groupId"]) for one in page.value if one.get("groupId")]
        return f"{len(page.value)}{'+' if page.next else ''} communities"

    def members(self) -> str:
        """That somebody is listed."""
        path = f"groups/{self.groups[0]}/members"
        self._page(path, GROUP_MEMBERS, {"$select": "id", "$top": "1"})
        return "members of communities are listed"

    def people(self) -> str:
        """That those who are listed have names."""
        first = next(iter(group_members(self._client, self.groups[0], transitive=False)))
        refuse_blank(first.value)
        return "members are listed with their names"

    def roles(self) -> str:
        """How many roles the network has."""
        return f"{len(self._page('employeeExperience/roles', ROLES).value)} roles"

    def activity(self) -> str:
        """How many groups the report of a week tells of."""
        rows = report_rows(self._ctx, self._client, f"{REPORT}(period='D7')")
        return f"the activity of {sum(1 for _ in rows)} groups"

    def _page(
        self, path: str, needs: Permission, params: dict[str, str] | None = None
    ) -> GraphPage[Any]:
        return next(iter(graph_pages(self._client, path, params, needs=needs)))


def permitted(ctx: Ctx, subject: str, needs: Permission, call: Callable[[], str]) -> Verdict:
    """Whether a call is answered; where it is refused, what an administrator must grant."""
    asked = needs if ctx.settings.app_only else delegated([needs])[0]
    try:
        return Verdict(subject, "ok", f"{asked}: {call()}")
    except Concealed as error:
        return Verdict(subject, "warning", str(error), CONCEALED_NAMES)
    except AuthError as error:
        if "cophub sign-in" in str(error):
            return Verdict(subject, "failed", str(error), f"run: cophub sign-in {ctx.source}")
        state: Literal["warning", "failed"] = "warning" if needs.optional else "failed"
        return Verdict(subject, state, f"{asked} is not granted", asked.fix)
    except CophubError as error:
        return Verdict(
            subject, "failed", str(error), "try again; Graph did not answer as it should"
        )


# Export


def exports(ctx: Ctx, *, signed_in: bool) -> Iterator[Verdict]:
    """Whether there are exports on disk that can be read, or who may ask for one."""
    if ctx.settings.export_path is not None:
        yield from files(ctx)
        return
    if not signed_in:
        return
    try:
        user = rest(ctx).one("users/current.json", User)
    except CophubError as error:
        yield Verdict("history", "failed", str(error), fix_of_sign_in(ctx, error))
        return
    if flag(user.verified_admin):
        yield Verdict("history", "ok", "the person who signed in is a verified admin")
    else:
        refused, _, fix = NOT_ADMIN.partition("; ")
        yield Verdict("history", "failed", refused, fix)


def files(ctx: Ctx) -> Iterator[Verdict]:
    """The exports on disk."""
    fix = f"correct export_path under [sources.{ctx.source}.settings] in plugins.toml"
    try:
        kept, problems = look_at_files(files_of(ctx.settings))
    except ConfigError as error:
        yield Verdict("history", "failed", str(error), fix)
        return
    for problem in problems:
        yield Verdict("history", "failed", problem, "download this export again")
    if kept:
        counted = "1 export" if len(kept) == 1 else f"{len(kept)} exports"
        yield Verdict("history", "ok", f"{counted} can be read")
    if kept and not sees_groups(ctx.settings):
        there = [Found(str(one.key), str(one.title)) for one in in_exports(ctx)]
        try:
            Choice(ctx.settings.groups).refuse_unknown(there, ctx.source)
        except ConfigError as error:
            yield Verdict("groups", "failed", str(error), fix.replace("export_path", "groups"))


# Discovery


def discover(ctx: Ctx) -> Iterator[Space]:
    """Every group and community with its counts, and in `extra` which way sees it."""
    if not sees_groups(ctx.settings):
        yield from in_exports(ctx)
        return
    for found in listed(ctx).groups:
        space = space_of(found)
        seen_by = [way for way, seen in (("rest", found.rest), ("graph", found.community)) if seen]
        space.extra = {**(space.extra or {}), "seen_by": seen_by}
        if found.rest is None and found.directory_id:
            pages = group_members(graph_client(ctx), found.directory_id, transitive=False)
            space.native_member_count = sum(len(page.value) for page in pages)
        yield space


def in_exports(ctx: Ctx) -> Iterator[Space]:
    """The groups that exports on disk tell of; by call nobody knows before an export was made."""
    if ctx.settings.export_path is None:
        return
    every = replace(ctx, settings=ctx.settings.model_copy(update={"groups": ["*"]}))
    found: dict[str, Space] = {}
    for kept in look_at_files(files_of(ctx.settings))[0]:
        reader = Reader(every)
        with open_export(kept.path) as export:
            for item in reader.people_and_groups(export):
                if isinstance(item, Space):
                    found[str(item.key)] = item
            for row in export.rows("Messages.csv", "group_id"):
                space = found.get(row.get("group_id").strip())
                if space is not None and not row.get("deleted_at"):
                    space.native_post_count = (space.native_post_count or 0) + 1
    for space in found.values():
        space.extra = {**(space.extra or {}), "seen_by": ["export"]}
        yield space
