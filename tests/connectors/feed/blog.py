"""A WordPress site for tests, by what its REST API documents: paging, totals, order, refusals."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.connectors.website import Answer, Asked, Website

HOME = "https://news.example.org"


@dataclass
class Blog:
    """Posts, comments and users, as JSON objects by number."""

    site: Website
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    tells_totals: bool = True
    permalinks: bool = True
    now: str = "2026-05-01T00:00:00"
    broken_after: int = 0
    """A page of posts behind this one answers 500; 0 for none."""

    def __post_init__(self) -> None:
        self.site.pages["/"] = self._plain
        self.site.pages["/wp-json/"] = self._root
        for name in ("posts", "comments", "users"):
            self.site.pages[f"/wp-json/wp/v2/{name}"] = self._answer(name)

    def write(self, number: int, at: str, changed: str = "", **more: Any) -> None:
        """Publish a post at this instant; `changed` is when it was last modified."""
        self.posts[number] = {
            "id": number, "date": at, "date_gmt": at, "modified": changed or at,
            "modified_gmt": changed or at, "status": "publish", "type": "post",
            "link": f"{HOME}/{number}", "title": {"rendered": f"Post &#8211; {number}"},
            "content": {"rendered": f"<p>Text {number}</p>", "protected": False}, "author": 1,
            "guid": {"rendered": f"{HOME}/?p={number}"}, "_links": {},
        } | more  # fmt: skip

    def comment(self, number: int, post: int, at: str, **more: Any) -> None:
        """Show a comment that was written at this instant."""
        self.comments[number] = {
            "id": number, "post": post, "parent": 0, "author": 0, "author_name": "Bo Lind",
            "date": at, "date_gmt": at, "content": {"rendered": "<p>Well said</p>"},
            "link": f"{HOME}/{post}#comment-{number}", "status": "approved", "type": "comment",
        } | more  # fmt: skip

    def asked(self) -> list[str]:
        """The collections that were asked for, in order."""
        return [one.path.rpartition("/")[2] or one.path for one in self.site.asked]

    def _plain(self, asked: Asked) -> Answer:
        """The home page; without permalinks, the API as well."""
        if (route := asked.query.get("rest_route")) is None:
            head = f'<link rel="https://api.w.org/" href="{HOME}/wp-json/">'
            return Answer(f"<html><head>{head}</head></html>".encode())
        if route == "/":
            return self._root(asked, is_plain=True)
        return self._answer(route.rpartition("/")[2])(asked, is_plain=True)

    def _root(self, asked: Asked, *, is_plain: bool = False) -> Answer:
        if "root" in self.closed:
            return self._problem(401, "rest_not_logged_in")
        if not self.permalinks and not is_plain:
            return Answer(b"<html>not found</html>", 404)
        return self._json({"name": "LeaderNet", "description": "A network", "home": HOME})

    def _answer(self, name: str) -> Any:
        def page(asked: Asked, *, is_plain: bool = False) -> Answer:
            if name in self.closed:
                return self._problem(401, "rest_user_cannot_view")
            if not self.permalinks and not is_plain:
                return Answer(b"<html>not found</html>", 404)
            return self._page(name, asked.query)

        return page

    def _page(self, name: str, query: dict[str, str]) -> Answer:
        items = list(getattr(self, name).values())
        if include := query.get("include"):
            items = [one for one in items if one["id"] in map(int, include.split(","))]
        order = {"id": "id", "modified": "modified", "date_gmt": "date_gmt"}.get(
            query.get("orderby", "id"), "id"
        )
        items.sort(key=lambda one: (one[order], one["id"]), reverse=query.get("order") == "desc")
        number, size = int(query.get("page", 1)), int(query.get("per_page", 10))
        if name == "posts" and self.broken_after and number > self.broken_after:
            return Answer(b"", 500)
        pages = -(-len(items) // size)
        if number > max(pages, 1):
            return self._problem(400, "rest_post_invalid_page_number")
        shown = items[(number - 1) * size : number * size]
        totals = {"X-WP-Total": str(len(items)), "X-WP-TotalPages": str(pages)}
        return self._json(shown, totals if self.tells_totals else {})

    def _problem(self, status: int, code: str) -> Answer:
        body = {"code": code, "message": "Sorry.", "data": {"status": status}}
        return Answer(json.dumps(body).encode(), status, {"Content-Type": "application/json"})

    def _json(self, body: Any, headers: dict[str, str] | None = None) -> Answer:
        at = datetime.fromisoformat(self.now).replace(tzinfo=UTC)
        given = {"Date": format_datetime(at, usegmt=True), "Content-Type": "application/json"}
        return Answer(json.dumps(body).encode(), 200, given | (headers or {}))
