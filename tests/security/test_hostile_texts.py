"""Vendors that send programs for titles, names and addresses: none of it runs where it is shown.

From four connectors through the warehouse to the site of two audiences, and to the brief.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Folder
from tests.connectors.website import website

MARK = "evil4711"
HTML = f"\"'><script>{MARK}()</script><img src=x onerror={MARK}()><b>bold</b></title></style>"
ESCAPED = HTML.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
RUNS = (
    f"javascript:{MARK}()", f"JaVaScRiPt:{MARK}()", f"java\tscript:{MARK}()",
    f" javascript:{MARK}()",
    f"data:text/html,<script>{MARK}()</script>", f"vbscript:{MARK}()", f"//{MARK}.example",
    f"https://example.org@{MARK}.example/", f"file:///etc/{MARK}",
)  # fmt: skip
SAFE = ("http", "https", "mailto", "")

FEED = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>{ESCAPED}</title>
<link>javascript:{MARK}()</link><description>{ESCAPED}</description>
<item><title>{ESCAPED}</title><link>javascript:{MARK}()</link><guid>one</guid>
<author>{ESCAPED}</author><pubDate>Mon, 16 Nov 2026 09:00:00 GMT</pubDate>
<description>{ESCAPED} How many came?</description></item>
<item><title>Fine</title><link>https://news.example.org/2</link><guid>two</guid>
<pubDate>Tue, 17 Nov 2026 09:00:00 GMT</pubDate><description>x</description></item>
</channel></rss>"""

CALENDAR = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//evil//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART:20261124T100000Z
DTEND:20261124T110000Z
SUMMARY:{HTML.replace(";", "")}
URL:javascript:{MARK}()
LOCATION:javascript:{MARK}()
ORGANIZER;CN=Evil:javascript:{MARK}()
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")

MAIL = f"""From aba@example.org Mon Nov 16 10:00:00 2026
From: "{HTML.replace('"', "")}" <aba@example.org>
Date: Mon, 16 Nov 2026 10:00:00 +0000
Subject: {HTML}
Archived-At: <javascript:{MARK}()>
Message-ID: <1@example.org>
Content-Type: text/html

<script>{MARK}()</script><p onclick="{MARK}()">How do you count?</p>
<a href="javascript:{MARK}()">x</a>

"""

CONFIG = f"""\
[hub]
timezone = "Europe/Geneva"

[communities.forum]
title = "The Forum"
contact = "javascript:{MARK}()"
url = "javascript:{MARK}()"
spaces = ["news:news", "calls:calls", "lists:forum", "people:club", "posts:club"]

[sources.news]
connector = "feed"
settings = {{ url = "%(url)s/feed", space = "news", visibility = "public" }}

[sources.calls]
connector = "calendar"
settings = {{ url = "%(url)s/calls.ics", space = "calls" }}

[sources.lists]
connector = "mailarchive"
settings = {{ list = "forum", path = "mail", visibility = "public" }}

[sources.people]
connector = "files"
[sources.people.settings]
path = "people.csv"
record = "membership"
[sources.people.settings.columns]
name = "Name"
email = "Mail"
organization = "Org"
job_title = "Job"
role = "Role"
space = "Space"

[sources.posts]
connector = "files"
[sources.posts.settings]
path = "posts.csv"
record = "post"
[sources.posts.settings.columns]
key = "Id"
title = "Title"
body = "Body"
url = "Link"
author_name = "Who"
posted_at = "When"
space = "Space"

[pipelines.site.settings]
audiences = ["public", "facilitators"]
languages = ["en"]
"""


@dataclass
class Page(HTMLParser):
    """What runs or leads somewhere in a page."""

    links: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        self.names.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(f"{name}={value}")
            if tag == "link" and (value or "").startswith("data:image/"):
                continue  # the site's own picture for the browser's tab
            if name in ("href", "src", "action", "formaction", "xlink:href", "data", "srcset"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        if self._in in ("script", "style"):
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


def look_at(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


def is_harmless(page: Page) -> bool:
    """Whether nothing of the vendors' runs, and every link leads to a page or a mailbox."""
    return (
        not any(MARK in each for each in page.handlers)
        and not any(urlsplit(each).scheme not in SAFE or MARK in each for each in page.links)
        and not any(MARK in re.sub(r'"(?:\\.|[^"\\])*"', '""', each) for each in page.scripts)
    )


def rows(posts: int) -> str:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = ["Id,Title,Body,Link,Who,When,Space"]
    for number in range(posts):
        link = RUNS[number % len(RUNS)]
        told = (str(number), HTML, HTML, link, HTML, "2026-11-17 10:00", "club")
        lines.append(",".join(map(cell, told)))
    return "\n".join(lines) + "\n9999,Fine,x,https://club.example.org/9,Li,2026-11-17 11:00,club\n"


@pytest.fixture
def published(folder: Folder, cophub: Callable[..., Any]) -> Iterator[Path]:
    """A hub with all that in it, synced and published."""
    folder.mail(MAIL)
    people = f"{MARK}<script>{MARK}()</script>"
    (folder.folder / "people.csv").write_text(
        "Name,Mail,Org,Job,Role,Space\n"
        f"<img src=x onerror={MARK}()>,a@example.org,{people},{people},owner,club\n"
        + "".join(f"Person {n} {people},p{n}@example.org,{people},x,,club\n" for n in range(8))
    )
    (folder.folder / "posts.csv").write_text(rows(len(RUNS)))
    with website() as site:
        site.put("/feed", FEED, "application/rss+xml")
        site.put("/calls.ics", CALENDAR, "text/calendar")
        folder.configure(CONFIG % {"url": site.url})
        answer = cophub("run")
        assert answer.code == 0, answer.out + answer.err
    yield folder.folder


def test_no_address_that_runs_reaches_the_warehouse(published: Path) -> None:
    """Whatever the connector; those that lead to a page are kept as they are."""
    with sqlite3.connect(published / "cophub.db") as warehouse:
        found = {
            table: {url for (url,) in warehouse.execute(f"SELECT url FROM {table}")}
            for table in ("space", "post", "event", "campaign", "document")
        }
        texts = warehouse.execute("SELECT body FROM post WHERE source = 'lists'").fetchall()
    assert found["post"] == {None, "https://news.example.org/2", "https://club.example.org/9"}
    assert not any(MARK in (url or "") for urls in found.values() for url in urls)
    assert [MARK in body for (body,) in texts] == [False]  # of HTML the words alone are kept


def test_no_page_of_any_audience_runs_what_vendors_sent(published: Path) -> None:
    """It is shown as the text that it is."""
    pages = list((published / "site").rglob("*.html"))
    assert len(pages) >= 20
    wrong = [path.name for path in pages if not is_harmless(look_at(path.read_text()))]
    assert wrong == []
    assert any(MARK in path.read_text() for path in pages)
    for path in (published / "site").rglob("*.svg"):
        assert f"<script>{MARK}" not in path.read_text()


def test_data_within_scripts_cannot_end_them(published: Path) -> None:
    """A title may hold `</script>`."""
    for path in (published / "site").rglob("*.html"):
        assert f"</script><img src=x onerror={MARK}" not in path.read_text()


def test_no_brief_runs_what_vendors_sent(published: Path, cophub: Callable[..., Any]) -> None:
    """As a page, as a mail and as data."""
    told = ("brief", "forum", "--week", "2026-W47", "--format")
    assert is_harmless(look_at(cophub(*told, "html").out))
    mail = message_from_bytes(cophub(*told, "eml").out.encode(), policy=policy.default)
    parts = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    assert parts
    assert all(is_harmless(look_at(part.get_content())) for part in parts)
    links = re.findall(r'"url": *"([^"]*)"', cophub(*told, "json").out)
    assert all(urlsplit(link).scheme in SAFE for link in links)


def test_a_persons_own_data_runs_nothing_either(
    published: Path, cophub: Callable[..., Any]
) -> None:
    """Their page is opened from the disk, where no header of a server holds anything back."""
    import zipfile

    target = published / "person.zip"
    assert cophub("people", "export", "a@example.org", "--to", target).code == 0
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            if name.endswith(".html"):
                assert is_harmless(look_at(archive.read(name).decode()))


@pytest.mark.parametrize(
    "html",
    [
        f"<script>{MARK}()</script>",
        f'<a href="javascript:{MARK}()">x</a>',
        f"<img src=x onerror={MARK}()>",
        f'<a href="https://{MARK}.example">x</a>',
        f"<script>var data = {json.dumps('x')}; {MARK}()</script>",
    ],
)
def test_this_test_sees_what_would_run(html: str) -> None:
    """Else it would be content with anything."""
    assert not is_harmless(look_at(f"<p>{html}</p>"))


def test_this_test_lets_texts_be_texts() -> None:
    assert is_harmless(look_at(f"<p>{ESCAPED}</p><script>var data = {json.dumps(MARK)}</script>"))
