"""What Discourse sends, as far as it is read here; what is not as declared becomes a Reject.

Source: spec/requests/api/schemas/json in Discourse's code, of which https://docs.discourse.org is
made, and app/serializers where that says less.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from cophub import Reject
from cophub.http import reject

P = TypeVar("P", bound=msgspec.Struct)

Instant = Annotated[datetime, msgspec.Meta(tz=True)]

LIKE = 2
"""The kind of action that a like is, among flags (models/post_action_type.rb)."""


class Category(msgspec.Struct):
    """A row of category_list_response.json."""

    id: int
    name: str
    read_restricted: bool
    slug: str | None = None
    description_text: str | None = None
    parent_category_id: int | None = None
    post_count: int | None = None
    subcategory_ids: list[int] | None = None
    subcategory_list: list[Any] | None = None
    custom_fields: dict[str, Any] | None = None

    @property
    def asks(self) -> bool:
        """Whether its topics are questions: an answer may be accepted (plugin discourse-solved)."""
        return (self.custom_fields or {}).get("enable_accepted_answers") in ("true", "t", True)


class Group(msgspec.Struct):
    """A row of groups_list_response.json."""

    id: int
    name: str
    visibility_level: int
    automatic: bool = False
    full_name: str | None = None
    bio_raw: str | None = None
    public_admission: bool | None = None
    user_count: int | None = None
    can_see_members: bool = True


class Member(msgspec.Struct):
    """A row of group_members_response.json."""

    id: int
    added_at: Instant | None = None


class User(msgspec.Struct):
    """A row of admin_user_list_response.json; a staged one wrote by mail and never signed in."""

    id: int
    username: str
    name: str | None = None
    email: str | None = None
    active: bool = False
    staged: bool = False
    suspended_till: Instant | None = None
    created_at: Instant | None = None

    @property
    def status(self) -> str:
        """What the staff's list says of the account, in one word."""
        if self.suspended_till:
            return "suspended"
        return "staged" if self.staged else "active" if self.active else "inactive"


class Action(msgspec.Struct):
    """How often one kind of thing was done to a post."""

    id: int
    count: int | None = None


class Written(msgspec.Struct):
    """A row of latest_posts_response.json.

    The last two come from discourse-solved, `add_to_serializer(:post, ...)`.
    """

    id: int
    topic_id: int
    post_number: int
    created_at: Instant
    updated_at: Instant | None = None
    user_id: int | None = None
    username: str | None = None
    name: str | None = None
    raw: str | None = None
    topic_title: str | None = None
    category_id: int | None = None
    reply_to_post_number: int | str | None = None
    reply_count: int | None = None
    version: int = 1
    hidden: bool = False
    user_deleted: bool = False
    deleted_at: Instant | None = None
    actions_summary: list[Action] = []
    accepted_answer: bool | None = None
    topic_accepted_answer: bool | None = None

    @property
    def key(self) -> str:
        """What the forum's own addresses call it: topic and number."""
        return f"{self.topic_id}/{self.post_number}"

    @property
    def likes(self) -> int:
        """How many liked it; no entry is none."""
        return next((one.count or 0 for one in self.actions_summary if one.id == LIKE), 0)


class Liker(msgspec.Struct):
    """A row of `GET /post_action_users.json` (serializers/post_action_user_serializer.rb)."""

    id: int


class Filter(msgspec.Struct):
    """What a report was limited to."""

    id: str
    default: Any = None


class Day(msgspec.Struct):
    """One day of a report."""

    x: date
    y: float


class Part(msgspec.Struct):
    """One part of a report that is told in parts, such as visits from telephones."""

    req: str
    data: list[Day]


def understood(rows: Iterable[Any], kind: type[P]) -> tuple[list[P], list[Reject]]:
    """The rows that are as declared, and a Reject for each other."""
    found: list[P] = []
    rejects: list[Reject] = []
    for row in rows:
        try:
            found.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as error:
            rejects.append(reject(row, error, kind.__name__.lower()))
    return found, rejects
