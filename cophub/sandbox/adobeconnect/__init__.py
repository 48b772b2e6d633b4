"""Adobe Connect's XML API, emulated: rooms, sessions, who attended, groups and recordings."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from cophub.sandbox.adobeconnect.actions import ACTIONS, Call
from cophub.sandbox.adobeconnect.answers import Refused, document, refusal, written
from cophub.sandbox.adobeconnect.life import Life
from cophub.sandbox.adobeconnect.site import Sco, Session, Site
from cophub.sandbox.adobeconnect.truth import truth
from cophub.sandbox.server import Request, Response, Sandbox
from cophub.sandbox.timeline import Timeline, seconds
from cophub.sandbox.world import same_world

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PATH = "/api/xml"
LOGIN, PASSWORD = "cophub@example.org", "sandbox-password"
IDLE_SECONDS = 1_200
_ROW = re.compile(rb"<(row|sco|principal) .*?(?:</\1>|/>)", re.DOTALL)


class AdobeConnectSandbox(Sandbox):
    """A site with a room and a group for each community, and two years of calls behind it.

    Sessions of `login` end when the clock moves on by more than `IDLE_SECONDS`; with `limits` that
    time also passes by itself, `speed` times as fast. A listing that is asked for without pages
    and has more than `most_rows` rows is refused as too much data.
    """

    vendor: ClassVar[str] = "adobeconnect"

    def __init__(
        self,
        *,
        seed: int = 1,
        people: int = 400,
        communities: int = 6,
        now: datetime = NOW,
        years: float = 2,
        login: str = LOGIN,
        password: str = PASSWORD,
        port: int = 0,
        latency: float = 0.0,
        limits: bool = False,
        speed: float = 1.0,
    ) -> None:
        end = seconds(now)
        self.world = same_world(seed, people=people, communities=communities, now=end, years=years)
        super().__init__(Timeline(self.world.start), port=port, latency=latency)
        self.login, self.password = login, password
        self.limits, self.speed = limits, speed
        self.most_rows = 500
        self.site = Site(self.world.start)
        self.life = Life(self.world, self.timeline, self.site)
        self.life.begin()
        self.timeline.run(end)
        self._sessions: dict[str, tuple[bool, float]] = {}
        """Of each cookie: whether somebody logged in with it, and when it was last used."""
        self._cookies = 0

    # Answering

    def user(self, request: Request) -> str:
        """The vendor counts nobody's requests."""
        return "site"

    def place(self, request: Request) -> str:
        """The action, below the one path that there is: `/api/xml/sco-contents`."""
        action = asked(request).get("action", "")
        return f"{request.path}/{action}" if request.path == PATH else request.path

    def answer(self, request: Request) -> Response:
        """Any answer is 200; the status stands in the XML."""
        if request.path != PATH:
            return Response(404, b"<html><body>Not found</body></html>", content_type="text/html")
        given = asked(request)
        action, cookie = given.get("action", ""), _cookie(request, given)
        try:
            body = self._body(action, given, cookie)
        except Refused as refused:
            body = refusal(refused)
        return Response(200, body, content_type="text/xml;charset=utf-8")

    def problem(self, status: int) -> Response:
        """What the web server before the site says when the site does not."""
        page = f"<html><head><title>{status}</title></head><body>Unavailable<br></body></html>"
        return Response(status, page.encode(), content_type="text/html")

    def spoil(self, body: bytes) -> bytes:
        """A page whose middle row has ids and dates that are none."""
        rows = list(_ROW.finditer(body))
        if not rows:
            return body
        start, end = rows[len(rows) // 2].span()
        row = re.sub(rb'(sco-id|asset-id|principal-id)="\d+"', rb'\1="?"', body[start:end])
        row = re.sub(rb"(<date-[a-z]+>)[^<]+", rb"\1yesterday", row)
        return body[:start] + row + body[end:]

    def reorder(self, body: bytes) -> bytes:
        """A page with its rows in the opposite order."""
        rows = [found[0] for found in _ROW.finditer(body)]
        return _ROW.sub(lambda _: rows.pop(), body)

    def _body(self, action: str, given: dict[str, str], cookie: str) -> bytes:
        if action == "common-info":
            return self._common_info(cookie)
        if action == "login":
            return self._log_in(given, cookie)
        if not self._logged_in(cookie):
            raise Refused("no-access", "no-login")
        if action == "logout":
            del self._sessions[cookie]
            return document()
        if action not in ACTIONS:
            raise Refused("invalid", invalid="action:no-such-item")
        most = self.most_rows
        call = Call(self.site, self.timeline.now, given, most, self.base_url)
        return document(ACTIONS[action](call))

    def _common_info(self, cookie: str) -> bytes:
        if cookie not in self._sessions:
            self._cookies += 1
            cookie = f"breezsi{self.world.seed:04x}{self._cookies:06d}emulated"
            self._sessions[cookie] = (False, self._clock())
        who = f'<user user-id="7" type="user"><name>Cophub</name><login>{self.login}</login></user>'
        return document(
            '<common locale="en" time-zone-id="35">',
            f"<cookie>{cookie}</cookie><date>{written(self.timeline.now)}</date>",
            f"<host>{self.base_url}</host><version>12.4</version>",
            '<account account-id="7"/>',
            who if self._sessions[cookie][0] else "",
            "</common>",
        )

    def _log_in(self, given: dict[str, str], cookie: str) -> bytes:
        for name in ("login", "password"):
            if not given.get(name):
                raise Refused("invalid", invalid=f"{name}:missing")
        if cookie not in self._sessions:
            raise Refused("no-access", "denied")
        if (given["login"].lower(), given["password"]) != (self.login.lower(), self.password):
            raise Refused("no-data")
        self._sessions[cookie] = (True, self._clock())
        return document()

    def _logged_in(self, cookie: str) -> bool:
        known, used = self._sessions.get(cookie, (False, 0.0))
        now = self._clock()
        if not known or now - used > IDLE_SECONDS:
            self._sessions.pop(cookie, None)
            return False
        self._sessions[cookie] = (True, now)
        return True

    def _clock(self) -> float:
        passed = time.monotonic() * self.speed if self.limits else 0.0
        return self.timeline.now + passed

    # Change on demand

    def drift(self, request: Request, rows: int) -> None:
        """Files that earlier pages of this listing held are taken away: later pages shift."""
        inside = self.site.inside(int(asked(request).get("sco-id") or 0))
        for sco in inside[:rows]:
            if sco.type == "content":
                self.site.remove(sco.id)

    def expire(self) -> None:
        """Every session of the API dies."""
        with self.changing():
            self._sessions.clear()

    def open_room(self, room: Sco, minutes: int = 60) -> Session | None:
        """Somebody opens a room now."""
        with self.changing():
            return self.life.hold(room, (self.timeline.now, room.id), minutes)

    def controls(self) -> dict[tuple[str, str], Callable[[Any], Any]]:
        """`POST expire` ends every session of the API."""
        return {("POST", "expire"): lambda _: self.expire()}

    def truth(self) -> dict[str, Any]:
        """What the vendor holds now: rooms, sessions with stays, groups, users and files."""
        with self.changing():
            return truth(self.site, self.timeline.now)


def asked(request: Request) -> dict[str, str]:
    """The parameters of a request, from its address or its form."""
    form = request.body.decode("utf-8", "replace") if request.method == "POST" else ""
    return request.query | dict(parse_qsl(form, keep_blank_values=True))


def _cookie(request: Request, given: dict[str, str]) -> str:
    header = next((v for k, v in request.headers.items() if k.lower() == "cookie"), "")
    try:
        found = SimpleCookie(header).get("BREEZESESSION")
    except CookieError:
        found = None
    return given.get("session") or (found.value if found else "")


__all__ = ["LOGIN", "NOW", "PASSWORD", "AdobeConnectSandbox"]
