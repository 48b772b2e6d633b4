"""The page of what is new, counted by hand for each audience."""

from datetime import timedelta

import pytest

from cophub import Campaign, CommunitySpec, Document, Event, Post, Space
from cophub.pages import news
from cophub.testing import NOW, ShownPage, show_page

DAY = timedelta(days=1)
COMMUNITIES = [
    CommunitySpec("water", "Water", spaces=("test:open", "test:closed")),
    CommunitySpec("seeds", "Seeds", spaces=("test:open", "test:library")),
]


def post(key: str, space: str, days: float, **more: str) -> Post:
    return Post(key=key, space=space, thread=key, title=f"Thread {key}", posted_at=NOW - days * DAY,
                **more)  # fmt: skip


RECORDS = [
    Space(key="open", title="Open list", visibility="public"),
    Space(key="closed", title="Closed group", visibility="members"),
    Space(key="library", title="Library", visibility="public"),
    Space(key="hidden", title="Hidden", visibility="secret"),
    post("1", "open", 1), post("2", "open", 29.4), post("3", "open", 31), post("4", "closed", 2),
    post("5", "hidden", 2), post("6", "open", 100),
    Post(key="7", space="open", thread="1", title="Re: Thread 1", posted_at=NOW - DAY),
    *(Document(key=f"d{n}", space="library", title=f"Guide {n}", created_at=NOW - n * DAY,
               url=f"https://library.example.org/{n}") for n in range(1, 8)),
    Event(key="e1", space="open", title="Held", starts_at=NOW - 3 * DAY),
    Event(key="e2", space="open", title="Later", starts_at=NOW + 8 * DAY),
    Event(key="e3", space="open", title="Sooner", starts_at=NOW + 7 * DAY),
    Event(key="e4", space="closed", title="Inside", starts_at=NOW + 9 * DAY),
    Event(key="e5", space="open", title="Off", starts_at=NOW + DAY, cancelled=True),
    Campaign(key="c", space="library", subject="Digest", sent_at=NOW - 4 * DAY),
]  # fmt: skip


@pytest.fixture(scope="module")
def shown() -> ShownPage:
    [page] = news.cophub_pages()
    return show_page(page, RECORDS, communities=COMMUNITIES)


def titles(shown: ShownPage, audience: str) -> list[str]:
    return [row["title"] for row in shown.table("things", audience)]  # type: ignore[arg-type]


def test_things_of_30_days_stand_once_newest_first_for_those_who_may_see_them(shown):
    assert shown.problems == ()
    assert titles(shown, "public") == [
        "Guide 1", "Thread 1", "Guide 2", "Guide 3", "Held", "Guide 4", "Digest", "Guide 5",
        "Guide 6", "Guide 7", "Thread 2",
    ]  # fmt: skip
    assert titles(shown, "members") == titles(shown, "public")
    assert set(titles(shown, "facilitators")) - set(titles(shown, "public")) == {"Thread 4"}
    first = next(row for row in shown.table("things", "public") if row["title"] == "Thread 1")
    assert first["communities"] == "Seeds, Water"


def test_each_community_has_its_counts_and_its_newest_day(shown):
    rows = {row["community"]: row for row in shown.table("communities", "public")}
    assert list(rows) == ["Seeds", "Water"]
    counts = ("thread", "document", "event", "newsletter")
    assert [[row[kind] for kind in counts] for row in rows.values()] == [
        ["2", "7", "1", "1"], ["2", "0", "1", "0"],
    ]  # fmt: skip
    assert rows["Water"]["newest"] == (NOW - DAY).date().isoformat()
    assert shown.table("communities", "facilitators")[1]["thread"] == "3"


def test_figures_at_the_top_count_everything_once(shown):
    text = shown.text("public").splitlines()
    at = text.index("Threads")
    assert text[at : at + 12 : 3] == ["Threads", "Documents", "Events", "Newsletters"]
    assert text[at + 1 : at + 12 : 3] == ["2", "7", "1", "1"]


def test_what_is_coming_begins_with_the_next_and_is_on_the_page_of_its_community(shown):
    coming = shown.table("coming", "facilitators")
    assert [row["title"] for row in coming] == ["Sooner", "Later", "Inside"]
    assert [row["title"] for row in shown.table("coming", "public")] == ["Sooner", "Later"]
    seeds = shown.text("members", "seeds")
    assert "Coming events" in seeds and "Sooner" in seeds and "Inside" not in seeds
    assert "Guide 5" in seeds and "Guide 6" not in seeds  # five of seven
    assert "Newest documents" not in shown.text("members", "water")


def test_weeks_begin_on_monday_and_the_oldest_is_eleven_weeks_back(shown):
    """The run is on Monday 1 June 2026."""
    html = shown.html("public")
    assert '{"row":"16 Mar 2026","series":"thread","value":0}' in html
    assert '"row":"9 Mar 2026"' not in html
    assert '{"row":"25 May 2026","series":"document","value":7}' in html
    assert '{"row":"1 Jun 2026","series":"document","value":0}' in html
