"""From rows in a warehouse to files: what is counted, what is hidden, who is never named."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text as sql

from cophub import PipelineContext
from cophub.pipelines import site as pipeline
from cophub.pipelines.site.audiences import AUDIENCES
from cophub.pipelines.site.data import Wanted, read_sites
from cophub.pipelines.site.formats import WITHHELD, Cell
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.spaces import newsletters

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")
LISTED = {"p0", "p1", "p7"}
SECRETS = (
    "Unlisted Person", "Merged Person", "Machine Person", "private-canary", "secret-canary",
    "deleted-canary", "unknown-canary", "@example.org",
)  # fmt: skip


def fill(rows, few: int = 3) -> None:
    """Two communities: `big` of 12 people, 6 of them active, and `small`, 6 of the same people.

    `few` people were active in `small`, which readers must not be able to tell.
    """
    rows.add(
        "community",
        {"key": "big", "title": "Big & Bold", "domain": "<b>M&E</b>", "url": "javascript:alert(1)",
         "contact": "Ask the desk", "open_membership": True},
        {"key": "small", "title": "Small"},
        {"key": "silent", "title": "Without members"},
    )  # fmt: skip
    for key, visibility, community in (
        ("open", "public", "big"), ("closed", "members", "big"), ("hidden", "secret", "big"),
        ("odd", None, "big"), ("second", "public", "small"), ("mute", "public", "silent"),
    ):  # fmt: skip
        title = {"hidden": "secret-canary"}.get(key, key.title())
        rows.add("space", {"source": "lists", "key": key, "kind": "list", "title": title,
                           "visibility": visibility, "url": "https://lists.example.org/?a=1&b=2",
                           "native_member_count": {"open": 13, "second": 6}.get(key)})  # fmt: skip
        rows.add("community_space", {"community": community, "source": "lists", "space": key,
                                     "set_by": "config"})  # fmt: skip
    add_people(rows)
    add_posts(rows, few)
    rows.add("campaign", *campaigns())
    add_measures(rows, few)
    rows.add("run", {"id": 1, "kind": "sync", "source": "lists", "state": "failed",
                     "started_at": NOW - timedelta(hours=2)})  # fmt: skip
    for stream, state, rejected in (("members", "done", 2), ("posts", "failed", 0)):
        rows.add("stream_run", {"run": 1, "stream": stream, "state": state, "whole": True,
                                "rejected": rejected, "started_at": NOW})  # fmt: skip


def add_people(rows) -> None:
    kinds = {12: "bot"}
    for n in range(14):
        name = {12: "Machine Person", 13: "Merged Person"}.get(
            n, f"Listed Person {n}" if f"p{n}" in LISTED else f"Unlisted Person {n}"
        )
        rows.add("person", {
            "id": f"p{n}", "name": name, "email": f"p{n}@example.org", "organization": "terra",
            "kind": kinds.get(n, "person"), "listed": n >= 12 or f"p{n}" in LISTED,
            "created_at": NOW, "merged_into": "p1" if n == 13 else None,
        })  # fmt: skip
        rows.add("person_account", {"source": "lists", "account": f"a{n}", "person": f"p{n}"})
    for space, members in (("open", range(13)), ("second", range(6))):
        for n in members:
            role = "moderator" if (space, n) == ("second", 0) else "member"
            rows.add("membership", {"source": "lists", "space": space, "account": f"a{n}",
                                    "role": role, "status": "active"})  # fmt: skip
    rows.add("organization", {"key": "terra", "name": "Terra Institute"})


def add_posts(rows, few: int) -> None:
    posts = [(f"o{n}", "open", n, f"Open thread {n}", n) for n in range(6)]
    posts += [(f"s{n}", "second", n, f"Second thread {n}", n) for n in range(few)]
    posts += [("c", "closed", 0, "private-canary", 1), ("h", "hidden", 0, "secret-canary", 1),
              ("u", "odd", 0, "unknown-canary", 1), ("d", "open", 0, "deleted-canary", 1),
              ("old", "open", 7, "Old thread", 200), ("f", "open", 8, "Future", -40)]  # fmt: skip
    for key, space, author, title, days in posts:
        rows.add("post", {
            "source": "lists", "key": key, "space": space, "thread": key, "account": f"a{author}",
            "title": title, "posted_at": NOW - timedelta(days=days), "body": "private-canary",
            "author_name": f"Unlisted Person {author}", "url": "javascript:alert(1)",
            "deleted_at": NOW if key == "d" else None,
        })  # fmt: skip


def campaigns() -> list[dict[str, object]]:
    common = {"source": "lists", "url": "https://news.example.org/1", "unique_click_count": 6}
    return [
        common | {"key": "n1", "space": "open", "subject": "News 1", "delivered_count": 50,
                  "sent_at": NOW - timedelta(days=1), "unique_open_count": 25},
        common | {"key": "n2", "space": "open", "subject": "News 2", "delivered_count": 150,
                  "sent_at": NOW - timedelta(days=9), "unique_open_count": 60,
                  "unique_open_count_no_proxy": 30},
        common | {"key": "n3", "space": "hidden", "subject": "secret-canary", "delivered_count": 9,
                  "sent_at": NOW},
    ]  # fmt: skip


def add_measures(rows, few: int) -> None:
    """As the pipeline `measures` leaves them; the superseded version must not be read."""
    for version, community, quarter, measure, value, previous in (
        (1, "big", "2026Q1", "people", 999, None),
        (2, "big", "2025Q4", "people", 10, None), (2, "big", "2026Q1", "people", 12, 10),
        (2, "big", "2026Q1", "events", 3, None), (2, "small", "2025Q4", "attendees", few, None),
        (2, "small", "2026Q1", "attendees", 9, few), (2, "", "2026Q1", "people", 12, None),
        (2, "small", "2026Q1", "emails_sent", None, None),
    ):  # fmt: skip
        difference = None if previous is None else value - previous
        rows.add("measure", {
            "version": version, "community": community, "quarter": quarter, "measure": measure,
            "value": value, "previous": previous, "difference": difference,
            "percent": None if difference is None else 100 * difference / previous,
            "small": measure == "attendees" and value < 5, "observed_at": NOW,
            "absent": "No newsletter is connected." if value is None else None,
        })  # fmt: skip
    for version, community, month, kind, acts, people in (
        (1, "big", "2026-03", "active", 999, 999), (2, "big", "2026-02", "active", 9, 6),
        (2, "big", "2026-03", "active", 7, 6), (2, "small", "2026-03", "active", few, few),
        (2, "small", "2026-03", "posts", few, few), (2, "big", "2026-05", "active", 8, 8),
    ):  # fmt: skip
        rows.add("measure_month", {"version": version, "community": community, "month": month,
                                   "kind": kind, "acts": acts, "people": people})  # fmt: skip


@pytest.fixture
def read(warehouse) -> Callable[[], Site]:
    def read_now() -> Site:
        wanted = Wanted(
            now=NOW, zone=ZURICH, title="All", organization="", newest_quarters=4, newest_months=24
        )
        with warehouse.connect() as connection:
            (site,) = read_sites(connection, wanted)
        return site

    return read_now


@pytest.fixture
def publish(warehouse) -> Callable[[], dict[str, str]]:
    """What the pipeline publishes, by path."""

    def publish_now() -> dict[str, str]:
        context = PipelineContext(pipeline.Settings(), warehouse, NOW, ZURICH)
        return {str(each.path): str(each.content) for each in pipeline.run(context)}

    return publish_now


def test_people_are_counted_once_over_all_communities(rows, read):
    fill(rows)
    site = read()
    figures = {each.key: (each.members.text, each.active.text) for each in site.communities}
    assert figures["big"] == ("12", "6"), "neither the bot nor the old or future post counts"
    assert figures["small"] == ("6", "<5")
    totals = (site.people.text, site.memberships.text, site.in_several.text, site.active.text)
    assert totals == ("12", "18", "6", "6")


def test_what_no_source_tells_is_absent_and_not_zero(rows, read):
    fill(rows)
    silent = next(each for each in read().communities if each.key == "silent")
    assert (silent.members.state, silent.active.state) == ("absent", "absent")
    assert silent.members.note == "No source tells who its members are."


def test_a_community_shows_its_spaces_and_counts_the_secret_ones(rows, read):
    fill(rows)
    big = next(each for each in read().communities if each.key == "big")
    assert [space.title for space in big.spaces] == ["Closed", "Odd", "Open"]
    assert big.secret_spaces == 1
    assert big.url is None, "a javascript: address is no link"


def test_meetings_that_rules_choose_are_one_entry_among_the_spaces(rows, read):
    fill(rows)
    for key, place in (("1", "subject=Big*"), ("2", "room | subject=Big*")):
        rows.add("event", {"source": "calls", "key": key, "title": "Big call"})
        rows.add("event_place", {"source": "calls", "event": key, "place": place})
        link = {"community": "big", "source": "calls", "space": place, "set_by": "config"}
        rows.add("community_space", link)
    big = next(page for page in read().communities if page.key == "big")
    meetings = [space for space in big.spaces if space.source == "calls"]
    assert [(space.title, space.kind) for space in meetings] == [("Meetings", "meetings by rule")]


def test_threads_come_from_public_spaces_newest_first_and_without_a_dangerous_link(rows, read):
    fill(rows)
    big = next(each for each in read().communities if each.key == "big")
    assert [each.title for each in big.threads] == [
        *(f"Open thread {n}" for n in range(6)),
        "Old thread",
    ]
    assert {each.url for each in big.threads} == {None}


def test_newsletters_of_one_table_are_counted_alike(rows, read):
    """One has no figure without mail proxies, so both are told with them: 25 of 50, 60 of 150."""
    fill(rows)
    big = next(each for each in read().communities if each.key == "big")
    told = [(n.title, n.delivered.text, n.opened.text, n.clicked.text) for n in big.newsletters]
    assert told == [("News 1", "50", "50.0 %", "12.0 %"), ("News 2", "150", "40.0 %", "4.0 %")]


def test_the_newsletters_of_a_quarter_do_not_tell_the_one_that_is_hidden(rows, read):
    """Delivered in the quarter 203, and 50 and 150 of that: 3."""
    fill(rows)
    third = {"source": "lists", "key": "n4", "space": "open", "subject": "News 0",
             "sent_at": NOW - timedelta(days=20), "delivered_count": 3}  # fmt: skip
    rows.add("campaign", third)
    big = next(each for each in read().communities if each.key == "big")
    assert [each.delivered.text for each in big.newsletters] == ["–", "150", "<5"]


def letter(n: int, delivered: int, opened: int, clicked: int = 0, free: int | None = None) -> dict:
    return {"title": f"News {n}", "sent_at": NOW - timedelta(days=n), "url": None,
            "delivered": delivered, "opened": opened, "opened_no_proxy": free,
            "clicked": clicked}  # fmt: skip


def opened(*rows: dict, **quarter: Cell) -> list[str]:
    told = newsletters(rows, ZURICH, {"2026Q1": quarter}, AUDIENCES["public"])
    return [each.opened.text for each in told]


def test_shares_of_newsletters_do_not_tell_how_few_opened_them_or_did_not():
    assert opened(letter(1, 50, 20)) == ["40.0 %"]
    assert opened(letter(1, 50, 3)) == ["–"]
    assert opened(letter(1, 50, 47)) == ["–"], "3 did not"
    assert opened(letter(1, 50, 50)) == ["100.0 %"]
    assert opened(letter(1, 50, 47), letter(2, 60, 40), letter(3, 60, 20)) == ["–", "66.7 %", "–"]
    assert opened(letter(1, 50, 47), letter(2, 60, 0)) == ["–", "–"], "zero would tell the 47"
    both = (letter(1, 50, 1), letter(2, 60, 1), letter(3, 60, 20))
    assert opened(*both) == ["–", "–", "33.3 %"], "of the 22 in all nobody says that both are few"
    told = newsletters([letter(1, 50, 3)], ZURICH, {}, AUDIENCES["facilitators"])
    assert told[0].opened.text == "6.0 %"


def test_a_share_goes_with_the_hidden_number_that_it_is_of():
    assert opened(letter(1, 3, 0), letter(2, 30, 10), letter(3, 60, 20)) == ["–", "–", "33.3 %"]
    hidden = opened(letter(1, 30, 10), letter(2, 60, 20), emails_sent=WITHHELD)
    assert hidden == ["–", "–"]


def test_newsletters_do_not_tell_how_few_opened_them_by_mail_proxies_alone():
    rows = letter(1, 50, 20, free=18), letter(2, 60, 30, free=20), letter(3, 60, 25)
    assert opened(*rows) == ["–", "50.0 %", "–"]
    assert opened(*rows[:2]) == ["36.0 %", "33.3 %"]


def test_who_only_reads_newsletters_is_not_counted_as_nobody_active(rows, read):
    """Where no post or event was ever read, who contributes is not known: absent, not zero."""
    fill(rows)
    rows.add("delivery", {"source": "lists", "campaign": "n1", "account": "a1",
                          "opened_at": NOW - timedelta(days=1), "open_count": 1})  # fmt: skip
    rows.change("campaign", {"key": "n1"}, space="mute")
    silent = next(each for each in read().communities if each.key == "silent")
    assert silent.last_activity == NOW - timedelta(days=1)
    assert silent.active.state == "absent"


def test_figures_are_those_of_the_newest_version_and_end_now(rows, read):
    fill(rows)
    big = next(each for each in read().communities if each.key == "big")
    assert [quarter.key for quarter in big.quarters] == ["2026Q1", "2025Q4"]
    people = next(row for row in big.quarters[0].rows if row.measure == "people")
    assert (people.value.text, people.previous.text, people.difference.text) == ("12", "10", "+2")
    assert big.quarters[0].running
    assert not big.quarters[1].running
    assert [(each.key, each.cell("active").text) for each in big.months] == [
        ("2026-02", "6"),
        ("2026-03", "6"),
    ]


def test_people_are_listed_only_where_they_agreed(rows, read):
    fill(rows)
    site = read()
    assert [(p.name, p.organization, p.roles, p.last_active) for p in site.directory] == [
        ("Listed Person 0", "Terra Institute", ("member", "moderator"), "2026-03"),
        ("Listed Person 1", "Terra Institute", ("member",), "2026-03"),
        ("Listed Person 7", "Terra Institute", ("member",), "2025-08"),
    ]
    assert site.directory[0].communities == (("big", "Big & Bold"), ("small", "Small"))
    assert site.unlisted.text == "9"


def test_no_address_stands_in_the_directory(rows, read, warehouse):
    """Also of those who gave their address as their name, and agreed to be listed."""
    fill(rows)
    with warehouse.begin() as connection:
        connection.execute(sql("UPDATE person SET name = 'private@mail.example' WHERE id = 'p0'"))
    assert "p***@mail.example" in [person.name for person in read().directory]
    assert "private@" not in repr(read())


def test_a_source_says_how_fresh_it_is_and_what_it_lacks(rows, read):
    fill(rows)
    (source,) = read().sources
    assert (source.state, source.read_at) == ("failed", None), "its posts were never read whole"
    assert (source.kept.text, source.rejected.text) == ("19", "2")
    assert source.native.text == "19", "13 and 6: the other spaces have no members at all"
    assert any(each.startswith("Posts: the latest run failed") for each in source.left_out)
    assert "Left out: 2 items of the latest run that could not be read." in source.left_out


def test_a_vendors_count_is_told_only_where_it_counts_every_space(rows, read):
    fill(rows)
    rows.change("space", {"key": "second"}, native_member_count=None)
    assert read().sources[0].native.state == "absent"


def test_no_byte_of_the_site_tells_who_is_not_listed_or_what_is_not_public(rows, publish):
    fill(rows)
    files = publish()
    assert "Listed Person 7" in files["people.html"]
    for path, text in files.items():
        for secret in SECRETS:
            assert secret not in text.replace("Listed Person", ""), f"{path}: {secret}"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_no_byte_of_the_site_depends_on_how_few_they_were(rows, publish):
    """The same site but for 1 or 4 people: pages, drawings and tables are alike to the byte."""
    fill(rows, few=1)
    one = publish()
    change_few(rows, to=4)
    four = publish()
    assert one.keys() == four.keys()
    assert [path for path in one if one[path] != four[path]] == []


def change_few(rows, to: int) -> None:
    """What `fill` would have written with another `few`."""
    rows.change("measure", {"community": "small", "quarter": "2025Q4"}, value=to)
    rows.change("measure", {"community": "small", "quarter": "2026Q1", "measure": "attendees"},
                previous=to, difference=9 - to, percent=100 * (9 - to) / to)  # fmt: skip
    rows.change("measure_month", {"community": "small"}, acts=to, people=to)
    for n in range(1, to):
        rows.add("post", {"source": "lists", "key": f"s{n}", "space": "second", "thread": f"s{n}",
                          "account": f"a{n}", "posted_at": NOW - timedelta(days=n)})  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_tables_hold_what_the_pages_show(rows, publish):
    fill(rows)
    files = publish()
    quarters = list(csv.DictReader(io.StringIO(files["data/quarters.csv"])))
    few = next(r for r in quarters if (r["community"], r["quarter"]) == ("small", "2025Q4"))
    assert (few["measure"], few["value"]) == ("attendees", "")
    assert "fewer than 5" in few["note"]
    after = next(r for r in quarters if r["community"] == "small" and r["quarter"] == "2026Q1")
    assert (after["value"], after["previous"], after["difference"]) == ("9", "", "")


def test_the_pipeline_comes_after_what_it_reads():
    (site,) = pipeline.cophub_pipelines()
    assert (site.name, site.after) == ("site", ("identities", "measures"))
