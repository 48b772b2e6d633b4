"""The messages of each channel: what is new, and what is recent once more."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub import Document, Gone, Item, Post, Reaction, Record, Reject
from cophub.http import parse_each

from cophub_slack.channels import all_channels, taken_channels, workspace
from cophub_slack.client import ClosedError, Ctx, Slack, page_of
from cophub_slack.cursor import Position, Reached, instant, is_due, monday, weeks
from cophub_slack.members import roster
from cophub_slack.parse import JOINS, Place, parse_message
from cophub_slack.payloads import Channel, Message, Messages
from cophub_slack.people import Directory

_OF_A_PART: tuple[type[Record], ...] = (Post, Reaction, Document)


def posts(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Messages, answers, reactions and files of the channels that the app is in; then what is new.

    Each run reads the last `reread_days` of a channel again, for edits, reactions and threads with
    new answers. Once a day what is there no longer is gone, and threads whose last answer is 1, 2,
    4, 8 and more days old are read again. A message that says who joined gives since when they are
    a member.
    Source: `conversations.history`, `conversations.replies`.
    """
    position = Position.read(since)
    today = ctx.now.date().isoformat()
    taken, rejects = ctx.once(taken_channels)
    yield from rejects
    readable = [one for one in taken if one.is_member]
    if len(readable) < len(taken):
        ctx.log.info("%d channels are not read: the app is not in them", len(taken) - len(readable))
    for number, channel in enumerate(readable, 1):
        ctx.progress("channels", number, len(readable))
        reading = Reading(ctx, channel, position, is_sweep=position.swept != today)
        try:
            yield from reading.items()
        except ClosedError as error:
            yield Reject(reason=str(error), record="post", key=channel.id)
    if not readable:
        return
    position.swept = today
    yield position.checkpoint()


@dataclass
class Walk:
    """A way down one channel: what it met."""

    threads: set[str] = field(default_factory=set)
    """Those that were read, by the `ts` of their first messages."""
    found: dict[tuple[type[Record], str], set[tuple[str, ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """The keys of records, by kind and by what they are of."""
    is_whole: bool = True
    """Whether all could be read that is there."""

    def noting(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same items, noted."""
        for item in items:
            if isinstance(item, Reject):
                self.is_whole = False
            elif isinstance(item, _OF_A_PART) and isinstance(item.extra, dict):
                key = tuple(str(getattr(item, name)) for name in item.KEY)
                self.found[type(item), item.extra["of"]].add(key)
            yield item


@dataclass
class Reading:
    """One channel, read in one run."""

    ctx: Ctx
    channel: Channel
    position: Position
    is_sweep: bool
    """Whether what is recent is held against what is there, which is done once a day."""

    def __post_init__(self) -> None:
        self.slack = self.ctx.once(Slack)
        self.reached = self.position.channels.get(self.channel.id, Reached())
        names = {one.id: one.name for one in self.ctx.once(all_channels)[0]}
        self.place = Place(
            self.channel.id,
            self.ctx.once(workspace).url,
            names | self.ctx.once(Directory.read).names,
            self.ctx.settings.bodies,
        )

    def items(self) -> Iterator[Item]:
        """What was left of a walk that was cut off, then a walk from the newest message."""
        if self.reached.at:
            yield from self._walk(Walk(is_whole=False))
        yield from self._walk(Walk())

    def _walk(self, walk: Walk) -> Iterator[Item]:
        """From the newest message, or where the last walk ended, down to what need not be read.

        What is newer than all before is kept page by page. Below that the walk is kept as a whole.
        """
        to, top = self.reached.to, self.reached.top
        recent = self._recent()
        asked = {"oldest": min(to, recent), "latest": self.reached.at}
        for messages, bad in self._pages("conversations.history", **asked):
            yield from walk.noting(iter(bad))
            yield from walk.noting(self._parsed(messages))
            for ts in self._threads(messages, walk):
                yield from self._thread(ts, messages, walk)
            # What is older than the newest of the first page was there when the others were read.
            top = top or max((_newest(message) for message in messages), default="")
            lowest = min((message.ts for message in messages), default="")
            if lowest > to:
                yield from self._reached(Reached(to, top, lowest))
        if self.is_sweep and to and walk.is_whole:
            for week in weeks(recent, self.ctx.now):
                yield from self._gone(walk, week)
        yield from self._reached(Reached(max(to, top)))

    def _recent(self) -> str:
        """The `ts` from which on messages are read again; of a cursor ahead of time, so is it."""
        newest = instant(self.reached.to) if self.reached.to else self.ctx.now
        return monday(max(self.ctx.now, newest), self.ctx.settings.reread_days)

    def _reached(self, reached: Reached) -> Iterator[Item]:
        self.reached = self.position.channels[self.channel.id] = reached
        yield self.position.checkpoint()

    def _pages(self, method: str, **asked: str) -> Iterator[tuple[list[Message], list[Reject]]]:
        given = {name: value for name, value in asked.items() if value}
        limit = page_of(self.ctx.settings)
        pages = self.slack.pages(method, Messages, channel=self.channel.id, limit=limit, **given)
        for page, bad in pages:
            yield page.messages, bad

    def _parsed(self, messages: list[Message]) -> Iterator[Item]:
        if not self.place.inside and any(message.subtype in JOINS for message in messages):
            self.place.inside = frozenset(roster(self.ctx, self.channel.id)[0])
        yield from parse_each(messages, parse_message, place=self.place)

    def _threads(self, messages: list[Message], walk: Walk) -> list[str]:
        """The threads to read for a page: those with new answers, and those whose time has come.

        An answer that was also sent to the channel tells of a thread that began long before.
        """
        due = {message.thread for message in messages if self._is_due(message)}
        fresh = sorted(due - walk.threads)
        walk.threads.update(fresh)
        return fresh

    def _is_due(self, message: Message) -> bool:
        if not (message.reply_count or message.thread_ts):
            return False
        latest, today = _newest(message), self.ctx.now.date()
        is_old = self.is_sweep and is_due(latest, self.position.swept, today)
        return latest > self.reached.to or is_old

    def _thread(self, ts: str, met: list[Message], walk: Walk) -> Iterator[Item]:
        """The answers of a thread, and its first message where the page does not have it."""
        known = {message.ts for message in met}
        try:
            for messages, bad in self._pages("conversations.replies", ts=ts):
                yield from walk.noting(iter(bad))
                fresh = [one for one in messages if one.ts not in known]
                yield from walk.noting(self._parsed(fresh))
        except ClosedError as error:  # it was deleted a moment ago
            self.ctx.log.info("a thread is not read: %s", error)
            return
        if ts <= self.reached.to and walk.is_whole:
            yield from self._gone(walk, ts)

    def _gone(self, walk: Walk, name: str) -> Iterator[Item]:
        """What was in a thread or in a week that was read whole, and was not met."""
        of = self.place.key(name)
        for record in _OF_A_PART:
            keys = sorted(walk.found[record, of])
            but = tuple(key if len(key) > 1 else key[0] for key in keys)
            yield Gone(record=record, where={"extra.of": of}, but=but)


def _newest(message: Message) -> str:
    """The `ts` of the last answer to a message, or its own."""
    return max(message.ts, message.latest_reply or "")
