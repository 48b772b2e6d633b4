"""A small Mailman 3: its REST server and its archive, by what their documentation says."""

import gzip
import json
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from cophub.connectors.mailman.archive import mark_of
from cophub.sandbox.server import Request, Response
from tests.connectors.mailarchive.conftest import make_mbox, make_message
from tests.faults.shelf import START, Shelf, separator

LISTS = ("cop", "news")
HOST = "example.org"


class PostOffice(Shelf):
    """Two lists, who is on them, what was written, and what readers liked."""

    def __init__(self) -> None:
        super().__init__()
        self.people = {name: {f"p{n}@example.net": f"Person {n}" for n in range(24)}
                       for name in LISTS}  # fmt: skip
        self.mails: dict[str, dict[int, tuple[datetime, bytes]]] = {name: {} for name in LISTS}
        self.likes: dict[tuple[str, int], int] = {}
        for name in LISTS:
            for number in range(30):
                self.say(name, number, START - timedelta(days=60) + timedelta(days=number))
            self.likes[name, 7] = 2

    def say(self, name: str, number: int, at: datetime) -> None:
        """Somebody writes; each fourth message begins a thread."""
        headers: dict[str, Any] = {
            "From": f"Person {number % 5} <p{number % 5}@example.net>",
            "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000", "Message-ID": f"<{_id(name, number)}>",
        }  # fmt: skip
        if number % 4:
            headers["In-Reply-To"] = f"<{_id(name, number - number % 4)}>"
        mail = make_mbox(make_message(number, headers=headers), separator=separator(at))
        self.mails[name][number] = (at, mail)

    def answer(self, request: Request) -> Response:
        """The answer of the REST server, or of the archive."""
        words = unquote(request.path).strip("/").split("/")
        if words[0] == "3.1":
            found = self._core(words[1:], request.query)
        elif "export" in words:
            return self._export(words[2].partition("@")[0], request.query)
        else:
            found = self._archive(words[2:], request.query)
        return Response(404, b"{}") if found is None else Response(200, json.dumps(found).encode())

    def _core(self, words: list[str], query: dict[str, str]) -> Any:
        if words == ["system", "versions"]:
            return {"mailman_version": "GNU Mailman 3.3.9", "api_version": "3.1"}
        if words == ["lists"]:
            rows = [
                {"list_id": f"{name}.{HOST}", "fqdn_listname": f"{name}@{HOST}",
                 "display_name": name.title(), "advertised": True,
                 "member_count": len(self.people[name])}
                for name in LISTS
            ]  # fmt: skip
            return _page(rows, query)
        if words[0] == "addresses":
            return {"email": words[1], "registered_on": "2025-02-03T09:00:00"}
        if words[-1] == "config":
            return {"created_at": "2025-01-01T00:00:00", "archive_policy": "public",
                    "subscription_policy": "open", "preferred_language": "en"}  # fmt: skip
        if words[-2:-1] == ["roster"]:
            name = words[1].partition(".")[0]
            people = self.people[name] if words[-1] == "member" else {}
            rows = [
                {"member_id": f"{name}-{email}", "email": email, "role": "member",
                 "display_name": shown, "user": f"/3.1/users/{email}"}
                for email, shown in people.items()
            ]  # fmt: skip
            return _page(rows, query)
        return _page([], query) if words[-1] == "bans" else None

    def _archive(self, words: list[str], query: dict[str, str]) -> Any:
        if words[0] != "list" or len(words) < 2:
            return None
        name = words[1].partition("@")[0]
        mails = self.mails[name]
        if len(words) == 2:
            return {"name": words[1], "archive_policy": "public"}
        if words[2] == "email":
            number = next(n for n in mails if mark_of(_id(name, n)) == words[3])
            return self._email(name, number)
        newest = sorted(mails, key=lambda n: (mails[n][0], n), reverse=True)
        if words[2] == "emails":
            return _results([self._email(name, n) for n in newest], query)
        if words[2] == "thread":
            numbers = [n for n in mails if mark_of(_id(name, n - n % 4)) == words[3]]
            return _results([self._email(name, n) for n in numbers], query)
        return _results(self._threads(name), query)

    def _threads(self, name: str) -> list[dict[str, Any]]:
        mails = self.mails[name]
        found = []
        for first in {n - n % 4 for n in mails}:
            inside = [n for n in mails if n - n % 4 == first]
            found.append({
                "thread_id": mark_of(_id(name, first)),
                "date_active": max(mails[n][0] for n in inside).isoformat(),
                "votes_total": sum(self.likes.get((name, n), 0) for n in inside),
            })  # fmt: skip
        return sorted(found, key=lambda one: str(one["date_active"]), reverse=True)

    def _email(self, name: str, number: int) -> dict[str, Any]:
        key = _id(name, number)
        votes = {"likes": self.likes.get((name, number), 0), "dislikes": 0}
        return {"message_id": key, "message_id_hash": mark_of(key), "votes": votes}

    def _export(self, name: str, query: dict[str, str]) -> Response:
        first = date.fromisoformat(query.get("start", "1970-01-01"))
        end = date.fromisoformat(query.get("end", "2100-01-01"))
        inside = [mail for at, mail in sorted(self.mails[name].values(), key=lambda one: one[0])
                  if first <= at.date() < end]  # fmt: skip
        packed = gzip.compress(b"".join(inside), compresslevel=1, mtime=0)
        return Response(200, packed, content_type="application/gzip")


def _id(name: str, number: int) -> str:
    return f"{name}.{number}@{HOST}"


def _page(rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    size, number = int(query.get("count", 1000)), int(query.get("page", 1))
    shown = rows[(number - 1) * size : number * size]
    return {"total_size": len(rows), **({"entries": shown} if shown else {})}


def _results(rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    first, size = int(query.get("offset", 0)), int(query.get("limit", 100))
    return {"count": len(rows), "results": rows[first : first + size]}


def the_post_goes_on(box: PostOffice) -> None:
    """Messages and likes came, one message was deleted, two people left each list, one came."""
    box.advance(days=6)
    with box.changing():
        for name in LISTS:
            last = max(box.mails[name])
            for number in range(last + 1, last + 6):
                box.say(name, number, box.now - timedelta(hours=last + 7 - number))
            del box.mails[name][sorted(box.mails[name])[3]]
            box.likes[name, last] = 3
            for who in list(box.people[name])[4:6]:
                del box.people[name][who]
            box.people[name][f"new{last}@example.net"] = f"New {last}"


def somebody_posts(box: PostOffice) -> None:
    """A message comes in, and by turns somebody subscribes or leaves."""
    box.advance(seconds=1)
    number = box.requests.total()
    with box.changing():
        name = LISTS[number % 2]
        box.say(name, max(box.mails[name]) + 1, box.now)
        if number % 4 < 2:
            box.people[name].pop(list(box.people[name])[3])
        else:
            box.people[name][f"late{number}@example.net"] = f"Late {number}"
