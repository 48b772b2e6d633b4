"""Answers over slow lines: packed for who takes it, and not sent again to whoever has it."""

import gzip
import random
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cophub.web.sending import Lean, takes_gzip

from .conftest import ADA, Served, write
from .test_web import Browser

LONG = "<p>A page of a community of practice, with its figures and tables.</p>\n" * 3000
NOISE = random.Random(7).randbytes(50_000)
GZIP = {"accept-encoding": "br, gzip, deflate"}
PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text(LONG)
    (folder / "short.html").write_text("<p>short</p>")
    (folder / "table.csv").write_text("a,b\n" * 20_000)
    (folder / "book.xlsx").write_bytes(NOISE)
    (folder / "data.parquet").write_bytes(NOISE)
    (folder / "map.svg").write_text("<svg>" + "<g></g>" * 5000 + "</svg>")
    return folder


def asked(site: Path, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return Browser(site).get(path, {**GZIP, **headers}, method)


@pytest.mark.parametrize("path", ["/", "/table.csv", "/map.svg"])
def test_what_is_long_is_packed_for_who_takes_it(site: Path, path: str) -> None:
    packed = asked(site, path)
    plain = asked(site, path, **PLAIN)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 10
    for answer in (packed, plain):
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["etag"].startswith('W/"')
    assert packed.headers["etag"] == plain.headers["etag"]
    assert int(plain.headers["content-length"]) == len(plain.content)


@pytest.mark.parametrize("path", ["/short.html", "/book.xlsx", "/data.parquet"])
def test_what_is_short_or_packed_already_goes_as_it_is(site: Path, path: str) -> None:
    answer = asked(site, path)
    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_what_a_browser_has_is_not_sent_again(site: Path) -> None:
    mark = asked(site, "/").headers["etag"]
    for known in (mark, mark.removeprefix("W/"), f'"other", {mark}', "*"):
        for taken in (GZIP, PLAIN):
            for method in ("GET", "HEAD"):
                answer = asked(site, "/", method, **{"if-none-match": known}, **taken)
                assert (answer.status_code, answer.content) == (304, b"")
                assert answer.headers["etag"] == mark
                assert answer.headers["cache-control"] == "no-cache"
                assert "content-security-policy" in answer.headers
                assert not {"content-length", "content-encoding"} & {*answer.headers}
    (site / "index.html").write_text(LONG + "more")
    anew = asked(site, "/", **{"if-none-match": mark})
    assert (anew.status_code, anew.text) == (200, LONG + "more")


def test_a_head_and_a_part_of_a_file_are_as_ever(site: Path) -> None:
    head = asked(site, "/", "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(LONG)
    assert head.headers["vary"] == "Accept-Encoding"
    part = asked(site, "/", range="bytes=3-9")
    assert (part.status_code, part.text) == (206, LONG[3:10])
    assert "content-encoding" not in part.headers


def test_what_says_so_is_never_packed(site: Path) -> None:
    async def secret(_: object) -> Response:
        return PlainTextResponse(LONG, headers={"cache-control": "no-store, no-transform"})

    async def failed(_: object) -> Response:
        return PlainTextResponse(LONG, 503)

    app = Starlette(
        routes=[Route("/secret", secret), Route("/failed", failed)], middleware=[Middleware(Lean)]
    )
    browser = Browser(site)
    browser._transport = httpx.ASGITransport(app)
    for path in ("/secret", "/failed"):
        answer = browser.get(path, GZIP)
        assert "content-encoding" not in answer.headers
        assert answer.text == LONG


@pytest.mark.parametrize(
    ("header", "takes"),
    [("gzip", True), ("br, GZIP ; q=0.5", True), ("*", True), ("", False), ("br", False),
     ("gzip;q=0", False), ("*, gzip;q=0", False), ("gzip;q=odd", False), ("identity", False)],
)  # fmt: skip
def test_who_takes_packed_answers(header: str, takes: bool) -> None:
    assert takes_gzip(header) == takes


# --- where people sign in --------------------------------------------------------------------


def test_pages_of_a_reader_are_packed_and_kept_by_nobody(served: Served) -> None:
    for audience in ("public", "facilitators"):
        write(served.site / audience / "long.html", LONG)
    anybody, ada = served.browser(), served.browser()
    ada.sign_in(ADA)
    public, hers = (browser.get("/long.html") for browser in (anybody, ada))
    for answer in (public, hers):
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Cookie, Accept-Encoding"
        assert gzip.compress(answer.content)  # it came whole
    assert (public.headers["cache-control"], hers.headers["cache-control"]) == (
        "no-cache", "no-store",
    )  # fmt: skip
    assert "etag" not in hers.headers
    known = {"if-none-match": public.headers["etag"]}
    assert anybody.get("/long.html", headers=known).status_code == 304
    # Who has signed in since gets their own page, whatever their browser has kept.
    again = ada.get("/long.html", headers=known)
    assert (again.status_code, ADA in again.text) == (200, True)


def test_pages_with_marks_of_forms_are_never_packed(served: Served) -> None:
    browser = served.browser()
    browser.sign_in(ADA)
    for path in ("/sign-out", f"/nowhere/{'a' * 900}.html"):
        answer = browser.get(path)
        assert len(answer.content) > 1000
        assert "content-encoding" not in answer.headers
        assert answer.headers["cache-control"] == "no-store, no-transform"
