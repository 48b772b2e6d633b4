"""A file behind an address: fetched, not fetched again, and what can stand in its place."""

import base64
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cophub import AuthError, CophubError, Membership

LIST = b"E-mail\na@example.org\n"


class Shelf(ThreadingHTTPServer):
    """Serves one file, which a test may change; keeps what was asked."""

    content, login, status = LIST, "", 200

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self):
        shelf, tag = self.server, f'"{hashlib.md5(self.server.content).hexdigest()}"'  # noqa: S324
        known = self.headers.get("If-None-Match") == tag
        wanted = "Basic " + base64.b64encode(shelf.login.encode()).decode()
        refused = shelf.login and self.headers.get("Authorization") != wanted
        status = 401 if refused else 304 if known else shelf.status
        shelf.asked.append((self.path, status))
        body = shelf.content if status == 200 else b""
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def shelf():
    server = Shelf()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_file_is_fetched_once_until_it_changes(shelf, read):
    url = f"{shelf.base}/exports/members.csv?list=1"
    first = read(url=url)
    assert [m.account for m in first.of(Membership)] == ["a@example.org"]
    second = read(since=first.cursor, url=url)
    assert second.items == []
    shelf.content += b"b@example.org\n"
    third = read(since=first.cursor, url=url)
    assert len(third.of(Membership)) == 2
    assert [status for _, status in shelf.asked] == [200, 304, 200]
    assert shelf.asked[0][0] == "/exports/members.csv?list=1"


def test_base_url_stands_in_for_the_host(shelf, read):
    found = read(url="https://example.org/members.csv", base_url=shelf.base)
    assert len(found.of(Membership)) == 1


def test_a_login_is_asked_for_and_given(shelf, read):
    shelf.login = "ada:secret"
    with pytest.raises(AuthError):
        read(url=f"{shelf.base}/a.csv")
    found = read(url=f"{shelf.base}/a.csv", username="ada", password="secret")
    assert len(found.of(Membership)) == 1


def test_what_is_no_file_is_said(shelf, read):
    shelf.status = 404
    with pytest.raises(CophubError):
        read(url=f"{shelf.base}/a.csv")
    shelf.status, shelf.content = 200, b"<!DOCTYPE html><html>Sign in</html>"
    assert "it is a web page" in read(url=f"{shelf.base}/a.csv").rejects[0].reason
    shelf.content = b"x" * (2 << 20)
    with pytest.raises(CophubError, match="more than 1 MB") as told:
        read(url=f"{shelf.base}/a.csv?sig=a-key-of-somebody", max_unpacked_mb=1)
    assert "a-key" not in str(told.value)
