"""Pages that open from a folder: whole, linked, escaped, explained, and small."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from jinja2 import UndefinedError

from cophub.pipelines.site.across import Across
from cophub.pipelines.site.model import Person, Quarter, Site, shown_first
from cophub.pipelines.site.pages import PEOPLE_TO_A_PAGE, environment, pages, slug

CANARY = "document.title='got in'"
LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"}


class Page(HTMLParser):
    """The tags of a page with their attributes, and the texts between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


@pytest.fixture(scope="module")
def html(files: dict[str, str]) -> dict[str, Page]:
    return {path: Page(text) for path, text in files.items() if path.endswith(".html")}


def test_the_site_has_an_overview_a_page_per_community_and_a_directory(files, invented):
    expected = {"index.html", "people.html", "directory.html", "overlap.html", "coverage.html",
                "sources.html", "definitions.html", "measures.html",
                "measures-running.html"}  # fmt: skip
    expected |= {f"communities/{each.key}.html" for each in invented.communities}
    assert {path for path in files if path.endswith(".html")} == expected


def test_every_link_inside_the_site_leads_somewhere(files, books, html):
    for path, page in html.items():
        for anchor in page.all("a"):
            parts = urlsplit(anchor["href"])
            if parts.scheme:
                continue
            target = resolve(path, unquote(parts.path)) if parts.path else path
            assert target in files | books, f"{path}: {anchor['href']}"
            if parts.fragment:
                assert parts.fragment in html[target].ids(), f"{path}: {anchor['href']}"


def resolve(page: str, href: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(page).parent / href).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def test_no_page_loads_anything(files, html):
    """Not from a network, not from a neighbouring file: the policy of the page forbids it too."""
    for path, page in html.items():
        for tag, attributes in page.tags:
            assert not LOADS & attributes.keys(), f"{path}: <{tag}>"
            if tag == "link":
                within = attributes["rel"] == "expect" and attributes["href"].startswith("#")
                assert within or attributes["href"].startswith("data:"), path
            if tag in ("iframe", "object", "embed", "img", "base", "form", "image", "use"):
                pytest.fail(f"{path}: <{tag}>")
            if attributes.get("http-equiv") == "Content-Security-Policy":
                assert attributes["content"].startswith("default-src 'none'"), path
        assert "Content-Security-Policy" in [each.get("http-equiv") for each in page.all("meta")]
        assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", files[path]), path


def test_what_a_vendor_wrote_is_text_and_never_markup(files, html):
    """The canary is a script in a community's title, its domain and a thread's title."""
    shown = [path for path, text in files.items() if CANARY in text.replace("&#39;", "'")]
    assert {"index.html", "people.html", "communities/wildwest.html"} <= set(shown)
    for path, page in html.items():
        assert f"<script>{CANARY}" not in files[path], path
        assert [each for each in page.all("script") if "type" not in each] == [{}], path
        assert not [
            (tag, name) for tag, attributes in page.tags for name in attributes
            if name.startswith("on") or name == "style"
        ], path  # fmt: skip


def test_a_link_to_anything_but_the_web_or_a_mailbox_is_no_link(html):
    schemes = {urlsplit(a["href"]).scheme for page in html.values() for a in page.all("a")}
    assert schemes == {"", "https", "mailto"}


def test_every_definition_that_is_pointed_to_is_on_the_page(html):
    for path, page in html.items():
        ids = page.ids()
        assert len(ids) == len(set(ids)), path
        asked = {each["popovertarget"] for each in page.all("button") if "popovertarget" in each}
        assert asked <= set(ids), path
        assert {name.replace("what-", "definition-", 1) for name in asked} <= set(ids), path
        assert asked or path == "definitions.html", path


def test_no_page_is_larger_than_300_kb(invented):
    """Neither with twenty quarters, nor with twelve thousand people in the directory."""
    crowd = tuple(
        Person(f"Person {n:05}", "Ministry of Agriculture, Livestock and Fisheries",
               tuple((c.key, c.title) for c in invented.communities[:3]), ("member",), "2026-03")
        for n in range(12_000)
    )  # fmt: skip
    many = tuple(replace(invented.quarters[0], key=f"{1990 + n}Q1") for n in range(20))
    first = replace(invented.communities[0], quarters=many)
    site = replace(
        invented, directory=crowd, quarters=many, communities=(first,), together=Across()
    )
    sizes = {str(each.path): len(str(each.content).encode()) for each in pages(site)}
    assert len(sizes) == 2 + 12_000 // PEOPLE_TO_A_PAGE + 5 + 2
    assert max(sizes.values()) < 300_000, sizes


def test_a_directory_of_many_pages_links_them_all(invented):
    crowd = tuple(Person(f"Person {n:05}") for n in range(900))
    made = {str(each.path): str(each.content) for each in pages(replace(invented, directory=crowd))}
    for path in ("people.html", "people-2.html", "people-3.html"):
        assert all(f'href="{each}"' in made[path] for each in ("people.html", "people-3.html"))
    assert "Person 00899" in made["people-3.html"]


def test_an_empty_hub_has_a_site_that_says_what_to_do(invented):
    site = Site(
        title="Communities", organization="", made_at=invented.made_at, zone=invented.zone,
        communities=(), definitions=invented.definitions,
    )  # fmt: skip
    made = {str(each.path): str(each.content) for each in pages(site)}
    assert "[communities] in plugins.toml" in made["index.html"]
    assert "Nobody is listed yet" in made["people.html"]
    assert '[pipelines.identities]&#10;settings = { listed = "everybody" }' in made["people.html"]


def test_a_communitys_file_is_named_by_its_key_where_a_key_can_be_a_name():
    assert slug("mercop") == "mercop"
    assert slug("M_E-2.0") == "M_E-2.0"
    hostile = ["../../etc/passwd", "a/b", "..", "", "a b", "ä", "<script>", "a.", "a\\b", "CON:"]
    names = [slug(each) for each in hostile]
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)
    assert len(set(names)) == len(hostile)


def test_templates_escape_and_refuse_what_they_do_not_know(invented):
    env = environment(invented)
    assert env.from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        env.from_string("{{ misspelled }}").render()


@pytest.mark.parametrize("path", ["index.html", "communities/mercop.html"])
def test_the_quarter_that_is_shown_first_is_the_newest_that_is_over(html, files, path):
    """One that has just begun, beside a whole one, looks like a fall."""
    radios = [each for each in html[path].all("input") if each.get("type") == "radio"]
    assert radios[0]["id"].endswith("2026Q1")
    assert [each["id"][-6:] for each in radios if "checked" in each] == ["2025Q4"]
    assert "Q1 2026 so far</label>" in files[path]


def test_a_quarter_that_is_not_over_is_shown_where_there_is_no_other():
    running = Quarter("2026Q1", (), running=True)
    assert (shown_first([running]), shown_first([])) == (running, None)
