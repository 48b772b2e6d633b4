"""What each failure of a vendor is called: the code that status, alerts and programs read."""

import httpx
import pytest

from cophub import AuthError, CophubError, SourceUnavailable
from cophub.error_codes import CATALOGUE
from cophub.http import Limits, Transport, pages
from cophub.http.auth import check_status
from cophub.http.paging import by_offset

TRIES = 2


def failure(vendor, time_, *replies, **limits) -> CophubError:
    """What is raised when a listing is asked for."""
    vendor.answers("/x", *replies)
    with Transport(Limits(tries=TRIES, **limits), sleep=time_.sleep, clock=time_.clock) as wire:
        client = wire.client(base_url=vendor.url)
        with pytest.raises(CophubError) as raised:
            list(pages(client, "x", follow=by_offset("rows", size=1)))
    assert raised.value.code in CATALOGUE
    return raised.value


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, AuthError, "CPH-A02"),
        (403, AuthError, "CPH-A03"),
        (404, SourceUnavailable, "CPH-U13"),
        (410, SourceUnavailable, "CPH-U13"),
        (422, SourceUnavailable, "CPH-U13"),
        (408, SourceUnavailable, "CPH-U04"),
        (429, SourceUnavailable, "CPH-U06"),
        (500, SourceUnavailable, "CPH-U05"),
        (503, SourceUnavailable, "CPH-U05"),
    ],
)
def test_an_answer_that_refuses(vendor, time_, status, kind, code) -> None:
    reply = {"status": status, "body": {"detail": "no"}}
    error = failure(vendor, time_, *[reply] * TRIES)
    assert (type(error), error.code) == (kind, code)


def test_a_refusal_without_a_word(vendor, time_) -> None:
    assert failure(vendor, time_, *[{"status": 403}] * TRIES).code == "CPH-A05"


def test_a_longer_wait_than_a_run_lasts(vendor, time_) -> None:
    reply = {"status": 429, "headers": {"Retry-After": "7200"}, "body": {"detail": "no"}}
    assert failure(vendor, time_, reply, budget=3600).code == "CPH-U07"


def test_an_answer_that_is_cut_off(vendor, time_) -> None:
    reply = {"body": {"rows": [1] * 100}, "sends": 10}
    assert failure(vendor, time_, *[reply] * TRIES).code == "CPH-U10"


def test_no_answer_in_time(vendor, time_) -> None:
    reply = {"body": {"rows": []}, "delay": 0.15}
    assert failure(vendor, time_, *[reply] * TRIES, read_timeout=0.05).code == "CPH-U04"


def test_what_is_no_json(vendor, time_) -> None:
    assert failure(vendor, time_, {"body": b"<html>sign in</html>"}).code == "CPH-U09"


def test_a_page_that_comes_twice(vendor, time_) -> None:
    page = {"body": {"rows": [1]}}
    assert failure(vendor, time_, page, page).code == "CPH-U12"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://nowhere.invalid/x"])
def test_no_connection(time_, url) -> None:
    """A port where nobody listens, and a name that is not known."""
    wire = Transport(Limits(tries=TRIES), sleep=time_.sleep, clock=time_.clock)
    with wire, pytest.raises(SourceUnavailable) as raised:
        wire.client().get(url)
    assert raised.value.code == "CPH-U03"


def test_every_status_of_an_error_has_a_code() -> None:
    for status in range(400, 600):
        answer = httpx.Response(status, request=httpx.Request("GET", "https://v.example/x"))
        with pytest.raises(CophubError) as raised:
            check_status(answer)
        assert raised.value.code in CATALOGUE
