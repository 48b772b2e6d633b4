"""The vendor's limits, kept by a clock that may run faster than ours.

Yammer: 10 messages calls in 30 s and 10 others in 10 s for a user and app; past one of them, all
are blocked. SharePoint, and Graph on its sites: 1,250 units a minute and 1.2 million a day for an
app, 3,000 requests in 5 minutes for a person. Engage in Graph: 10 in 30 s. Directory: 3,500 units
in 10 s for an app. Figures are those published for a tenant of up to 1,000 (directory: 50) people.
"""

import re
import time
from collections import Counter
from math import ceil
from typing import TYPE_CHECKING

from cophub.sandbox.microsoft.refusals import Refusal
from cophub.sandbox.pace import Window

if TYPE_CHECKING:
    from cophub.sandbox.microsoft.routes import Call, Route

YAMMER = (
    ("/api/v1/messages", 10, 30.0),
    ("/api/v1/notifications", 10, 30.0),
    ("/api/v1/autocomplete", 10, 10.0),
    ("", 10, 10.0),
)
ENGAGE = (10, 30.0)
DIRECTORY = (3_500, 10.0)
SITES = (1_250, 60.0)
SITES_DAY = (1_200_000, 86_400.0)
SITES_PERSON = (3_000, 300.0)
REST_FACTOR = 2
"""How much dearer SharePoint's own REST is than Graph; the vendor says that it is, not by what."""
UNDECORATED = 0.6
"""The share of the units left to traffic that does not say whose it is: it is throttled first."""
WARNED = 0.8
DECORATED = re.compile(r"(NON)?ISV\|[^|]+\|[^|]+/\S+")


class Minute:
    """Units in spans that follow one another, each beginning with its first call."""

    def __init__(self, most: float, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self.began, self.used = float("-inf"), 0.0

    def take(self, now: float, cost: float) -> bool:
        """Count the units, refused calls too; whether they still fit."""
        if now - self.began >= self.seconds:
            self.began, self.used = now, 0.0
        self.used += cost
        return self.used <= self.most

    def left(self, now: float) -> int:
        """Whole seconds until the span ends."""
        return max(1, ceil(self.began + self.seconds - now))


class Limiter:
    """Counts what callers ask for; does nothing unless `on`. `refused` counts the 429s by lane."""

    def __init__(self, *, on: bool = False, speed: float = 1.0) -> None:
        self.on = on
        self.speed = speed
        self.refused: Counter[str] = Counter()
        self._windows: dict[tuple[str, str], Window] = {}
        self._minutes: dict[tuple[str, str], Minute] = {}
        self._blocked: dict[str, float] = {}

    def clock(self) -> float:
        """Seconds, passing `speed` times faster than ours."""
        return time.monotonic() * self.speed

    def admit(self, call: "Call", route: "Route") -> dict[str, str]:
        """Count the call and give headers for its answer; raises Refusal when it is too much."""
        if not self.on:
            return {}
        path, now = call.path.lower(), self.clock()
        who = call.grant.user if call.grant and call.grant.user else "app"
        if route.resource == "yammer":
            return self._yammer(path, who, now)
        if route.resource == "sharepoint":
            return self._sites(call, who, now, (route.cost + _many(call)) * REST_FACTOR)
        if path.startswith(("/v1.0/sites", "/v1.0/drives", "/v1.0/search")):
            # A delta without a token reads everything, as a listing does.
            whole = path.endswith("/delta") and "token" not in call.query
            return self._sites(call, who, now, route.cost + whole)
        if path.startswith("/v1.0/employeeexperience"):
            return self._engage(who, now)
        return self._directory(call, now, route.cost)

    def _window(self, lane: str, who: str, most: float, seconds: float) -> Window:
        return self._windows.setdefault((lane, who), Window(most, seconds))

    def _yammer(self, path: str, who: str, now: float) -> dict[str, str]:
        prefix, most, seconds = next(lane for lane in YAMMER if path.startswith(lane[0]))
        window = self._window(f"yammer {prefix}", who, most, seconds)
        wait = max(self._blocked.get(who, 0.0) - now, window.wait(now))
        if wait > 0:
            # Past one limit nothing is answered, whatever it is; and no wait is told.
            self._blocked[who] = now + wait
            self.refused["yammer"] += 1
            raise Refusal(429, "33", "Rate limited due to excessive requests.")
        window.take(now)
        return {}

    def _engage(self, who: str, now: float) -> dict[str, str]:
        window = self._window("engage", who, *ENGAGE)
        if wait := window.wait(now):
            self.refused["engage"] += 1
            raise Refusal(429, "TooManyRequests", THROTTLED, Retry_After=str(ceil(wait)))
        window.take(now)
        return {}

    def _directory(self, call: "Call", now: float, cost: int) -> dict[str, str]:
        units = cost - ("$select" in call.query) + ("$expand" in call.query)
        units = max(1, units - (int(call.query.get("$top") or 100) < 20))
        window = self._window("directory", "app", *DIRECTORY)
        wait = window.wait(now, units)
        share = (window.used + units) / window.most
        headers = {"x-ms-resource-unit": str(units)}
        if share >= WARNED:
            headers["x-ms-throttle-limit-percentage"] = f"{share:.2f}"
        if wait:
            self.refused["directory"] += 1
            app, tenant = call.sandbox.client_id, call.tenant.id
            headers["x-ms-throttle-scope"] = f"Tenant_Application/ReadWrite/{app}/{tenant}"
            headers["x-ms-throttle-information"] = "ResourceUnitLimitExceeded"
            headers["Retry-After"] = str(ceil(wait))
            raise Refusal(429, "TooManyRequests", THROTTLED, **headers)
        window.take(now, units)
        return headers

    def _sites(self, call: "Call", who: str, now: float, units: int) -> dict[str, str]:
        most = SITES[0]
        if not DECORATED.fullmatch(call.headers.get("user-agent", "")):
            most = round(most * UNDECORATED)
        minute = self._minutes.setdefault(("sites", "app"), Minute(*SITES))
        minute.take(now, units)
        over = [minute.left(now)] if minute.used > most else []
        day = self._minutes.setdefault(("day", "app"), Minute(*SITES_DAY))
        over += [] if day.take(now, units) else [day.left(now)]
        if who != "app":
            person = self._minutes.setdefault(("person", who), Minute(*SITES_PERSON))
            over += [] if person.take(now, 1) else [person.left(now)]
        headers: dict[str, str] = {}
        if minute.used >= WARNED * most:
            headers = {
                "RateLimit-Limit": str(most),
                "RateLimit-Remaining": str(max(0, int(most - minute.used))),
                "RateLimit-Reset": str(minute.left(now)),
            }
        if over:
            self.refused["sites"] += 1
            headers["Retry-After"] = str(max(over))
            raise Refusal(429, "activityLimitReached", THROTTLED_SITES, **headers)
        return headers


def _many(call: "Call") -> bool:
    """Whether a request to SharePoint's own REST reads many things at once, which costs more."""
    last = call.path.rsplit("/", 1)[-1].lower()
    return call.method == "GET" and last in ("items", "lists", "siteusers", "files", "comments")


THROTTLED = "Too many requests. Please retry after the time that Retry-After gives."
THROTTLED_SITES = "The request has been throttled."
