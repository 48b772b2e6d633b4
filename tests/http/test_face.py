"""Credentials go to their own host, whoever sends a link to another: both faces, every road."""

import pytest

from cophub import SourceUnavailable
from cophub.http import Transport, basic, bearer, by_next_link, pages

TOKEN = "secret-token-of-ada"


@pytest.fixture
def transport():
    with Transport() as made:
        yield made


def _clients(transport, vendor):
    """A client and a session that sign with headers, cookies and a key of the vendor's own."""
    own = {"X-Api-Key": "k-123456", "X-Odd-Proof": "p-123456", "Accept": "text/plain"}
    client = transport.client(base_url=vendor.url, auth=bearer(TOKEN), headers=own)
    client.cookies.set("seat", "12", domain="127.0.0.1")
    session = transport.session()
    session.headers.update({**own, "Authorization": f"Bearer {TOKEN}"})
    session.cookies.set("seat", "12", domain="127.0.0.1")
    return client, session


def _assert_bare(seen):
    assert not {"authorization", "cookie", "x-api-key", "x-odd-proof"} & set(seen.headers)
    assert seen.headers["accept"] == "text/plain"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_port_is_followed_without_credentials(
    transport, vendor, stranger, status
):
    vendor.answers("/x", {"status": status, "headers": {"Location": stranger.url + "/y"}})
    stranger.answers("/y", {"body": {"ok": True}})
    for face in _clients(transport, vendor):
        assert face.get(vendor.url + "/x").json() == {"ok": True}
    assert len(vendor.seen) == len(stranger.seen) == 2
    assert all(seen.headers["authorization"] == f"Bearer {TOKEN}" for seen in vendor.seen)
    for seen in stranger.seen:
        _assert_bare(seen)


def test_a_redirect_to_another_name_of_the_same_machine_is_without_credentials(transport, vendor):
    elsewhere = vendor.url.replace("127.0.0.1", "localhost")
    vendor.answers("/x", {"status": 302, "headers": {"Location": elsewhere + "/y"}})
    vendor.answers("/y", {"body": {}})
    for face in _clients(transport, vendor):
        face.get(vendor.url + "/x")
    for seen in vendor.asked("/y"):
        _assert_bare(seen)


def test_a_redirect_at_home_keeps_the_credentials(transport, vendor):
    vendor.answers("/x", {"status": 302, "headers": {"Location": "/y"}})
    vendor.answers("/y", {"body": {}})
    for face in _clients(transport, vendor):
        face.get(vendor.url + "/x")
    assert [seen.headers["x-api-key"] for seen in vendor.asked("/y")] == ["k-123456"] * 2


def test_a_link_that_a_vendors_client_follows_by_itself_goes_without_credentials(
    transport, vendor, stranger
):
    """Some vendors' clients follow a next link to any host, with the token."""
    vendor.answers("/x", {"body": {}})
    stranger.answers("/y", {"body": {}})
    for face in _clients(transport, vendor):
        face.get(vendor.url + "/x")
        face.get(stranger.url + "/y")
        face.get(vendor.url + "/x")
    for seen in stranger.seen:
        _assert_bare(seen)
    assert all("authorization" in seen.headers for seen in vendor.seen)


def test_a_request_without_credentials_does_not_decide_where_home_is(transport, vendor, stranger):
    """A session asks a public page first and signs in later; its own host gets the token."""
    stranger.answers("/public", {"body": {}})
    vendor.answers("/x", {"body": {}})
    session = transport.session()
    session.get(stranger.url + "/public")
    session.get(vendor.url + "/x", headers={"Authorization": "Bearer later-than-that"})
    assert vendor.seen[0].headers["authorization"] == "Bearer later-than-that"


def test_parameters_of_the_client_stay_at_home_and_a_links_own_do_not(transport, vendor, stranger):
    stranger.answers("/file", {"body": {}})
    client = transport.client(base_url=vendor.url, params={"api_key": "k-1"})
    client.get(stranger.url + "/file", params={"sig": "theirs"})
    assert stranger.seen[0].query == {"sig": "theirs"}


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_is_not_sent_on_to_another_host(transport, vendor, stranger, status):
    vendor.answers("/token", {"status": status, "headers": {"Location": stranger.url + "/token"}})
    for face in (transport.client(), transport.session()):
        with pytest.raises(SourceUnavailable, match="its body may hold credentials"):
            face.post(vendor.url + "/token", data={"client_secret": "s"})
    assert stranger.seen == []


def test_a_next_link_to_another_host_is_refused_and_named(transport, vendor, stranger):
    vendor.answers("/x", {"body": {"value": [1], "@odata.nextLink": stranger.url + "/x?page=2"}})
    client = transport.client(base_url=vendor.url, auth=basic("ada", TOKEN))
    listing = pages(client, "x", follow=by_next_link("@odata.nextLink"))
    assert next(listing)["value"] == [1]
    with pytest.raises(SourceUnavailable) as refused:
        next(listing)
    assert stranger.url.removeprefix("http://") in str(refused.value)
    assert "base_url" in str(refused.value)
    assert stranger.seen == []
