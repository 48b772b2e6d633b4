"""The site over HTTP: shown to this machine, and to nobody else."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

from cophub import ConfigError
from cophub.web import HOST, _has_token, listen, site_app


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "communities").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>Overview</h1>")
    (folder / "communities" / "mercop.html").write_text("<h1>MERCOP</h1>")
    (tmp_path / "secret.txt").write_text("canary")
    (folder / "out").symlink_to(tmp_path / "secret.txt")
    return folder


class Browser:
    """Asks the application without a network, as httpx does it for any ASGI application."""

    def __init__(self, site: Path) -> None:
        self._transport = httpx.ASGITransport(site_app(site))

    def get(
        self, path: str, headers: dict[str, str] | None = None, method: str = "GET"
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            base = "http://127.0.0.1"
            async with httpx.AsyncClient(transport=self._transport, base_url=base) as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())


def client(site: Path) -> Browser:
    return Browser(site)


def test_a_folder_shows_its_index_and_a_page_itself(site: Path) -> None:
    browser = client(site)
    assert browser.get("/").text == "<h1>Overview</h1>"
    page = browser.get("/communities/mercop.html")
    assert page.text == "<h1>MERCOP</h1>"
    assert page.headers["content-type"].startswith("text/html")
    assert browser.get("/nowhere.html").status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/communities/..%2f..%2fsecret.txt", "/out",
             "/%00", "//etc/passwd"],
)  # fmt: skip
def test_nothing_outside_the_folder_is_shown(site: Path, path: str) -> None:
    """Neither by climbing out nor through a link."""
    answer = client(site).get(path)
    assert answer.status_code == 404
    assert "canary" not in answer.text


def test_a_page_elsewhere_cannot_read_it_under_a_name_of_its_own(site: Path) -> None:
    """DNS rebinding: a stranger's host name that points to this machine is refused."""
    browser = client(site)
    assert browser.get("/", headers={"Host": "evil.example.org"}).status_code == 400
    assert browser.get("/", headers={"Host": "localhost:8300"}).status_code == 200


def test_a_page_may_ask_nobody_else(site: Path) -> None:
    policy = client(site).get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy


def test_a_new_version_is_shown_at_once(site: Path) -> None:
    """Publishing puts another folder in its place."""
    browser = client(site)
    assert "Overview" in browser.get("/").text
    newer = site.with_name("site-2")
    newer.mkdir()
    (newer / "index.html").write_text("<h1>Second</h1>")
    site.rename(site.with_name("site-1"))
    site.symlink_to(newer)
    assert browser.get("/").text == "<h1>Second</h1>"


def test_before_the_first_publishing_it_says_what_to_do(tmp_path: Path) -> None:
    answer = client(tmp_path / "none").get("/")
    assert answer.status_code == 503
    assert "cophub run" in answer.text


def test_it_listens_on_loopback_and_says_when_the_port_is_taken() -> None:
    with listen(0) as first:
        host, port = first.getsockname()
        assert host == HOST == "127.0.0.1"
        first.listen()
        with pytest.raises(ConfigError, match=f"port {port} cannot be used .*--port"):
            listen(port)


def test_a_page_is_sent_at_once() -> None:
    """Without its protocol's name asyncio leaves Nagle's algorithm on: 40 ms for each page."""
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_figures_want_the_token_where_there_is_one(site: Path) -> None:
    class Watches:
        def metrics(self) -> bytes:
            return b"cophub_up 1.0"

    for token, status in ((None, 200), ("a-long-token", 401)):
        browser = Browser(site)
        browser._transport = httpx.ASGITransport(site_app(site, Watches(), token))
        assert browser.get("/metrics").status_code == status
    told = browser.get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    assert told.text == "cophub_up 1.0"


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "bearer x", "Bearer None"])
def test_without_a_token_nobody_has_it(sent: str) -> None:
    headers = [(b"authorization", sent.encode())]
    request = Request({"type": "http", "method": "GET", "headers": headers})
    assert not _has_token(request, None)
    assert not _has_token(request, "")
