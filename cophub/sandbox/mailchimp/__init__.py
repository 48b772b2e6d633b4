"""MailChimp's Marketing API v3, emulated: audiences, members, campaigns and their reports."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from cophub.sandbox.mailchimp import campaigns as _campaigns  # noqa: F401 - it holds endpoints
from cophub.sandbox.mailchimp import drafts as _drafts  # noqa: F401 - as does this
from cophub.sandbox.mailchimp import history, lists, setup
from cophub.sandbox.mailchimp.api import Call, dispatch
from cophub.sandbox.mailchimp.churn import Churn
from cophub.sandbox.mailchimp.crowd import Crowd
from cophub.sandbox.mailchimp.life import Life
from cophub.sandbox.mailchimp.listing import Encoder, select
from cophub.sandbox.mailchimp.mailing import Mailing
from cophub.sandbox.mailchimp.params import Params
from cophub.sandbox.mailchimp.problems import Problem, problem
from cophub.sandbox.mailchimp.state import Audience, Campaign, digest
from cophub.sandbox.mailchimp.truth import truth
from cophub.sandbox.server import Request, Response, Sandbox
from cophub.sandbox.timeline import Timeline, seconds
from cophub.sandbox.world import DAY, same_world

KEY = "sandbox-us1"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CROWDED = 5_000
"""From so many people on, members are computed when asked for instead of lived one by one."""
ROOT = "/3.0"


class MailchimpSandbox(Sandbox):
    """MailChimp with `audiences` lists, about `people` people and two years behind it.

    The clock stands at `now` until `advance(days=...)`. From `CROWDED` people on, each audience is
    a crowd of `people / audiences` members that are computed when asked for; `churn` is the share
    of them that changes each day.
    """

    vendor: ClassVar[str] = "mailchimp"
    simultaneous: ClassVar[int] = 10

    def __init__(
        self,
        *,
        seed: int = 1,
        people: int = 400,
        audiences: int = 6,
        now: datetime = NOW,
        years: float = 2,
        churn: float = 0.001,
        api_key: str = KEY,
        port: int = 0,
        latency: float = 0.0,
    ) -> None:
        end = seconds(now)
        crowded = people >= CROWDED
        self.world = same_world(seed, people=people, communities=audiences, now=end, years=years)
        super().__init__(Timeline(self.world.start), port=port, latency=latency)
        self.api_key = api_key
        self.audiences = [setup.audience(self.world, n, crowd=crowded) for n in range(audiences)]
        self.encoders: dict[tuple[str, str, str], Encoder] = {}
        self.by_list = {audience.list_id: audience for audience in self.audiences}
        self.life = Life(self.world, self.timeline, self.audiences)
        self.mailing = Mailing(self.world, self.timeline, self.life)
        if crowded:
            self._crowd(people // audiences, end, churn)
        else:
            self.life.begin()
        for number, audience in enumerate(self.audiences):
            self.mailing.begin(audience, self.world.communities[number].rhythm, number)
        self.timeline.at(_month_end(self.world.start), self._close_month)
        self.timeline.run(end)

    def _crowd(self, size: int, end: int, churn: float) -> None:
        # Everybody was imported in the first days, before the first issue goes out: what changes
        # afterwards comes after the crowd, in every listing.
        imported = min(self.world.start + 7 * DAY, end)
        for audience in self.audiences:
            crowd = Crowd(size, self.world.start, imported, audience.list_id)
            audience.fill(crowd)
            daily = round(size * churn)
            Churn(self.world, self.timeline, self.life, audience, crowd, daily).begin(end)

    def _close_month(self) -> None:
        for audience in self.audiences:
            history.close_month(audience, self.timeline.now)
        self.timeline.at(_month_end(self.timeline.now + 1), self._close_month)

    def campaigns(self) -> Iterator[Campaign]:
        """Every campaign of every audience."""
        return (campaign for audience in self.audiences for campaign in audience.campaigns)

    # Answering

    def user(self, request: Request) -> str:
        """The key: the vendor limits users over all their programs."""
        return _credential(request.headers.get("Authorization", ""))

    def problem(self, status: int) -> Response:
        """The vendor's `application/problem+json`."""
        return problem(status)

    def answer(self, request: Request) -> Response:
        """The vendor's answer to any request."""
        headers = {
            "X-Request-Id": digest(self.requests.total(), request.path),
            "Vary": "Accept-Encoding",
        }
        try:
            return Response(200, self._body(request), headers)
        except Problem as error:
            error.response.headers.update(headers)
            return error.response

    def _body(self, request: Request) -> bytes:
        if self.user(request) != self.api_key:
            raise Problem(401)
        if request.path != ROOT and not request.path.startswith(f"{ROOT}/"):
            raise Problem(404)
        path = request.path.removeprefix(ROOT)
        call = Call(self, request.query, f"{self.base_url}{ROOT}", request.body)
        return dispatch(call, path, "GET" if request.method == "HEAD" else request.method)

    # Change on demand

    def drift(self, request: Request, rows: int) -> None:
        """A second passes, and later pages of this listing shift by `rows` rows.

        Of members, the first rows change; of campaigns and reports, new ones go out before them.
        """
        self.timeline.run(self.timeline.now + 1)
        below = request.path.removeprefix(ROOT).strip("/").split("/")
        if below in (["campaigns"], ["reports"]):
            for _ in range(rows):
                self.mailing.send_extra(self.audiences[0])
        elif len(below) == 3 and below[0] == "lists" and below[2] == "members":
            self._drift_members(self.by_list[below[1]], request, rows)

    def _drift_members(self, audience: Audience, request: Request, rows: int) -> None:
        query = lists.member_query(Params(request.query))
        for found in select(audience, query, 0, rows)[1]:
            member = audience.member(found)
            self.life.edit(audience, member, vip=not member.vip)
            if query.status:  # a listing by status loses whoever changes status
                self.life.archive(audience, member)

    def truth(self) -> dict[str, Any]:
        """What the vendor holds now: audiences and members, campaigns, reports, deliveries."""
        with self.changing():
            return truth(self.audiences, self.timeline.now)


def _credential(header: str) -> str:
    """The key out of `Basic` (any user, key as password) or `Bearer`."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return (
            b64decode(value, validate=True).decode().partition(":")[2]
            if scheme.lower() == "basic"
            else ""
        )
    except (NotBase64, UnicodeDecodeError):
        return ""


def _month_end(instant: int) -> int:
    """The last second of the month that the instant lies in."""
    day = datetime.fromtimestamp(instant, UTC).replace(day=1, hour=0, minute=0, second=0)
    later = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    return int(later.timestamp()) - 1


__all__ = ["KEY", "NOW", "MailchimpSandbox"]
