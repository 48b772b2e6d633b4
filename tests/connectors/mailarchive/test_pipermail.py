"""An archive on the web: asked once for what is over, again for what is not."""

import gzip
import threading
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cophub import AuthError, Post, Space
from cophub.connectors.mailarchive.pipermail import archive_url, find_links, is_settled
from cophub.errors import SourceUnavailable
from cophub.http import Limits

FAST = Limits(tries=1, read_timeout=5, concurrency=4)


class Site(ThreadingHTTPServer):
    """A web server with some files, which writes down what it was asked."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []
        self.broken: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.encoding = ""
        self.password = ""
        self.validators = True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def list_files(self, folder: str = "/pipermail/cop/") -> None:
        """Write the index page of what is in a folder, as pipermail does."""
        rows = [
            f'<tr><td>{name}:</td><td><A href="{name}/thread.html">[ Thread ]</a></td>'
            f'<td><A href="{name}">[ Gzip\'d Text {len(data) // 1024} KB ]</a></td></tr>'
            for path, data in self.files.items()
            if (name := path.removeprefix(folder)) and path.startswith(folder)
        ]
        self.files[folder] = (
            '<HTML><BODY>You can get <a href="http://example.org/x">more</a><table>'
            + "\n".join(rows)
            + "</table></BODY></HTML>"
        ).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers from the site's files."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        site, path = self.server, self.path.partition("?")[0]
        status, body, headers = self.answer(site, path)
        site.asked.append((path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        good = f"password={self.server.password}" in self.rfile.read(length).decode()
        self.server.asked.append((self.path, 200))
        self.send_response(200)
        if good:
            self.send_header("Set-Cookie", "cop+user=secret; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self, site: Any, path: str) -> tuple[int, bytes, dict[str, str]]:
        if path in site.redirects:
            return 302, b"", {"Location": site.redirects[path]}
        if path in site.broken:
            return 503, b"down", {}
        if site.password and "cop+user=secret" not in self.headers.get("Cookie", ""):
            return 200, b"<html><form><input type='password' name='password'></form>", {}
        if path not in site.files:
            return 404, b"<html>gone</html>", {}
        body = site.files[path]
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if site.validators and self.headers.get("If-None-Match") == etag:
            return 304, b"", {}
        headers = {"Content-Type": "text/html" if path.endswith("/") else "text/plain"}
        if site.validators:
            headers |= {"ETag": etag, "Last-Modified": formatdate(0, usegmt=True)}
        if site.encoding and path.endswith(".gz"):
            headers["Content-Encoding"] = site.encoding
        return 200, body, headers

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def site():
    """A running site."""
    server = Site()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def archive(site, message, mbox):
    """A pipermail archive of three months; the clock of the tests stands at 2024-04-20."""
    folder = "/pipermail/cop/"
    site.files[folder + "2024-April.txt"] = mbox(message(4, answers=3))
    site.files[folder + "2024-March.txt.gz"] = gzip.compress(mbox(message(3)))
    site.files[folder + "2024-January.txt.gz"] = gzip.compress(mbox(message(1), message(2)))
    site.list_files()
    return site


@pytest.fixture
def fetch(site, context, extract, connector):
    """`fetch(since, day="2024-04-20", url=..., **settings)`: what one run yields."""
    from datetime import datetime

    def run(since=None, day="2024-04-20", path="/pipermail/cop/", **settings):
        url = settings.pop("url", site.url + path)
        now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        ctx = context(connector.settings(list="cop", url=url, **settings), now=now, limits=FAST)
        site.asked.clear()
        return extract(connector.streams[0], ctx, since)

    return run


def asked(site):
    """What was asked for, without the index."""
    return {path.rpartition("/")[2]: status for path, status in site.asked if path[-1] != "/"}


def test_the_index_leads_to_every_period(archive, fetch):
    """Oldest first, so that answers find their questions; packed and plain alike."""
    run = fetch()
    assert [post.key for post in run.of(Post)] == [f"m{n}@example.org" for n in (1, 2, 3, 4)]
    assert run.of(Post)[3].thread == "m3@example.org"
    (space,) = run.of(Space)
    assert (space.native_post_count, space.url) == (4, archive.url + "/pipermail/cop/")
    assert space.visibility == "public", "an archive that asks for no login is anybody's to read"
    assert run.rejects == []


def test_only_the_current_and_the_previous_period_are_asked_for_again(archive, fetch):
    """With the validators the server gave, so that an unchanged one costs no body."""
    first = fetch()
    assert asked(archive) == {
        "2024-January.txt.gz": 200, "2024-March.txt.gz": 200, "2024-April.txt": 200,
    }  # fmt: skip
    again = fetch(first.cursor)
    assert asked(archive) == {"2024-March.txt.gz": 304, "2024-April.txt": 304}
    assert again.of(Post) == [] and again.cursors == []


def test_a_period_that_grew_is_read_on(archive, fetch, message, mbox):
    """New messages of this month join; those that were there are not yielded as new."""
    first = fetch()
    name = "/pipermail/cop/2024-April.txt"
    archive.files[name] += mbox(message(5, answers=1), message(6))
    archive.list_files()
    again = fetch(first.cursor)
    assert {post.key for post in again.of(Post)} == {f"m{n}@example.org" for n in (4, 5, 6)}
    assert again.last(Post)["m5@example.org"]["thread"] == "m1@example.org"
    assert again.of(Space)[0].native_post_count == 6


def test_a_period_that_was_current_is_asked_for_once_more_when_it_is_over(archive, fetch):
    """However long the hub slept: what was read in mid-month was not all of it."""
    first = fetch()
    later = fetch(first.cursor, day="2025-02-01")
    assert asked(archive) == {"2024-March.txt.gz": 304, "2024-April.txt": 304}
    assert later.cursor is not None
    fetch(later.cursor, day="2025-02-02")
    assert asked(archive) == {}


def test_an_old_period_whose_listed_size_changed_is_asked_for_again(archive, fetch, message, mbox):
    """An archive that was rebuilt shows it on its index page."""
    first = fetch()
    body = "x" * 9000 + "\n"
    archive.files["/pipermail/cop/2024-January.txt.gz"] = mbox(message(1), message(7, body))
    archive.list_files()
    again = fetch(first.cursor)
    assert "m7@example.org" in again.last(Post)


def test_a_server_without_validators_is_compared_by_content(archive, fetch):
    """It sends everything again; nothing is yielded again."""
    archive.validators = False
    first = fetch()
    again = fetch(first.cursor)
    assert asked(archive) == {"2024-March.txt.gz": 200, "2024-April.txt": 200}
    assert again.of(Post) == []


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_a_gz_that_the_server_calls_an_encoding_is_read(encoding, archive, fetch):
    """Half the servers say that a .txt.gz is text in transit."""
    archive.encoding = encoding
    assert len(fetch().of(Post)) == 4


def test_a_link_to_another_host_is_refused(archive, fetch, message, mbox):
    """Also where the link leads there only by a redirect; both are said."""
    other = Site()
    other.files["/evil.txt"] = mbox(message(66))
    folder = "/pipermail/cop/"
    archive.files[folder] += f'<a href="{other.url}/2020-May.txt">[ Text ]</a>'.encode()
    archive.redirects[folder + "2024-January.txt.gz"] = f"{other.url}/evil.txt"
    run = fetch()
    reasons = sorted(reject.reason for reject in run.rejects)
    assert len(reasons) == 2
    assert all("another host" in reason and "not asked" in reason for reason in reasons)
    assert "m66@example.org" not in run.last(Post)
    assert len(run.of(Post)) == 2
    assert ("/2020-May.txt", 200) not in other.asked
    other.shutdown()
    other.server_close()


def test_a_missing_period_does_not_stop_the_others(archive, fetch):
    """A dead link is a Reject that names the file."""
    del archive.files["/pipermail/cop/2024-March.txt.gz"]
    run = fetch()
    assert [reject.key for reject in run.rejects] == ["2024-March.txt.gz"]
    assert "404" in run.rejects[0].reason
    assert len(run.of(Post)) == 3


def test_a_server_that_goes_down_fails_the_run_after_keeping_what_it_gave(
    archive, context, connector
):
    """The next run asks for the rest."""
    from datetime import UTC, datetime

    archive.broken.add("/pipermail/cop/2024-March.txt.gz")
    settings = connector.settings(list="cop", url=archive.url + "/pipermail/cop/")
    now = datetime(2024, 4, 20, tzinfo=UTC)
    items = []
    with pytest.raises(SourceUnavailable, match="503"):
        for item in connector.streams[0].extract(context(settings, now=now, limits=FAST), None):
            items.append(item)
    cursor = items[-1].cursor
    assert {"m1@example.org", "m2@example.org"} <= {i.key for i in items if isinstance(i, Post)}
    archive.broken.clear()
    archive.asked.clear()
    rest = list(connector.streams[0].extract(context(settings, now=now, limits=FAST), cursor))
    assert "m3@example.org" in {item.key for item in rest if isinstance(item, Post)}
    assert "2024-January.txt.gz" not in asked(archive)


def test_a_private_archive_is_read_with_a_login(archive, fetch):
    """Without one, the line says what is missing; the password is nowhere in it."""
    archive.password = "pw-of-amina"
    with pytest.raises(AuthError, match="set username and password"):
        fetch()
    with pytest.raises(AuthError) as failure:
        fetch(username="amina@example.org", password="wrong-one")
    assert "wrong-one" not in str(failure.value)
    assert len(fetch(username="amina@example.org", password="pw-of-amina").of(Post)) == 4


def test_the_address_may_be_a_file(archive, fetch, message, mbox):
    """The whole archive as one mbox, where a site offers it."""
    archive.files["/pipermail/cop.mbox/cop.mbox"] = mbox(message(1), message(2))
    first = fetch(path="/pipermail/cop.mbox/cop.mbox")
    assert len(first.of(Post)) == 2
    assert fetch(first.cursor, path="/pipermail/cop.mbox/cop.mbox").of(Post) == []


def test_an_index_that_became_empty_is_not_success(archive, fetch):
    """A site that was moved must not look like a list that went quiet."""
    first = fetch()
    archive.files["/pipermail/cop/"] = b"<html>We have moved.</html>"
    with pytest.raises(SourceUnavailable, match="lists no files, though 3 were read"):
        fetch(first.cursor)


def test_base_url_takes_the_place_of_the_host(archive, fetch, connector):
    """A proxy or a test server is asked in place of the vendor."""
    url = "https://lists.example.org/pipermail/cop/"
    run = fetch(url=url, base_url=archive.url)
    assert len(run.of(Post)) == 4
    assert run.of(Space)[0].url == url
    settings = connector.settings(list="cop", url=url, base_url="http://127.0.0.1:8000/")
    assert archive_url(settings) == "http://127.0.0.1:8000/pipermail/cop/"


def test_check_discover_and_estimate_ask_little(archive, context, connector, fetch):
    """The index page is enough for all three."""
    from datetime import UTC, datetime

    cursor = fetch().cursor
    settings = connector.settings(list="cop", url=archive.url + "/pipermail/cop/")
    ctx = context(settings, now=datetime(2024, 4, 20, tzinfo=UTC), limits=FAST)
    archive.asked.clear()
    (verdict,) = connector.check(ctx)
    assert verdict.state == "ok" and "2024-January.txt.gz to 2024-April.txt" in verdict.message
    (space,) = connector.discover(ctx)
    assert len(space.extra["files"]) == 3
    (whole,) = connector.estimate(ctx, {})
    (later,) = connector.estimate(ctx, {"posts": cursor})
    assert (whole.requests, later.requests) == (4, 3)
    assert {path for path, _ in archive.asked} == {"/pipermail/cop/"}
    wrong = context(connector.settings(list="cop", url=archive.url + "/x/"), limits=FAST)
    (verdict,) = connector.check(wrong)
    assert verdict.state == "failed" and verdict.fix


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ('<A HREF="2024-May.txt.gz">x</A>', ["2024-May.txt.gz"]),
        ("<a href=2024-May.txt>x<a href=2024-May.txt.gz>y", ["2024-May.txt.gz"]),
        ("<a href=2024-May.txt.gz>x</a><a href=2024-May.txt>y</a>", ["2024-May.txt.gz"]),
        ('<a href="2024-May/thread.html">x</a> 2024-May.txt', []),
        ('<!-- <a href="2024-May.txt">x</a> -->', []),
        ('<a href="b.txt?x=1&amp;y=2">x</a>', ["b.txt?x=1&y=2"]),
        ('<a href="javascript:x.txt">x</a><a href="ftp://h/x.txt">y</a><a>z</a>', []),
        ('<a href="../../robots.txt">x</a>', ["robots.txt"]),
    ],
)
def test_links_are_found_in_any_html(html, names):
    """By a parser, not a pattern: comments, entities and missing quotes are HTML too."""
    links, _ = find_links(html, "http://lists.example.org/pipermail/cop/")
    assert [link.name for link in links] == names


def test_a_real_index_page_is_understood(vendor_files):
    """Three months, oldest first, with their sizes."""
    html = (vendor_files / "mailman" / "pipermail_index.html").read_text()
    links, _ = find_links(html, "http://example.com/pipermail/list/")
    assert [link.name for link in links] == [
        "2015-November.txt.gz", "2016-March.txt", "2016-April.txt",
    ]  # fmt: skip
    assert links[0].listed == "[ Gzip'd Text 2 KB ]"


def test_a_file_that_came_empty_is_asked_for_again(archive, fetch):
    """A server in trouble may answer so; its months that are over would stay without mails."""
    name = "/pipermail/cop/2024-January.txt.gz"
    january, archive.files[name] = archive.files[name], b""
    empty = fetch()
    archive.files[name] = january
    assert len(empty.of(Post)) + 2 == len(fetch().of(Post))
    assert len(fetch(empty.cursor).of(Post)) == 2


def test_a_period_is_settled_when_the_next_one_is_over():
    """Mailman files by the date of arrival, but a clock or a queue may be late."""
    from datetime import date

    assert not is_settled("2024-March.txt", date(2024, 4, 30))
    assert is_settled("2024-March.txt", date(2024, 5, 3))
    assert not is_settled("2023.txt", date(2024, 12, 30))
    assert not is_settled("cop.mbox", date(2090, 1, 1))


def test_a_month_that_ends_in_half_a_message_is_fetched_again(archive, fetch, message, mbox):
    """Without an id half a text has another key, so it waits one run, also in an old month."""
    nameless = mbox(message(2, headers={"Message-ID": None}))
    archive.files["/pipermail/cop/2024-January.txt.gz"] = gzip.compress(nameless[:-1])
    first = fetch()
    (reject,) = first.rejects
    assert reject.reason.startswith("2024-January.txt.gz, byte 0: it has no Message-ID")
    again = fetch(first.cursor)
    assert asked(archive)["2024-January.txt.gz"] == 200
    assert [post.key[:7] for post in again.of(Post)] == ["sha256:"]
    third = fetch(again.cursor)
    assert "2024-January.txt.gz" not in asked(archive)
    assert (third.of(Post), third.rejects) == ([], [])
