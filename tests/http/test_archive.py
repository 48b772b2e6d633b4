"""Recorded answers: all that a connector needs to run again, and nothing that proves who we are."""

import threading

import msgspec
import pytest

from cophub import ConfigError, SourceUnavailable
from cophub.http import (
    Recorder,
    Replayer,
    Transport,
    basic,
    bearer,
    by_offset,
    pages,
)

CANARY = "canary-7f3a9c"


def _record(folder, vendor, work, **options):
    with Transport(archive=Recorder(folder)) as transport:
        return work(transport.client(base_url=vendor.url, **options), transport.session())


def _replay(folder, vendor, work, **options):
    with Transport(archive=Replayer(folder)) as transport:
        found = work(transport.client(base_url=vendor.url, **options), transport.session())
        assert transport.traffic.requests == 0
        return found


def _written(folder):
    return "".join(path.read_text() for path in sorted(folder.iterdir()))


def test_a_run_can_be_had_again_without_the_vendor(vendor, tmp_path):
    rows = [{"body": {"rows": [{"id": n, "name": "Adaé"}]}} for n in (1, 2)]
    vendor.answers("/x", *rows, {"body": {"rows": []}})
    vendor.answers("/y", {"status": 404, "body": {"detail": "gone"}})
    vendor.answers("/z", {"body": b"\x00\xff\x01", "headers": {"Content-Type": "image/png"}})

    def work(client, session):
        listing = list(pages(client, "x", follow=by_offset("rows", size=1)))
        other = session.get(f"{vendor.url}/y")
        return listing, other.status_code, other.json(), client.get("z").content

    first = _record(tmp_path, vendor, work)
    asked = len(vendor.seen)
    assert _replay(tmp_path, vendor, work) == first
    assert len(vendor.seen) == asked
    assert first[1:] == (404, {"detail": "gone"}, b"\x00\xff\x01")


def test_one_url_asked_often_gives_its_answers_in_order_and_then_no_more(vendor, tmp_path):
    vendor.answers("/x", {"body": {"n": 1}}, {"body": {"n": 2}})
    _record(tmp_path, vendor, lambda client, _: [client.get("x"), client.get("x")])
    with Transport(archive=Replayer(tmp_path)) as transport:
        client = transport.client(base_url=vendor.url)
        assert [client.get("x").json()["n"] for _ in range(2)] == [1, 2]
        with pytest.raises(SourceUnavailable, match="not recorded once more"):
            client.get("x")
        with pytest.raises(SourceUnavailable, match="/other was not recorded in"):
            client.get("other")


def test_the_order_of_parameters_does_not_matter_and_of_posts_the_body_does(vendor, tmp_path):
    vendor.answers("/x", {"body": {"n": 1}}, {"body": {"n": 2}}, {"body": {"n": 3}})

    def record(client, _):
        client.post("x", json={"token_after": "a"})
        client.post("x", json={"token_after": "b"})
        client.get("x", params={"a": "1", "b": "2"})

    _record(tmp_path, vendor, record)

    def replay(client, _):
        return [
            client.get("x", params={"b": "2", "a": "1"}).json()["n"],
            client.post("x", json={"token_after": "b"}).json()["n"],
            client.post("x", json={"token_after": "a"}).json()["n"],
        ]

    assert _replay(tmp_path, vendor, replay) == [3, 2, 1]


def test_no_credential_is_written_wherever_it_travels(vendor, tmp_path):
    """Headers, query, form and JSON bodies, cookies, names in URLs, and text that repeats one."""
    answer = {
        "access_token": CANARY,
        "nested": [{"refreshToken": CANARY}],
        "say": f"Bearer {CANARY}",
    }
    cookies = {"Set-Cookie": f"session={CANARY}", "X-Auth-Token": CANARY}
    vendor.answers("/x", {"body": answer, "headers": cookies})
    vendor.answers("/echo", {"body": f"you sent {CANARY}-known".encode()})

    def work(client, session):
        client.get(
            "x", params={"api_key": CANARY, "sessionid": CANARY}, headers={"X-Api-Key": CANARY}
        )
        client.post("x", data={"client_secret": CANARY, "grant_type": "client_credentials"})
        client.post("x", json={"password": CANARY, "user": "ada"})
        client.get("echo")
        session.get(vendor.url.replace("://", f"://ada:{CANARY}@") + "/x")
        session.get(vendor.url + "/x", cookies={"seat": CANARY})

    _record(tmp_path, vendor, work, auth=bearer(f"{CANARY}-known"))
    written = _written(tmp_path)
    in_base64 = "YWRhOmNhbmFyeS03ZjNhOWM="
    assert [CANARY in str(seen) or in_base64 in str(seen) for seen in vendor.seen] == [True] * 6
    assert CANARY not in written
    assert in_base64 not in written
    assert "grant_type=client_credentials" in written
    assert len(list(tmp_path.iterdir())) == 6


def test_a_password_is_not_written_as_basic_does_it_either(vendor, tmp_path):
    vendor.answers("/x", {"body": {"heard": "YWRhOmNhbmFyeS03ZjNhOWM="}})
    _record(tmp_path, vendor, lambda client, _: client.get("x"), auth=basic("ada", CANARY))
    assert vendor.seen[0].headers["authorization"] == "Basic YWRhOmNhbmFyeS03ZjNhOWM="
    assert "YWRhOmNhbmFyeS03ZjNhOWM" not in _written(tmp_path)


def test_a_page_token_is_no_credential(vendor, tmp_path):
    vendor.answers("/x", {"body": {"next_page_token": 20, "nextLink": "https://x/?$skiptoken=a"}})
    found = _record(tmp_path, vendor, lambda c, _: c.get("x", params={"page_token": "10"}).json())
    assert _replay(tmp_path, vendor, lambda c, _: c.get("x?page_token=10").json()) == found


def test_an_exchange_is_a_file_that_a_person_can_read(vendor, tmp_path):
    vendor.answers("/lists/a1/members", {"body": {"members": []}})
    _record(tmp_path, vendor, lambda client, _: client.get("lists/a1/members"))
    [path] = tmp_path.iterdir()
    assert path.name == "00001-get-lists-a1-members.json"
    exchange = msgspec.json.decode(path.read_bytes())
    assert exchange["request"]["url"] == f"{vendor.url}/lists/a1/members"
    assert exchange["response"]["json"] == {"members": []}


def test_only_the_answer_that_counted_is_kept_of_a_request_that_was_retried(
    vendor, tmp_path, time_
):
    vendor.answers("/x", {"status": 503}, {"body": {"n": 1}})
    with Transport(archive=Recorder(tmp_path), sleep=time_.sleep) as transport:
        transport.client(base_url=vendor.url).get("x")
    assert len(list(tmp_path.iterdir())) == 1


def test_exchanges_of_parallel_requests_are_all_kept(vendor, tmp_path):
    vendor.answers("/x", {"body": {}})

    def work(client, _):
        threads = [
            threading.Thread(target=client.get, args=("x",), kwargs={"params": {"n": n}})
            for n in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    _record(tmp_path, vendor, work)
    assert len(list(tmp_path.iterdir())) == 20


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no-such-folder"):
        Replayer(tmp_path / "no-such-folder")
