"""SharePoint, emulated: a site for each community, by its own REST API and by Graph.

What a site's people do comes from the world's seed and goes on as the clock moves; the methods of
`SharePoint` change a site on demand. Everything that happens is told by the change log, apart from
comments and likes of pages.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cophub.sandbox.microsoft.graph.reports import SiteUse
from cophub.sandbox.microsoft.sharepoint import endpoints as _endpoints  # noqa: F401 - it has them
from cophub.sandbox.microsoft.sharepoint import graphface as _graphface  # noqa: F401 - likewise
from cophub.sandbox.microsoft.sharepoint import people
from cophub.sandbox.microsoft.sharepoint.acts import Acts
from cophub.sandbox.microsoft.sharepoint.founding import HUBBED, MEMBERS, found, site_for
from cophub.sandbox.microsoft.sharepoint.life import Life, event_fields
from cophub.sandbox.microsoft.sharepoint.recurrence import Rule
from cophub.sandbox.microsoft.sharepoint.roster import Roster
from cophub.sandbox.microsoft.sharepoint.state import (
    DISCUSSIONS,
    EVENTS,
    PAGES,
    Column,
    Comment,
    Item,
    Site,
    SiteGroup,
    SPList,
    encode_name,
)
from cophub.sandbox.microsoft.sharepoint.traffic import site_use
from cophub.sandbox.microsoft.sharepoint.truth import sites_truth
from cophub.sandbox.microsoft.tenant import Group, User
from cophub.sandbox.timeline import seconds
from cophub.sandbox.world import DAY

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox

LARGE = 5_000
"""The list view threshold, and how many files a folder may hold to be listed."""


class SharePoint:
    """The part of the sandbox that holds the sites; `sites` are by path, `/sites/KEY`.

    Switches for tests: `repeat_next` (Graph's next links lead to the same page for ever),
    `foreign_next` (next links lead to another host), `repeat_items` (a delta's
    page begins with the last item of the one before), `demand_digest` (a write without
    X-RequestDigest gets a 403), `expired_status` (what an old change token gets), `resync` (the
    code with a 410), `names_members` (the log says which user entered a group), `selected` (the
    ids of the sites that `Sites.Selected` was granted; all permissions hold for all sites else).
    """

    def __init__(self, sandbox: "MicrosoftSandbox") -> None:
        self.sandbox = sandbox
        self.acts = Acts(sandbox.timeline, sandbox.tenant.id)
        self.sites: dict[str, Site] = {}
        self.by_group: dict[str, Site] = {}
        for number, group in enumerate(sandbox.tenant.communities):
            site = site_for(group, number, sandbox.world.seed)
            self.sites[site.path.lower()] = self.by_group[group.id] = site
        self._join_hub()
        self.life = Life(sandbox.world, sandbox.tenant, self.acts)
        self.roster = Roster(sandbox.world, sandbox.tenant, self.acts, self.by_group)
        self.repeat_next = False
        self.foreign_next = False
        self.repeat_items = True
        self.demand_digest = False
        self.expired_status = 500
        self.resync = "resyncChangesApplyDifferences"
        self.names_members = False
        self.selected: set[str] = set()
        self.uploads: dict[str, bytearray] = {}

    def _join_hub(self) -> None:
        some = list(self.sites.values())[:HUBBED]
        for site in some:
            site.hub_id = some[0].id

    # Part of the sandbox

    def begin(self) -> None:
        """Found the sites before anybody arrives."""
        for number, site in enumerate(self.sites.values()):
            found(site, number, self.acts, self.sandbox)
            self.life.begin(site)
        if self.sandbox.list_items:
            self.roster.fill(self.site(0), self.sandbox.list_items)
        self.sandbox.tenant.watch(self.roster.heard)
        self.sandbox.usage.site = self._use

    def truth(self) -> dict[str, Any]:
        """Under `sites` every site by its id."""
        return sites_truth(self.sites.values())

    def expire_cursors(self) -> None:
        """Every change token and delta link handed out so far is refused."""
        for site in self.sites.values():
            site.log.expire()

    def _use(self, group: Group, start: int, end: int) -> SiteUse:
        return site_use(self.sandbox, self.by_group[group.id], start, end)

    # Finding things

    def site(self, which: int | str) -> Site:
        """A site by its community's number, its key or its path."""
        if isinstance(which, int):
            return list(self.sites.values())[which]
        return self.sites.get(which.lower()) or self.sites[f"/sites/{which.lower()}"]

    def list(self, site: Site, title: str) -> SPList:
        """A list by its title; raises KeyError."""
        found = site.list_named(title)
        if found is None:
            raise KeyError(title)
        return found

    def author(self, site: Site, user: User | None = None) -> int:
        """The site user id of somebody, or of the first member of the community."""
        if user is None:
            group = site.group
            assert group is not None  # noqa: S101 - every site here has one
            users = (self.sandbox.tenant.users.get(one) for one in group.members)
            user = next(u for u in users if u is not None and u.person is not None)
        return people.resolve(site, user, self.acts.now).id

    # Change on demand; `by` is a user of the directory, somebody unless told

    def add_item(
        self, site: Site, title: str = MEMBERS, by: User | None = None, **fields: Any
    ) -> Item:
        """A new row in the list with this title; columns by internal name."""
        return self.acts.add_item(site, self.list(site, title), fields, self.author(site, by))

    def edit_item(
        self, site: Site, item: Item, title: str = MEMBERS, by: User | None = None, **fields: Any
    ) -> Item:
        """New values for a row."""
        of = self.list(site, title)
        return self.acts.edit(site, of, item, self.author(site, by), **fields)

    def delete_item(
        self, site: Site, item: Item, title: str = MEMBERS, by: User | None = None
    ) -> None:
        """A row into the recycle bin."""
        self.acts.delete(site, self.list(site, title), item, self.author(site, by))

    def restore_item(
        self, site: Site, item: Item, title: str = MEMBERS, by: User | None = None
    ) -> None:
        """A row out of the recycle bin."""
        self.acts.restore(site, self.list(site, title), item, self.author(site, by))

    def add_column(self, site: Site, title: str, name: str, type: str = "Text") -> Column:
        """A new column of a list; its internal name is encoded from `name`."""
        of = self.list(site, title)
        return self.acts.add_column(site, of, Column(encode_name(name), name, type))

    def add_list(self, site: Site, title: str, template: int = 100) -> SPList:
        """A new list."""
        return self.acts.add_list(site, title, template)

    def rename_list(self, site: Site, of: SPList, title: str) -> None:
        """A new title for a list; its address stays."""
        self.acts.rename_list(site, of, title)

    def delete_list(self, site: Site, of: SPList) -> None:
        """A list into the recycle bin."""
        self.acts.delete_list(site, of)

    def restore_list(self, site: Site, of: SPList) -> None:
        """A list out of the recycle bin."""
        self.acts.restore_list(site, of)

    def publish_news(
        self, site: Site, title: str, text: str = "", by: User | None = None, *, news: bool = True
    ) -> Item:
        """A page or news that is visible at once."""
        pages, author = site.list_of(PAGES), self.author(site, by)
        fields = {"Title": title, "Description": text[:120], "CanvasContent1": text}
        page = self.acts.add_item(
            site, pages, fields, author, name=f"{encode_name(title)}-{pages.last_id + 1}.aspx"
        )
        page.promoted, page.major, page.minor, page.size = 1, 0, 1, 3_000 + len(text)
        self.acts.publish(site, pages, page, author, news=news)
        return page

    def comment(
        self, site: Site, item: Item, text: str, by: User | None = None, to: Comment | None = None
    ) -> Comment:
        """A comment on a page or row, or the answer to one."""
        return self.acts.comment(site, item, self.author(site, by), text, to=to)

    def delete_comment(self, item: Item, comment: Comment) -> None:
        """Remove a comment with its answers."""
        self.acts.delete_comment(item, comment)

    def like(
        self, site: Site, what: Item | Comment, by: User | None = None, *, on: bool = True
    ) -> None:
        """Like a page, row or comment, or take it back."""
        self.acts.like(what, self.author(site, by), on=on)

    def start_topic(self, site: Site, title: str, body: str = "", by: User | None = None) -> Item:
        """A topic of the discussion board."""
        board = site.list_of(DISCUSSIONS)
        return self.acts.start_topic(site, board, self.author(site, by), title, body)

    def answer(
        self, site: Site, topic: Item, body: str, by: User | None = None, to: Item | None = None
    ) -> Item:
        """An answer on the discussion board."""
        board = site.list_of(DISCUSSIONS)
        return self.acts.answer(site, board, topic, self.author(site, by), body, to)

    def add_file(self, site: Site, path: str, content: bytes = b"", by: User | None = None) -> Item:
        """A file at a server-relative path, or a new version of it; folders are made."""
        of = site.list_at(path)
        if of is None:
            raise KeyError(path)
        author, inside = self.author(site, by), path[len(of.root) + 1 :].split("/")
        for depth in range(1, len(inside)):
            self.acts.add_folder(site, of, f"{of.root}/{'/'.join(inside[:depth])}", author)
        return self.acts.add_file(site, of, path, author, content=content)

    def rename_file(self, site: Site, item: Item, name: str, by: User | None = None) -> None:
        """A new name for a file or folder."""
        of = site.list_at(item.dir)
        assert of is not None  # noqa: S101 - the item is in it
        self.acts.rename(site, of, item, name, self.author(site, by))

    def move_file(self, site: Site, item: Item, to: str, by: User | None = None) -> None:
        """To another folder of its library, or to another library, by server-relative path."""
        here, there = site.list_at(item.dir), site.list_at(to)
        if here is None or there is None:
            raise KeyError(to)
        if here is there:
            self.acts.move(site, here, item, to, self.author(site, by))
        else:
            self.acts.move_to_list(site, here, item, there, self.author(site, by))

    def add_event(
        self, site: Site, title: str, start: datetime, minutes: int = 60, by: User | None = None, *,
        all_day: bool = False, rule: Rule | None = None,
    ) -> Item:  # fmt: skip
        """An event, or a series by its rule; of an all-day event, the date counts alone."""
        at, author = seconds(start), self.author(site, by)
        if all_day:
            at, minutes = at // DAY * DAY, 24 * 60 - 1
        fields = event_fields(site, title, at, minutes * 60, all_day=all_day)
        if rule is not None:
            return self.life.series(site, fields, author, rule, at, minutes * 60)
        return self.acts.add_item(site, site.list_of(EVENTS), fields, author)

    def change_occurrence(
        self, site: Site, series: Item, start: datetime, *, deleted: bool = False
    ) -> Item:
        """Let one occurrence of a series begin two hours later, or fall out."""
        made = self.life.exception(
            site, site.list_of(EVENTS), series, seconds(start), deleted=deleted
        )
        assert made is not None  # noqa: S101 - the series is there
        return made

    def join_group(self, site: Site, group: SiteGroup, user: User) -> None:
        """Put somebody into a group of the site."""
        people.enter(site, group, people.resolve(site, user, self.acts.now), self.acts.now)

    def leave_group(self, site: Site, group: SiteGroup, user: User) -> None:
        """Take somebody out of a group of the site."""
        people.depart(site, group, people.resolve(site, user, self.acts.now), self.acts.now)


__all__ = ["LARGE", "SharePoint"]
