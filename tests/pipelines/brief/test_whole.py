"""The brief as a whole: shapes, secrets, injection, empty communities, weeks and speed."""

import email
import json
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from cophub import ConfigError
from cophub.pipelines.brief import rendering, request
from cophub.pipelines.brief.mail import message
from cophub.pipelines.brief.weeks import parse_week, week_of
from cophub.warehouse import tables

from .conftest import NOW, Village, ago

SECTIONS = ["welcome", "questions", "hours", "thank", "quiet", "newsletter", "coming"]
CANARY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Tags(HTMLParser):
    """Every tag and address of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        assert not [name for name in found if name.startswith("on")]
        self.links += [found[name] for name in ("href", "src", "action") if found.get(name)]


def busy(village: Village, words: str = "Nets") -> None:
    """Something in every section but the best hour, with these words wherever a vendor says any."""
    village.person("ann", f"Ann {words}", organization=words)
    village.members("bob", "host")
    village.member("ann", days=3)
    village.post("bob", ago(6), f"{words}?", body=words)
    thread = village.post("host", ago(5), words, kind="news")
    village.post("bob", ago(2), f"Re: {words}", thread=thread)
    for week in range(8):
        village.post("host", ago(60 + 7 * week), words, kind="news")
    village.rows.change("post", {"key": thread}, account="bob")
    village.event("call", ago(-2), title=words)


def test_an_empty_community_and_one_without_spaces_have_quiet_briefs(malaria: Village):
    malaria.rows.add("community", {"key": "bare", "title": "Bare"})
    for community in ("m", "bare"):
        brief = malaria.brief(community=community)
        assert [section.name for section in brief.sections] == SECTIONS
        assert not any(section.items or section.more for section in brief.sections)
        assert rendering.headline(brief) == "A quiet week: nothing waits for you."
        for page in (rendering.html(brief), rendering.text(brief)):
            assert all(section.empty in page for section in brief.sections)


def test_a_community_that_is_not_there(malaria: Village):
    with pytest.raises(ConfigError, match='there is no community "nope"'):
        malaria.brief(community="nope")


def test_every_section_has_its_say(malaria: Village):
    busy(malaria)
    brief = malaria.brief()
    found = {section.name: len(section.items) for section in brief.sections}
    assert found == {"welcome": 1, "questions": 1, "hours": 0, "thank": 1, "quiet": 1,
                     "newsletter": 2, "coming": 1}  # fmt: skip
    assert rendering.headline(brief) == (
        "1 person to welcome, 1 question without an answer, 1 member to thank, 1 member gone quiet"
        " and 1 event in the next two weeks."
    )
    assert all(item.why and item.title for section in brief.sections for item in section.items)


def test_names_and_titles_cannot_become_markup(malaria: Village):
    busy(malaria, CANARY)
    malaria.post("bob", ago(5), "Bad link?", url="javascript:alert(3)")
    malaria.event("bad", ago(-1), url="data:text/html,x", title="Bad call")
    page = rendering.html(malaria.brief())
    found = Tags(page)
    assert set(found.tags) <= {"html", "head", "meta", "title", "style", "body", "div", "table",
                               "tr", "td", "p", "h1", "h2", "span", "a", "strong", "details",
                               "summary"}  # fmt: skip
    assert found.links and all(link.startswith("https://s.example/") for link in found.links)
    assert "&lt;script&gt;" in page and "Bad link?" in page and "Bad call" in page


def test_the_page_asks_for_nothing_and_reads_in_both_lights(malaria: Village):
    busy(malaria)
    page = rendering.html(malaria.brief())
    assert not re.search(r"url\(|@import|<link|<script|src=", page)
    for words in ("prefers-color-scheme: dark", "@media print", 'name="viewport"', 'lang="en"'):
        assert words in page
    assert len(page) < 60_000


def test_text_is_at_most_80_columns_wide_but_for_links(malaria: Village):
    busy(malaria, "A very long title that goes on " * 5)
    lines = rendering.text(malaria.brief()).splitlines()
    assert all(len(line) <= 80 for line in lines if "://" not in line)
    assert any(line.strip() == "https://s.example/p/p0001" for line in lines)


def test_json_keeps_its_shape(malaria: Village):
    busy(malaria)
    told = json.loads(rendering.json(malaria.brief()))
    assert list(told) == ["version", "community", "title", "week", "as_of", "timezone", "members",
                          "sections", "language"]  # fmt: skip
    assert told["version"] == 1 and told["as_of"] == "2026-11-18T10:00:00Z"
    for section in told["sections"]:
        assert list(section) == ["name", "title", "definition", "empty", "items", "more", "note"]
        for item in section["items"]:
            assert list(item) == ["title", "why", "url", "at", "where", "secret", "person",
                                  "figures"]  # fmt: skip


def test_the_mail_has_its_headers_and_both_texts(malaria: Village):
    malaria.rows.change("community", {"key": "m"}, title="Malária\r\nBcc: all@example.org")
    busy(malaria)
    brief = malaria.brief()
    content = message(brief, "hub@example.org", "ada@example.org", NOW).as_bytes()
    assert b"\r\n" in content and content.isascii() and max(map(len, content.split(b"\r\n"))) <= 998
    mail = email.message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "Brief of 2026-W47: Malária Bcc: all@example.org"
    assert mail["Bcc"] is None and mail["To"] == "ada@example.org"
    assert mail["From"] == "cophub <hub@example.org>"
    assert mail["Date"].datetime == NOW and mail["Auto-Submitted"] == "auto-generated"
    assert (
        mail["Message-ID"]
        == message(brief, "hub@example.org", "ada@example.org", NOW)["Message-ID"]
    )
    assert mail["Message-ID"].startswith("<2026-W47.") and "@example.org>" in mail["Message-ID"]
    parts = [part.get_content_type() for part in mail.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    body = mail.get_body(("html",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == rendering.html(brief).strip()


def test_nothing_of_a_secret_space_is_in_a_mail_unless_the_setting_says_so(village: Village):
    """Canaries in a secret space's title, posts, people, event and document, in every byte."""
    village.begin()
    village.space("vault", visibility="secret", title="Canary vault")
    busy(village)
    village.person("spy", "Canary Spy")
    village.member("spy", space="vault", days=2)
    village.members("canaryasks", space="vault", days=2, status="pending")
    village.post("spy", ago(5), "Canary question?", space="vault")
    village.post("spy", ago(50), "Canary news", space="vault", kind="news")
    village.event("canary-call", ago(-1), space="vault")
    paper = {
        "source": "s",
        "key": "cp",
        "space": "vault",
        "account": "spy",
        "title": "Canary paper",
    }
    village.rows.add("document", paper | {"created_at": ago(2)})

    def words(form: str, **settings: bool) -> str:
        made = request(village.context(**settings), {"community": "m", "format": form})
        content = made.content
        assert isinstance(content, bytes)
        if form != "eml":
            return content.decode()
        mail = email.message_from_bytes(content, policy=default)
        return "".join(str(part.get_content()) for part in mail.iter_parts())  # type: ignore[attr-defined]

    assert "canary" not in words("eml").lower()
    assert "canary" in words("eml", secret_spaces=True).lower()
    page = words("html")
    assert "Canary Spy" in page and "secret space: keep it to yourself" in page
    assert "canary" not in words("letter", secret_spaces=True).lower()


def test_a_secret_call_that_a_rule_gave_the_community_is_as_secret(malaria: Village):
    malaria.rows.add("space", {"source": "s", "key": "room", "visibility": "secret"})
    link = {"community": "m", "source": "s", "space": "rule 1", "set_by": "config"}
    malaria.rows.add("community_space", link)
    malaria.members("ann")
    for key, at in (("held", ago(2)), ("coming", ago(-2))):
        malaria.event(key, at, space="room", organizer="ann")
        malaria.rows.add("event_place", {"source": "s", "event": key, "place": "rule 1"})
    assert malaria.titles("thank") == ["Ann"] and malaria.titles("coming") == ["Coming"]
    assert malaria.items("coming")[0].secret
    assert malaria.titles("thank", secret=False) == malaria.titles("coming", secret=False) == []


@pytest.mark.parametrize(
    ("text", "now", "name", "as_of"),
    [
        ("2026-W47", NOW, "2026-W47", NOW),
        ("2026w46", NOW, "2026-W46", datetime(2026, 11, 15, 23, tzinfo=UTC)),
        ("2020-W53", NOW, "2020-W53", datetime(2021, 1, 3, 23, tzinfo=UTC)),
        ("2026-W13", NOW, "2026-W13", datetime(2026, 3, 29, 22, tzinfo=UTC)),  # the clock changed
    ],
)
def test_weeks_are_of_the_hubs_zone(text, now, name, as_of):
    week = parse_week(text, now, ZoneInfo("Europe/Zurich"))
    assert (week.name, week.as_of) == (name, as_of)


def test_the_week_begins_where_the_hub_is():
    sunday = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    assert week_of(sunday, ZoneInfo("UTC")).name == "2026-W46"
    assert week_of(sunday, ZoneInfo("Africa/Nairobi")).name == "2026-W47"


@pytest.mark.parametrize("text", ["2026-W48", "2027-W01", "2026-W00", "2026-W54", "47", "soon", ""])
def test_weeks_that_are_none_or_to_come(text):
    with pytest.raises(ConfigError, match="2026-W47"):
        parse_week(text, NOW, ZoneInfo("UTC"))


def test_a_community_of_thousands_has_its_brief(malaria: Village):
    seen = {"run": 1, "first_seen_at": ago(400), "changed_at": ago(400), "source": "s"}
    people = [f"p{number}" for number in range(2_000)]
    lists: dict[str, list[dict[str, object]]] = {
        "person": [{"id": p, "name": f"Person {p}", "kind": "person", "listed": False,
                    "created_at": ago(400), "country": "KE"} for p in people],
        "account": [seen | {"key": p} for p in people],
        "person_account": [{"source": "s", "account": p, "person": p} for p in people],
        "membership": [seen | {"space": "list", "account": p, "status": "active",
                               "joined_at": ago(n % 700 + 1), "joined_at_basis": "native"}
                       for n, p in enumerate(people)],
        "post": [seen | {"key": f"k{n}", "space": "list",
                         "thread": f"k{n - n % 2 if n % 4 < 2 else n}",
                         "account": people[n * 7 % 2_000], "title": f"Number {n}?",
                         "posted_at": ago(359 - n / 8.5), "body": "Who knows? " * 40}
                 for n in range(3_000)],
        "reaction": [seen | {"post": f"k{n}", "account": people[n], "kind": "like",
                             "reacted_at": ago(n % 360)} for n in range(2_000)],
    }  # fmt: skip
    with malaria.rows.warehouse.begin() as connection:
        for table, rows in lists.items():
            connection.execute(insert(tables.metadata.tables[table]), rows)
    brief = malaria.brief()
    assert brief.members == 2_000 and brief.section("questions").more > 25
