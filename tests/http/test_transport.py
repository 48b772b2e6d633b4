"""One request, over real HTTP on loopback: what is tried again, how long it waits, what counts."""

import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import httpx
import pytest

from cophub import AuthError, SourceUnavailable
from cophub.http import SAFE, Limits, Transport, bearer

GOOD = {"body": {"ok": True}}


@pytest.fixture(params=["httpx", "requests"])
def get(request, vendor, time_):
    """GET by either face of a transport whose waits take no time; `get.transport` is behind it."""
    transport = Transport(Limits(tries=4), sleep=time_.sleep, clock=time_.clock)
    face = transport.client() if request.param == "httpx" else transport.session()

    def ask(path, **options):
        return face.get(vendor.url + path, **options)

    ask.transport = transport
    yield ask
    transport.close()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_asked_again(get, vendor, status):
    vendor.answers("/x", {"status": status}, GOOD)
    assert get("/x").json() == {"ok": True}
    assert get.transport.traffic.requests == 2
    assert get.transport.traffic.retries == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_an_answer_that_is_final_is_handed_over_at_once(get, vendor, status):
    vendor.answers("/x", {"status": status, "body": {"detail": "no"}})
    assert get("/x").status_code == status
    assert len(vendor.seen) == 1


def test_retry_after_is_waited_for_in_full(get, vendor, time_):
    vendor.answers("/x", {"status": 429, "headers": {"Retry-After": "7"}}, GOOD)
    get("/x")
    assert time_.slept == [7.0]
    assert get.transport.traffic.waited_seconds == 7.0


@pytest.mark.parametrize(
    ("retry_after", "reset", "wait"),
    [
        ("5", "30", 30.0),
        ("30", "5", 30.0),
        (None, "12", 12.0),
        ("3", "soon", 3.0),
        ("-4", "2", 2.0),
    ],
)
def test_the_greater_of_retry_after_and_ratelimit_reset_is_waited(
    get, vendor, time_, retry_after, reset, wait
):
    headers = {"Retry-After": retry_after, "RateLimit-Reset": reset}
    headers = {name: value for name, value in headers.items() if value}
    vendor.answers("/x", {"status": 503, "headers": headers, "body": {"detail": "busy"}}, GOOD)
    get("/x")
    assert time_.slept == [wait]


@pytest.mark.parametrize("name", ["Retry-After", "RateLimit-Reset"])
def test_a_date_is_waited_for(get, vendor, time_, name):
    at = formatdate(time.time() + 40, usegmt=True)
    vendor.answers("/x", {"status": 429, "headers": {name: at}}, GOOD)
    get("/x")
    assert time_.slept == [pytest.approx(40, abs=1.5)]


def test_a_reset_that_is_an_instant_in_seconds_is_understood(get, vendor, time_):
    reset = str(int(time.time()) + 25)
    vendor.answers("/x", {"status": 429, "headers": {"RateLimit-Reset": reset}}, GOOD)
    get("/x")
    assert time_.slept == [pytest.approx(25, abs=1.5)]


def test_a_date_that_has_passed_is_not_waited_for(get, vendor, time_):
    past = formatdate(time.time() - 40, usegmt=True)
    vendor.answers("/x", {"status": 429, "headers": {"Retry-After": past}}, GOOD)
    get("/x")
    assert time_.slept == []


def test_without_a_word_about_time_the_waits_grow_and_are_random(vendor, time_):
    vendor.answers("/x", {"status": 503})
    transport = Transport(Limits(tries=12), sleep=time_.sleep, clock=time_.clock)
    with transport, pytest.raises(SourceUnavailable):
        transport.client().get(vendor.url + "/x")
    ceilings = [min(60, 0.5 * 2**n) for n in range(11)]
    assert len(time_.slept) == 11
    assert all(0 <= slept <= top for slept, top in zip(time_.slept, ceilings, strict=True))
    assert len(set(time_.slept)) == 11
    assert max(time_.slept) > 2


def test_giving_up_names_the_host_the_path_and_what_the_vendor_said(get, vendor):
    vendor.answers("/people/ada@example.org", {"status": 503, "body": {"detail": "maintenance"}})
    with pytest.raises(SourceUnavailable) as failed:
        get("/people/ada@example.org?key=k")
    text = str(failed.value)
    assert "503" in text
    assert "4 times" in text
    assert "maintenance" in text
    assert vendor.url.removeprefix("http://") in text
    assert "ada" not in text
    assert "key=" not in text
    assert failed.value.__cause__.response.status_code == 503


def test_a_connection_that_is_reset_is_asked_again(get, vendor):
    vendor.answers("/x", {"resets": True}, GOOD)
    assert get("/x").json() == {"ok": True}


def test_a_body_that_is_cut_off_is_asked_again(get, vendor):
    body = {"rows": ["x" * 500_000]}
    vendor.answers("/x", {"body": body, "sends": 100_000}, {"body": body})
    assert get("/x").json() == body
    assert get.transport.traffic.retries == 1


def test_a_compressed_body_that_is_broken_is_asked_again(get, vendor):
    packed = {"body": gzip.compress(b'{"ok": true}'), "headers": {"Content-Encoding": "gzip"}}
    broken = {**packed, "body": b"no gzip at all"}
    vendor.answers("/x", broken, packed)
    assert get("/x").json() == {"ok": True}


def test_a_vendor_that_is_silent_too_long_is_asked_again(vendor, time_):
    vendor.answers("/x", {"delay": 0.6, **GOOD}, GOOD)
    limits = Limits(read_timeout=0.2)
    with Transport(limits, sleep=time_.sleep, clock=time_.clock) as transport:
        assert transport.client().get(vendor.url + "/x").json() == {"ok": True}
        assert transport.traffic.retries == 1


def test_a_host_that_is_not_there_ends_in_one_line(time_):
    with Transport(Limits(tries=2), sleep=time_.sleep, clock=time_.clock) as transport:
        for face in (transport.client(), transport.session()):
            with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1:9: GET /x failed 2 times"):
                face.get("http://127.0.0.1:9/x")


def test_403_without_a_body_is_asked_again(get, vendor):
    vendor.answers("/x", {"status": 403}, GOOD)
    assert get("/x").json() == {"ok": True}


def test_403_without_a_body_ends_as_a_matter_of_the_account(get, vendor):
    vendor.answers("/x", {"status": 403})
    with pytest.raises(AuthError, match="403 without a word"):
        get("/x")
    assert len(vendor.seen) == 4


def test_403_with_a_body_is_an_answer(get, vendor):
    vendor.answers("/x", {"status": 403, "body": {"detail": "not yours"}})
    assert get("/x").status_code == 403
    assert len(vendor.seen) == 1


def test_a_post_is_sent_once(vendor, time_):
    vendor.answers("/x", {"status": 503, "body": {}}, GOOD)
    with Transport(sleep=time_.sleep, clock=time_.clock) as transport:
        assert transport.client().post(vendor.url + "/x", json={"a": 1}).status_code == 503
    assert len(vendor.seen) == 1


def test_a_post_that_only_reads_is_asked_again(vendor, time_):
    vendor.answers("/x", {"status": 503}, GOOD)
    vendor.answers("/y", {"resets": True}, GOOD)
    vendor.answers("/z", {"status": 429}, GOOD)
    with Transport(sleep=time_.sleep, clock=time_.clock) as transport:
        marked = transport.client().post(vendor.url + "/x", json={"a": 1}, extensions={SAFE: True})
        client = transport.client(safe_posts=True).post(vendor.url + "/y", data={"a": "1"})
        session = transport.session(safe_posts=True).post(vendor.url + "/z", json={"a": 1})
    assert [answer.json() for answer in (marked, client, session)] == [{"ok": True}] * 3
    assert [seen.body for seen in vendor.asked("/x")] == [b'{"a":1}'] * 2
    assert [seen.body for seen in vendor.asked("/y")] == [b"a=1"] * 2


def test_a_429_that_names_no_wait_waits_out_the_vendors_window(vendor, time_):
    """And holds every request back: one that came sooner would count, and be refused as well."""
    vendor.answers("/x", {"status": 429}, GOOD)
    vendor.answers("/y", {"status": 503}, GOOD)
    with Transport(Limits(unasked_wait=30.0), sleep=time_.sleep, clock=time_.clock) as transport:
        transport.client().get(vendor.url + "/x")
        assert time_.slept == [30.0]
        transport.client().get(vendor.url + "/y")
    assert len(time_.slept) == 2
    assert time_.slept[1] < 1


def test_a_wait_that_the_budget_does_not_reach_ends_the_run_at_once(get, vendor, time_):
    vendor.answers("/x", {"status": 429, "headers": {"Retry-After": "86400"}})
    with pytest.raises(SourceUnavailable, match=r"asks to wait 86400 s, and 3600 s are left"):
        get("/x")
    assert time_.slept == []


def test_the_budget_is_for_all_requests_together(vendor, time_):
    vendor.answers("/x", {"status": 429, "headers": {"Retry-After": "40"}}, GOOD)
    vendor.answers("/y", {"status": 429, "headers": {"Retry-After": "40"}}, GOOD)
    with Transport(Limits(budget=60), sleep=time_.sleep, clock=time_.clock) as transport:
        client = transport.client(base_url=vendor.url)
        client.get("/x")
        time_.now += 1000  # what a reader does between two pages is not the vendor's time
        with pytest.raises(SourceUnavailable, match=r"wait 40 s, and 20 s are left"):
            client.get("/y")


def test_a_vendor_that_drips_runs_into_the_budget(vendor):
    vendor.answers("/x", {"body": b"x" * 2000, "drips": 0.004})
    with Transport(Limits(budget=0.4)) as transport:
        began = time.monotonic()
        with pytest.raises(SourceUnavailable, match="budget"):
            transport.client().get(vendor.url + "/x")
    assert time.monotonic() - began < 3


def test_a_wait_that_was_asked_holds_the_other_requests_back(vendor, time_):
    """While one request waits as it was told, another to the same host waits as long."""
    vendor.answers("/x", {"status": 429, "headers": {"Retry-After": "50"}}, GOOD)
    vendor.answers("/y", GOOD)

    def sleep(seconds):
        first = not time_.slept
        time_.slept.append(seconds)
        if first:
            client.get("/y")
        time_.now += seconds

    with Transport(sleep=sleep, clock=time_.clock) as transport:
        client = transport.client(base_url=vendor.url)
        client.get("/x")
    assert time_.slept == [50.0, 50.0]
    assert [seen.path for seen in vendor.seen] == ["/x", "/y", "/x"]


def test_no_window_of_the_rate_is_overrun(vendor, time_):
    """Ten calls in any thirty seconds and three in any two; twenty-five calls, retries counted."""
    vendor.answers("/x", GOOD, {"status": 500}, GOOD)
    sent = []
    vendor_reply = vendor.reply_to
    vendor.reply_to = lambda seen: (sent.append(time_.now), vendor_reply(seen))[1]
    limits = Limits(rate=((3, 2.0), (10, 30.0)))
    with Transport(limits, sleep=time_.sleep, clock=time_.clock) as transport:
        client = transport.client(base_url=vendor.url)
        for _ in range(24):
            client.get("/x")
        assert transport.traffic.waited_seconds == pytest.approx(sum(time_.slept))
    assert len(sent) == 25
    for calls, seconds in limits.rate:
        assert all(b - a >= seconds for a, b in zip(sent, sent[calls:], strict=False))
    assert 60 < sent[-1] - sent[0] < 65


def test_a_lane_has_windows_of_its_own(vendor, time_):
    """The first lane that a path begins with counts, the rate for all others; () is no window."""
    paths = ("/v1/messages/new", "/v1/users", "/v1/free", "/other")
    for path in paths:
        vendor.answers(path, GOOD)
    lanes = (("/v1/messages", ((2, 30.0),)), ("/v1/free", ()), ("/v1/", ((5, 30.0),)))
    with Transport(Limits(((3, 30.0),), lanes), sleep=time_.sleep, clock=time_.clock) as transport:
        client = transport.client(base_url=vendor.url)
        at_once = {}
        for path in paths:
            start, at_once[path] = len(time_.slept), 0
            while len(time_.slept) == start and at_once[path] < 20:
                client.get(path)
                at_once[path] += len(time_.slept) == start
    assert at_once == {"/v1/messages/new": 2, "/v1/users": 5, "/v1/free": 20, "/other": 3}
    assert time_.slept == pytest.approx([30.25] * 3, abs=0.01)


def test_no_more_requests_are_under_way_than_the_limit_says(vendor):
    vendor.answers("/x", {"delay": 0.02, **GOOD})
    with Transport(Limits(concurrency=3)) as transport:
        client = transport.client(base_url=vendor.url)
        threads = [threading.Thread(target=client.get, args=("/x",)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(vendor.seen) == 12
    assert vendor.most_at_once == 3


def test_both_faces_use_the_same_connection_again(vendor):
    vendor.answers("/x", GOOD)
    with Transport() as transport:
        for _ in range(3):
            with transport.client() as client:
                client.get(vendor.url + "/x")
            with transport.session() as session:
                session.get(vendor.url + "/x")
    assert len({seen.connection for seen in vendor.seen}) == 1


def test_traffic_counts_requests_retries_waits_and_the_bytes_of_the_wire(vendor, time_):
    packed = gzip.compress(b'{"rows": "' + b"x" * 100_000 + b'"}')
    vendor.answers(
        "/x",
        {"status": 429, "headers": {"Retry-After": "2"}, "body": b"slow"},
        {"body": packed, "headers": {"Content-Encoding": "gzip"}},
    )
    with Transport(sleep=time_.sleep, clock=time_.clock) as transport:
        assert len(transport.client().get(vendor.url + "/x").content) == 100_012
        traffic = transport.traffic
    assert (traffic.requests, traffic.retries, traffic.waited_seconds) == (2, 1, 2.0)
    assert traffic.bytes_received == len(packed) + len(b"slow")


def test_a_body_can_be_read_while_it_comes(vendor):
    body = b"From ada@example.org\n" * 100_000
    vendor.answers("/x", {"body": body})
    with Transport(Limits(concurrency=1)) as transport:
        with transport.client().stream("GET", vendor.url + "/x") as answer:
            assert b"".join(answer.iter_bytes()) == body
        with transport.session().get(vendor.url + "/x", stream=True) as answer:
            assert b"".join(answer.iter_content(65536)) == body
        assert transport.traffic.bytes_received == 2 * len(body)


def test_a_stream_that_breaks_off_is_one_of_our_errors(vendor):
    vendor.answers("/x", {"body": b"x" * 500_000, "sends": 1000})
    with Transport() as transport:
        stream = transport.client().stream("GET", vendor.url + "/x")
        with stream as answer, pytest.raises(SourceUnavailable, match="broke off"):
            answer.read()


def test_whoever_reads_a_stream_may_ask_for_more_with_one_connection_allowed(vendor):
    vendor.answers("/x", {"body": b"x" * 1000})
    vendor.answers("/y", GOOD)
    with Transport(Limits(concurrency=1, budget=5)) as transport:
        client = transport.client(base_url=vendor.url)
        with client.stream("GET", "/x") as answer:
            assert client.get("/y").json() == {"ok": True}
            assert len(answer.read()) == 1000
        others = ThreadPoolExecutor(2).map(client.get, ["/y", "/y"])
        assert [answer.json() for answer in others] == [{"ok": True}] * 2


def test_closing_wakes_whoever_waits(vendor):
    vendor.answers("/x", {"status": 429, "headers": {"Retry-After": "300"}})
    transport = Transport()
    caught = []

    def ask():
        try:
            transport.client().get(vendor.url + "/x")
        except SourceUnavailable as error:
            caught.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not vendor.seen:
        time.sleep(0.01)
    transport.close()
    thread.join(5)
    assert caught == ["the run was stopped while it waited for the vendor"]


@pytest.mark.parametrize(
    ("location", "words"),
    [("/x", "without end"), ("http://:80:80/", "to no")],
)
def test_a_redirect_that_leads_nowhere_is_one_line(get, vendor, location, words):
    vendor.answers("/x", {"status": 302, "headers": {"Location": location}})
    with pytest.raises(SourceUnavailable, match=f"GET /x is redirected .*{words}"):
        get("/x")


def test_both_faces_send_the_user_agent_of_the_transport(vendor):
    vendor.answers("/x", GOOD)
    with Transport(user_agent="NONISV|Example|cophub") as transport:
        transport.client(headers={"X-Other": "1"}).get(vendor.url + "/x")
        transport.session().get(vendor.url + "/x")
    assert [seen.headers["user-agent"] for seen in vendor.seen] == ["NONISV|Example|cophub"] * 2


def test_a_link_arrives_as_it_was_written(vendor):
    """A page token that is encoded twice must stay so: decoded once, some vendors ignore it."""
    target = "/_api/lists(guid'1')/items?$skiptoken=Paged%3DTRUE%26p_ID%3D5000&$top=2"
    vendor.answers("/_api/lists(guid'1')/items", GOOD)
    with Transport() as transport:
        transport.client().get(vendor.url + target)
        transport.session().get(vendor.url + target)
    assert [seen.target for seen in vendor.seen] == [target] * 2


def test_the_environment_gives_no_password_to_a_session(vendor, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password wonderland\n")
    monkeypatch.setenv("NETRC", str(netrc))
    vendor.answers("/x", GOOD)
    with Transport() as transport:
        transport.session().get(vendor.url + "/x")
        transport.client(trust_env=False).get(vendor.url + "/x")
    assert all("authorization" not in seen.headers for seen in vendor.seen)


def test_a_proxy_of_the_environment_is_used_for_other_hosts_only(vendor, stranger, monkeypatch):
    monkeypatch.setenv("http_proxy", stranger.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    vendor.answers("/x", GOOD)
    stranger.answers("/x", GOOD)
    with Transport() as transport:
        transport.client().get(vendor.url + "/x")
        assert transport.client().get("http://vendor.example/x").json() == {"ok": True}
    assert len(vendor.seen) == 1
    assert stranger.seen[0].target == "http://vendor.example/x"
    assert stranger.seen[0].headers["host"] == "vendor.example"


def test_results_come_in_order_and_no_more_are_held_than_asked(vendor):
    started = []

    def work(number):
        started.append(number)
        time.sleep(0.02 if number == 0 else 0)
        return number

    with Transport(Limits(concurrency=4)) as transport:
        results = transport.map(work, iter(range(1000)))
        assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
        time.sleep(0.05)
        assert len(started) <= 5 + 4
        results.close()
        assert list(transport.map(work, range(7), workers=50)) == list(range(7))
        assert list(transport.map(work, range(3), workers=1)) == [0, 1, 2]


def test_a_failure_in_parallel_work_is_raised_in_its_place():
    def work(number):
        if number == 2:
            raise ValueError("two")
        return number

    with Transport() as transport:
        results = transport.map(work, range(9))
        assert [next(results), next(results)] == [0, 1]
        with pytest.raises(ValueError, match="two"):
            next(results)


def test_cookies_come_back_to_the_vendor_by_either_face(vendor):
    vendor.answers("/x", {"headers": {"Set-Cookie": "seat=12; Path=/"}, **GOOD})
    with Transport() as transport:
        for face in (transport.client(), transport.session()):
            face.get(vendor.url + "/x")
            face.get(vendor.url + "/x")
    assert [seen.headers.get("cookie") for seen in vendor.seen] == [None, "seat=12"] * 2


def test_an_answer_knows_its_status_text_encoding_and_time(vendor):
    vendor.answers(
        "/x",
        {"body": "é".encode("latin-1"), "headers": {"Content-Type": "text/plain; charset=latin-1"}},
    )
    with Transport() as transport:
        answers = [
            face.get(vendor.url + "/x") for face in (transport.client(), transport.session())
        ]
    for answer in answers:
        assert answer.text == "é"
        assert answer.elapsed.total_seconds() > 0
    assert answers[0].reason_phrase == answers[1].reason == "OK"


def test_the_client_is_httpx_and_takes_its_options(vendor):
    vendor.answers("/api/x", GOOD)
    with Transport() as transport:
        client = transport.client(
            base_url=vendor.url + "/api/", auth=bearer("t0ken-of-ada"), params={"a": "1"}
        )
        assert isinstance(client, httpx.Client)
        client.get("x", params={"b": "2"})
    assert vendor.seen[0].query == {"a": "1", "b": "2"}
    assert vendor.seen[0].headers["authorization"] == "Bearer t0ken-of-ada"


def test_a_closed_port_is_told_in_the_system_s_own_words():
    """What the libraries say besides frightens people and helps nobody."""
    with socket.socket() as closed, Transport(Limits(tries=1)) as transport:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnavailable) as caught:
            transport.client().get(f"http://127.0.0.1:{closed.getsockname()[1]}/lists")
    assert str(caught.value).endswith("no connection (Connection refused)")
