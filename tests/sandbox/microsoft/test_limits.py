"""The vendor's limits in the emulation: who is stopped when, and what the answer says."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.routes import _ROUTES, Call, Reply, route
from cophub.sandbox.pace import Window

Connect = Callable[..., httpx.Client]
COMMUNITIES = "/v1.0/employeeExperience/communities"


class Clock:
    """Seconds by hand, in place of the limiter's own clock."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(limited: MicrosoftSandbox, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The limiter's clock, moved by hand."""
    made = Clock()
    monkeypatch.setattr(limited.limiter, "clock", made)
    return made


@pytest.fixture
def limited() -> Iterator[MicrosoftSandbox]:
    """A tenant that keeps the vendor's limits."""
    with MicrosoftSandbox(seed=2, people=20, communities=2, years=1, limits=True) as own:
        yield own


@pytest.fixture
def endpoints() -> Iterator[None]:
    """Endpoints of each API that cost a known amount."""

    def nothing(call: Call) -> Reply:
        return {}

    before = list(_ROUTES)
    route("GET", "/v1.0/sites/test/dear", cost=100)(nothing)
    route("GET", "/sites/test/_api/dear", cost=50)(nothing)
    route("GET", "/api/v1/test.json")(nothing)
    route("GET", "/api/v1/messages/test.json")(nothing)
    yield
    _ROUTES[:] = before


def test_a_window_slides() -> None:
    """Room comes back as each hit grows old, not all at once."""
    window = Window(2, 10)
    window.take(0)
    window.take(4)
    assert window.wait(5) == 5
    assert window.wait(5, 2) == 9
    assert window.wait(10) == 0
    window.take(10)
    assert window.wait(10) == 4


def test_without_limits_nobody_is_stopped(tenant: MicrosoftSandbox, graph: httpx.Client) -> None:
    """Most tests want an answer."""
    assert {graph.get(COMMUNITIES).status_code for _ in range(15)} == {200}


def test_communities_are_read_ten_times_in_thirty_seconds(
    limited: MicrosoftSandbox, clock: Clock, connect: Connect
) -> None:
    """The eleventh is told how long to wait; a person and the app are counted apart."""
    with connect(limited) as app, connect(limited, user=limited.tenant.service) as person:
        assert {app.get(COMMUNITIES).status_code for _ in range(10)} == {200}
        clock.now += 12
        stopped = app.get(COMMUNITIES)
        assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "18")
        assert stopped.json()["error"]["code"] == "TooManyRequests"
        assert person.get(COMMUNITIES).status_code == 200
        clock.now += 18
        assert app.get(COMMUNITIES).status_code == 200
    assert limited.limiter.refused == {"engage": 1}


def test_the_directory_counts_units_and_warns_from_eighty_percent(
    limited: MicrosoftSandbox, clock: Clock, connect: Connect
) -> None:
    """Members cost 3, with `$select` 2; what was used is told in headers before the end."""
    group = limited.tenant.communities[0].id
    with connect(limited) as app:
        first = app.get(f"/v1.0/groups/{group}/members?$select=id")
        assert first.headers["x-ms-resource-unit"] == "2"
        assert "x-ms-throttle-limit-percentage" not in first.headers
        limited.limiter._windows["directory", "app"].take(clock.now, 3_400)
        warned = app.get(f"/v1.0/groups/{group}/members")
        assert warned.headers["x-ms-throttle-limit-percentage"] == "0.97"
        limited.limiter._windows["directory", "app"].take(clock.now, 95)
        stopped = app.get(f"/v1.0/groups/{group}/members")
        assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "10")
        assert limited.client_id in stopped.headers["x-ms-throttle-scope"]


@pytest.mark.usefixtures("endpoints")
def test_sites_have_1250_units_a_minute_and_tell_from_eighty_percent_on(
    limited: MicrosoftSandbox, clock: Clock, connect: Connect
) -> None:
    """RateLimit headers come late; a refused call costs as well, and REST costs double."""
    with connect(limited) as app, connect(limited, "sharepoint") as rest:
        for number in range(1, 8):
            answer = app.get("/v1.0/sites/test/dear")
            assert ("RateLimit-Limit" in answer.headers) is False, number
        clock.now += 20
        for _ in range(2):
            assert "RateLimit-Limit" not in rest.get("/sites/test/_api/dear").headers
        late = app.get("/v1.0/sites/test/dear").headers
        assert late["RateLimit-Limit"] == "1250"
        assert (late["RateLimit-Remaining"], late["RateLimit-Reset"]) == ("250", "40")
        assert [app.get("/v1.0/sites/test/dear").status_code for _ in range(4)] == [
            200, 200, 429, 429,
        ]  # fmt: skip
        stopped = rest.get("/sites/test/_api/dear")
        assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "40")
        assert stopped.headers["RateLimit-Remaining"] == "0"
        assert "throttled" in stopped.json()["odata.error"]["message"]["value"]
        clock.now += 40
        assert rest.get("/sites/test/_api/dear").status_code == 200


@pytest.mark.usefixtures("endpoints")
def test_traffic_that_does_not_say_whose_it_is_is_stopped_first(
    limited: MicrosoftSandbox, clock: Clock, connect: Connect
) -> None:
    """`NONISV|Company|App/Version` has all the units."""
    with connect(limited, agent="python-httpx/0.28") as plain, connect(limited) as decorated:
        answers = [plain.get("/v1.0/sites/test/dear").status_code for _ in range(8)]
        assert answers == [200] * 7 + [429]
        assert decorated.get("/v1.0/sites/test/dear").status_code == 200


@pytest.mark.usefixtures("endpoints")
def test_past_one_limit_yammer_blocks_everything_and_names_no_wait(
    limited: MicrosoftSandbox, clock: Clock, connect: Connect
) -> None:
    """Ten messages calls in 30 s; the eleventh ends the others too, though they had room."""
    with connect(limited, "yammer", user=limited.tenant.service) as client:
        assert {client.get("/api/v1/messages/test.json").status_code for _ in range(10)} == {200}
        assert client.get("/api/v1/test.json").status_code == 200
        clock.now += 10
        stopped = client.get("/api/v1/messages/test.json")
        assert stopped.status_code == 429
        assert stopped.json()["response"] == {
            "message": "Rate limited due to excessive requests.", "code": 33, "stat": "fail",
        }  # fmt: skip
        assert "Retry-After" not in stopped.headers
        assert client.get("/api/v1/test.json").status_code == 429
        clock.now += 19.9
        assert client.get("/api/v1/test.json").status_code == 429
        clock.now += 0.2
        assert client.get("/api/v1/test.json").status_code == 200
        assert client.get("/api/v1/messages/test.json").status_code == 200


def test_the_limiters_clock_may_run_faster() -> None:
    """A thousand of its seconds are one of ours."""
    fast = MicrosoftSandbox(people=5, communities=1, limits=True, speed=1_000).limiter
    slow = MicrosoftSandbox(people=5, communities=1, limits=True).limiter
    assert fast.clock() / slow.clock() == pytest.approx(1_000, rel=0.01)
