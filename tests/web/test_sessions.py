"""Sessions over time, keys, and what the server keeps of them."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from cophub.web.often import Often
from cophub.web.sessions import LASTS_SECONDS, Session, Sessions, key_from_environment

KEY = b"k" * 32


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def brought(response: Response) -> Request:
    """The request of a browser that got this answer."""
    cookies = [value.partition(";")[0] for name, value in response.headers.items()
               if name == "set-cookie"]  # fmt: skip
    header = "; ".join(cookies).encode("latin-1")
    return Request({"type": "http", "method": "GET", "headers": [(b"cookie", header)]})


def begun(sessions: Sessions) -> tuple[Session, Request]:
    answer = Response()
    session = sessions.begin(answer, "ada@health.example", "Ada Obi")
    return session, brought(answer)


def test_a_session_lasts_eight_hours_however_much_is_read() -> None:
    clock = Clock()
    sessions = Sessions(KEY, secure=True, clock=clock)
    session, request = begun(sessions)
    for hours in (0, 1, 7.99):
        clock.now = session.since + hours * 3600
        assert sessions.of(request) == session
    clock.now = session.since + LASTS_SECONDS
    assert sessions.of(request) is None


def test_a_session_from_the_future_is_none() -> None:
    clock = Clock()
    sessions = Sessions(KEY, secure=True, clock=clock)
    session, request = begun(sessions)
    clock.now = session.since - 61
    assert sessions.of(request) is None


def test_a_sign_in_may_take_ten_minutes() -> None:
    clock, answer = Clock(), Response()
    sessions = Sessions(KEY, secure=True, clock=clock)
    sessions.keep(answer, {"next": "/"})
    request = brought(answer)
    clock.now += 599
    assert sessions.kept(request) == {"next": "/"}
    clock.now += 1
    assert sessions.kept(request) == {}


def test_what_one_cookie_says_no_other_does() -> None:
    """Each kind is signed for itself, whatever is in it."""
    sessions, answer = Sessions(KEY, secure=False), Response()
    session = Session("id", "ada@health.example", "Ada", sessions._clock())
    sessions._set(answer, "-sign-in", vars(session), LASTS_SECONDS)
    renamed = answer.headers["set-cookie"].partition(";")[0].replace("cophub-sign-in", "cophub")
    headers = [(b"cookie", renamed.encode())]
    assert sessions.of(Request({"type": "http", "method": "GET", "headers": headers})) is None


def test_another_key_ends_all_sessions() -> None:
    _, request = begun(Sessions(KEY, secure=True))
    assert Sessions(b"x" * 32, secure=True).of(request) is None


def test_by_https_cookies_come_by_https_alone_and_from_this_host_alone() -> None:
    answer = Response()
    Sessions(KEY, secure=True).begin(answer, "ada@health.example", "Ada")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-cophub=")
    assert "Secure" in cookie and "Domain" not in cookie and "Path=/" in cookie


def test_what_is_remembered_goes_with_the_sessions() -> None:
    clock = Clock()
    sessions = Sessions(KEY, secure=True, clock=clock)
    for _ in range(50):
        session, _ = begun(sessions)
        sessions.noted(session, "members")
        sessions.end(Response(), session)
    clock.now += LASTS_SECONDS + 1
    session, request = begun(sessions)
    sessions.noted(session, "members")
    sessions.end(Response(), session)
    assert (len(sessions._ended), len(sessions._noted)) == (1, 1)
    assert sessions.of(request) is None


def test_a_mark_is_for_one_session() -> None:
    sessions = Sessions(KEY, secure=True)
    (one, _), (two, _) = begun(sessions), begun(sessions)
    assert sessions.is_marked(one, sessions.mark(one))
    assert not sessions.is_marked(one, sessions.mark(two))


def test_the_key_comes_from_the_phrase_and_is_never_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPHUB_KEY", "a phrase of many letters")
    key = key_from_environment()
    assert key == key_from_environment()
    assert len(key) == 32 and b"phrase" not in key
    for short in ("", "short"):
        monkeypatch.setenv("COPHUB_KEY", short)
        assert key_from_environment() != key_from_environment()


def test_attempts_are_counted_by_the_minute_and_by_network() -> None:
    clock = Clock()
    often = Often(2, clock)
    assert [often.is_too_often("10.0.0.1") for _ in range(3)] == [False, False, True]
    assert not often.is_too_often("10.0.0.2")
    assert [often.is_too_often(f"2001:db8:1:2::{each}") for each in range(3)] == [
        False, False, True,
    ]  # fmt: skip
    clock.now += 61
    assert not often.is_too_often("10.0.0.1")
    for each in range(10_050):
        often.is_too_often(f"10.{each // 250}.{each % 250}.1")
    assert len(often._asked) <= 10_001
