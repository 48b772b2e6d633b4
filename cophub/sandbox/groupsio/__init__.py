"""groups.io's API v1, emulated as the enterprise domain dgroups.io: groups, members, archives."""

import threading
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from http.cookies import SimpleCookie
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import msgspec

from cophub.sandbox.groupsio import archives as _archives  # noqa: F401 - it holds calls
from cophub.sandbox.groupsio import groups as _groups  # noqa: F401
from cophub.sandbox.groupsio import members as _members  # noqa: F401
from cophub.sandbox.groupsio import posts as _posts  # noqa: F401
from cophub.sandbox.groupsio.api import CALLS, Call
from cophub.sandbox.groupsio.library import download
from cophub.sandbox.groupsio.life import Life
from cophub.sandbox.groupsio.limits import Limiter
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.groupsio.rights import EVERY
from cophub.sandbox.groupsio.rows import user_row
from cophub.sandbox.groupsio.setup import make_groups, make_hub
from cophub.sandbox.groupsio.sharing import Sharing
from cophub.sandbox.groupsio.state import MEMBER, MODERATOR, Group, State, User
from cophub.sandbox.groupsio.truth import truth
from cophub.sandbox.groupsio.writing import Writing
from cophub.sandbox.mailchimp import NOW
from cophub.sandbox.server import Request, Response, Sandbox
from cophub.sandbox.timeline import Timeline, seconds
from cophub.sandbox.world import DAY, same_world

KEY = sha256(b"a key of the sandbox").hexdigest()
PASSWORD = "sandbox"  # noqa: S105 - of an account that exists nowhere else
ROOT = "/api/v1/"


class GroupsioSandbox(Sandbox):
    """dgroups.io with a group for each of `communities`, and two years behind it.

    The hub's account, whose key is `api_key`, moderates every group; `rights` takes that away.
    """

    vendor: ClassVar[str] = "groupsio"
    simultaneous: ClassVar[int] = 1

    def __init__(
        self,
        *,
        seed: int = 1,
        people: int = 400,
        communities: int = 6,
        now: datetime = NOW,
        years: float = 2,
        api_key: str = KEY,
        port: int = 0,
        latency: float = 0.0,
        limits: bool = False,
        speed: float = 1.0,
    ) -> None:
        end = seconds(now)
        self.world = same_world(seed, people=people, communities=communities, now=end, years=years)
        super().__init__(Timeline(self.world.start), port=port, latency=latency)
        self.api_key = api_key
        self.limits = Limiter(on=limits, speed=speed)
        self.archives_wait: float = DAY
        """Seconds between two downloads of a group's archives; 0 allows any."""
        self.downloads: dict[int, int] = {}
        """When each group's archives were last downloaded."""
        self.error_status = 400
        """HTTP status of the vendor's own errors: 400, or 200 for some."""
        self.state = State()
        make_groups(self.world, self.state)
        self.hub = make_hub(self.world, self.state)
        self.sessions: set[str] = set()
        self.life = Life(self.world, self.timeline, self.state)
        self.writing = Writing(self.world, self.timeline, self.state, self.life)
        self.sharing = Sharing(self.world, self.timeline, self.state, self.life)
        self.life.begin()
        for group in self.state.groups.values():
            self.life.enter(group, self.hub).mod_status = MODERATOR
            self.writing.begin(group)
            self.sharing.begin(group)
        self.timeline.run(end)

    # Answering

    def user(self, request: Request) -> str:
        """The credentials; without limits, every connection counts alone."""
        if not self.limits.on:
            return str(threading.get_ident())
        return request.headers.get("Authorization", "") or request.headers.get("Cookie", "")

    def problem(self, status: int) -> Response:
        """The vendor's error object."""
        kinds = {429: "rate_limited", 401: "unauthorized", 403: "no_permission"}
        return _json(Refusal(kinds.get(status, "internal_error")).body, status)

    def _too_many(self, crowd: int) -> Response:
        self.limits.refused += 1
        return self.problem(429)

    def answer(self, request: Request) -> Response:
        """The vendor's answer to any request."""
        try:
            self.limits.admit()
            return self._answered(request)
        except Refusal as refusal:
            return _json(refusal.body, refusal.status or self.error_status)

    def _answered(self, request: Request) -> Response:
        query = dict(request.query)
        if request.method == "POST":
            query |= parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        name = request.path.removeprefix(ROOT).strip("/")
        if name == "login":
            return self._login(query)
        call = Call(self, query, self._who(request))
        if not request.path.startswith(ROOT):
            return download(call, request.path) or _nothing()
        if name not in CALLS:
            return _nothing()
        answer = CALLS[name](call)
        return answer if isinstance(answer, Response) else _json(answer)

    def _login(self, query: dict[str, str]) -> Response:
        if (query.get("email"), query.get("password")) != (self.hub.email, PASSWORD):
            raise Refusal("bad_request", "email or password is wrong")
        session = sha256(f"session {len(self.sessions)}".encode()).hexdigest()
        self.sessions.add(session)
        csrf = str(int(session[:15], 16))
        answer = _json({"token": session, "user": user_row(self.hub, csrf)})
        answer.headers["Set-Cookie"] = f"groupsio={session}; Path=/; HttpOnly"
        return answer

    def _who(self, request: Request) -> User:
        """The account that asks, by key, token or cookie."""
        given = _credential(request.headers.get("Authorization", ""))
        cookie = SimpleCookie(request.headers.get("Cookie", "")).get("groupsio")
        held = {given, cookie.value if cookie else ""}
        if self.api_key in held or held & self.sessions:
            return self.hub
        raise Refusal("unauthorized", "")

    # Change on demand

    def group(self, name: str) -> Group:
        """A group by its name; `parent+sub` for a subgroup."""
        return self.state.by_name[name]

    def rights(self, name: str, *, moderator: bool = True, **allowed: bool) -> None:
        """What the hub's account may do in a group: `rights("mnch", members_visible=False)`."""
        if unknown := allowed.keys() - EVERY:
            raise ValueError(f"the vendor has no permission {sorted(unknown)}")
        group = self.group(name)
        group.subs[self.hub.id].mod_status = MODERATOR if moderator else MEMBER
        group.denied = {right for right, held in allowed.items() if not held}

    def post(
        self, name: str, text: str, *, subject: str = "News", days_ago: float = 0, to: int = 0
    ) -> int:
        """A member writes to a group, on a new topic or in answer to number `to`; its number.

        With `days_ago` it was written then and let through by a moderator now.
        """
        group = self.group(name)
        with self.changing():
            author = next(sub.user for sub in group.present() if sub.user.person is not None)
            if to:
                return self.writing.reply(group.messages[to].topic, author, text).num
            written = self.timeline.now - round(days_ago * DAY)
            return self.writing.start(group, author, subject, created=written, text=text).num

    def edit(self, name: str, number: int, text: str) -> None:
        """The author changes a message; its number stays."""
        with self.changing():
            self.writing.edit(self.group(name).messages[number], text)

    def delete(self, name: str, number: int) -> None:
        """A message is taken away; no other is renumbered."""
        with self.changing():
            self.writing.delete(self.group(name).messages[number])

    def merge(self, name: str, number: int, into: int) -> None:
        """The topic of message `number` becomes part of that of message `into`."""
        with self.changing():
            messages = self.group(name).messages
            self.writing.merge(messages[number].topic, messages[into].topic)

    def rename(self, name: str, to: str) -> None:
        """A group gets another name; its id stays."""
        with self.changing():
            self.state.rename_group(self.group(name), to, self.timeline.now)

    def remove(self, name: str) -> None:
        """A group is deleted with its subgroups."""
        with self.changing():
            self.state.remove_group(self.group(name))

    def join(self, name: str, person: int) -> int:
        """A person of the world joins a group, at once; the user's id."""
        with self.changing():
            user = self.life.account(person)
            self.life.enter(self.group(name), user)
            return user.id

    def leave(self, name: str, user: int, *, action: str = "left_member") -> None:
        """A user leaves; `removed_member` for one put out, `sub_status_banned` for one banned."""
        with self.changing():
            self.life.leave(self.group(name), self.state.users[user], action=action)

    def controls(self) -> dict[tuple[str, str], Callable[[Any], Any]]:
        """Another process may do what a test may, and let archives be downloaded again."""
        acts: dict[str, Callable[[Any], Any]] = {
            "post": lambda body: {"number": self.post(**body)},
            "edit": lambda body: self.edit(**body),
            "delete": lambda body: self.delete(**body),
            "merge": lambda body: self.merge(**body),
            "rename": lambda body: self.rename(**body),
            "remove": lambda body: self.remove(**body),
            "join": lambda body: {"user": self.join(**body)},
            "leave": lambda body: self.leave(**body),
            "rights": self._set_rights,
            "archives": lambda _: self.downloads.clear(),
        }
        return {("POST", name): act for name, act in acts.items()}

    def _set_rights(self, body: dict[str, Any]) -> dict[str, Any]:
        self.rights(**body)
        return {"denied": sorted(self.group(body["name"]).denied)}

    def drift(self, request: Request, rows: int) -> None:
        """A second passes, and `rows` new topics or members come before the later pages."""
        self.timeline.run(self.timeline.now + 1)
        named, number = request.query.get("group_name", ""), request.query.get("group_id", "")
        group = self.state.by_name.get(named) or self.state.groups.get(int(number or 0))
        if group is None:
            return
        present = [sub.user for sub in group.present()]
        for row in range(rows):
            if request.path.endswith("members"):
                self._newcomer(group)
            else:
                self.writing.start(group, present[row % len(present)], f"Just in ({row + 1})")

    def _newcomer(self, group: Group) -> None:
        number = self.state.user_ids.next()
        user = User(
            id=number, person=None, created=self.timeline.now, updated=self.timeline.now,
            email=f"aa{number}@gmail.example", full_name="Aaron", user_name="", timezone="UTC",
        )  # fmt: skip
        self.state.users[user.id] = user
        self.life.enter(group, user)

    def truth(self) -> dict[str, Any]:
        """What the vendor holds now: spaces, accounts, members, posts, events, files."""
        with self.changing():
            return truth(self.state, self.timeline.now)


def _json(body: Any, status: int = 200) -> Response:
    return Response(status, msgspec.json.encode(body))


def _nothing() -> Response:
    return Response(404, b"404 page not found\n", content_type="text/plain")


def _credential(header: str) -> str:
    """The key out of `Bearer`, or out of `Basic` with the key as user."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return (
            b64decode(value, validate=True).decode().partition(":")[0]
            if scheme.lower() == "basic"
            else ""
        )
    except (NotBase64, UnicodeDecodeError):
        return ""


__all__ = ["KEY", "PASSWORD", "GroupsioSandbox"]
