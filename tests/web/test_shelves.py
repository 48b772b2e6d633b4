"""Nobody reaches the pages of a narrower audience by a clever path."""

import http.client
from pathlib import Path

import pytest

from cophub.web.shelves import find
from tests.web.conftest import BEN, Served, three, write

CLEVER = [
    "../facilitators/brokers.html", "members/../facilitators/brokers.html", "./facilitators/",
    "facilitators/../members/../facilitators/brokers.html", "public/../../secret.txt",
    "facilitators\\brokers.html", "..\\facilitators\\brokers.html", "/facilitators/brokers.html",
    "//facilitators//brokers.html", "members//../facilitators/brokers.html",
    "Facilitators/brokers.html", "FACILITATORS/", "facilitators ", "facilitators./brokers.html",
    "facilitators%2fbrokers.html", "%2e%2e/facilitators/brokers.html", "facilitators\0/x",
    ".cophub-files.json", "members/.hidden", "communities/../../facilitators/brokers.html",
    "facilitators::$DATA", "C:/facilitators/brokers.html", "file:facilitators", "~/facilitators",
    "facilitators;x/brokers.html", "ｆacilitators/brokers.html", "members/\t../facilitators",
    "a" * 5000, "a/" * 500,
]  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("canary")
    made = three(tmp_path / "site")
    (made / "members" / ".hidden").write_text("canary")
    return made


@pytest.mark.parametrize("may", [None, "public", "members"])
@pytest.mark.parametrize("path", CLEVER)
def test_a_clever_path_leads_nowhere(site: Path, path: str, may) -> None:
    assert find(site, path, may).file is None


@pytest.mark.parametrize("path", CLEVER)
def test_not_even_for_facilitators(site: Path, path: str) -> None:
    assert find(site, path, "facilitators").file is None


def test_a_link_between_folders_is_followed_by_nobody(site: Path) -> None:
    (site / "public" / "more").symlink_to(site / "facilitators")
    (site / "public" / "brokers.html").symlink_to(site / "facilitators" / "brokers.html")
    (site / "public" / "out.txt").symlink_to(site.parent / "secret.txt")
    index = site / "public" / "fr" / "index.html"
    index.unlink()
    index.symlink_to(site / "facilitators" / "index.html")
    for path in ("more/brokers.html", "more/", "brokers.html", "out.txt", "fr/", "fr/index.html"):
        assert find(site, path, "public").file is None, path


def test_a_folder_that_is_a_link_is_no_audience(site: Path) -> None:
    (site / "members").rename(site / "were")
    (site / "members").symlink_to(site / "facilitators")
    found = find(site, "members/brokers.html", "members")
    assert found.file is None
    assert find(site, "", "members").audience == "public"


def test_the_site_itself_may_be_a_link_as_publishing_makes_it(site: Path) -> None:
    link = site.parent / "newest"
    link.symlink_to(site)
    found = find(link, "brokers.html", "facilitators")
    assert found.file == (site / "facilitators" / "brokers.html").resolve()


def test_each_is_told_whose_pages_they_need(site: Path) -> None:
    assert find(site, "facilitators/", "members").needs == "facilitators"
    assert find(site, "facilitators/nowhere", "public").needs == "facilitators"
    assert find(site, "", None).needs == "public"
    assert find(site, "nowhere", None).needs == "public"
    assert find(site, "nowhere", "public") == find(site, "brokers.html", "public")


def test_readers_of_an_audience_without_a_folder_read_the_next_wider_one(site: Path) -> None:
    (site / "members").rename(site / "were")
    assert find(site, "", "members").audience == "public"
    (site / "public").rename(site / "was")
    assert find(site, "", "members").needs == "facilitators"
    assert find(site, "", "facilitators").audience == "facilitators"


def test_what_other_pipelines_put_beside_the_folders_is_for_facilitators(site: Path) -> None:
    write(site / "extra" / "table.html", "of a plugin")
    assert find(site, "extra/table.html", "facilitators").audience == "facilitators"
    for may in ("public", "members"):
        assert find(site, "extra/table.html", may).file is None
    found = find(site, "", "facilitators")
    assert found.file is not None
    assert "overview for facilitators" in found.file.read_text()


def test_a_folder_of_that_name_without_an_overview_is_no_audience(tmp_path: Path) -> None:
    """A plugin's own `public` folder opens nothing of the one site."""
    write(tmp_path / "index.html", "one site")
    write(tmp_path / "public" / "extra.html", "of a plugin")
    for path in ("public/extra.html", "index.html", ""):
        assert find(tmp_path, path, "public").needs == "members"
        assert find(tmp_path, path, "members").file is not None


RAW = [
    "/../facilitators/brokers.html", "/%2e%2e/facilitators/brokers.html",
    "/members/%2e%2e/facilitators/brokers.html", "/members/..%2ffacilitators/brokers.html",
    "/members/..%5cfacilitators%5cbrokers.html", "/%66acilitators/brokers.html",
    "/facilitators%2fbrokers.html", "/%2ffacilitators/brokers.html", "//facilitators/brokers.html",
    "/members/%252e%252e/facilitators/brokers.html", "/facilitators/brokers.html?x=/members/",
    "/FACILITATORS/brokers.html", "/members/..;/facilitators/brokers.html", "/.%00/facilitators/",
    "/facilitators/brokers.html#/members", "http://localhost/facilitators/brokers.html",
    "/%c0%ae%c0%ae/facilitators/brokers.html", "/facilitators%00/brokers.html",
]  # fmt: skip


@pytest.mark.parametrize("path", RAW)
def test_nor_by_what_is_written_on_the_wire(served: Served, path: str) -> None:
    browser = served.browser()
    browser.sign_in(BEN)
    for cookie in ("", f"cophub={browser.session}"):
        connection = http.client.HTTPConnection("localhost", int(served.address.rpartition(":")[2]))
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", served.address.removeprefix("http://"))
        connection.putheader("Cookie", cookie)
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status in (303, 400, 403, 404), answer.status
        assert b"brokers by name" not in answer.read()
        connection.close()
