"""What can be done to a site; each act writes the change log as SharePoint does.

Instants come from the sandbox's clock. Comments and likes of pages leave no trace in the log.
"""

import re
from typing import Any

from cophub.sandbox.microsoft.sharepoint.changelog import (
    ADD,
    DELETE,
    MOVE_AWAY,
    MOVE_INTO,
    RENAME,
    RESTORE,
    UPDATE,
)
from cophub.sandbox.microsoft.sharepoint.columns import CONTENT_TYPES, columns_of
from cophub.sandbox.microsoft.sharepoint.state import (
    DISCUSSIONS,
    EVENTS,
    LIBRARY,
    PAGES,
    Column,
    Comment,
    Item,
    Like,
    Site,
    SPList,
    item_guid,
)
from cophub.sandbox.microsoft.tenant import guid
from cophub.sandbox.timeline import Timeline

_PLACES = {LIBRARY: "{}", PAGES: "SitePages"}
_KIND_OF = {LIBRARY: "document", PAGES: "page", EVENTS: "event", DISCUSSIONS: "topic"}


class Acts:
    """Acts on sites at the clock's instant; `by` is always a site user id."""

    def __init__(self, timeline: Timeline, tenant_id: str) -> None:
        self.timeline = timeline
        self.tenant_id = tenant_id

    @property
    def now(self) -> int:
        """The clock."""
        return self.timeline.now

    # Lists

    def add_list(
        self, site: Site, title: str, template: int, *, name: str = "", by: int = 0, **more: Any
    ) -> SPList:
        """A new, empty list; `name` is the last part of its address, the title unless given."""
        place = name or title
        root = f"{site.path}/{place if template in (LIBRARY, PAGES) else f'Lists/{place}'}"
        made = SPList(
            guid(site.id, "list", root, len(site.lists) + len(site.recycled)), title, template,
            root, self.now, columns=columns_of(template), modified=self.now, **more,
        )  # fmt: skip
        site.lists[made.id] = made
        self._log_list(site, made, ADD, by)
        return made

    def rename_list(self, site: Site, of: SPList, title: str, by: int = 0) -> None:
        """A new title; the address stays."""
        of.title = title
        self._log_list(site, of, UPDATE, by)

    def delete_list(self, site: Site, of: SPList, by: int = 0) -> None:
        """Into the recycle bin, with all that is in it."""
        site.recycled[of.id] = site.lists.pop(of.id)
        self._log_list(site, of, DELETE, by)

    def restore_list(self, site: Site, of: SPList, by: int = 0) -> None:
        """Out of the recycle bin."""
        site.lists[of.id] = site.recycled.pop(of.id)
        self._log_list(site, of, RESTORE, by)

    def add_column(self, site: Site, of: SPList, column: Column, by: int = 0) -> Column:
        """A new column, empty in all rows; a name that is taken gets a number."""
        base, number = column.name, 0
        while column.name in of.columns:
            column.name, number = f"{base}{number}", number + 1
        of.columns[column.name] = column
        self._log_list(site, of, UPDATE, by)
        return column

    def _log_list(self, site: Site, of: SPList, kind: int, by: int) -> None:
        site.modified = self.now
        site.log.add(
            self.now, kind, "list", list_id=of.id, title=of.title, template=of.template,
            editor=self._login(site, by), url=of.root,
        )  # fmt: skip

    # Rows

    def add_item(
        self,
        site: Site,
        of: SPList,
        fields: dict[str, Any],
        by: int,
        *,
        content_type: str = "",
        folder: bool = False,
        name: str = "",
        directory: str = "",
        log: bool = True,
    ) -> Item:
        """A new row, file or folder."""
        of.last_id += 1
        kind = "folder" if folder else _KIND_OF.get(of.template, "item")
        item = Item(
            of.last_id, item_guid(of.id, of.last_id, "guid"),
            item_guid(of.id, of.last_id, "unique"), self.now, self.now, by, by,
            content_type or CONTENT_TYPES[kind], fields, folder=folder, name=name,
            dir=directory or of.root,
        )  # fmt: skip
        of.items[item.id] = item
        self._place(of, item, 1)
        self._touched(site, of)
        if log:
            self._log(site, of, item, ADD)
        return item

    def edit(self, site: Site, of: SPList, item: Item, by: int, **fields: Any) -> Item:
        """New values for columns (by internal name); a new version."""
        item.fields.update(fields)
        return self.touch(site, of, item, by)

    def touch(self, site: Site, of: SPList, item: Item, by: int) -> Item:
        """A new version of a row."""
        item.modified, item.editor = self.now, by
        item.version += 1
        if item.promoted == 0 or item.minor == 0:
            item.major += 1
        else:
            item.minor += 1
        self._touched(site, of)
        self._log(site, of, item, UPDATE)
        return item

    def delete(self, site: Site, of: SPList, item: Item, by: int) -> None:
        """Into the recycle bin; a folder or topic takes what is in it along.

        The log tells of a folder alone in a library, as of one object, and of each row of a topic.
        """
        inside = self.inside(of, item) if item.folder else []
        for each in (*inside, item):
            del of.items[each.id]
            self._place(of, each, -1)
            of.bin[each.id] = each
            each.deleted = self.now
        of.deleted_at = self.now
        self._touched(site, of)
        item.editor = by
        for each in (*(inside if of.template == DISCUSSIONS else ()), item):
            self._log(site, of, each, DELETE)

    def restore(self, site: Site, of: SPList, item: Item, by: int) -> None:
        """Out of the recycle bin with what was deleted along, under the same ids."""
        together = [each for each in of.bin.values() if each.deleted == item.deleted]
        inside = [each for each in together if each.dir.startswith(item.path)]
        for each in (item, *(inside if item.folder else ())):
            of.items[each.id] = of.bin.pop(each.id)
            self._place(of, each, 1)
            each.deleted = None
            self._log(site, of, each, RESTORE)
        of.items = dict(sorted(of.items.items()))
        self._touched(site, of)

    def inside(self, of: SPList, folder: Item) -> list[Item]:
        """Everything in a folder, at any depth."""
        start = f"{folder.path.lower()}/"
        return [each for each in of.items.values() if f"{each.dir.lower()}/".startswith(start)]

    # Files

    def add_folder(self, site: Site, of: SPList, path: str, by: int) -> Item:
        """A folder at a server-relative path; the one that is there, if there is one."""
        if (found := of.by_path.get(path.lower())) is not None:
            return found
        directory, _, name = path.rpartition("/")
        return self.add_item(
            site, of, {"Title": name}, by, folder=True, name=name, directory=directory
        )

    def add_file(
        self, site: Site, of: SPList, path: str, by: int, *, size: int = 0,
        content: bytes | None = None, title: str | None = None,
    ) -> Item:  # fmt: skip
        """A file at a server-relative path; what is there becomes an older version of it."""
        directory, _, name = path.rpartition("/")
        found = of.by_path.get(path.lower())
        size = len(content) if content is not None else size
        if found is not None:
            found.size, found.content = size, content
            return self.touch(site, of, found, by)
        item = self.add_item(site, of, {"Title": title}, by, name=name, directory=directory)
        item.size, item.content = size, content
        return item

    def rename(self, site: Site, of: SPList, item: Item, name: str, by: int) -> None:
        """A new name for a file or folder; what is in a folder moves with it, untold by the log."""
        self._moved(site, of, item, item.dir, name, by, RENAME)

    def move(self, site: Site, of: SPList, item: Item, directory: str, by: int) -> None:
        """To another folder of the same library: the log calls it a rename."""
        self._moved(site, of, item, directory, item.name, by, RENAME)

    def _moved(
        self, site: Site, of: SPList, item: Item, directory: str, name: str, by: int, kind: int
    ) -> None:
        inside = self.inside(of, item) if item.folder else []
        before = item.path
        for each in (item, *inside):
            self._place(of, each, -1)
        item.dir, item.name, item.editor = directory, name, by
        item.modified, item.version = self.now, item.version + 1
        for each in inside:
            each.dir = item.path + each.dir[len(before) :]
        for each in (item, *inside):
            self._place(of, each, 1)
        self._touched(site, of)
        self._log(site, of, item, kind)

    def move_to_list(self, site: Site, of: SPList, item: Item, to: SPList, by: int) -> Item:
        """To another library: a new id there, the document's own id stays."""
        del of.items[item.id]
        self._place(of, item, -1)
        self._touched(site, of)
        self._log(site, of, item, MOVE_AWAY)
        to.last_id += 1
        item.id, item.guid, item.dir = to.last_id, item_guid(to.id, to.last_id, "guid"), to.root
        item.editor = by
        to.items[item.id] = item
        self._place(to, item, 1)
        self._touched(site, to)
        self._log(site, to, item, MOVE_INTO)
        return item

    # Pages

    def publish(self, site: Site, of: SPList, page: Item, by: int, *, news: bool = True) -> None:
        """Make a draft visible: from now on it is a page, or news."""
        page.promoted = 2 if news else 0
        page.minor, page.major = 0, page.major
        page.first_published = page.first_published or self.now
        self.touch(site, of, page, by)

    def comment(
        self, site: Site, item: Item, by: int, text: str, *, to: Comment | None = None,
        mentions: tuple[int, ...] = (),
    ) -> Comment:  # fmt: skip
        """A comment on a page or row, or the answer to one; the log does not tell."""
        site.last_comment += 1
        made = Comment(site.last_comment, by, self.now, text, to.id if to else 0, mentions=mentions)
        (to.replies if to else item.comments).append(made)
        return made

    def delete_comment(self, item: Item, comment: Comment) -> None:
        """Remove a comment with its answers."""
        for held in (item.comments, *(each.replies for each in item.comments)):
            if comment in held:
                held.remove(comment)

    def like(self, what: Item | Comment, by: int, *, on: bool = True) -> None:
        """Like a page, row or comment, or take it back; the log does not tell."""
        held = [like for like in what.likes if like.user == by]
        if on and not held:
            what.likes.append(Like(by, self.now))
        elif not on and held:
            what.likes.remove(held[0])

    # Discussions

    def start_topic(self, site: Site, of: SPList, by: int, title: str, body: str) -> Item:
        """A topic: a folder of the board."""
        fields = {"Title": title, "Body": body, "DiscussionLastUpdated": self.now}
        name = re.sub(r'[?"*:<>/\\|]', "", title)[:60].strip() or "Topic"
        if f"{of.root}/{name}".lower() in of.by_path:
            name = f"{name} {of.last_id + 1}"
        return self.add_item(
            site, of, fields, by, content_type=CONTENT_TYPES["topic"], folder=True, name=name
        )

    def answer(
        self, site: Site, of: SPList, topic: Item, by: int, body: str, to: Item | None = None
    ) -> Item:
        """An answer to a topic, or to another answer."""
        topic.fields["DiscussionLastUpdated"] = self.now
        fields = {"Body": body, "ParentItemID": (to or topic).id, "ParentFolderId": topic.id}
        kind = CONTENT_TYPES["message"]
        made = self.add_item(site, of, fields, by, content_type=kind, directory=topic.path)
        self._log(site, of, topic, UPDATE)
        return made

    # Inside

    def _place(self, of: SPList, item: Item, step: int) -> None:
        """Enter a file or folder (1) in the list's index of paths, or take it out (-1)."""
        if not item.name:
            return
        path = item.path.lower()
        if step > 0:
            of.by_path[path] = item
        else:
            of.by_path.pop(path, None)
        if not item.folder:
            place = item.dir.lower()
            of.in_folder[place] = of.in_folder.get(place, 0) + step

    def _touched(self, site: Site, of: SPList) -> None:
        of.modified = site.modified = self.now

    def _log(self, site: Site, of: SPList, item: Item, kind: int) -> None:
        site.log.add(
            self.now, kind, "item", list_id=of.id, item_id=item.id, unique=item.unique,
            editor=self._login(site, item.editor), url=item.path, folder=item.folder,
            template=of.template,
        )  # fmt: skip

    def _login(self, site: Site, by: int) -> str:
        found = site.users.get(by)
        return found.login if found else ""
