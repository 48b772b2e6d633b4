"""The documentation as a site: whole, strict, and nobody is asked for anything when it is read."""

import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.pipelines.site.browsing import browser

__all__ = ["browser"]

ROOT = Path(__file__).resolve().parents[2]


def _made() -> ModuleType:
    spec = spec_from_file_location("make_site", ROOT / "docs" / "make_site.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _made()


def placed(entries: list[Any]) -> Iterator[str]:
    """Every page of the navigation, wherever it stands."""
    for entry in entries:
        for inside in entry.values():
            if isinstance(inside, str):
                yield inside
            else:
                yield from placed(inside)


def test_each_page_has_one_place_in_the_navigation():
    settings = tomllib.loads((ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8"))
    found = sorted(placed(settings["project"]["nav"]))
    assert found == sorted(MAKE.places().values()), "give the page its place in docs/zensical.toml"


def test_links_fit_where_the_pages_are(tmp_path, monkeypatch):
    """The README stands beside the other pages; what is no page is named and not linked."""
    start = MAKE.fitted(ROOT / "README.md")
    assert "](configuration.md#communitieskey)" in start
    assert "](docs/" not in start
    assert "[MIT](" not in start and "MIT" in start
    assert "](start.md)" in MAKE.fitted(ROOT / "docs" / "index.md")
    assert "](../configuration.md" in MAKE.fitted(ROOT / "docs" / "connectors" / "rest.md")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `nox -s site` does, in a folder of its own."""
    MAKE.BUILD = tmp_path_factory.mktemp("docs") / "build"
    MAKE.lay_out()
    assert MAKE.build() == 0
    return Path(MAKE.BUILD / "site")


def test_every_page_is_built_and_asks_nobody_else(site: Path) -> None:
    for place in MAKE.places().values():
        page = (site / place).with_suffix(".html").read_text(encoding="utf-8")
        asked = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?([^\"\s>]+)", page)
        assert [one for one in asked if re.match(r"(https?:)?//", one)] == [], place
        assert "[[[cog" not in page


@pytest.fixture
def reader(site: Path, browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page of the folder; in no test may anything but the folder be asked."""
    wrong: list[str] = []
    contexts: list[Any] = []

    def read(page: str, width: int = 1280, **options: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": 844}, **options))
        opened = contexts[-1].new_page()
        opened.set_default_timeout(10_000)
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        ours = (f"{site.as_uri()}/", "data:", "blob:")
        opened.on("request", lambda r: None if r.url.startswith(ours) else wrong.append(r.url))
        opened.goto(f"{site.as_uri()}/{page}")
        return opened

    yield read
    for context in contexts:
        context.close()
    assert wrong == []


def test_a_reader_finds_a_page_from_a_folder_and_without_a_network(reader: Any) -> None:
    page = reader("index.html", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 27)"
    page.keyboard.press("Control+k")
    page.locator("input:focus").fill("lease")
    page.locator("a[href*='syncing.html?h=lease#one-run']").click()
    page.wait_for_url("**/syncing.html*")
    assert page.locator("h2#one-run-at-a-time").is_visible()


@pytest.mark.parametrize("page", ["index.html", "connectors/mailchimp.html", "python-api.html"])
def test_nothing_is_wider_than_a_telephone(reader: Any, page: str) -> None:
    phone = reader(page, width=390)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_link_that_leads_nowhere_fails(tmp_path, capfd):
    MAKE.BUILD = tmp_path / "build"
    MAKE.lay_out()
    page = tmp_path / "build" / "pages" / "alerts.md"
    page.write_text("# Alerts\n\n[a](nowhere.md) [b](concepts.md#nothing)\n", encoding="utf-8")
    assert MAKE.build() != 0
    said = "".join(capfd.readouterr())
    assert "page does not exist" in said and "anchor does not exist" in said
