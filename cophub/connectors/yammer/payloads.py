"""What Yammer's REST API answers: the fields that cophub reads, and no others.

The names are the vendor's. It sends `""` where there is no id, and booleans as text in places
(`"admin": "true"`): ids are read by `id_of`, flags by `flag`. Instants stay text (`posts.moment`).
"""

from msgspec import Struct

Id = int | str | None
"""An id: a number beyond 32 bits, sometimes text, `""` or null where there is none."""
Flag = bool | str | None
"""A boolean, sometimes as the text `"true"` or `"false"`."""


def id_of(value: Id) -> str | None:
    """An id as text, or None: `""`, 0 and null are no ids."""
    return str(value) if value not in (None, "", 0, "0") else None


def flag(value: Flag) -> bool:
    """A boolean that may have come as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


class Payload(Struct, gc=False):
    """Anything that the vendor sends: a tree, so that the garbage collector need not look at it."""


# --- groups


class GroupStats(Payload):
    """Counts of a group; `updates` counts its messages."""

    members: int | None = None
    updates: int | None = None
    aad_guests: int | None = None
    last_message_id: Id = None
    last_message_at: str | None = None


class Group(Payload):
    """One row of `groups.json`, or `groups/ID.json`."""

    id: int
    full_name: str | None = None
    name: str | None = None
    description: str | None = None
    privacy: str | None = None  # public, private
    created_at: str | None = None
    creator_id: Id = None
    creator_type: str | None = None
    state: str | None = None
    web_url: str | None = None
    show_in_directory: Flag = None
    external: Flag = None
    moderated: Flag = None
    restricted_posting: Flag = None
    company_group: Flag = None
    aad_guests: int | None = None
    category: str | None = None
    office365_url: str | None = None
    stats: GroupStats | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.full_name or self.name or str(self.id)


class GroupList(Payload):
    """`groups.json`, which is a bare list."""

    items: list[Group]


# --- users


class Address(Payload):
    """One mail address of a user; `type` is primary or another word."""

    type: str | None = None
    address: str | None = None


class Contact(Payload):
    """How a user can be reached; only the addresses are read."""

    email_addresses: list[Address] | None = None
    has_fake_email: Flag = None


class UserStats(Payload):
    """Counts of a user; `updates` counts messages."""

    updates: int | None = None


class User(Payload):
    """One row of `users.json`, `users/in_group/ID.json`, or `users/ID.json`."""

    id: int
    network_id: Id = None
    state: str | None = None  # active, soft_delete, others
    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    email: str | None = None
    guid: str | None = None
    job_title: str | None = None
    department: str | None = None
    location: str | None = None
    activated_at: str | None = None
    timezone: str | None = None
    locale: str | None = None
    admin: Flag = None
    verified_admin: Flag = None
    m365_yammer_admin: Flag = None
    supervisor_admin: Flag = None
    can_broadcast: Flag = None
    guest: Flag = None
    aad_guest: Flag = None
    network_name: str | None = None
    network_domains: list[str] | None = None
    contact: Contact | None = None
    stats: UserStats | None = None
    web_url: str | None = None


class UserList(Payload):
    """`users.json` and `users/by_email.json`, which are bare lists."""

    items: list[User]


class GroupUsers(Payload):
    """`users/in_group/ID.json`."""

    users: list[User]
    more_available: Flag = None


# --- networks


class Network(Payload):
    """One row of `networks/current.json`."""

    id: int
    name: str | None = None
    permalink: str | None = None
    created_at: str | None = None
    community: Flag = None  # an external network
    is_primary: Flag = None
    m365_native_mode: Flag = None
    force_connected_groups: Flag = None


class NetworkList(Payload):
    """`networks/current.json`, which is a bare list."""

    items: list[Network]


# --- messages


class Body(Payload):
    """The text of a message; `rich` is HTML, `parsed` has marks such as `[[user:123]]`."""

    plain: str | None = None
    rich: str | None = None
    parsed: str | None = None


class Liker(Payload):
    """Somebody who reacted; the vendor names a few of all."""

    user_id: Id = None
    full_name: str | None = None


class Likes(Payload):
    """How many reacted, and some of them by name."""

    count: int = 0
    names: list[Liker] | None = None


class Attachment(Payload):
    """A file, image, link or module on a message."""

    id: Id = None
    type: str | None = None
    name: str | None = None
    content_type: str | None = None
    web_url: str | None = None


class Message(Payload):
    """One message of a feed, or `messages/ID.json`."""

    id: int
    sender_id: Id = None
    sender_type: str | None = None
    delegate_id: Id = None
    thread_id: Id = None
    replied_to_id: Id = None
    group_id: Id = None
    group_created_id: Id = None
    created_at: str | None = None
    published_at: str | None = None
    message_type: str | None = None  # update, system, question, announcement, poll, praise
    system_message: Flag = None
    direct_message: Flag = None
    privacy: str | None = None
    language: str | None = None
    title: str | None = None
    body: Body | None = None
    content_excerpt: str | None = None
    attachments: list[Attachment] | None = None
    liked_by: Likes | None = None
    shared_message_id: Id = None
    client_type: str | None = None
    url: str | None = None
    web_url: str | None = None

    @property
    def thread(self) -> int:
        """The id of the thread, which is that of its first message."""
        return int(id_of(self.thread_id) or self.id)


class ThreadStats(Payload):
    """How long a thread is: `updates` counts its messages, the first among them."""

    updates: int | None = None
    latest_reply_id: Id = None
    latest_reply_at: str | None = None
    shares: int | None = None


class Reference(Payload):
    """What a feed's messages refer to: a user, group, thread, topic, tag, message or page.

    One shape for all kinds, because new kinds appear; `stats` is read for threads and is the
    counts of something else elsewhere.
    """

    type: str = ""
    id: Id = None
    name: str | None = None
    full_name: str | None = None
    direct_message: Flag = None
    privacy: str | None = None
    group_id: Id = None
    thread_starter_id: Id = None
    best_reply_id: Id = None
    """Of a question's thread. The name is a guess after the web client's: no published answer of
    this API shows a marked answer."""
    stats: ThreadStats | None = None


class Meta(Payload):
    """What is said about a feed; `older_available` is not to be trusted."""

    older_available: Flag = None
    requested_poll_interval: int | None = None
    feed_name: str | None = None
    current_user_id: Id = None


class Feed(Payload):
    """`messages/in_group/ID.json` and `messages/in_thread/ID.json`."""

    messages: list[Message]
    references: list[Reference] = []
    meta: Meta | None = None
