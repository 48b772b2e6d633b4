"""Made sites in a real browser: where one is found, what is opened in it, and nothing goes wrong.

Its fixtures are those of the folder (`conftest.py`). A machine without a browser skips what needs
one and says how to get it; with `COPHUB_NEEDS_BROWSER=1`, as in CI, that is a failure.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from cophub.pipelines.site import publications
from cophub.pipelines.site.audiences import AUDIENCES
from cophub.pipelines.site.doors import door
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.speaking import spoken
from cophub.pipelines.site.voices import voices
from cophub.web import listen, site_app
from tests.pipelines.site.added_sample import with_sample

COMMANDS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "these tests look at pages in a browser, and none of chromium, chromium-browser and"
    " google-chrome is on the PATH: install one with `apt-get install chromium`"
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

Window = Callable[..., Any]
"""`window(home, width=1280, **options)`: an empty page of a browser that may read `home` only."""


@dataclass(frozen=True)
class Made:
    """A site in a folder, and the pages that are found there."""

    folder: Path

    @property
    def home(self) -> str:
        return self.folder.as_uri()

    @property
    def pages(self) -> list[str]:
        """Every page by its path, whoever made it."""
        return sorted(str(each.relative_to(self.folder)) for each in self.folder.rglob("*.html"))

    @property
    def kinds(self) -> list[str]:
        """A page of each kind: every one above the folders of communities, and their largest."""

        kinds: dict[str, list[str]] = {}
        for path in self.pages:
            folder = path.rpartition("/")[0]
            kinds.setdefault(folder if folder.endswith("communities") else path, []).append(path)
        return [max(each, key=lambda path: (self.folder / path).stat().st_size)
                for each in kinds.values()]  # fmt: skip


def make(folder: Path, sites: Sequence[Site], languages: Sequence[str] = ("en",)) -> Made:
    """Publishes sites as the pipeline does, each in the folder of its audience."""
    speak = voices(list(languages))
    for site in sites:
        for voice in speak:
            for each in publications(spoken(site, voice), voice, speak):
                write(folder / site.audience.folder / each.path, each.content)
    if sites[0].audience.folder:
        entrance = door(sites[0].organization, [site.audience for site in sites])
        write(folder / entrance.path, entrance.content)
    return Made(folder)


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(str(content), encoding="utf-8", newline="")


@pytest.fixture(scope="session")
def audiences(invented: Site, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Seven communities, in English, for each audience in its folder; for one a plugin's page."""
    sites = [replace(invented, audience=each) for each in AUDIENCES.values()]
    sites[0] = with_sample(sites[0])
    return make(tmp_path_factory.mktemp("audiences"), sites)


@pytest.fixture(scope="session")
def languages(invented: Site, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The site of one audience in three languages."""
    return make(tmp_path_factory.mktemp("languages"), [invented], ["en", "fr", "es"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, started once for a file of tests."""
    command = next(filter(None, map(shutil.which, COMMANDS)), None)
    if command is None:
        if os.environ.get("COPHUB_NEEDS_BROWSER"):
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Any) -> Iterator[Window]:
    """Opens windows; in none of a test may anything go wrong, or anything but the site be asked.

    A console message, an error of a script and a request to anywhere else fail the test.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_window(home: str, *, width: int = 1280, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: wrong.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        ours = (home, "data:", f"blob:{home}", "blob:null")
        page.on("request", lambda r: None if r.url.startswith(ours) else wrong.append(r.url))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert wrong == []


def come_alive(page: Any) -> int:
    """Scrolls through a page until all of its charts answer, and says how many there are."""
    charts = page.locator("[data-chart]")
    count: int = charts.count()
    for at in range(count):
        charts.nth(at).scroll_into_view_if_needed()
        page.wait_for_function(
            "at => document.querySelectorAll('[data-chart]')[at].dataset.state === 'ready'", arg=at
        )
    return count


@contextmanager
def serving(made: Made) -> Iterator[str]:
    """The address at which `cophub serve` shows a made site."""
    listener = listen(0)
    server = uvicorn.Server(uvicorn.Config(site_app(made.folder), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
