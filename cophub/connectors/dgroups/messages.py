"""What is written in each group: everything once, then the topics in which something changed.

Source: `getmessages` for a first read, `gettopics` by their last change, `gettopic`. An edit or a
deletion changes the topic's `updated` and no number, so a changed topic is read whole again; a run
in which nothing happened costs one request a group.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cophub import Account, Document, Gone, Item, Post, Reject
from cophub.connectors.dgroups.adopting import Adopting
from cophub.connectors.dgroups.apart import Apart
from cophub.connectors.dgroups.client import Ctx, NotAllowed, NotThere, api
from cophub.connectors.dgroups.cursor import Cursor, GroupState, Known
from cophub.connectors.dgroups.groups import Found, chosen
from cophub.connectors.dgroups.members import People
from cophub.connectors.dgroups.payloads import Message, Topic
from cophub.connectors.dgroups.posts import (
    Place,
    Reading,
    author,
    document,
    in_order,
    parse_message,
    post_key,
)
from cophub.connectors.dgroups.walking import Walk
from cophub.connectors.instants import instant
from cophub.http import parse_each

DAY = 86_400
WORTH_LISTING = 3
"""Changed topics above which the latest messages are listed first: new topics are whole there."""
OLDEST = datetime(1, 1, 1, tzinfo=UTC).isoformat()


def messages(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Posts with their threads, authors, hashtags, likes and attachments; deleted ones are gone.

    A checkpoint follows each page of a first read, and each few topics later on. A group whose
    archives the account may not see is named in a reject, unless it may download them.
    """
    cursor, taken = Cursor.read(since), chosen(ctx)
    keys = {one.key for one in taken}
    cursor.groups = {key: state for key, state in cursor.groups.items() if key in keys}
    apart = Apart(ctx, "messages")
    for number, one in enumerate(taken):
        ctx.progress("messages", number, len(taken))
        untold = yield from apart.read(one.name, _messages_of(ctx, one, cursor))
        if untold is not None:
            cursor.undo(one.key)
            People.of(ctx).told -= {int(item.key) for item in untold if isinstance(item, Account)}
    yield cursor.checkpoint()
    apart.end()


def _messages_of(ctx: Ctx, one: Found, cursor: Cursor) -> Iterator[Item]:
    try:
        if not one.may("archives_visible"):
            raise NotAllowed(one.lacks("archives_visible"))
        yield from GroupReading(ctx, one, cursor).items()
    except (NotAllowed, NotThere) as error:
        ctx.log.warning("the messages of %s are not shown: %s", one.name, error)
        if one.perms.download_archives is not True or ctx.settings.history == "api":
            yield Reject(
                reason=f"the messages of {one.name} are not shown: {error}",
                record="post",
                key=one.key,
            )


def stamp(text: str | None) -> str:
    """An instant of the vendor as text that sorts."""
    try:
        return (instant(text) or datetime.min.replace(tzinfo=UTC)).isoformat(
            timespec="microseconds"
        )
    except ValueError:
        return OLDEST


@dataclass
class GroupReading:
    """One group in one run."""

    ctx: Ctx
    one: Found
    cursor: Cursor
    rejects: list[Reject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state: GroupState = self.cursor.group(self.one.key)
        self.reading = Reading.of(self.ctx, self.one, self.state.traits)
        self.state.traits = self.reading.traits
        self.where = {"group_id": self.one.id}
        self.looks_again = self.state.doubt and self.state.whole

    def items(self) -> Iterator[Item]:
        """What there is to tell; a first read, or what changed."""
        if self.state.whole:
            yield from self._changes()
            yield from self._likes()
        else:
            yield from self._first()
        yield from self._bad()
        # What could not be read twice is left: tomorrow it can mostly not be read either.
        self.state.doubt = self.state.doubt and not self.looks_again
        yield self.cursor.checkpoint()

    def _bad(self) -> Iterator[Reject]:
        self.state.doubt = self.state.doubt or bool(self.rejects)
        yield from self.rejects
        self.rejects.clear()

    # A first read

    def _first(self) -> Iterator[Item]:
        """Every message, oldest first, from where an earlier run stopped."""
        state = self.state
        if not state.mark:
            # Before the listing: what changes while it is read is seen in the next run.
            page = Walk(api(self.ctx), "gettopics", Topic, {**self.where, **LATEST, "limit": 1})
            newest = next(iter(page.sheets()))
            state.mark = stamp(newest.rows[0].updated if newest.rows else None)
            adopting = Adopting.of(self.ctx, self.one)
            if adopting is not None and (plan := adopting.plan(newest.total)) is not None:
                yield from self._adopt(adopting, plan)
                return
        walk, before = self._walk_messages("asc"), state.high if state.position else 0
        for sheet in walk.sheets(state.position, state.row or None):
            rows = in_order(sheet.rows)  # a page may come in another order than was asked for
            for message in rows:
                known = state.topics.get(message.topic_id)
                # Told by the run that was interrupted, before rows were pulled forward.
                if known is None or message.msg_num > min(before, known.last):
                    yield from self._listed(message)
            state.position = sheet.position
            state.row = rows[-1].id if rows else state.row
            self.ctx.progress(f"messages of {self.one.name}", sheet.position, sheet.total)
            yield from self._bad()
            if not sheet.ends:
                yield self.cursor.checkpoint()
        state.whole, state.position, state.row = True, 0, 0
        state.listed_at = int(self.ctx.now.timestamp())
        # Posts of an archive without numbers stood in for these, though it may be closed now.
        yield Gone(
            record=Post, where={"space": self.one.key}, prefix=f"{self.one.key}:<", told=True
        )

    def _adopt(self, adopting: Adopting, topics: list[Topic]) -> Iterator[Item]:
        """What the archive has told, and by the API only the topics that it leaves unclear."""
        unclear = []
        for topic in topics:
            if (numbers := adopting.match(topic)) is None:
                unclear.append(topic)
                continue
            self.state.note(topic.id, Known(numbers[0], max(numbers), len(numbers)))
            yield from adopting.records(topic, numbers)
        self.state.high = adopting.high
        for topic in unclear:
            yield from self._topic(topic)
        self.state.whole = True
        self.state.listed_at = int(self.ctx.now.timestamp())

    def _walk_messages(self, direction: str) -> Walk[Message]:
        params = {**self.where, "sort_field": "created", "sort_dir": direction}
        return Walk(api(self.ctx), "getmessages", Message, params, rejects=self.rejects)

    def _listed(self, message: Message) -> Iterator[Item]:
        """A message of the listing: what came before it in its topic was met before it."""
        known = self.state.topics.get(message.topic_id)
        place = Place(known.first if known else message.msg_num, known.last if known else None)
        if known is None:
            known = Known(message.msg_num, message.msg_num, 1)
        else:
            known = Known(known.first, message.msg_num, known.count + 1)
        self.state.note(message.topic_id, known)
        self.state.high = max(self.state.high, message.msg_num)
        yield from self._told(message, place)

    def _told(self, message: Message, place: Place) -> Iterator[Item]:
        yield from author(self.ctx, self.one.key, message)
        yield from parse_each([message], parse_message, place=place, reading=self.reading)

    # What changed

    def _changes(self) -> Iterator[Item]:
        """Topics that changed since the mark, the oldest change first, and those that are gone."""
        changed, total = self._changed()
        yield from self._bad()
        whole = self._new_ones(changed) if len(changed) > WORTH_LISTING else {}
        for number, topic in enumerate(changed):
            yield from self._topic(topic, whole.get(topic.id))
            yield from self._bad()
            if self.looks_again or not self.state.doubt:
                self.state.mark = max(self.state.mark, stamp(topic.updated))
            if number % 10 == 9:
                yield self.cursor.checkpoint()
        if self.looks_again or total != len(self.state.topics):
            yield from self._reconcile()

    def _changed(self) -> tuple[list[Topic], int]:
        """The topics with a change after the mark, and how many topics there are."""
        walk = Walk(api(self.ctx), "gettopics", Topic, {**self.where, **LATEST})
        walk.rejects = self.rejects
        found: list[Topic] = []
        total = 0
        for sheet in walk.sheets():
            found += [topic for topic in sheet.rows if stamp(topic.updated) > self.state.mark]
            total = sheet.total
            if sheet.rows and stamp(sheet.rows[-1].updated) <= self.state.mark:
                break
        return sorted(found, key=lambda topic: (stamp(topic.updated), topic.id)), total

    def _new_ones(self, changed: list[Topic]) -> dict[int, list[Message]]:
        """Topics that are new and of which the list of the latest messages holds every one."""
        found: dict[int, list[Message]] = {}
        for sheet in self._walk_messages("desc").sheets():
            for message in sheet.rows:
                found.setdefault(message.topic_id, []).append(message)
            # A message that waited may come further down; its topic is then asked for.
            if not sheet.rows or sheet.rows[-1].msg_num <= self.state.high:
                break
        return {
            topic.id: found[topic.id]
            for topic in changed
            if topic.id not in self.state.topics
            and len(found.get(topic.id, ())) == topic.num_messages > 0
        }

    def _topic(self, topic: Topic, messages: list[Message] | None = None) -> Iterator[Item]:
        """Every message of a topic as it is now, and that others of it are gone."""
        known, bad = self.state.topics.get(topic.id), len(self.rejects)
        try:
            found = in_order(self._messages_of(topic) if messages is None else messages)
        except NotThere:
            found = []
        if len(self.rejects) > bad:
            yield from (self._told_in(found))
            return
        if not found:
            yield from self._vanished(topic.id)
            return
        yield from self._told_in(found)
        numbers = [message.msg_num for message in found]
        if known is None or sum(one <= known.last for one in numbers) != known.count:
            yield from self._only(topic.id, found)
        if known is not None:
            yield self._only_files(topic.id, found)
        self.state.note(topic.id, Known(numbers[0], max(numbers), len(numbers)))
        self.state.high = max(self.state.high, *numbers)

    def _messages_of(self, topic: Topic) -> list[Message]:
        params = {"topic_id": topic.id, "sort_field": "created", "sort_dir": "asc"}
        return Walk(api(self.ctx), "gettopic", Message, params, rejects=self.rejects).every()

    def _told_in(self, found: list[Message]) -> Iterator[Item]:
        before = None
        for message in found:
            yield from self._told(message, Place(found[0].msg_num, before))
            before = message.msg_num

    def _only(self, topic: int, found: list[Message]) -> Iterator[Gone]:
        """Of this topic only these are there."""
        where = {"space": self.one.key, "extra.topic": str(topic)}
        posts = tuple(post_key(self.one.key, message.msg_num) for message in found)
        yield Gone(record=Post, where=dict(where), but=posts, told=True)

    def _only_files(self, topic: int, found: list[Message]) -> Gone:
        """Of this topic only the files on these are there: others went with theirs."""
        where = {"space": self.one.key, "extra.topic": str(topic)}
        files = tuple(
            str(document(file, message, None, self.reading).key)
            for message in found
            for file in message.attachments or ()
        )
        return Gone(record=Document, where=dict(where), but=files, told=True)

    def _vanished(self, topic: int) -> Iterator[Gone]:
        """A topic is no more, and no message of it."""
        where = {"space": self.one.key, "extra.topic": str(topic)}
        yield Gone(record=Post, where=dict(where), told=True)
        yield Gone(record=Document, where=dict(where), told=True)
        self.state.forget(topic)

    def _reconcile(self) -> Iterator[Item]:
        """The vendor counts other topics than are known: find those that are gone, or are new."""
        params = {**self.where, "sort_field": "created", "sort_dir": "asc"}
        walk = Walk(api(self.ctx), "gettopics", Topic, params, rejects=self.rejects)
        bad = len(self.rejects)
        there = {topic.id: topic for topic in walk.every()}
        if len(self.rejects) == bad:
            for id in [id for id in self.state.topics if id not in there]:
                yield from self._vanished(id)
        for id, topic in there.items():
            known = self.state.topics.get(id)
            if known is None or (self.looks_again and known.count != topic.num_messages):
                yield from self._topic(topic)

    # What no topic tells

    def _likes(self) -> Iterator[Item]:
        """The messages of the last days once more, once a day, for their likes."""
        days, now = self.ctx.settings.reread_days, int(self.ctx.now.timestamp())
        if not days or now - self.state.listed_at < DAY:
            return
        oldest = (self.ctx.now - timedelta(days=days)).isoformat(timespec="microseconds")
        for sheet in self._walk_messages("desc").sheets():
            recent = [row for row in sheet.rows if stamp(row.created) >= oldest]
            for message in recent:
                if (known := self.state.topics.get(message.topic_id)) is not None:
                    yield from self._liked(message, known)
            if len(recent) < len(sheet.rows) or not sheet.rows:
                break
        self.state.listed_at = now

    def _liked(self, message: Message, known: Known) -> Iterator[Item]:
        """The same post without what is only known from its topic's others."""
        for item in parse_each(
            [message], parse_message, place=Place(known.first, None), reading=self.reading
        ):
            if isinstance(item, Post):
                yield Post(
                    key=item.key, reaction_count=item.reaction_count, edited_at=item.edited_at,
                    body=item.body, title=item.title,
                )  # fmt: skip
            elif isinstance(item, Reject):
                yield item


LATEST = {"sort_field": "updated", "sort_dir": "desc"}
