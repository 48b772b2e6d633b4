"""What the emulated MailChimp holds: audiences, members, campaigns and deliveries."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from datetime import UTC, datetime
from hashlib import md5
from typing import Any, NamedTuple

import msgspec

from cophub.sandbox.mailchimp.crowd import Crowd

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")


def digest(*parts: object) -> str:
    """32 hexadecimal digits made from the parts; how the vendor's ids look."""
    return md5("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def member_id(email: str) -> str:
    """The vendor's id of an address: MD5 of its lower-case form."""
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


MAILBOX_DIGITS = 10


def mailbox_id(email: str) -> str:
    """The vendor's id of an address over all audiences of all its customers."""
    return member_id(email)[:MAILBOX_DIGITS]


class Act(NamedTuple):
    """What a recipient did: `open`, `click` or `bounce`; `link` numbers the campaign's links."""

    at: int
    kind: str
    ip: str
    link: int = -1
    proxy: bool = False
    """Opened by a mail program's privacy proxy, not by a person."""


class Delivery(msgspec.Struct, gc=False):
    """One campaign to one member, with all they will ever do about it, in order of time."""

    member: "Member"
    status: str  # sent, hard, soft
    acts: list[Act]


class Member(msgspec.Struct, eq=False):
    """A contact of one audience; instants are seconds since 1970, 0 where the vendor says `""`."""

    serial: int
    email: str
    contact_id: str
    web_id: int
    merge: dict[str, Any]
    status: str = "subscribed"
    reason: str = ""
    source: str = "Import"
    ip_signup: str = ""
    signup: int = 0
    ip_opt: str = ""
    opt: int = 0
    changed: int = 0
    first_opt: int = 0
    language: str = ""
    vip: bool = False
    rating: int = 2
    client: str = ""
    country: str = ""
    timezone: str = ""
    tags: dict[int, int] = msgspec.field(default_factory=dict)
    interests: frozenset[str] = frozenset()
    note: tuple[int, int, str] | None = None
    person: int = -1
    uses_proxy: bool = False
    eagerness: float = 0.4
    gone: bool = False
    """Deleted for good: the vendor no longer shows the contact anywhere."""
    deliveries: list[Delivery] = msgspec.field(default_factory=list)
    encoded: dict[Any, bytes] = msgspec.field(default_factory=dict)

    @property
    def key(self) -> str:
        """The member's id in the vendor's addresses."""
        return member_id(self.email)


Found = int | Member
"""A member as a listing finds it: by its index in the crowd, or the member itself."""


class Campaign(msgspec.Struct, eq=False):
    """A newsletter; `sent` is 0 until it went out."""

    id: str
    web_id: int
    audience: "Audience"
    title: str
    subject: str
    preview: str
    created: int
    type: str = "regular"
    status: str = "save"
    scheduled: int = 0
    sent: int = 0
    segment: str = ""
    links: list[str] = msgspec.field(default_factory=list)
    deliveries: list[Delivery] = msgspec.field(default_factory=list)
    unsubscribed: list[tuple[int, Member, str]] = msgspec.field(default_factory=list)
    abuse: list[tuple[int, Member]] = msgspec.field(default_factory=list)
    forwards: int = 0
    html: str | None = None
    """What somebody wrote through the API; None: what `content.py` makes up."""
    plain_text: str | None = None
    from_name: str | None = None
    reply_to: str | None = None
    totals: Any = None
    """What was counted last; see `counts.py`."""


class Tag(msgspec.Struct):
    """A tag, which the vendor keeps as a static segment."""

    id: int
    name: str
    created: int
    updated: int


class Audience:
    """One list with its members in the order in which they were last changed."""

    def __init__(self, key: str, list_id: str, web_id: int, title: str, created: int) -> None:
        self.key = key
        self.list_id = list_id
        self.web_id = web_id
        self.title = title
        self.created = created
        self.double_optin = False
        self.visibility = "pub"
        self.language = "en"
        self.merge_fields: list[dict[str, Any]] = []
        self.categories: list[dict[str, Any]] = []
        self.interests: list[dict[str, Any]] = []
        self.consent = ""
        """The id of the interest by which members agree to be listed; "" where nobody is asked."""
        self.tags: dict[int, Tag] = {}
        self.call_tags: list[int] = []
        """Tags of those who were at a call; few members have them, and those have many."""
        self.members: dict[str, Member] = {}
        self.forgotten: set[str] = set()
        self.crowd: Crowd | None = None
        self.campaigns: list[Campaign] = []
        self.counts: Counter[str] = Counter()
        self.since_send: Counter[str] = Counter()
        self.months: dict[str, dict[str, int]] = {}
        self.monthly: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.daily: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.last_sub = self.last_unsub = self.last_sent = 0
        self.serial = 0
        self.version = 0
        """Grows with every change of a member."""
        self._order: list[tuple[int, int, Member]] = []

    def fill(self, crowd: Crowd) -> None:
        """Begin with a crowd; whoever joins later is numbered after it."""
        self.crowd = crowd
        self.serial = crowd.size - 1
        self.last_sub = crowd.changed(crowd.size - 1)
        self.monthly[f"{datetime.fromtimestamp(crowd.start, UTC):%Y-%m}"]["other_adds"] = crowd.size

    def member(self, found: Found) -> Member:
        """What a listing found, as a member."""
        if isinstance(found, Member):
            return found
        if self.crowd is None:
            raise LookupError(f"audience {self.key} has no crowd, so no member {found} of it")
        return self.crowd.member(found)

    # The order by last change

    def ordered(self) -> list[tuple[int, int, Member]]:
        """(last_changed, serial, member), oldest change first; not to be altered."""
        return self._order

    def _enter(self, member: Member) -> None:
        insort(self._order, (member.changed, member.serial, member))
        self.members[member.key] = member
        self.counts[member.status] += 1
        self.version += 1

    def _leave(self, member: Member) -> None:
        del self._order[bisect_left(self._order, (member.changed, member.serial))]
        del self.members[member.key]
        self.counts[member.status] -= 1
        self.version += 1

    # Changes

    def next_serial(self) -> int:
        """The number of the next contact of this audience."""
        self.serial += 1
        return self.serial

    def add(self, member: Member) -> None:
        """Take a new member in."""
        self._enter(member)

    def change(self, member: Member, now: int, **fields: Any) -> None:
        """Set fields of a member; `last_changed` becomes now."""
        self._leave(member)
        for name, value in fields.items():
            setattr(member, name, value)
        member.changed = now
        member.encoded.clear()
        self._enter(member)

    def change_address(self, member: Member, now: int, email: str, merge: dict[str, Any]) -> None:
        """Give a member another address, and with it another id; the old id is free again."""
        self._leave(member)
        member.email, member.merge, member.changed = email, merge, now
        member.encoded.clear()
        self._enter(member)

    def delete(self, member: Member) -> None:
        """Delete a member for good: the address cannot be added again by an import."""
        self._leave(member)
        self.forgotten.add(member.key)
        member.gone = True

    def find(self, key: str) -> Member | None:
        """The member with this id, also one of the crowd that never changed."""
        if member := self.members.get(key):
            return member
        index = self.crowd.find(key) if self.crowd else None
        return self.crowd.member(index) if self.crowd and index is not None else None

    def taken(self, email: str) -> bool:
        """Whether the address is held, or was deleted for good and cannot be added."""
        return member_id(email) in self.members or member_id(email) in self.forgotten

    def hold(self, member: Member) -> None:
        """Before a change: take a member of the crowd out of it and among those held one by one."""
        if self.crowd and member.key not in self.members and not member.gone:
            self.crowd.lift(member)
            self._enter(member)

    def total(self, status: str) -> int:
        """How many members have this status."""
        return self.counts[status] + (self.crowd.count(status) if self.crowd else 0)

    def record(self, what: str, now: int) -> None:
        """Count something for the growth history and the daily activity."""
        when = datetime.fromtimestamp(now, UTC)
        self.monthly[f"{when:%Y-%m}"][what] += 1
        self.daily[f"{when:%Y-%m-%d}"][what] += 1
        if what in ("subs", "other_adds"):
            self.last_sub = now
            self.since_send["member_count"] += 1
        elif what == "unsubs":
            self.last_unsub = now
            self.since_send["unsubscribe_count"] += 1
        elif what == "cleaned":
            self.since_send["cleaned_count"] += 1
