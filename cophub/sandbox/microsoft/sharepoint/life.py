"""What happens on a site: news, comments, files, topics and events, on the one timeline.

Each happening is drawn from the world's seed and its number alone, so the same seed lives the same
life however the clock is moved.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random

from cophub.sandbox.microsoft.sharepoint import people, recurrence
from cophub.sandbox.microsoft.sharepoint.acts import Acts
from cophub.sandbox.microsoft.sharepoint.founding import ARCHIVE, DOCUMENTS
from cophub.sandbox.microsoft.sharepoint.state import (
    DISCUSSIONS,
    EVENTS,
    PAGES,
    Item,
    Site,
    SPList,
)
from cophub.sandbox.microsoft.sharepoint.texts import COMMENTS, body, file_name, slug, title
from cophub.sandbox.microsoft.tenant import Tenant, User, guid
from cophub.sandbox.world import DAY, World

HOUR = 3_600
GAP = 4 * DAY
"""Between two happenings of a site, on average."""
SHARES = {"news": 22, "page": 6, "file": 34, "topic": 20, "event": 18}


class Life:
    """Lets the people of the tenant use their sites."""

    def __init__(self, world: World, tenant: Tenant, acts: Acts) -> None:
        self.world, self.tenant, self.acts = world, tenant, acts
        self.timeline = acts.timeline

    def begin(self, site: Site) -> None:
        """Begin with a site's life."""
        self._next(site, 0)

    def _next(self, site: Site, number: int) -> None:
        chance = Random(f"{self.world.seed}/{site.path}/{number}")
        at = self.world.start + int(GAP * (number + chance.random()))
        self.timeline.at(at, partial(self._happen, site, number, chance))

    def _happen(self, site: Site, number: int, chance: Random) -> None:
        self._next(site, number + 1)
        what = chance.choices(list(SHARES), list(SHARES.values()))[0]
        author = self.somebody(site, chance)
        if author is None:
            return
        act: Callable[[Site, int, Random, int], None] = getattr(self, f"_{what}")
        act(site, author, chance, number)

    def somebody(self, site: Site, chance: Random) -> int | None:
        """The site user id of a member of the community, who comes to the site now."""
        assert site.group is not None  # noqa: S101 - every site here has one
        known = list(site.group.members)
        for _ in range(8 if known else 0):
            user = self.tenant.users.get(known[int(len(known) * chance.random() ** 1.5)])
            if user is not None and user.enabled and user.person is not None:
                return self.resolved(site, user)
        return None

    def resolved(self, site: Site, user: User) -> int:
        """The site user id of somebody."""
        return people.resolve(site, user, self.acts.now).id

    def _later(self, wait: float, happening: Callable[[], object]) -> None:
        self.timeline.at(self.timeline.now + int(wait), happening)

    # Pages

    def _news(self, site: Site, author: int, chance: Random, number: int) -> None:
        pages = site.list_of(PAGES)
        page = self.draft(site, author, title(chance), chance, number)
        self._later(
            chance.uniform(0.1, 2) * DAY, partial(self._publish, site, pages, page, author, chance)
        )

    def draft(
        self, site: Site, author: int, name: str, chance: Random, number: int, *, news: bool = True
    ) -> Item:
        """A page that only its author sees so far."""
        pages = site.list_of(PAGES)
        text = body(chance)
        fields = {"Title": name, "Description": text[:120], "CanvasContent1": text}
        page = self.acts.add_item(site, pages, fields, author, name=f"{slug(name)}-{number}.aspx")
        page.promoted, page.major, page.minor = (1 if news else 0), 0, 1
        page.size = 3_000 + len(text)
        return page

    def _publish(self, site: Site, pages: SPList, page: Item, by: int, chance: Random) -> None:
        if page.deleted:
            return
        self.acts.publish(site, pages, page, by, news=page.promoted == 1)
        for _ in range(chance.choice((0, 1, 2, 2, 3, 5))):
            self._later(
                chance.expovariate(1 / (6 * DAY)), partial(self._comment, site, page, chance)
            )
        for _ in range(chance.choice((0, 2, 4, 8))):
            self._later(chance.expovariate(1 / (4 * DAY)), partial(self._like, site, page, chance))
        if chance.random() < 0.25:
            wait = chance.uniform(1, 60) * DAY
            self._later(wait, partial(self._edit_page, site, pages, page, chance))
        if chance.random() < 0.06:
            self._later(chance.uniform(20, 200) * DAY, partial(self._delete, site, pages, page))

    def _page(self, site: Site, author: int, chance: Random, number: int) -> None:
        page = self.draft(site, author, title(chance), chance, number, news=False)
        self._publish(site, site.list_of(PAGES), page, author, chance)

    def _edit_page(self, site: Site, pages: SPList, page: Item, chance: Random) -> None:
        by = self.somebody(site, chance)
        if page.deleted is None and by is not None:
            self.acts.edit(site, pages, page, by, CanvasContent1=body(chance))

    def _comment(self, site: Site, page: Item, chance: Random) -> None:
        by = self.somebody(site, chance)
        if page.deleted or by is None:
            return
        to = chance.choice(page.comments) if page.comments and chance.random() < 0.35 else None
        mentions = (to.author,) if to and chance.random() < 0.3 else ()
        made = self.acts.comment(site, page, by, chance.choice(COMMENTS), to=to, mentions=mentions)
        if chance.random() < 0.5 and (liker := self.somebody(site, chance)) is not None:
            self._later(chance.uniform(0, 2) * DAY, lambda: self.acts.like(made, liker))
        if chance.random() < 0.04:
            wait = chance.uniform(0, 20) * DAY
            self._later(wait, lambda: self.acts.delete_comment(page, made))

    def _like(self, site: Site, page: Item, chance: Random) -> None:
        by = self.somebody(site, chance)
        if by is not None and page.deleted is None:
            self.acts.like(page, by)

    def _delete(self, site: Site, of: SPList, item: Item) -> None:
        if item.id in of.items:
            self.acts.delete(site, of, item, item.editor)

    # Files

    def _file(self, site: Site, author: int, chance: Random, number: int) -> None:
        library = site.list_named(DOCUMENTS)
        if library is None:
            return
        directory = library.root
        if chance.random() < 0.6:
            topic = chance.choice(("Guides", "Minutes", "Data & tools", "Réunions"))
            directory = self.acts.add_folder(site, library, f"{directory}/{topic}", author).path
        path = f"{directory}/{file_name(chance, number)}"
        size = int(chance.lognormvariate(12, 2))
        item = self.acts.add_file(site, library, path, author, size=size)
        item.fields["Title"] = title(chance) if chance.random() < 0.5 else ""
        self._fate(site, library, item, chance, number)

    def _fate(self, site: Site, of: SPList, item: Item, chance: Random, number: int) -> None:
        drawn = chance.random()
        wait = chance.uniform(1, 90) * DAY
        if drawn < 0.35:
            self._later(wait, partial(self._edit_file, site, of, item, chance))
        elif drawn < 0.43:
            self._later(wait, partial(self._delete, site, of, item))
            if drawn < 0.37:
                self._later(wait + 3 * DAY, partial(self._restore, site, of, item))
        elif drawn < 0.5:
            self._later(wait, partial(self._move, site, of, item, chance))
        elif drawn < 0.53:
            self._later(wait, partial(self._archive, site, of, item))

    def _edit_file(self, site: Site, of: SPList, item: Item, chance: Random) -> None:
        by = self.somebody(site, chance)
        if item.id in of.items and by is not None:
            item.size += chance.randint(1, 9_000)
            self.acts.touch(site, of, item, by)

    def _restore(self, site: Site, of: SPList, item: Item) -> None:
        if item.deleted is not None and item.id in of.bin:
            self.acts.restore(site, of, item, item.author)

    def _move(self, site: Site, of: SPList, item: Item, chance: Random) -> None:
        if item.id not in of.items:
            return
        if chance.random() < 0.5:
            self.acts.rename(site, of, item, f"final-{item.name}", item.author)
        else:
            folder = self.acts.add_folder(site, of, f"{of.root}/Shared", item.author)
            self.acts.move(site, of, item, folder.path, item.author)

    def _archive(self, site: Site, of: SPList, item: Item) -> None:
        archive = site.list_named(ARCHIVE)
        if archive is not None and of.items.get(item.id) is item:
            self.acts.move_to_list(site, of, item, archive, item.author)

    # Discussions

    def _topic(self, site: Site, author: int, chance: Random, number: int) -> None:
        board = site.list_of(DISCUSSIONS)
        topic = self.acts.start_topic(site, board, author, f"{title(chance)}?", body(chance))
        for _ in range(chance.choice((0, 1, 2, 4, 7))):
            wait = chance.expovariate(1 / (8 * DAY))
            self._later(wait, partial(self._answer, site, board, topic, chance))
        if chance.random() < 0.05:
            self._later(chance.uniform(30, 120) * DAY, partial(self._delete, site, board, topic))

    def _answer(self, site: Site, board: SPList, topic: Item, chance: Random) -> None:
        by = self.somebody(site, chance)
        if by is None or topic.deleted:
            return
        earlier = [i for i in self.acts.inside(board, topic) if not i.folder]
        to = chance.choice(earlier) if earlier and chance.random() < 0.3 else None
        made = self.acts.answer(site, board, topic, by, f"<div>{body(chance)}</div>", to)
        if chance.random() < 0.3 and (liker := self.somebody(site, chance)) is not None:
            self.acts.like(made, liker)
        if chance.random() < 0.06:
            self._later(chance.uniform(0, 9) * DAY, partial(self._delete, site, board, made))

    # Events

    def _event(self, site: Site, author: int, chance: Random, number: int) -> None:
        start = self.acts.now + chance.randint(3, 60) * DAY
        start -= start % DAY - chance.randint(6, 16) * HOUR
        length = chance.choice((30, 60, 90)) * 60
        if chance.random() < 0.15:
            start, length = start - start % DAY, DAY - 60  # all day: the date, marked as UTC
        all_day = length > 8 * HOUR
        fields = event_fields(site, title(chance), start, length, all_day=all_day)
        if not all_day and chance.random() < 0.3:
            self._series(site, fields, author, chance, start, length)
            return
        events = site.list_of(EVENTS)
        made = self.acts.add_item(site, events, fields, author)
        if chance.random() < 0.2:
            moved = partial(self._postpone, site, events, made, 7 * DAY)
            self._later(chance.uniform(0.1, 2) * DAY, moved)
        elif chance.random() < 0.08:
            self._later(chance.uniform(0.1, 2) * DAY, partial(self._delete, site, events, made))

    def _postpone(self, site: Site, of: SPList, item: Item, by: int) -> None:
        if item.id in of.items:
            times = {name: item.fields[name] + by for name in ("EventDate", "EndDate")}
            self.acts.edit(site, of, item, item.author, **times)

    def _series(
        self, site: Site, fields: dict[str, object], author: int, chance: Random, start: int,
        length: int,
    ) -> None:  # fmt: skip
        events, rule = site.list_of(EVENTS), recurrence.drawn(chance)
        local = recurrence.in_zone(start, site.zone[2])
        if local.day > 28:
            local -= timedelta(days=4)
        master = self.series(site, fields, author, rule, recurrence.instant(local), length)
        if chance.random() < 0.5:
            at = recurrence.instant(chance.choice(rule.falls(local)[1:]))
            gone = chance.random() < 0.5
            self._later(DAY, partial(self.exception, site, events, master, at, deleted=gone))

    def series(
        self, site: Site, fields: dict[str, object], author: int, rule: recurrence.Rule,
        start: int, length: int,
    ) -> Item:  # fmt: skip
        """A recurring event: one row with its rule."""
        local = recurrence.in_zone(start, site.zone[2])
        falls = rule.falls(local)
        fields |= {
            "EventDate": start, "fRecurrence": True, "EventType": 1,
            "RecurrenceData": rule.xml(local), "TimeZone": site.zone[0],
            "XMLTZone": "<timeZoneRule></timeZoneRule>",
            "EndDate": recurrence.instant(falls[-1]) + length,
        }  # fmt: skip
        return self.acts.add_item(site, site.list_of(EVENTS), fields, author)

    def exception(
        self, site: Site, of: SPList, master: Item, at: int, *, deleted: bool = False
    ) -> Item | None:
        """One occurrence of a series that is no more, or is at another time: a row of its own."""
        if master.id not in of.items:
            return None
        start = at if deleted else at + 2 * HOUR
        name = str(master.fields["Title"])
        words = f"Deleted: {name}" if deleted else f"{name} (moved)"
        fields = event_fields(site, words, start, int(master.fields["Duration"])) | {
            "EventType": 3 if deleted else 4, "MasterSeriesItemID": master.id, "RecurrenceID": at,
            "fRecurrence": True, "UID": master.fields["UID"], "RecurrenceData": "Every 1 day(s)",
        }  # fmt: skip
        return self.acts.add_item(site, of, fields, master.author)


def event_fields(
    site: Site, name: str, start: int, length: int, *, all_day: bool = False
) -> dict[str, object]:
    """The columns of a single event."""
    return {
        "Title": name, "Location": "Teams", "EventDate": start, "EndDate": start + length,
        "Description": f"<div>{name}</div>", "fAllDayEvent": all_day, "fRecurrence": False,
        "EventType": 0, "MasterSeriesItemID": None, "RecurrenceID": None, "RecurrenceData": None,
        "UID": guid(site.id, name, start), "Duration": length, "Category": "Meeting",
    }  # fmt: skip
