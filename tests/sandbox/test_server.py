"""What every emulated vendor shares: connections, limits, counters, control."""

import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.server import Server


def test_one_connection_serves_many_requests(sandbox: MailchimpSandbox) -> None:
    """HTTP/1.1 with keep-alive: the second request needs no new connection."""
    host, port = sandbox.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        for _ in range(2):
            connection.sendall(b"GET /3.0/ping HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 401 Unauthorized\r\n")


def test_a_hundred_clients_may_connect_before_one_is_served(sandbox: MailchimpSandbox) -> None:
    """The backlog is long enough for a crowd of clients that connect in one instant."""
    server = Server(("127.0.0.1", 0), sandbox)  # it listens, and nobody accepts yet
    waiting = [socket.create_connection(server.server_address[:2], 0.5) for _ in range(128)]
    assert len(waiting) == 128
    server.server_close()
    for connection in waiting:
        connection.close()


def test_the_eleventh_simultaneous_request_of_a_user_is_refused(
    connect: Callable[[MailchimpSandbox], httpx.Client],
) -> None:
    """With words at first, and with no body at all where it is far too many."""
    with MailchimpSandbox(people=10, audiences=1, latency=1.0) as slow:
        clients = [connect(slow) for _ in range(30)]
        with ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(lambda client: client.get("/ping"), clients))
        assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 20}
        refused = [answer for answer in answers if answer.status_code == 429]
        spoken = [answer.json() for answer in refused if answer.content]
        assert len(spoken) == 10
        assert spoken[0]["detail"] == "You have exceeded the limit of 10 simultaneous connections."
        # Ten at a time are served again afterwards.
        assert clients[0].get("/ping").status_code == 200


def test_answers_do_not_wait_for_acknowledgements(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """Nagle's algorithm, which would hold the end of a large page for 40 ms, is off."""
    client.get("/ping")
    assert sandbox.server is not None
    (connection,) = sandbox.server.connections
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_requests_are_counted_by_path(sandbox: MailchimpSandbox, client: httpx.Client) -> None:
    """In process and over HTTP; control requests do not count, and the last ones are kept whole."""
    client.get("/ping")
    client.get("/lists", params={"count": 3})
    client.get("/lists", params={"count": 4})
    control = f"{sandbox.base_url}/__sandbox__/requests"
    assert sandbox.requests == {"/3.0/ping": 1, "/3.0/lists": 2}
    assert httpx.get(control).json() == {"/3.0/ping": 1, "/3.0/lists": 2}
    assert [request.query for request in sandbox.log][1:] == [{"count": "3"}, {"count": "4"}]
    httpx.delete(control)
    assert sandbox.requests == {}


def test_the_clock_moves_over_http(sandbox: MailchimpSandbox, client: httpx.Client) -> None:
    """Another process can let time pass, and sees it in every answer's date."""
    before = client.get("/ping").headers["Date"]
    moved = httpx.post(f"{sandbox.base_url}/__sandbox__/advance", json={"days": 7, "hours": 1})
    assert moved.json() == {"now": "2026-06-08T01:00:00+00:00"}
    assert httpx.get(f"{sandbox.base_url}/__sandbox__/now").json() == moved.json()
    after = client.get("/ping").headers["Date"]
    assert (before, after) == ("Mon, 01 Jun 2026 00:00:00 GMT", "Mon, 08 Jun 2026 01:00:00 GMT")


@pytest.mark.parametrize("step", [{"days": -1}, {"fortnights": 1}])
def test_the_clock_only_moves_forward(sandbox: MailchimpSandbox, step: dict[str, int]) -> None:
    """And only by what a timedelta knows."""
    answer = httpx.post(f"{sandbox.base_url}/__sandbox__/advance", json=step)
    assert answer.status_code == 400
    assert sandbox.now.isoformat() == "2026-06-01T00:00:00+00:00"


def test_a_control_that_there_is_not_says_so(sandbox: MailchimpSandbox) -> None:
    """404 with its name."""
    answer = httpx.get(f"{sandbox.base_url}/__sandbox__/weather")
    assert (answer.status_code, answer.json()) == (404, {"error": "no control GET 'weather'"})


def test_a_stopped_sandbox_answers_nobody(
    connect: Callable[[MailchimpSandbox], httpx.Client],
) -> None:
    """Open connections end too."""
    with MailchimpSandbox(people=10, audiences=1) as sandbox:
        client = connect(sandbox)
        assert client.get("/ping").status_code == 200
    with pytest.raises(httpx.TransportError):
        client.get("/ping")


def test_a_sandbox_that_was_not_started_has_no_address() -> None:
    """The message says what to call."""
    with pytest.raises(RuntimeError, match=r"call start\(\) first"):
        _ = MailchimpSandbox(people=10, audiences=1).base_url
