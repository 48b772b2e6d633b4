"""A walk down one group's feed, and the threads that it finds incomplete."""

from collections.abc import Iterator

from cophub import Gone, Item, Post, Reaction, Reject, SourceUnavailable
from cophub.connectors.yammer.client import MESSAGES_A_PAGE, Ctx, NotAllowed, NotThere, Yammer
from cophub.connectors.yammer.cursor import Known, Place, Tally, Walk
from cophub.connectors.yammer.groups import Found
from cophub.connectors.yammer.parse import (
    People,
    is_direct,
    names_of,
    parse_message,
    threads_of,
    whole_likes,
)
from cophub.connectors.yammer.payloads import Feed, Message, Reference, id_of
from cophub.connectors.yammer.rereading import note
from cophub.connectors.yammer.threads import (
    MESSAGES,
    came_twice,
    hour_of,
    ids_of,
    is_blind,
    latest_hour,
    read_thread,
)
from cophub.http import parse_each

CHECKPOINT = None
"""What a walk yields where its place may be kept."""


class Walker:
    """Walks down as `place.walk` says, and brings `place` up to date."""

    def __init__(self, ctx: Ctx, api: Yammer, people: People, found: Found, place: Place) -> None:
        self.ctx, self.api, self.people, self.found, self.place = ctx, api, people, found, place
        self.done: set[int] = set()
        """Threads that were read whole."""
        self._met: dict[int, set[int]] = {}
        self._blind = False
        """Whether there was a message that could not be read, of which not even the id is known."""

    def items(self) -> Iterator[Item | None]:
        """Everything down to the walk's floor; CHECKPOINT where what was read may be kept."""
        walk = self.place.walk
        if walk is None:
            return
        if not walk.ended:
            yield from self._pages(walk)
            walk.ended = True
            yield CHECKPOINT
        for key in sorted(walk.open, key=int, reverse=True):
            yield from self._settle_begun(int(key), walk.open[key], walk)
            del walk.open[key]
            yield CHECKPOINT
        yield from self._out_of_sight(walk)
        place = self.place
        place.seen = max(place.seen, walk.top, walk.last)
        place.updates, place.walk = walk.updates, None
        yield CHECKPOINT

    def _pages(self, walk: Walk) -> Iterator[Item | None]:
        doubted = False
        while True:
            feed, rejects = self.api.in_group(self.found.key, walk.low or None)
            ids, before = ids_of(feed, rejects), walk.low
            again = bool(ids and before and min(ids) >= before and ids != {before})
            if (again and doubted) or (not ids and len(rejects) >= MESSAGES_A_PAGE):
                raise came_twice(self.found.title) if again else none_readable(self.found.title)
            if again or not ids:
                # An empty page ends the feed. Where the group counts more, it is asked once more.
                if not again and (doubted or walk.floor or walk.count >= walk.updates):
                    self._note_rejects(rejects, before)
                    yield from rejects
                    return
                doubted = True
                continue
            doubted, low = False, min(ids)
            self._note_rejects(rejects, before)
            yield from self._page(feed, rejects, walk)
            walk.low = min(low, before) if before else low
            walk.top = max(walk.top, *ids)
            yield from self._settle_passed(walk, before)
            self.ctx.progress(f"messages of {self.found.title}", walk.count, walk.updates or None)
            if low <= walk.floor or (before and low >= before):
                return
            yield CHECKPOINT

    def _note_rejects(self, rejects: list[Reject], older_than: int) -> None:
        """Remember a page with messages that could not be read, for the next run."""
        if any(one.record == MESSAGES for one in rejects):
            self.place.pages = [*self.place.pages, older_than]
        self._blind = self._blind or any(map(is_blind, rejects))

    def missed(self) -> Iterator[Item | None]:
        """What an earlier run could not read, once more; CHECKPOINT after each."""
        place = self.place
        for older_than in list(place.pages):
            feed, rejects = self.api.in_group(self.found.key, older_than or None)
            yield from rejects
            yield from self.people.new(feed.references)
            threads, names = threads_of(feed), names_of(feed)
            for message in feed.messages:
                if not is_direct(message, threads):
                    yield from self._records(message, names, threads)
            place.pages = [one for one in place.pages if one != older_than]
            yield CHECKPOINT
        for id in list(place.torn):
            yield from self.thread(id)
            place.torn = [one for one in place.torn if one != id]
            yield CHECKPOINT

    def _page(self, feed: Feed, rejects: list[Reject], walk: Walk) -> Iterator[Item]:
        threads, names = threads_of(feed), names_of(feed)
        yield from rejects
        yield from self.people.new(feed.references)
        for message in feed.messages:
            met = self._met.setdefault(message.thread, set())
            if message.id in met or is_direct(message, threads):
                continue
            met.add(message.id)
            walk.count += 1
            tally = walk.open.setdefault(str(message.thread), Tally())
            self._count(tally, message, threads.get(message.thread))
            yield from self._records(message, names, threads)

    def _count(self, tally: Tally, message: Message, reference: Reference | None) -> None:
        tally.count += 1
        tally.fresh += message.id > self.place.seen
        tally.last = max(tally.last, hour_of(message))
        stats = reference.stats if reference is not None else None
        if tally.claimed < 0 and stats is not None and stats.updates is not None:
            tally.claimed = stats.updates
            tally.latest = int(id_of(stats.latest_reply_id) or 0)

    def _records(
        self, message: Message, names: dict[str, str], threads: dict[int, Reference]
    ) -> Iterator[Item]:
        given = {"group": self.found.key, "names": names, "threads": threads}
        yield from parse_each([message], parse_message, **given, ways=self.ctx.settings.ways)
        # Who took a like back is seen only where all who like it are named.
        if message.id <= self.place.seen and (whole := whole_likes(message)) is not None:
            yield Gone(record=Reaction, where={"post": str(message.id)}, but=whole)

    def _settle_passed(self, walk: Walk, before: int) -> Iterator[Item]:
        """The threads of which the first message is behind us."""
        known = self.place.threads
        passed = {int(key) for key in walk.open if int(key) >= walk.low}
        passed |= {id for id in known if id >= walk.low and (not before or id < before)}
        for id in sorted(passed, reverse=True):
            tally, before_now = walk.open.pop(str(id), Tally()), known.get(id)
            hidden = before_now is not None and before_now.hidden and tally.count
            if before_now and hidden and tally.claimed == before_now.size + tally.fresh:
                # The feed still leaves out what was read before, and nothing else is missing.
                self._add(id, before_now, tally)
                continue
            if not tally.count or tally.claimed not in (-1, tally.count):
                counted = tally.count
                yield from self.thread(id, hidden=bool(counted))
                now = self.place.threads.get(id)
                walk.count += max(0, (now.size if now else tally.claimed) - counted)
                continue
            met = self._met.get(id, set())
            if id in known and tally.count - tally.fresh < known[id].size:
                if len(met) != tally.count or self._blind:  # which ones are left is not told
                    continue
                yield self._gone(id, met)
            self.done.add(id)
            self._note(id, Known(tally.count, tally.last))

    def _settle_begun(self, id: int, tally: Tally, walk: Walk) -> Iterator[Item]:
        """A thread that began before the walk's end."""
        known = self.place.threads.get(id)
        if id in self.done:
            return
        if known is None and walk.floor and not tally.fresh and tally.latest <= self.place.seen:
            return  # an old thread, of which nothing is new
        if known is not None and tally.claimed in (-1, known.size + tally.fresh):
            self._add(id, known, tally)
            return
        yield from self.thread(id, hidden=known.hidden if known else False)

    def _out_of_sight(self, walk: Walk) -> Iterator[Item]:
        """The group's newest message, where the feed left it out: an answer in a busy thread."""
        if walk.last <= max(walk.top, self.place.seen):
            return
        try:
            message = self.api.message(walk.last)
        except (NotThere, NotAllowed):
            return
        if walk.last not in self._met.get(message.thread, ()):
            yield from self.thread(message.thread, hidden=True)

    def thread(self, id: int, *, hidden: bool | None = None) -> Iterator[Item]:
        """A thread read whole: its messages, and that no others are left of it."""
        known = self.place.threads.get(id)
        met = self._met.setdefault(id, set())
        read = read_thread(self.api, id, met)
        self.done.add(id)
        if read is None:
            self.place.threads.pop(id, None)
            yield Gone(record=Post, where={"thread": str(id)})
            return
        yield from read.rejects
        yield from self.people.new(read.references)
        last = max(known.last if known else 0, latest_hour(read.threads.get(id)))
        for message in read.messages:
            last = max(last, hour_of(message))
            if not is_direct(message, read.threads):
                yield from self._records(message, read.names, read.threads)
        met |= read.ids
        if read.torn:
            self.place.torn = [*self.place.torn, id]
        if not read.blind and (known is not None or id <= self.place.seen):
            yield self._gone(id, met)
        hides = (known.hidden if known else False) if hidden is None else hidden
        self._note(id, Known(read.claimed or len(met), last, hides))

    def _gone(self, id: int, left: set[int]) -> Gone:
        return Gone(record=Post, where={"thread": str(id)}, but=tuple(map(str, sorted(left))))

    def _add(self, id: int, known: Known, tally: Tally) -> None:
        size, last = known.size + tally.fresh, max(tally.last, known.last)
        self._note(id, Known(size, last, known.hidden))

    def _note(self, id: int, known: Known) -> None:
        note(self.place, id, known, self.ctx.settings.reread_days)


def none_readable(title: str) -> SourceUnavailable:
    """The error for a page of which nothing can be read, so that it cannot be gone on from it."""
    return SourceUnavailable(
        f"none of a page of messages of {title} can be read; what was read is kept, and the next"
        " run goes on from there"
    )
