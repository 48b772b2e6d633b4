"""What an Adobe Connect site holds: principals, folders, rooms, sessions, stays and recordings."""

from collections.abc import Iterator
from dataclasses import dataclass, field

HOUR = 3_600


@dataclass(slots=True)
class Principal:
    """A login or a group; guests are not listed, and have another id each time they come in."""

    id: int
    type: str  # user, group, admins, live-admins, everyone, guest
    name: str
    login: str = ""
    email: str = ""
    person: int = -1
    deleted: bool = False
    members: set[int] = field(default_factory=set)
    """Of a group: the ids of its members."""


@dataclass(slots=True)
class Stay:
    """One time in a room: from `joined` to `left`, which the vendor loses where `lost`."""

    transcript: int
    principal: Principal
    shown: str
    """The name that was typed on entering."""
    joined: int
    left: int
    host: bool = False
    lost: bool = False


@dataclass(slots=True)
class Session:
    """A room in use, from the first who enters until the last has left; its id is an asset's."""

    asset: int
    began: int
    ended: int
    stays: list[Stay] = field(default_factory=list)

    def seen(self, now: int) -> list[Stay]:
        """Who has come in by now."""
        return [stay for stay in self.stays if stay.joined <= now]


@dataclass(slots=True)
class Sco:
    """Anything with a place in the tree: a folder, a room, a file or a recording."""

    id: int
    folder: int
    type: str  # folder, meeting, content
    icon: str  # folder, meeting, virtual-classroom, archive, pdf
    name: str
    url_path: str
    created: int
    modified: int
    begin: int | None = None
    end: int | None = None
    duration: str = ""
    description: str = ""
    hidden: bool = False
    """Whether the account that asks has no permission for it."""
    sessions: list[Session] = field(default_factory=list)
    hosts: list[Principal] = field(default_factory=list)
    community: int = -1


class Site:
    """The tree and the people of one site."""

    def __init__(self, start: int) -> None:
        self.start = start
        self._next = 1_277_000_001
        self.principals: dict[int, Principal] = {}
        self.scos: dict[int, Sco] = {}
        self.children: dict[int, list[int]] = {}
        self.shortcuts: dict[str, int] = {}
        self.administrator = True
        """Whether the account that asks may list principals and run reports of the whole site."""
        for kind in ("content", "meetings", "user-meetings", "user-content", "forced-archives"):
            tree = self.add(0, "folder", "folder", _TREES[kind], start)
            self.shortcuts[kind] = tree.id

    def number(self) -> int:
        """An id that nothing else has."""
        self._next += 1
        return self._next

    def add(self, folder: int, type: str, icon: str, name: str, at: int) -> Sco:
        """A new thing in a folder."""
        id = self.number()
        sco = Sco(id, folder, type, icon, name, f"/r{id:x}/", at, at)
        self.scos[id] = sco
        self.children.setdefault(folder, []).append(id)
        return sco

    def remove(self, id: int) -> None:
        """Take a thing away, and all that is in it."""
        for child in list(self.children.get(id, ())):
            self.remove(child)
        sco = self.scos.pop(id)
        self.children[sco.folder].remove(id)

    def inside(self, folder: int) -> list[Sco]:
        """What lies in a folder or a room."""
        return [self.scos[id] for id in self.children.get(folder, ())]

    def below(self, folder: int) -> Iterator[Sco]:
        """What lies in a folder and its folders."""
        for sco in self.inside(folder):
            yield sco
            yield from self.below(sco.id)

    @property
    def rooms(self) -> list[Sco]:
        """Every meeting room."""
        return [sco for sco in self.scos.values() if sco.type == "meeting"]

    @property
    def groups(self) -> list[Principal]:
        """Every group that is there."""
        return [one for one in self.listed() if one.type not in ("user", "guest")]

    def listed(self) -> list[Principal]:
        """Users and groups; guests are not among them."""
        return [one for one in self.principals.values() if not one.deleted and one.type != "guest"]

    def join(self, type: str, name: str, **given: object) -> Principal:
        """A new login or group."""
        one = Principal(self.number(), type, name, **given)  # type: ignore[arg-type]
        self.principals[one.id] = one
        return one


_TREES = {
    "content": "Shared Content",
    "meetings": "Shared Meetings",
    "user-meetings": "User Meetings",
    "user-content": "User Content",
    "forced-archives": "Forced Recordings",
}
