"""Small vendors that keep documents: a table, a calendar, a mailing list's archive and a blog."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cophub.sandbox.server import Request, Response, Sandbox, reordered, spoiled
from cophub.sandbox.timeline import Timeline, seconds
from tests.connectors.calendar.conftest import entry, ics
from tests.connectors.feed.blog import HOME, Blog
from tests.connectors.mailarchive.conftest import make_mbox, make_message
from tests.connectors.website import Asked
from tests.sync.forked import Watched

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
PEOPLE = 30
REGISTER_PAGE = 8


class Shelf(Watched, Sandbox):
    """Documents by path, each with an ETag; a vendor fills it anew whenever something changes."""

    def __init__(self) -> None:
        super().__init__(Timeline(seconds(START)))
        self.pages: dict[str, Any] = {}

    def put(self, path: str, body: bytes | str, kind: str) -> None:
        """What a path answers from now on."""
        content = body if isinstance(body, bytes) else body.encode()
        self.pages[path] = (content, kind, f'"{sha256(content).hexdigest()[:16]}"')

    def answer(self, request: Request) -> Response:
        """The document, or that it is as the asker knows it."""
        if request.path not in self.pages:
            return Response(404, b"no such page", content_type="text/plain")
        body, kind, tag = self.pages[request.path]
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("if-none-match") == tag:
            return Response(304, headers={"ETag": tag})
        return Response(200, body, {"ETag": tag}, kind)

    def truth(self) -> dict[str, Any]:
        return {}


class Table(Shelf):
    """A list of members as one CSV file."""

    def __init__(self) -> None:
        super().__init__()
        self.people = {f"p{n}@example.org": f"Person {n}" for n in range(PEOPLE)}
        self.write()

    def write(self) -> None:
        """The file as it is now."""
        lines = ["E-mail,Full name", *(f"{who},{name}" for who, name in self.people.items())]
        self.put("/members.csv", "\n".join(lines) + "\n", "text/csv")

    def reorder(self, body: bytes) -> bytes:
        head, *lines = body.splitlines(keepends=True) or [b""]
        return head + b"".join(reversed(lines))

    def spoil(self, body: bytes) -> bytes:
        lines = body.splitlines(keepends=True)
        lines[len(lines) // 2] = b"nobody,Nobody\n"
        return b"".join(lines)


def the_table_changes(box: Table) -> None:
    """Two people left, one came, and one has another name."""
    box.advance(days=3)
    number = len(box.people)
    with box.changing():
        for who in list(box.people)[2:4]:
            del box.people[who]
        box.people[f"new{number}@example.org"] = f"New {number}"
        box.people[next(iter(box.people))] = f"Somebody {number}"
        box.write()


def a_row_changes(box: Table) -> None:
    """Somebody comes, and somebody who was there has another name."""
    number = box.requests.total()
    with box.changing():
        box.people[f"late{number}@example.org"] = f"Late {number}"
        box.people[list(box.people)[-2]] = f"Renamed {number}"
        box.write()


class Diary(Shelf):
    """A calendar as one ICS file, with a series in it."""

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[str, int] = {f"call{n}": n for n in range(12)}
        self.weekly = 6
        self.write()

    def write(self) -> None:
        """The file as it is now."""
        entries = [entry(uid, start(day)) for uid, day in self.days.items()]
        series = entry("weekly", start(1), f"RRULE:FREQ=WEEKLY;COUNT={self.weekly}")
        self.put("/calls.ics", ics(*entries, series), "text/calendar")

    def reorder(self, body: bytes) -> bytes:
        head, *rest = body.decode().split("BEGIN:VEVENT")
        if not rest:
            return body
        rest[-1] = rest[-1].replace("END:VCALENDAR\r\n", "")
        return (head + "".join(f"BEGIN:VEVENT{one}" for one in reversed(rest))).encode() + (
            b"END:VCALENDAR\r\n"
        )

    def spoil(self, body: bytes) -> bytes:
        return body.replace(b"DTSTART:", b"DTSTART:never", 1)


def start(day: int) -> str:
    """The line that says when an event begins, so many days after the first."""
    return f"DTSTART:{START + timedelta(days=day):%Y%m%dT%H%M%SZ}"


def the_diary_changes(box: Diary) -> None:
    """An event moved, one is off, one is new, and a series is shorter."""
    box.advance(days=1)
    with box.changing():
        ahead = [uid for uid, day in box.days.items() if start(day) > start(5)]
        box.days[ahead[0]] += 2
        del box.days[ahead[1]]
        box.days[f"more{len(box.days)}"] = 9
        box.weekly -= 1
        box.write()


def a_call_moves(box: Diary) -> None:
    """An event moves, and another is added."""
    number = box.requests.total()
    with box.changing():
        box.days["call9"] = 9 + number % 5
        box.days[f"late{number}"] = 7 + number % 5
        box.write()


class MailList(Shelf):
    """A mailing list's archive on the web, a file for each month, as pipermail keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: dict[int, bytes] = {}
        for number in range(40):
            self.say(number, answers=number - number % 4 if number % 4 else None)
        self.write()

    def say(self, number: int, answers: int | None = None, text: str = "Hello all.\n") -> None:
        """Somebody writes; two messages a day, from two months ago on."""
        who = f"Person {number % 7} <p{number % 7}@example.org>"
        at = START - timedelta(days=50) + timedelta(hours=12 * number)
        given: dict[str, Any] = {"From": who, "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000"}
        mail = make_message(number, text, answers=answers, headers=given)
        self.mails[number] = make_mbox(mail, separator=separator(at))

    def write(self) -> None:
        """The index page and the months as they are now."""
        months: dict[str, list[bytes]] = {}
        for number, mail in sorted(self.mails.items()):
            at = START - timedelta(days=50) + timedelta(hours=12 * number)
            months.setdefault(f"{at:%Y-%B}", []).append(mail)
        rows = []
        for month, mails in months.items():
            body = b"".join(mails)
            self.put(f"/pipermail/cop/{month}.txt", body, "text/plain")
            rows.append(f'<A href="{month}.txt">[ Text {len(body)} bytes ]</a>')
        page = f"<HTML><BODY><table>{' '.join(rows)}</table></BODY></HTML>"
        self.put("/pipermail/cop/", page, "text/html")

    def reorder(self, body: bytes) -> bytes:
        if b"<HTML>" in body:
            return body
        first, *mails = body.split(b"From amina at ")
        return first + b"".join(b"From amina at " + one for one in reversed(mails))


def separator(at: datetime) -> bytes:
    """The line before a message that was filed then."""
    return f"From amina at example.org  {at:%a %b %d %H:%M:%S %Y}\n".encode()


def the_list_goes_on(box: MailList) -> None:
    """Ten messages more, some of them answers, and one of those that were there is worded anew."""
    box.advance(days=5)
    with box.changing():
        last = max(box.mails)
        for number in range(last + 1, last + 11):
            box.say(number, answers=last - 3 if number % 3 else None)
        box.say(last - 1, text="What was meant was this.\n")
        box.write()


def a_mail_comes(box: MailList) -> None:
    """One message more."""
    with box.changing():
        box.say(max(box.mails) + 1, answers=max(box.mails))
        box.write()


class Paper(Shelf):
    """A WordPress site."""

    def __init__(self) -> None:
        super().__init__()
        self.blog = Blog(self)  # type: ignore[arg-type] - it fills `pages`
        for number in range(1, 31):
            self.blog.write(number, f"{START - timedelta(days=60 - number):%Y-%m-%dT%H:%M:%S}")
            if number % 3 == 0:
                self.blog.comment(number, number, f"{START - timedelta(days=9):%Y-%m-%dT%H:%M:%S}")
        self.blog.users = {1: {"id": 1, "name": "Amina", "slug": "amina", "link": f"{HOME}/amina"}}

    def answer(self, request: Request) -> Response:
        """As the tests' blog answers."""
        self.blog.now = self.instant()
        page: Callable[[Asked], Any] | None = self.pages.get(request.path)
        if page is None:
            return Response(404, b"no such page", content_type="text/plain")
        headers = {name.lower(): value for name, value in request.headers.items()}
        told = page(Asked(request.path, request.query, headers))
        kind = told.headers.pop("Content-Type", "text/html")
        return Response(told.status, told.body, told.headers, kind)

    def instant(self) -> str:
        """Now, as WordPress writes it."""
        return f"{self.now:%Y-%m-%dT%H:%M:%S}"

    def spoil(self, body: bytes) -> bytes:
        return body if body.startswith(b"<") else spoiled(body)

    def reorder(self, body: bytes) -> bytes:
        return body if body.startswith(b"<") else reordered(body)


def the_paper_goes_on(box: Paper) -> None:
    """Three posts more, one that was worded anew, one that is no more, and two comments."""
    box.advance(days=4)
    with box.changing():
        blog, last = box.blog, max(box.blog.posts)
        for number in range(last + 1, last + 4):
            blog.write(number, box.instant())
        blog.write(last - 2, blog.posts[last - 2]["date"], box.instant())
        del blog.posts[min(blog.posts)]
        for number in (last + 1, last + 2):
            blog.comment(number, number, box.instant())
    box.advance(hours=1)


def a_post_appears(box: Paper) -> None:
    """A post is published, another is changed, and by turns one is taken away."""
    box.advance(seconds=1)
    with box.changing():
        number = max(box.blog.posts) + 1
        box.blog.write(number, box.instant())
        box.blog.write(number - 5, box.blog.posts[number - 5]["date"], box.instant())
        if number % 2:
            del box.blog.posts[min(box.blog.posts)]


class Register(Shelf):
    """Members by number, page by page; each whole reading of them is a version of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.members = {n: self._row(n, f"Person {n}") for n in range(1, PEOPLE + 1)}
        self.versions = 0

    def answer(self, request: Request) -> Response:
        """A new version, or the next members by number."""
        if request.path == "/version":
            self.versions += 1
            return Response(200, b'{"version": %d}' % self.versions)
        after = int(request.query.get("after", 0))
        rows = [row for number, row in sorted(self.members.items()) if number > after]
        return Response(200, json.dumps({"members": rows[:REGISTER_PAGE]}).encode())

    def _row(self, number: int, name: str) -> dict[str, Any]:
        return {
            "id": number, "email": f"r{number}@example.org", "full_name": name,
            "since": f"{START - timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}",
        }  # fmt: skip

    def enter(self, name: str) -> None:
        """Somebody new."""
        number = max(self.members) + 1
        self.members[number] = self._row(number, name)


def the_register_changes(box: Register) -> None:
    """Two people left, one came, one has another name."""
    box.advance(days=3)
    with box.changing():
        for number in sorted(box.members)[3:5]:
            del box.members[number]
        box.enter("New")
        first = min(box.members)
        box.members[first]["full_name"] = f"Changed {box.now:%d}"


def a_member_enters(box: Register) -> None:
    """Somebody comes, and somebody who was there has another name."""
    with box.changing():
        box.enter("Late")
        box.members[max(box.members) - 3]["full_name"] = f"Changed {max(box.members)}"
