"""Who is told what: canaries where nobody may look, and a search of every published byte."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from cophub import Page, PageContext, PipelineContext, PluginError
from cophub.page import Column, Table
from cophub.pages import news
from cophub.pipelines import site as pipeline
from cophub.pipelines.site.added.readable import OF_PEOPLE
from cophub.pipelines.site.tables import TABLES

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
PUBLIC, MEMBERS, FACILITATORS = "public", "members", "facilitators"
NEVER = (
    "canary-secret-space", "canary-secret-post", "canary-body", "canary-token", "canary-password",
    "canary-extra", "canary-deleted", "canary-user-name", "canary-merged", "canary-machine",
    "canary-secret-letter", "canary-local-part", "canary-proposed-secret", "canary-only-secret",
    "canary-secret-source", "5,551,277", "5551277",
)  # fmt: skip
"""What no audience is told."""
TRUSTED = ("canary-private-post", "canary-unlisted", "canary-unknown-post", "7771277", "7,771,277")
"""What facilitators are told, and nobody else."""
INSIDE = ("canary-private-space", "canary-private-letter", "canary-proposed-private",
          "canary-unknown-space", "canary-private-source")  # fmt: skip
"""What the public is not told."""


def plant(rows) -> None:
    """A community in an open, a private, a secret and a silent space, and three that were proposed.

    Three of its ten members wrote, which is a figure that only facilitators may see; six are in
    the community that was proposed.
    """
    rows.add("community", {"key": "open", "title": "Open community"},
             {"key": "secretly", "title": "canary-proposed-secret"},
             {"key": "privately", "title": "canary-proposed-private"})  # fmt: skip
    for key, visibility, community, by in (
        ("commons", "public", "open", "config"), ("private", "members", "open", "config"),
        ("secret", "secret", "open", "config"), ("unknown", None, "open", "config"),
        ("s", "secret", "secretly", "proposed"), ("p", "members", "privately", "proposed"),
    ):  # fmt: skip
        title = "The commons" if key == "commons" else f"canary-{key}-space"
        rows.add("space", {
            "source": "lists", "key": key, "kind": "list", "visibility": visibility,
            "title": {"s": "canary-proposed-secret", "p": INSIDE[2]}.get(key, title),
            "url": "https://somebody:canary-password@lists.example.org/",
            "description": "canary-body", "extra": {"token": "canary-token"},
        })  # fmt: skip
        rows.add("community_space", {"community": community, "source": "lists", "space": key,
                                     "set_by": by})  # fmt: skip
        rows.add("post", {
            "source": "lists", "key": key, "space": key, "thread": key, "account": "a1",
            "title": "A thread by canary-local-part@example.org" if key == "commons"
            else f"canary-{key}-post", "posted_at": NOW - timedelta(days=2),
            "body": "canary-body", "author_name": "canary-unlisted", "extra": {"k": "canary-token"},
        })  # fmt: skip
        rows.add("campaign", {
            "source": "lists", "key": key, "space": key, "sent_at": NOW - timedelta(days=3),
            "subject": f"canary-{key}-letter", "delivered_count": 90, "unique_open_count": 40,
            "unique_click_count": 9,
        })  # fmt: skip
    plant_people(rows)
    plant_figures(rows)
    plant_measures(rows)


def plant_people(rows) -> None:
    names = {0: "Listed Person", 10: "canary-machine", 11: "canary-merged",
             12: "Listed in secret"}  # fmt: skip
    for n in range(13):
        rows.add("person", {
            "id": f"p{n}", "name": names.get(n, f"canary-unlisted {n}"), "kind":
            "bot" if n == 10 else "person", "listed": n in (0, 10, 11, 12), "created_at": NOW,
            "email": f"canary-local-part{n}@example.org", "merged_into": "p1" if n == 11 else None,
        })  # fmt: skip
        rows.add("person_account", {"source": "lists", "account": f"a{n}", "person": f"p{n}"})
        rows.add("account", {"source": "lists", "key": f"a{n}", "username": "canary-user-name",
                             "email": f"canary-local-part{n}@example.org",
                             "extra": {"phone": "canary-extra"}})  # fmt: skip
        member = {"source": "lists", "account": f"a{n}", "role": "member", "status": "active"}
        if n < 11:
            rows.add("membership", member | {"space": "commons"})
        if n < 6:
            rows.add("membership", member | {"space": "p"})
    for n in (1, 2):
        rows.add("post", {"source": "lists", "key": f"more{n}", "space": "commons", "thread":
                          "commons", "account": f"a{n}", "posted_at": NOW})  # fmt: skip
    rows.add("membership", {"source": "lists", "space": "secret", "account": "a12",
                            "role": "canary-only-secret", "status": "active"})  # fmt: skip


def plant_measures(rows) -> None:
    """Shares of few people, moves of which some are small, and channels that not all may know."""
    for measure, value, small in (
        ("active", 40, False), ("engaged", 50, False), ("members", 60, False),
        ("level_core", 3, True), ("level_active", 37, False), ("level_peripheral", 10, False),
        ("level_outside", 10, False), ("moved_up", 7_771_280, False), ("moved_down", 0, False),
        ("first_answer_hours", 777.125, True), ("top_tenth_percent", 777.125, False),
        ("reached", 8_881_277, False), ("reached_by_one", 6_661_277, False),
    ):  # fmt: skip
        rows.add("measure", {
            "version": 1, "community": "open", "quarter": "2026Q1", "measure": measure,
            "value": value, "small": small, "observed_at": NOW,
        })  # fmt: skip
    place = {"version": 1, "community": "open", "quarter": "2026Q1"}
    for before, after, people in (("outside", "active", 7_771_277), ("active", "core", 3)):
        rows.add("measure_move", place | {"level_before": before, "level": after,
                                          "people": people, "small": people < 5})  # fmt: skip
    for name, visibility in (("secret", "secret"), ("private", "members")):
        source = f"canary-{name}-source"
        rows.add("space", {"source": source, "key": "1", "kind": "group", "visibility": visibility})
        rows.add("community_space", {"community": "open", "source": source, "space": "1",
                                     "set_by": "config"})  # fmt: skip
        rows.add("measure_channel", place | {
            "source": source, "kind": "group", "people_only": 3_331_277, "small": False,
            "people": 5_551_277 if name == "secret" else 4_441_277,
        })  # fmt: skip


def plant_figures(rows) -> None:
    """777.125 stands for a figure about few people: whoever finds it has found it."""
    for community, measure, value, small in (
        ("open", "attendees", 4, True), ("open", "seats", 777.125, True), ("open", "people", 10,
        False), ("", "people", 14, False), ("privately", "people", 6, False),
    ):  # fmt: skip
        rows.add("measure", {
            "version": 1, "community": community, "quarter": "2026Q1", "measure": measure,
            "value": value, "small": small, "observed_at": NOW,
        })  # fmt: skip


@pytest.fixture
def publish(rows, warehouse):
    """Every published file of a hub with canaries as bytes, by path; workbooks are unzipped."""

    def publish_now(*pages: Page, **settings) -> dict[str, bytes]:
        context = PipelineContext(
            pipeline.Settings(**settings), warehouse, NOW, ZoneInfo("UTC"), pages=pages
        )
        files = {}
        for each in pipeline.run(context):
            content = each.content.encode() if isinstance(each.content, str) else each.content
            files |= unpacked(str(each.path), content)
        return files

    plant(rows)
    return publish_now


def unpacked(path: str, content: bytes) -> dict[str, bytes]:
    if not path.endswith(".xlsx"):
        return {path: content}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {f"{path}/{name}": book.read(name) for name in book.namelist()}


ALL = [PUBLIC, MEMBERS, FACILITATORS]


def told(files: dict[str, bytes], audience: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith(f"{audience}/")}


def tell(files: dict[str, bytes], canary: str) -> list[str]:
    """The files with a canary in their bytes or their name."""
    return [path for path, content in files.items() if canary.encode() in path.encode() + content]


def everything(ctx: PageContext):
    """Whatever a page could ever be told: every value of every table, as it is."""
    for name in (*TABLES, "items", *OF_PEOPLE):
        try:
            found = ctx.rows(f"SELECT * FROM {name}")
        except PluginError:
            continue
        columns = [Column(each, each) for each in found[0]] if found else [Column("none", "none")]
        rows = [tuple(map(str, row.values())) for row in found]
        yield Table(name, name, columns, rows)


GREEDY = Page("greedy", "Everything", "All there is.", everything, tuple(ALL), everything)
"""A page that publishes whatever it is told, wherever it can."""


def test_no_byte_tells_an_audience_what_is_not_for_it(publish):
    files = publish(GREEDY, *news.cophub_pages(), audiences=ALL, languages=["en", "fr", "es"])
    few = ("777.1", "777,1")
    for audience, hidden in {
        PUBLIC: (*NEVER, *TRUSTED, *INSIDE, *few), MEMBERS: (*NEVER, *TRUSTED, *few),
        FACILITATORS: NEVER,
    }.items():  # fmt: skip
        theirs = told(files, audience)
        assert {f"{audience}/fr/index.html", f"{audience}/es/data/people.csv"} <= theirs.keys()
        assert {canary: tell(theirs, canary) for canary in hidden if tell(theirs, canary)} == {}


def test_each_audience_is_told_what_is_for_it(publish):
    """The search above finds what there is to be found."""
    files = publish(audiences=ALL)
    for audience, shown in {
        PUBLIC: ("Listed Person", "The commons", "A thread by c***@example.org"),
        MEMBERS: ("Listed Person", *INSIDE), FACILITATORS: (*TRUSTED, *INSIDE, "777.1"),
    }.items():  # fmt: skip
        assert [each for each in shown if not tell(told(files, audience), each)] == []


def test_outside_the_folders_there_is_but_the_page_that_leads_into_them(publish):
    files = publish(audiences=ALL)
    outside = {path for path in files if path.split("/")[0] not in ALL}
    assert outside == {"index.html"}
    for audience in ALL:
        assert f'href="{audience}/index.html"'.encode() in files["index.html"]
        assert f"{audience}/index.html" in files


def test_without_audiences_the_site_stands_in_its_folder_and_tells_no_more_than_before(publish):
    files = publish()
    assert {"index.html", "people.html", "data/quarters.csv"} <= files.keys()
    hidden = (*NEVER, *TRUSTED, "777.1")
    assert {canary: tell(files, canary) for canary in hidden if tell(files, canary)} == {}
    assert tell(files, "canary-private-space")


def test_a_directory_is_given_to_those_who_are_named_for_it(publish):
    files = publish(audiences=ALL, directory=[FACILITATORS])
    assert tell(told(files, PUBLIC), "Listed Person") == []
    assert not any("people" in path for path in told(files, MEMBERS))
    assert tell(told(files, FACILITATORS), "Listed Person")


def test_who_is_listed_is_not_told_to_be_in_a_community_by_its_secret_space(publish):
    files = publish(audiences=ALL)
    for audience in ALL:
        rows = files[f"{audience}/data/people.csv"].decode().splitlines()
        assert [row for row in rows if row.startswith("Listed in secret")] in (
            ["Listed in secret,,,,2026-03,true"], ["Listed in secret,,,,,true"],
        )  # fmt: skip


def test_an_audience_is_named_once_and_is_one_of_three():
    for wrong in (["public", "public"], ["everybody"]):
        with pytest.raises(ValidationError):
            pipeline.Settings(audiences=wrong)
    for wrong in ([], ["de"], ["fr", "fr"]):
        with pytest.raises(ValidationError):
            pipeline.Settings(languages=wrong)


def test_the_sum_of_the_lists_does_not_tell_how_few_are_in_several(rows, publish):
    """10 and 6 who are 13 people: 3 would be in both."""
    for n in range(3, 6):
        rows.change("membership", {"space": "p", "account": f"a{n}"}, account=f"b{n}")
        rows.add("person", {"id": f"q{n}", "name": f"New {n}", "kind": "person", "listed": False,
                            "created_at": NOW})  # fmt: skip
        rows.add("person_account", {"source": "lists", "account": f"b{n}", "person": f"q{n}"})
    page = publish(audiences=[MEMBERS])["members/index.html"].decode()
    assert "13" not in page.split("<main")[1].split("</main>")[0].split("communities-title")[0]
    assert "withheld" in page.lower()
