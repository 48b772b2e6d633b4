"""The stream of messages: each group's feed walked down, its threads completed and read again.

The feed runs newest first. It is walked by the lowest id to an empty page, or to what is known;
`older_available` is not asked, because it may be false while there are more. What counts as known
moves only when a walk has ended, so that a run that is cut off leaves no hole: the next one goes on
where the walk was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub import AuthError, Checkpoint, Item, SourceUnavailable
from cophub.connectors.yammer.client import Ctx, NotAllowed, NotThere, Yammer, rest
from cophub.connectors.yammer.cursor import Cursor, Place, Walk
from cophub.connectors.yammer.groups import Found, chosen
from cophub.connectors.yammer.parse import People
from cophub.connectors.yammer.payloads import id_of
from cophub.connectors.yammer.rereading import DAY, deepest, due, expire
from cophub.connectors.yammer.walking import Walker
from cophub.error_codes import PERMISSION


def messages(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Messages, answers and likes of each group; then what is new, and recent threads again.

    Yields a Post for each message, the accounts of their authors, and a Reaction for each person
    whom the vendor names for a like. What was deleted from a thread is told by Gone. Raises
    AuthError when no group at all may be read, SourceUnavailable in the end when one could not be,
    CursorExpired for a cursor that is none of ours.
    Source: `groups.json`, `messages/in_group/ID.json`, `messages/in_thread/ID.json`.
    """
    if "rest" not in ctx.settings.ways:
        return
    run = Run(ctx, rest(ctx), Cursor(since), int(ctx.now.timestamp()))
    broken: SourceUnavailable | None = None
    for found in chosen(ctx):
        try:
            yield from GroupReading(run, found).items()
        except SourceUnavailable as error:  # the groups behind it are read all the same
            ctx.log.warning("messages of %s are left for the next run: %s", found.title, error)
            broken = broken or error
    if run.closed:
        closed = ", ".join(run.closed)
        if not run.opened and broken is None:
            raise AuthError(
                f"the person who signed in may read none of the groups ({closed}); add that person"
                " to them, or sign in as somebody who is a member",
                code=PERMISSION,
            )
        ctx.log.warning(
            "the messages of these groups are not read, because they are closed to the person who"
            " signed in: %s; add that person to them",
            closed,
        )
    yield Checkpoint(run.cursor.text())
    if broken is not None:
        raise broken


@dataclass
class Run:
    """One run of the stream."""

    ctx: Ctx
    api: Yammer
    cursor: Cursor
    now: int
    people: People = field(default_factory=People)
    opened: int = 0
    closed: list[str] = field(default_factory=list)


def new_messages(found: Found, place: Place) -> int:
    """How many messages a group has that are not known yet, as far as its counts tell."""
    stats = found.rest.stats if found.rest else None
    last = id_of(stats.last_message_id) if stats else None
    if stats is None:
        return 1  # nobody counts it for us, so it is looked at
    if last is None or int(last) <= place.seen:
        return 0
    return max(1, (stats.updates or 0) - place.updates)


class GroupReading:
    """One group in one run."""

    def __init__(self, run: Run, found: Found) -> None:
        self.run, self.found, self.key = run, found, found.key
        self.place = run.cursor.place(self.key)
        self.days = run.ctx.settings.reread_days
        self._looked = False

    def items(self) -> Iterator[Item]:
        """What is new in the group and what is due; nothing for a group that is closed."""
        place, run = self.place, self.run
        if place.refused and run.now - place.refused < DAY:
            run.closed.append(self.found.title)
            return
        try:
            if place.pages or place.torn:
                yield from self._missed()
            # A round that an earlier run began is ended first; then what came since.
            while self._begun():
                yield from self._round()
        except (NotAllowed, NotThere):
            run.closed.append(self.found.title)
            place.refused, place.walk, place.until = run.now, None, 0
            yield self._checkpoint()
            return
        run.opened += 1

    def _begun(self) -> bool:
        """Whether there is something to do; then it is decided how."""
        place, run = self.place, self.run
        if place.until:
            return True
        if self._looked:
            return False
        self._looked = True
        new = new_messages(self.found, place)
        again = due(place, run.now, self.days)
        if not new and not again:
            return False
        floor, _ = deepest(place, again, new)
        if new or floor != place.seen:
            stats = self.found.rest.stats if self.found.rest else None
            last = int((id_of(stats.last_message_id) if stats else None) or 0)
            updates = (stats.updates if stats else None) or 0
            place.walk = Walk(began=run.now, floor=floor, last=last, updates=updates)
        place.until, place.after = run.now, 0
        return True

    def _missed(self) -> Iterator[Item]:
        place = self.place
        for item in Walker(self.run.ctx, self.run.api, self.run.people, self.found, place).missed():
            yield item if item is not None else self._checkpoint()

    def _round(self) -> Iterator[Item]:
        place = self.place
        again = due(place, place.until, self.days)
        walker = Walker(self.run.ctx, self.run.api, self.run.people, self.found, place)
        if place.walk is not None:
            walker.done |= {id for id in again if place.walk.low and id >= place.walk.low}
            for item in walker.items():
                yield item if item is not None else self._checkpoint()
        for id in again:
            if id in walker.done or (place.after and id >= place.after):
                continue
            yield from walker.thread(id)
            place.after = id
            yield self._checkpoint()
        place.at, place.until, place.after, place.refused = place.until, 0, 0, 0
        expire(place, self.days)
        yield self._checkpoint()

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.run.cursor.keep(self.key, self.place))
