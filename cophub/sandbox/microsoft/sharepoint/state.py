"""What a site holds: lists with their columns and items, comments and likes, users and groups."""

import re
from dataclasses import dataclass, field
from typing import Any

from cophub.sandbox.microsoft.sharepoint.changelog import ChangeLog
from cophub.sandbox.microsoft.tenant import Group, User, guid

GENERIC, LIBRARY, EVENTS, DISCUSSIONS, PAGES, USER_INFO = 100, 101, 106, 108, 119, 112
SYSTEM_ACCOUNT = 1_073_741_823
PERSON, DIRECTORY_GROUP, SITE_GROUP = 1, 4, 8
KINDS = {
    "Integer": 1, "Text": 2, "Note": 3, "DateTime": 4, "Counter": 5, "Choice": 6, "Lookup": 7,
    "Boolean": 8, "Number": 9, "Currency": 10, "URL": 11, "Computed": 12, "Guid": 14,
    "MultiChoice": 15, "File": 18, "User": 20, "AllDayEvent": 29, "Recurrence": 21,
    "ContentTypeId": 25, "UserMulti": 20, "LookupMulti": 7,
}  # fmt: skip
"""FieldTypeKind by the name of a column's type."""
TYPES = {number: name for name, number in reversed(KINDS.items())}
_PLAIN = re.compile(r"[A-Za-z0-9_]")


def encode_name(title: str) -> str:
    """The internal name that SharePoint makes of a column's title, cut at 32 characters."""
    name = "".join(c if _PLAIN.match(c) else f"_x{ord(c):04x}_" for c in title)
    if title[:1].isdigit():
        name = f"_x{ord(title[0]):04x}_{name[1:]}"
    return name[:32]


@dataclass(slots=True, eq=False)
class Column:
    """A column; `rest` is what the REST API calls it, `key` also for people and lookups."""

    name: str
    title: str
    type: str = "Text"
    indexed: bool = False
    hidden: bool = False
    read_only: bool = False
    lookup_list: str | None = None
    choices: tuple[str, ...] = ()
    own: bool = True
    """Whether somebody added it, or the list was born with it."""
    bare: bool = False
    """A date without a time."""

    @property
    def rest(self) -> str:
        """The name in the REST API's JSON."""
        return f"OData_{self.name}" if self.name.startswith("_") else self.name

    @property
    def refers(self) -> bool:
        """Whether its values are ids of rows elsewhere."""
        return self.type in ("User", "UserMulti", "Lookup", "LookupMulti")

    @property
    def key(self) -> str:
        """The name of its value: people and lookups show their id."""
        return f"{self.rest}Id" if self.refers else self.rest


@dataclass(slots=True, eq=False)
class Like:
    """Somebody liked something; `user` is a site user id."""

    user: int
    at: int


@dataclass(slots=True, eq=False)
class Comment:
    """A comment on a page, or the answer to one."""

    id: int
    author: int
    at: int
    text: str
    parent: int = 0
    modified: int | None = None
    mentions: tuple[int, ...] = ()
    likes: list[Like] = field(default_factory=list)
    replies: list["Comment"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Item:
    """A row. `fields` are values by internal name: people and lookups as ids, dates as instants."""

    id: int
    guid: str
    unique: str
    created: int
    modified: int
    author: int
    editor: int
    content_type: str
    fields: dict[str, Any]
    version: int = 1
    folder: bool = False
    name: str = ""
    """Of a file, folder or page."""
    dir: str = ""
    """Server-relative path of the folder it is in."""
    size: int = 0
    content: bytes | None = None
    comments: list[Comment] = field(default_factory=list)
    likes: list[Like] = field(default_factory=list)
    deleted: int | None = None
    promoted: int = 0
    """Of a page: 0 page, 1 news draft, 2 news."""
    first_published: int | None = None
    major: int = 1
    minor: int = 0

    @property
    def title(self) -> str | None:
        """What it is called."""
        return self.fields.get("Title")

    @property
    def path(self) -> str:
        """Server-relative path of a file, folder or plain row."""
        return f"{self.dir}/{self.name or f'{self.id}_.000'}"

    @property
    def etag(self) -> str:
        """The version as HTTP has it."""
        return f'"{self.unique},{self.version}"'


@dataclass(slots=True, eq=False)
class SPList:
    """A list or library; `bin` holds what was deleted and may be restored."""

    id: str
    title: str
    template: int
    root: str
    """Server-relative path of its root folder."""
    created: int
    description: str = ""
    hidden: bool = False
    columns: dict[str, Column] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    bin: dict[int, Item] = field(default_factory=dict)
    last_id: int = 0
    modified: int = 0
    deleted_at: int = 0
    by_path: dict[str, Item] = field(default_factory=dict)
    """Files and folders by lower-case path."""
    in_folder: dict[str, int] = field(default_factory=dict)
    """How many files each folder holds, by lower-case path."""

    @property
    def library(self) -> bool:
        """Whether its rows are files."""
        return self.template in (LIBRARY, PAGES)

    @property
    def entity(self) -> str:
        """The name in the types of its items."""
        words = encode_name(self.root.rsplit("/", 1)[-1]).replace("_x0020_", "_x0020_")
        return words if self.library else f"{words}List"

    def column(self, name: str) -> Column | None:
        """A column by internal name, REST name, REST key or title."""
        if (found := self.columns.get(name)) is not None:
            return found
        for each in self.columns.values():
            if name in (each.rest, each.key, each.title):
                return each
        return None


@dataclass(slots=True, eq=False)
class SiteUser:
    """Somebody or some group that was ever resolved on the site; nobody leaves this table."""

    id: int
    login: str
    title: str
    email: str = ""
    upn: str | None = None
    aad: str | None = None
    kind: int = PERSON
    admin: bool = False
    hidden: bool = False
    guest: bool = False
    name_id: str | None = None
    job: str | None = None


@dataclass(slots=True, eq=False)
class SiteGroup:
    """A group of the site; `users` are site user ids."""

    id: int
    title: str
    description: str | None = None
    owner: str = ""
    users: list[int] = field(default_factory=list)
    only_members_see: bool = True


@dataclass(slots=True, eq=False)
class Site:
    """A site collection with its one web."""

    id: str
    web_id: str
    url: str
    path: str
    title: str
    description: str
    created: int
    zone: tuple[int, str, str]
    """Number, description and IANA name of its time zone."""
    group: Group | None = None
    language: int = 1033
    hub_id: str | None = None
    lists: dict[str, SPList] = field(default_factory=dict)
    recycled: dict[str, SPList] = field(default_factory=dict)
    users: dict[int, SiteUser] = field(default_factory=dict)
    by_login: dict[str, SiteUser] = field(default_factory=dict)
    by_aad: dict[str, SiteUser] = field(default_factory=dict)
    groups: dict[int, SiteGroup] = field(default_factory=dict)
    owners: int = 3
    visitors: int = 4
    members: int = 5
    last_user: int = 5
    last_comment: int = 0
    modified: int = 0
    dates: str = "utc"
    """How item columns write dates: utc (Z), offset (-07:00) or bare (the site's own time)."""
    log: ChangeLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = ChangeLog(self.id, self.web_id)

    @property
    def host(self) -> str:
        """The name of the tenant's server."""
        return self.url.split("/")[2]

    @property
    def graph_id(self) -> str:
        """What Graph calls it."""
        return f"{self.host},{self.id},{self.web_id}"

    def list_named(self, title: str) -> SPList | None:
        """A list by its title, letter case aside."""
        low = title.lower()
        return next((each for each in self.lists.values() if each.title.lower() == low), None)

    def list_of(self, template: int) -> SPList:
        """The first list of a template."""
        return next(each for each in self.lists.values() if each.template == template)

    def list_at(self, path: str) -> SPList | None:
        """The list that a server-relative path lies in."""
        low = path.lower().rstrip("/")
        for each in self.lists.values():
            root = each.root.lower()
            if low == root or low.startswith(f"{root}/"):
                return each
        return None

    def find_user(self, user: User) -> SiteUser | None:
        """The site's row for somebody of the directory."""
        return self.by_aad.get(user.id)


def item_guid(list_id: str, number: int, what: str) -> str:
    """The guid of a row, or of the document behind it."""
    return guid(list_id, number, what)
