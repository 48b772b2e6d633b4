"""What Mailman core and HyperKitty answer, as far as it is used.

Mailman leaves out what is null or empty: a page without rows has no `entries`, a role that nobody
moderates has no `moderation_action`, an address that was never verified has no `verified_on`.
"""

from datetime import UTC, datetime

from msgspec import Struct

from cophub.connectors.instants import instant as iso_instant


class MailingList(Struct):
    """A row of `/lists`."""

    list_id: str
    fqdn_listname: str
    display_name: str | None = None
    description: str | None = None
    advertised: bool | None = None
    member_count: int | None = None


class ListPage(Struct):
    """A page of `/lists`."""

    total_size: int
    entries: list[MailingList] = []


class ListConfig(Struct):
    """`/lists/{id}/config`."""

    created_at: str | None = None
    archive_policy: str | None = None
    subscription_policy: str | None = None
    preferred_language: str | None = None
    subject_prefix: str | None = None
    bounce_score_threshold: int | None = None


class Member(Struct):
    """A row of a roster: one role of one address on one list."""

    member_id: str
    email: str
    role: str
    display_name: str | None = None
    user: str | None = None
    delivery_mode: str | None = None
    subscription_mode: str | None = None
    bounce_score: int | None = None
    total_warnings_sent: int | None = None


class MemberPage(Struct):
    """A page of a roster."""

    total_size: int
    entries: list[Member] = []


class Ban(Struct):
    """A row of `/bans`: an address, or a pattern that begins with `^`."""

    email: str


class BanPage(Struct):
    """A page of `/bans` or `/lists/{id}/bans`."""

    total_size: int
    entries: list[Ban] = []


class Address(Struct):
    """`/addresses/{email}`."""

    email: str
    registered_on: str | None = None
    verified_on: str | None = None


class Preferences(Struct):
    """`/members/{id}/all/preferences`."""

    delivery_status: str | None = None


class Versions(Struct):
    """`/system/versions`."""

    mailman_version: str
    api_version: str = ""


class ArchivedList(Struct):
    """A list of HyperKitty's `/api/lists/`, or `/api/list/{address}/`."""

    name: str
    display_name: str | None = None
    description: str | None = None
    subject_prefix: str | None = None
    archive_policy: str | None = None
    created_at: str | None = None


class ArchivedListPage(Struct):
    """A page of `/api/lists/`."""

    results: list[ArchivedList]
    count: int = 0


class Votes(Struct):
    """What readers think of a message."""

    likes: int = 0
    dislikes: int = 0


class Email(Struct):
    """A message of HyperKitty's. `votes` are with a message that is asked for by itself only."""

    message_id: str
    message_id_hash: str
    votes: Votes | None = None


class EmailPage(Struct):
    """A page of messages."""

    count: int
    results: list[Email]


class Thread(Struct):
    """A thread of HyperKitty's; `votes_total` is likes less dislikes."""

    thread_id: str
    date_active: str
    votes_total: int = 0


class ThreadPage(Struct):
    """A page of threads, the latest active first."""

    count: int
    results: list[Thread]


def instant(text: str | None) -> datetime | None:
    """An instant of Mailman's, which is in UTC and does not say so; None for none."""
    try:
        return iso_instant(text, naive=UTC)
    except ValueError:
        return None
