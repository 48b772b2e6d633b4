"""Dgroups, GoTo and Adobe Connect, emulated and small: how each is read, and what happens there."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any

from cophub.connectors import adobeconnect, dgroups, gotomeeting
from cophub.http import Limits
from cophub.sandbox import AdobeConnectSandbox, GotoSandbox, GroupsioSandbox
from cophub.sandbox.server import Request, Response
from cophub.sync import SourceSpec, writer
from tests.sync.forked import Watched

Happening = Callable[[Any], None]


class Groups(Watched, GroupsioSandbox):
    """groups.io, heard by the test; faults may be told with status 200, and of one group only."""

    told_with_200 = False

    def place(self, request: Request) -> str:
        asked = [request.query[name] for name in ("group_id", "path") if name in request.query]
        topic = int(request.query.get("topic_id", 0))
        holders = [str(group.id) for group in self.state.groups.values() if topic in group.topics]
        return "/".join([request.path, *asked, *holders])

    def problem(self, status: int) -> Response:
        found = super().problem(status)
        return replace(found, status=200) if self.told_with_200 else found


class Calls(Watched, GotoSandbox):
    """GoTo, heard by the test; its first use of a new refresh token ends the old one.

    Each window of days is a place of its own for faults.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.oauth.rotation = "once"

    def place(self, request: Request) -> str:
        window = request.query.get("startDate", request.query.get("fromTime"))
        return f"{request.path}/{window}" if window else request.path


class Rooms(Watched, AdobeConnectSandbox):
    """Adobe Connect, heard by the test; faults may be of one room or group."""

    def place(self, request: Request) -> str:
        asked = [request.query[name] for name in ("sco-id", "group-id") if name in request.query]
        return "/".join([super().place(request), *asked])


@dataclass(frozen=True)
class Tool:
    """A vendor with its connector, as one source of that name reads it."""

    connector: ModuleType
    vendor: type[Any]
    size: dict[str, Any]
    settings: Callable[[Any], dict[str, Any]]
    later: tuple[Happening, ...]
    """What happens between one sync and the next."""
    by_row: bool = True
    """Whether rows are the same whatever way they were read; else only what they tell."""
    more: dict[str, Any] = field(default_factory=dict)

    def made(self) -> Any:
        """The vendor as it is found, the same every time; not yet started."""
        return self.vendor(seed=7, **self.size)

    def spec(self, name: str, settings: dict[str, Any]) -> SourceSpec:
        """The source."""
        (connector,) = self.connector.cophub_connectors()
        return SourceSpec(name, connector, connector.settings(**settings))

    def limits(self, tries: int = 6) -> Limits:
        """The connector's own, without its pace: waiting takes no time here."""
        (connector,) = self.connector.cophub_connectors()
        pace: Limits = connector.limits
        return replace(pace, rate=(), lanes=(), read_timeout=10.0, tries=tries)


def make_small(put: Callable[[Any, str, int], None] = setattr) -> None:
    """Let a few dozen people be many pages, parcels and checkpoints, in this process."""
    put(writer, "PARCEL_RECORDS", 20)
    sizes = {
        "dgroups.client": {"PAGE": 15}, "dgroups.walking": {"PAGE": 15},
        "dgroups.adopting": {"PAGE": 15}, "dgroups.archive": {"WORTH": 60},
        "gotomeeting.webinarpages": {"SIZE": 7}, "adobeconnect.client": {"PAGE": 12},
    }  # fmt: skip
    for module, names in sizes.items():
        for name, value in names.items():
            put(import_module(f"cophub.connectors.{module}"), name, value)


# --- Dgroups


def groups_settings(box: Groups) -> dict[str, Any]:
    return {"base_url": box.base_url, "api_key": box.api_key, "history": "api"}


def archive_settings(box: Groups) -> dict[str, Any]:
    return {**groups_settings(box), "history": "archive"}


def groups_go_on(box: Groups) -> None:
    """Two weeks later: messages were deleted and edited, topics merged, and people left."""
    box.advance(days=15)
    for group in list(box.state.groups.values()):
        numbers = sorted(group.messages)
        if len(numbers) > 8:
            box.delete(group.name, numbers[1])
            box.edit(group.name, numbers[4], "What was meant was this.")
            other = next(n for n in numbers[5:] if topic(group, n) != topic(group, numbers[3]))
            box.merge(group.name, other, numbers[3])
        people = [sub.user.id for sub in group.present() if sub.user.person is not None]
        if len(people) > 3:
            box.leave(group.name, people[1], action="removed_member")
            box.post(group.name, "Written long ago.", days_ago=3)


def topic(group: Any, number: int) -> int:
    return int(group.messages[number].topic.id)


def a_group_ends(box: Groups) -> None:
    """Three weeks later: a subgroup is no more, another group has another name."""
    box.advance(days=20)
    below = next(group for group in box.state.groups.values() if group.parent is not None)
    box.remove(below.name)
    main = next(iter(box.state.groups.values()))
    box.rename(main.name, f"{main.name}-renamed")
    last = list(box.state.groups.values())[-1]
    box.delete(last.name, min(last.messages))
    box.join(last.name, 25)
    box.downloads.clear()


# --- GoTo


def calls_settings(box: Calls) -> dict[str, Any]:
    return {
        "base_url": box.base_url, "client_id": box.client_id, "client_secret": box.client_secret,
        "refresh_token": box.refresh_token(), "since": "2025-11-01",
    }  # fmt: skip


def calls_go_on(box: Calls) -> None:
    """Two weeks later, with a call for somebody's question a day ago; a host may host no more."""
    box.advance(days=14)
    box.hold("A question in between", community=0)
    box.dismiss(box.account.organizers_of(box.account.groups[0])[-1], forget=False)
    box.advance(hours=30)


def a_host_is_deleted(box: Calls) -> None:
    """Three weeks later an organizer is none of the account's any more."""
    box.advance(days=21)
    box.dismiss(box.account.organizers_of(box.account.groups[0])[-1])
    box.advance(hours=30)


# --- Adobe Connect


def rooms_settings(box: Rooms) -> dict[str, Any]:
    return {"base_url": box.base_url, "login": box.login, "password": box.password}


def rooms_go_on(box: Rooms) -> None:
    """Two weeks later: two left a group, one is new, a recording is gone, and a room is in use."""
    box.advance(days=15)
    with box.changing():
        group = box.life.groups[0]
        group.members -= set(sorted(group.members)[:2])
        room = next(room for room in box.site.rooms if box.site.inside(room.id))
        box.site.remove(box.site.inside(room.id)[0].id)
        box.site.join("group", "Task force").members |= set(sorted(group.members)[:3])
    box.open_room(box.life.rooms[1])
    box.advance(minutes=20)


def a_room_ends(box: Rooms) -> None:
    """Three weeks later a room and a group are no more, and a folder has another name."""
    box.advance(days=20)
    with box.changing():
        box.site.remove(box.life.rooms[-1].id)
        next(one for one in box.site.groups if one.name == "Task force").deleted = True
        folder = box.site.scos[box.life.rooms[0].folder]
        folder.name = f"{folder.name} (new)"


# --- While they are read


def somebody_writes(box: Groups) -> None:
    """Somebody writes, a message is deleted, and by turns somebody joins or leaves."""
    box.advance(seconds=1)
    number = box.requests.total()
    groups = list(box.state.groups.values())
    group = groups[number % 2 * 2 % len(groups)]
    box.post(group.name, f"Meanwhile {number}")
    numbers = sorted(group.messages)
    box.delete(group.name, numbers[len(numbers) // 3])
    people = [sub.user.id for sub in group.present() if sub.user.person is not None]
    if number % 4 < 2 and len(people) > 4:
        box.leave(group.name, people[1])
    else:
        box.join(group.name, 20 + number % 15)


def somebody_calls(box: Calls) -> None:
    """A meeting begins, and half an hour passes now and then."""
    number = box.requests.total()
    box.hold(f"Meanwhile {number}", community=number % 2, minutes=5)
    box.advance(minutes=6)


def somebody_comes_in(box: Rooms) -> None:
    """Who is in a group changes, and so does what lies on the site."""
    box.advance(seconds=5)
    number = box.requests.total()
    with box.changing():
        group = box.life.groups[number % 3]
        group.members ^= {sorted(box.life.logins.values(), key=lambda one: one.id)[number % 9].id}
        room = box.life.rooms[number % 3]
        if (inside := box.site.inside(room.id)) and number % 4 < 2:
            box.site.remove(inside[0].id)
        else:
            box.site.add(room.id, "content", "pdf", f"Meanwhile {number}", box.timeline.now)


RESTLESS: dict[str, Happening] = {
    "dgroups": somebody_writes, "gotomeeting": somebody_calls, "adobeconnect": somebody_comes_in,
}  # fmt: skip
SMALL_GROUPS = {"people": 40, "communities": 2, "years": 0.25}
TOOLS = {
    "dgroups": Tool(
        dgroups, Groups, SMALL_GROUPS, groups_settings, (groups_go_on, a_group_ends)
    ),
    "archive": Tool(
        dgroups, Groups, SMALL_GROUPS, archive_settings, (groups_go_on, a_group_ends), by_row=False
    ),
    "gotomeeting": Tool(
        gotomeeting, Calls, {"people": 60, "communities": 2, "years": 0.6}, calls_settings,
        (calls_go_on, a_host_is_deleted),
    ),
    "adobeconnect": Tool(
        adobeconnect, Rooms, {"people": 60, "communities": 3, "years": 0.3}, rooms_settings,
        (rooms_go_on, a_room_ends),
    ),
}  # fmt: skip
