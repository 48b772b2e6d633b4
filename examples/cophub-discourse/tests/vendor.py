"""A Discourse forum over real HTTP on this machine, as far as the plugin asks it.

What it answers is made from Discourse's own description of its API, spec/requests/api/schemas/json
(of which https://docs.discourse.org is made), and from its controllers where that says less; each
route names its source. Its pages are shorter than Discourse's, so that a small forum has several.
Everybody in it is invented.

    python tests/vendor.py cophub sync      answers as long as that command runs
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cophub.testing import serve_command

Row = dict[str, Any]
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
KEY = "a-key-that-reads-only-0123456789"
ENVIRONMENT = {"DISCOURSE_API_KEY": KEY}
ADMIN = "system"
USERS, POSTS, GROUPS = 6, 5, 3
"""Rows of a page; Discourse has 100, 50 and 36."""

PEOPLE = (
    "Amina Diallo", "Bao Tran", "Carmen Ortiz", "Dmitri Volkov", "Esi Mensah", "Farid Haddad",
    "Grace Okello", "Hana Suzuki", "Ines Costa", "Jonas Weber",
)  # fmt: skip


@dataclass
class Forum:
    """The state of a forum; tests change it between two runs."""

    now: datetime = NOW
    users: list[Row] = field(default_factory=list)
    categories: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    members: dict[int, list[Row]] = field(default_factory=dict)
    owners: dict[int, set[int]] = field(default_factory=dict)
    posts: list[Row] = field(default_factory=list)
    likes: dict[int, list[int]] = field(default_factory=dict)
    sign_on: dict[int, Row] = field(default_factory=dict)
    folder: str = ""
    """Where the forum lies on its host, such as `/forum`."""
    login_required: bool = False
    unpaged: bool = False
    """Categories come whole whatever page is asked for, as in older versions."""
    lazy: bool = False
    """Categories come by pages, children beside their parents."""
    unseen: list[int] = field(default_factory=list)
    """Ids of subcategories that are named and never shown."""
    inclusive: bool = False
    """`before` takes its own id with it, as in older versions."""
    in_parts: bool = False
    """Visits are told by desktop and mobile, as in newer versions."""
    too_slow: bool = False
    """Its reports take too long to make."""
    solved: bool = True
    """discourse-solved is on."""
    per_minute: int = 0
    """More requests than these are answered 429; 0 for no limit."""
    asked: list[str] = field(default_factory=list)

    # --- What is asked

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The forum's answer."""
        self.asked.append(request.url.raw_path.decode())
        if self.per_minute and len(self.asked) > self.per_minute:
            self.asked.clear()  # as if the minute had passed
            return _json(_too_fast(), 429, {"Retry-After": "1"})
        if not request.url.path.startswith(f"{self.folder}/"):
            return _json(_not_found(), 404)
        path = request.url.path.removeprefix(self.folder).removesuffix(".json")
        if path == "/site/basic-info":
            return _json({"title": "Practice", "login_required": self.login_required})
        if request.headers.get("Api-Key") != KEY or not request.headers.get("Api-Username"):
            return _json(_refused(), 403)
        if path.startswith("/admin/") and request.headers["Api-Username"] != ADMIN:
            return _json(_not_found(), 404)
        for start, route in self._routes().items():
            if path.startswith(start):
                found = route(path.removeprefix(start), dict(request.url.params))
                return _json(_not_found(), 404) if found is None else _json(found)
        return _json(_not_found(), 404)

    def _routes(self) -> dict[str, Callable[[str, dict[str, str]], Any]]:
        return {
            "/categories": self._category_list,
            "/groups/": self._members_of,
            "/groups": self._group_list,
            "/admin/users/list/new": self._user_list,
            "/admin/users/": self._user,
            "/admin/reports/": self._report,
            "/posts": self._latest,
            "/post_action_users": self._likers,
        }

    def _category_list(self, _: str, asked: dict[str, str]) -> Row:
        """category_list_response.json; models/category_list.rb `find_categories`."""
        parent, page = asked.get("parent_category_id"), int(asked.get("page", 1))
        below = [one for one in self.categories if one.get("parent_category_id") is not None]
        chosen = [
            one
            for one in self.categories
            if str(one.get("parent_category_id") or "") == (parent or "")
        ]
        if self.lazy:
            chosen = chosen[(page - 1) * 2 : page * 2]
        elif page > 1 and not self.unpaged:
            chosen = []
        found = [dict(one) for one in chosen]
        for one in found:
            children = [child for child in below if child["parent_category_id"] == one["id"]]
            one["subcategory_ids"] = [child["id"] for child in children] + self.unseen
            if not self.lazy and asked.get("include_subcategories") == "true":
                one["subcategory_list"] = children
            elif self.lazy and parent is None:
                found += children[:1]  # Discourse: five
        return {"category_list": {"can_create_category": False, "categories": found}}

    def _group_list(self, _: str, asked: dict[str, str]) -> Row:
        """groups_list_response.json; groups_controller.rb `index`: the first page is 0."""
        start = int(asked.get("page", 0)) * GROUPS
        return {
            "groups": self.groups[start : start + GROUPS],
            "extras": {"type_filters": ["public"]},
            "total_rows_groups": len(self.groups),
        }

    def _members_of(self, path: str, asked: dict[str, str]) -> Row | None:
        """group_members_response.json; groups_controller.rb `members`: 1,000 at the most."""
        name = path.removesuffix("/members")
        group = next((one for one in self.groups if one["name"] == name), None)
        limit, offset = int(asked.get("limit", 50)), int(asked.get("offset", 0))
        if group is None or limit > 1000:
            return None
        found = self.members.get(group["id"], [])
        owners = self.owners.get(group["id"], set())
        return {
            "members": found[offset : offset + limit],
            "owners": [one for one in found if one["id"] in owners],
            "meta": {"total": len(found), "limit": limit, "offset": offset},
        }

    def _user_list(self, _: str, asked: dict[str, str]) -> list[Row]:
        """admin_user_list_response.json; admin_user_list_serializer.rb `include_email?`."""
        start = (int(asked.get("page", 1)) - 1) * USERS
        shown = asked.get("show_emails") == "true"
        return [
            {name: value for name, value in one.items() if name != "email" or shown}
            for one in self.users[start : start + USERS]
        ]

    def _user(self, path: str, _: dict[str, str]) -> Row | None:
        """admin_user_response.json: `single_sign_on_record`, `external_ids`."""
        found = next((one for one in self.users if str(one["id"]) == path), None)
        if found is None:
            return None
        none: Row = {"single_sign_on_record": None, "external_ids": {}}
        return {**found, **none, **self.sign_on.get(found["id"], {})}

    def _report(self, path: str, asked: dict[str, str]) -> Row | None:
        """admin/reports_controller.rb `show`; concerns/reports/visits.rb for those in parts."""
        category = asked.get("filters[category]")
        if path in ("topics", "topics_with_no_response"):
            found = self._topics(int(category or 0), path == "topics")
        elif path in ("visits", "signups"):
            found = {self.stamp(days)[:10]: 3 for days in (1, 2, 3)}
        else:
            return None
        start, end = asked.get("start_date", "2000-01-01"), asked.get("end_date", "2100-01-01")
        data: list[Row] = [{"x": x, "y": y} for x, y in found.items() if start <= x <= end]
        if path == "visits" and self.in_parts:
            data = [{"req": part, "data": data} for part in ("desktop", "mobile")]
        filters = [{"id": "category", "type": "category", "default": category and int(category)}]
        report: Row = {"type": path, "data": data, "available_filters": filters}
        return {"report": report | ({"error": "timeout", "data": []} if self.too_slow else {})}

    def _topics(self, category: int, every: bool) -> dict[str, int]:
        """How many topics of a category began on each day; or how many of these have no answer."""
        answered = {one["topic_id"] for one in self.posts if one["post_number"] > 1}
        found: dict[str, int] = {}
        for one in self.posts:
            if one["post_number"] == 1 and one["category_id"] == category:
                day = one["created_at"][:10]
                found[day] = found.get(day, 0) + (every or one["topic_id"] not in answered)
        return {day: number for day, number in found.items() if number}

    def _latest(self, _: str, asked: dict[str, str]) -> Row:
        """latest_posts_response.json; latest_posts_query.rb `public_posts`."""
        before = int(asked.get("before", 0))
        last = before if self.inclusive else before - 1
        found = [one for one in self.posts if not before or one["id"] <= last]
        newest = sorted(found, key=lambda one: -one["id"])[:POSTS]
        return {"latest_posts": [self._shown(one) for one in newest]}

    def _shown(self, one: Row) -> Row:
        count = len(self.likes.get(one["id"], ()))
        summary = [{"id": 2, "count": count}] if count else [{"id": 3, "can_act": True}]
        shown = {name: value for name, value in one.items() if name != "accepted_answer"}
        if self.solved:
            topic = [post for post in self.posts if post["topic_id"] == one["topic_id"]]
            shown["accepted_answer"] = bool(one.get("accepted_answer"))
            shown["topic_accepted_answer"] = any(post.get("accepted_answer") for post in topic)
        return {**shown, "actions_summary": summary}

    def _likers(self, _: str, asked: dict[str, str]) -> Row | None:
        """post_action_users_controller.rb; post_action_user_serializer.rb has no date."""
        number, limit, page = int(asked["id"]), int(asked["limit"]), int(asked["page"])
        if not any(one["id"] == number for one in self.posts):
            return None
        found = self.likes.get(number, [])[page * limit : (page + 1) * limit]
        named = {one["id"]: one for one in self.users}
        return {
            "post_action_users": [
                {"id": one, "username": named[one]["username"], "name": named[one]["name"]}
                for one in found
            ]
        }

    # --- What tests do to it

    def stamp(self, days: float) -> str:
        """The instant so many days ago, as Discourse writes it."""
        return (self.now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def write(self, topic: int, number: int, user: int, days: float, **other: Any) -> int:
        """Somebody writes a post; its id."""
        known = {one["id"]: one for one in self.users}[user]
        post = {
            "id": max((one["id"] for one in self.posts), default=10) + 2,
            "topic_id": topic, "post_number": number, "post_type": 1, "user_id": user,
            "username": known["username"], "name": known["name"], "created_at": self.stamp(days),
            "updated_at": self.stamp(days), "raw": f"Text {number} of topic {topic}.", "version": 1,
            "topic_title": f"Topic {topic}", "category_id": 5, "reply_to_post_number": None,
            "reply_count": 0, "hidden": False, "user_deleted": False, "deleted_at": None,
        }  # fmt: skip
        self.posts.append(post | other)
        return int(post["id"])


def small_forum(now: datetime = NOW) -> Forum:
    """A forum with a public, a private and a nested category, groups, a question and likes."""
    forum = Forum(now=now)
    for number, name in ((-2, "discobot"), (-1, "system"), *enumerate(PEOPLE, 1)):
        username = name.replace(" ", ".").lower()
        forum.users.append(
            {
                "id": number, "username": username, "name": name, "active": True, "staged": False,
                "email": f"{username}@example.org" if number > 0 else "no_email",
                "admin": number < 0, "created_at": forum.stamp(400 - number), "trust_level": 1,
            }
        )  # fmt: skip
    forum.users[-1] |= {"staged": True, "active": False}
    forum.users[-2] |= {"suspended_till": forum.stamp(-1000)}
    forum.categories = [
        _category(1, "uncategorized", "Uncategorized"),
        _category(5, "practice", "Practice", custom_fields={"enable_accepted_answers": "true"}),
        _category(6, "health", "Health", parent_category_id=5),
        _category(7, "nutrition", "Nutrition", parent_category_id=5),
        _category(9, "board", "Board", read_restricted=True),
    ]
    for number, name, level in (
        (1, "trust_level_0", 0), (41, "evaluators", 0), (42, "board", 2), (43, "mentors", 1),
    ):  # fmt: skip
        forum.groups.append(
            {
                "id": number, "name": name, "full_name": name.title(), "visibility_level": level,
                "automatic": number < 10, "user_count": 3, "public_admission": number == 41,
                "bio_raw": None, "can_see_members": True, "members_visibility_level": level,
            }
        )  # fmt: skip
        forum.members[number] = [
            {"id": one, "username": PEOPLE[one - 1], "added_at": forum.stamp(100 - one)}
            for one in (1, 2, 3)
        ]
        forum.owners[number] = {2}
    _conversations(forum)
    return forum


def _conversations(forum: Forum) -> None:
    forum.write(100, 1, 4, 90)
    forum.write(100, 2, 5, 89, category_id=5)
    forum.write(101, 1, 1, 20, category_id=6)
    forum.write(101, 2, 2, 19, category_id=6, version=2, updated_at=forum.stamp(18))
    liked = forum.write(102, 1, 3, 12)
    solution = forum.write(102, 2, 1, 11, reply_to_post_number=1, accepted_answer=True)
    forum.write(102, 3, 3, 10, reply_to_post_number=2)
    forum.write(103, 1, -1, 8, category_id=9)
    forum.write(103, 2, 6, 7, category_id=9, hidden=True)
    forum.write(104, 1, 10, 6, category_id=1)
    forum.write(104, 2, 7, 5, category_id=1, user_deleted=True, updated_at=forum.stamp(4))
    last = forum.write(105, 1, 8, 2, category_id=7)
    forum.likes = {liked: [1, 2], solution: [3, 4, 5], last: [1]}


def _category(number: int, slug: str, name: str, **other: Any) -> Row:
    known: Row = {
        "id": number, "name": name, "slug": slug, "read_restricted": False, "post_count": 4,
        "topic_count": 2, "description_text": f"About {name.lower()}.", "parent_category_id": None,
    }  # fmt: skip
    return known | other


def _refused() -> Row:
    """application_controller.rb, Discourse::InvalidAccess."""
    words = "You are not permitted to view the requested resource. The API username or key is"
    return {"errors": [f"{words} invalid."], "error_type": "invalid_access"}


def _not_found() -> Row:
    words = "The requested URL or resource could not be found."
    return {"errors": [words], "error_type": "not_found"}


def _too_fast() -> Row:
    """spec/integration/rate_limiting_spec.rb: `Retry-After` and `extras.wait_seconds`."""
    return {"errors": ["Slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 1}}


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


FORUM = small_forum(datetime.now(UTC))


def answer(request: httpx.Request) -> httpx.Response:
    """What a small forum of today answers, which nobody changes."""
    return FORUM.answer(request)


if __name__ == "__main__":
    sys.exit(serve_command(answer, 8765, ENVIRONMENT))
