"""Yammer (Viva Engage), emulated over the tenant: groups, feeds, users and the data export.

The communities of the tenant are Yammer's native groups; beside them there are one that only Yammer
knows (`tenant.legacy`) and an external one. What a group's people write comes from the world's seed
and goes on as the clock moves; `post`, `reply`, `edit`, `delete` and `like` change it on demand.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cophub.sandbox.microsoft.tenant import Group, User, guid
from cophub.sandbox.microsoft.yammer import export
from cophub.sandbox.microsoft.yammer import feeds as _feeds  # noqa: F401 - it holds endpoints
from cophub.sandbox.microsoft.yammer import people as _people  # noqa: F401 - it holds endpoints
from cophub.sandbox.microsoft.yammer import writing as _writing  # noqa: F401 - it holds endpoints
from cophub.sandbox.microsoft.yammer.life import Life
from cophub.sandbox.microsoft.yammer.state import Like, Message, Space, State
from cophub.sandbox.microsoft.yammer.texts import likes_of, text_of
from cophub.sandbox.microsoft.yammer.usage import Usage
from cophub.sandbox.timeline import moment
from cophub.sandbox.world import World

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox

PER_PERSON = 5
"""Messages for each person, where nobody says how many there shall be."""
EXTERNAL = 149_999_991_017


class Yammer:
    """The part of the sandbox that answers `/api/v1/`.

    `tail`: how many of the newest answers of a busy thread its group's feed still holds.
    `verified` are the verified admins, `supervising` those of them who turned on private content
    mode. `export_faults` may hold `errors` (log.txt tells of some, the status is 200), `cut` (the
    stream ends early), `bomb` (it would unpack to `bomb_bytes`) and names of files to leave out
    (`Messages.csv`, `log.txt`).
    """

    def __init__(self, sandbox: "MicrosoftSandbox") -> None:
        self.sandbox = sandbox
        self.tenant = sandbox.tenant
        self.state = State()
        self.life = Life(sandbox.world, sandbox.timeline, sandbox.tenant, self.state)
        self.tail = 2
        self.verified = {self.tenant.admin.id}
        self.supervising: set[str] = set()
        self.export_faults: set[str] = set()
        self.bomb_bytes = 1 << 28
        self.export_pause = 0.0
        """Seconds that an export waits after each piece of 64 kB."""
        self.date_form: Callable[[int], str] = iso
        """How the export writes an instant; the vendor's way is not published."""
        self.exporting: set[str] = set()
        """Whose export is under way."""
        for number, group in enumerate(self.tenant.communities):
            self.state.space(Space(group, listed=number % 6 != 4))
        self.state.space(Space(self.tenant.legacy))
        self.partners = Group(
            guid(sandbox.world.seed, "group", "partners"), "partners", "Partner Exchange",
            "With people of other organisations.", "external", sandbox.world.start,
            yammer_id=EXTERNAL,
        )  # fmt: skip
        self.state.space(Space(self.partners, external=True))
        self.titles = {space.id: space.group.title for space in self.state.spaces.values()}

    # Part of the sandbox

    def begin(self) -> None:
        """Put on the timeline what will happen."""
        wanted = self.sandbox.messages
        world = self.sandbox.world
        self.life.begin(PER_PERSON * arrived(world) if wanted is None else wanted)
        self.tenant.watch(self._partner)
        usage = Usage(self)
        self.sandbox.usage.group, self.sandbox.usage.user = usage.group, usage.user
        self.sandbox.timeline.at(world.start, self._open_partners)

    def _open_partners(self) -> None:
        self.tenant.join(self.partners, self.tenant.admin, owner=True)

    def _partner(self, what: str, user: User, group: Group | None) -> None:
        if what == "created" and user.yammer_id % 9 == 0:
            self.tenant.join(self.partners, user)
        elif what == "deleted":
            self.tenant.leave(self.partners, user)

    def expire_cursors(self) -> None:
        """Yammer has none: its pages are asked for by message id."""

    def truth(self) -> dict[str, Any]:
        """Under `yammer`: groups, and every message with its versions and deletion."""
        now = self.sandbox.timeline.now
        spaces = self.state.spaces.values()
        return {
            "yammer": {
                "groups": {str(s.id): len(s.messages) for s in spaces},
                "messages": [told(each, now) for each in self.state.messages.values()],
            }
        }

    def token(self, user: User | None = None) -> str:
        """An access token for Yammer: of a user, or of the hub's own account."""
        who = user or self.tenant.service
        return self.sandbox.entra.grant("yammer", "user", who.id).token

    def drift(self, path: str, rows: int) -> None:
        """Let `rows` rows come before those that were served: messages of a group or thread."""
        kind, _, key = path.removesuffix(".json").rpartition("/")
        for number in range(rows if key.isdigit() else 0):
            if kind.endswith("in_group"):
                self.post(int(key), f"Meanwhile {number}")
            elif kind.endswith("in_thread"):
                self.reply(int(key), f"Meanwhile {number}")

    # Who sees what

    def sees_private(self, user: User) -> bool:
        """Whether private content is open to them: a verified admin who turned the mode on."""
        return user.id in self.verified and user.id in self.supervising

    def sees(self, user: User, space: Space) -> bool:
        """Whether the user may read a group."""
        group = space.group
        member = user.id in group.members or user.id in group.owners
        return not group.private or member or self.sees_private(user)

    def may_read(self, user: User, message: Message) -> bool:
        """Whether the user may read a message that is there."""
        thread = message.thread
        if thread.direct:
            return user in thread.participants or self.sees_private(user)
        return thread.space is None or self.sees(user, thread.space)

    # Change on demand

    def post(
        self, group: Group | int, text: str, *,
        by: User | None = None, kind: str = "update", title: str | None = None,
    ) -> int:  # fmt: skip
        """Begin a thread now; returns its id. `group` is the tenant's, or Yammer's id."""
        with self.sandbox.changing():
            space = self.state.spaces[group if isinstance(group, int) else group.yammer_id]
            author = by or next(user for user in space.roster if user.deleted is None)
            now = self.sandbox.timeline.now
            return self.state.start(now, author, space, kind=kind, text=text, title=title).id

    def draft(self, group: Group | int, text: str, *, by: User) -> int:
        """A text that is not sent: no feed has it, exports do; returns its id."""
        with self.sandbox.changing():
            space = self.state.spaces[group if isinstance(group, int) else group.yammer_id]
            return self.state.draft(self.sandbox.timeline.now, by, space, text).id

    def delete_group(self, group: Group | int) -> None:
        """Delete a group with all that was written in it."""
        with self.sandbox.changing():
            now = self.sandbox.timeline.now
            space = self.state.spaces[group if isinstance(group, int) else group.yammer_id]
            space.deleted = space.updated = now
            for _, thread in list(space.activity):
                self.state.delete(now, thread.messages[0], self.tenant.admin)

    def write_to(self, users: tuple[User, ...], text: str) -> int:
        """A private message from the first of the users to all of them; returns its id."""
        with self.sandbox.changing():
            now = self.sandbox.timeline.now
            return self.state.start(now, users[0], None, text=text, participants=users).id

    def reply(self, message_id: int, text: str, *, by: User | None = None) -> int:
        """Answer a message now; returns the answer's id."""
        with self.sandbox.changing():
            found = self._message(message_id)
            now, author = self.sandbox.timeline.now, by or found.sender
            return self.state.reply(now, author, found.thread, text=text).id

    def edit(self, message_id: int, text: str, *, title: str | None = None) -> None:
        """Change a text; the message's id and date stay."""
        with self.sandbox.changing():
            found = self._message(message_id)
            self.life.edit(found, text, title or found.title)

    def delete(self, message_id: int, *, by: User | None = None) -> None:
        """Delete a message; the first of a thread takes the thread with it."""
        with self.sandbox.changing():
            found = self._message(message_id)
            self.state.delete(self.sandbox.timeline.now, found, by or found.sender)

    def write_export(self, path: Path, since: datetime, until: datetime) -> Path:
        """Write the data export of a span to a file, as an admin would download it."""
        return export.write_export(self, path, since, until)

    def like(self, message_id: int, *, by: User) -> None:
        """Somebody likes it now."""
        with self.sandbox.changing():
            found = self._message(message_id)
            others = [like for like in likes_of(found) if like.user is not by]
            found.likes = [*others, Like(self.sandbox.timeline.now, by)]
            found.likes.sort(key=lambda like: like.at)

    def unlike(self, message_id: int, *, by: User) -> None:
        """Somebody takes a like back."""
        with self.sandbox.changing():
            found = self._message(message_id)
            found.likes = [like for like in likes_of(found) if like.user is not by]

    def mark_best(self, message_id: int) -> None:
        """Mark an answer as the best one of its thread."""
        with self.sandbox.changing():
            found = self._message(message_id)
            found.thread.best = found.id

    def _message(self, message_id: int) -> Message:
        found = self.state.messages.get(message_id)
        if found is None or found.deleted:
            raise LookupError(f"Yammer holds no message {message_id}")
        return found


def iso(at: int) -> str:
    """`2026-05-01T10:00:00.000Z`."""
    return f"{moment(at):%Y-%m-%dT%H:%M:%S}.000Z"


def arrived(world: World) -> int:
    """How many people of the world have arrived by its now."""
    return next(index for at, index in world.arrivals() if at > world.now)


def told(message: Message, now: int) -> dict[str, Any]:
    """A message as plain data, with what the API never tells."""
    thread = message.thread
    likes = [each for each in likes_of(message) if each.at <= now and each.user.deleted is None]
    return {
        "id": message.id,
        "thread": thread.id,
        "group": thread.space.id if thread.space else None,
        "direct": thread.direct,
        "sender": message.sender.yammer_id,
        "at": message.at,
        "kind": message.kind,
        "reply_to": message.reply_to,
        "text": text_of(message),
        "edited": message.edited,
        "deleted": message.deleted,
        "best": thread.best == message.id,
        "likes": len(likes),
    }
