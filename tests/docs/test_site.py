"""The documentation as a site: whole, strict, and nobody is asked for anything when it is read."""

import re
import tomllib
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

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


def test_a_link_that_leads_nowhere_fails(tmp_path, capfd):
    MAKE.BUILD = tmp_path / "build"
    MAKE.lay_out()
    page = tmp_path / "build" / "pages" / "alerts.md"
    page.write_text("# Alerts\n\n[a](nowhere.md) [b](concepts.md#nothing)\n", encoding="utf-8")
    assert MAKE.build() != 0
    said = "".join(capfd.readouterr())
    assert "page does not exist" in said and "anchor does not exist" in said
