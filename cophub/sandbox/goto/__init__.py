"""GoTo, emulated: sign-in, administration, GoToMeeting and GoTo Webinar on one address."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from cophub.sandbox.goto import admin as _admin  # noqa: F401 - it holds endpoints
from cophub.sandbox.goto import g2m as _g2m  # noqa: F401 - it holds endpoints
from cophub.sandbox.goto import g2w as _g2w  # noqa: F401 - it holds endpoints
from cophub.sandbox.goto import legacy as _legacy  # noqa: F401 - it holds endpoints
from cophub.sandbox.goto.account import Account
from cophub.sandbox.goto.calendar import Calendar
from cophub.sandbox.goto.limits import Limiter
from cophub.sandbox.goto.oauth import OAuth
from cophub.sandbox.goto.refusals import Refusal, fault, worded
from cophub.sandbox.goto.routes import api_of, dispatch
from cophub.sandbox.goto.state import Group, Meeting, Occurrence, Organizer, number
from cophub.sandbox.goto.truth import truth
from cophub.sandbox.goto.webinars import Webinars
from cophub.sandbox.server import Request, Response, Sandbox
from cophub.sandbox.timeline import Timeline, seconds
from cophub.sandbox.world import same_world

NOW = datetime(2026, 6, 1, tzinfo=UTC)

TURNED = ("admin", "webinar_licence", "longest_window_days", "lost_leave", "rotation")


class GotoSandbox(Sandbox):
    """A GoTo account whose organizers host the calls of `communities` communities.

    `me` is whose the tokens are: the administrator, until a test names another organizer. What a
    test may turn is listed in the documentation of the sandbox.
    """

    vendor: ClassVar[str] = "goto"

    def __init__(
        self,
        *,
        seed: int = 1,
        people: int = 400,
        communities: int = 6,
        now: datetime = NOW,
        years: float = 2,
        port: int = 0,
        latency: float = 0.0,
        limits: bool = False,
        speed: float = 1.0,
    ) -> None:
        end = seconds(now)
        self.world = same_world(seed, people=people, communities=communities, now=end, years=years)
        super().__init__(Timeline(self.world.start), port=port, latency=latency)
        self.account = Account(self.world)
        self.me: Organizer = self.account.admin
        self.admin = True
        """Whether the administrator's rights hold; without, everybody sees only their own."""
        self.webinar_licence = True
        self.longest_window_days: int | None = 366
        self.lost_leave: Literal["", "absent"] | None = ""
        """What the report says where it lost the time of leaving."""
        self.limiter = Limiter(on=limits, speed=speed)
        self.client_id = f"sandbox-goto-{number(10**6, 10**7, seed, 'client')}"
        secret = f"secret-{number(10**15, 10**16, seed, 'secret')}"
        pat = f"pat-{number(10**15, 10**16, seed, 'pat')}"
        self.oauth = OAuth(self, self.client_id, secret, pat)
        self.calendar = Calendar(self.account, self.timeline)
        self.calendar.begin()
        self.webinars = Webinars(self.account, self.timeline)
        self.webinars.begin()
        self.timeline.run(end)

    @property
    def client_secret(self) -> str:
        """The secret of the app."""
        return self.oauth.client_secret

    @property
    def pat(self) -> str:
        """The personal access token of `me`."""
        return self.oauth.pat

    def refresh_token(self, organizer: Organizer | None = None) -> str:
        """A refresh token as after a sign-in of `me` or another."""
        with self.changing():
            return self.oauth.refresh(organizer or self.me)

    def token(self, organizer: Organizer | None = None) -> str:
        """An access token of `me` or another."""
        with self.changing():
            return self.oauth.access(organizer or self.me)

    def revoke(self) -> None:
        """Nobody's tokens are good any more."""
        with self.changing():
            self.oauth.grants.clear()
            self.oauth.refreshes.clear()

    def truth(self) -> dict[str, Any]:
        """Organizers, meetings and webinars with who was there, as plain data."""
        with self.changing():
            return truth(self)

    def controls(self) -> dict[tuple[str, str], Callable[[Any], Any]]:
        """What an app is told about itself, and how a person signs in."""
        return {
            ("GET", "app"): lambda _: {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "pat": self.pat,
            },
            ("POST", "refresh-token"): lambda _: {"refresh_token": self.refresh_token()},
            ("POST", "revoke"): lambda _: self.revoke(),
            ("POST", "hold"): lambda body: {"meeting_id": str(self.hold(**body).id)},
            ("POST", "turn"): self._turn,
        }

    def _turn(self, body: dict[str, Any]) -> None:
        """Set what a test may turn, by name."""
        for name, value in body.items():
            if name not in TURNED:
                raise ValueError(f"{name!r} cannot be turned; these can: {', '.join(TURNED)}")
            setattr(self.oauth if name == "rotation" else self, name, value)

    # Change on demand

    def hold(
        self,
        subject: str,
        *,
        community: int | None = None,
        organizer: Organizer | None = None,
        minutes: int = 45,
    ) -> Meeting:
        """Begin a meeting now, of the community's organizer or another; it ends as time passes."""
        with self.changing():
            own = None if community is None else self.account.hosts[community]
            meeting = self.calendar.add(
                subject, "immediate", organizer or own or self.account.admin, community
            )
            self.calendar.begin_now(Occurrence(meeting, 0, self.timeline.now, minutes))
            return meeting

    def dismiss(self, organizer: Organizer, *, forget: bool = True) -> None:
        """An organizer goes: suspended, or with `forget` deleted from the account."""
        with self.changing():
            self.calendar.dismiss(organizer)
            if forget:
                self.account.forget(organizer)

    def fill_group(self, place: int = 0, organizers: int = 51) -> Group:
        """Give a group so many organizers; past 50 the vendor refuses to list all it did."""
        with self.changing():
            group = self.account.groups[place]
            while len(self.account.organizers_of(group)) < organizers:
                self.account.enlist(group)
            return group

    def drift(self, request: Request, rows: int) -> None:
        """A second passes, and later pages shift by `rows` rows: of users, and of registrants."""
        self.timeline.run(self.timeline.now + 1)
        path = request.path.split("/")
        if path[-1] == "users":
            for _ in range(rows):
                self.account.enlist(None)
        elif path[-1] == "registrants" and path[-2].isdecimal():
            self.webinars.register(self.webinars.by_key[int(path[-2])], rows)

    # Answering

    def problem_of(self, request: Request, status: int) -> Response:
        """An error in the words of the API that was asked."""
        return fault(api_of(request.path), status, self.requests.total())

    def answer(self, request: Request) -> Response:
        """The vendor's answer to any request."""
        try:
            return dispatch(self, request)
        except Refusal as refusal:
            return worded(api_of(request.path), refusal, self.requests.total())


__all__ = ["NOW", "GotoSandbox"]
