"""Who is told what on the pages across communities: small figures that stand out, and canaries.

Figures that must not be told are such as occur nowhere else: 3 people in both of two communities,
one of 13 who is in no other, and names of organisations and brokers.
"""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cophub import PipelineContext
from cophub.pipelines import site as pipeline

NOW = datetime(2026, 3, 14, 4, 30, tzinfo=UTC)
PUBLIC, MEMBERS, FACILITATORS = ALL = ["public", "members", "facilitators"]
SPACES = {"soil": "public", "water": "public", "wind": "public", "dark": "secret"}
COUNTRIES = ("KE", "KE", "KE", "BR", "FR")


def plant(rows) -> None:
    """`soil` has 20 people, `water` 3 of them and 17 others, `wind` all of soil but 2.

    `dark` is a secret space of `soil`: the broker is in that alone. Organisations: 9 of soil's
    people, and 2 of them.
    """
    for key in ("soil", "water", "wind"):
        rows.add("community", {"key": key, "title": key.title(), "domain": "Canary of domains"
                               if key == "wind" else key})  # fmt: skip
    for key, visibility in SPACES.items():
        rows.add("space", {"source": "lists", "key": key, "kind": "list", "visibility": visibility,
                           "title": f"canary-{key}", "open_membership": key == "soil"})  # fmt: skip
        community = "soil" if key == "dark" else key
        rows.add("community_space", {"community": community, "source": "lists", "space": key,
                                     "set_by": "config"})  # fmt: skip
    in_spaces = {"soil": range(20), "water": range(17, 37), "wind": range(18), "dark": [40]}
    for n in [*range(37), 40]:
        rows.add("person", {"id": f"p{n}", "name": f"canary-name {n}", "kind": "person",
                            "listed": n == 17, "created_at": NOW, "country": COUNTRIES[n % 5],
                            "email": f"n{n}@example.org"})  # fmt: skip
        rows.add("person_account", {"source": "lists", "account": f"a{n}", "person": f"p{n}"})
        for key, people in in_spaces.items():
            if n in people:
                rows.add("membership", {"source": "lists", "space": key, "account": f"a{n}",
                                        "role": "member", "status": "active"})  # fmt: skip
    for key, people in (("large", range(9)), ("canary-small", (10, 11))):
        rows.add("organization", {"key": key, "name": f"Organisation {key}"})
        for n in people:
            rows.add("affiliation", {"person": f"p{n}", "organization": key, "place": 1,
                                     "valid_from": NOW})  # fmt: skip
    for n, parted in ((18, [["soil", "water"]]), (40, [])):
        rows.add("broker", {
            "version": 1, "person": f"p{n}", "communities": ["soil"], "bridging": 0.4375,
            "sampled": False, "liaison": 3, "gatekeeper": 0, "representative": 0, "parted": parted,
        })  # fmt: skip
    rows.add("post", {"source": "lists", "key": "s", "space": "dark", "thread": "s",
                      "account": "a1", "title": "canary-title",
                      "posted_at": NOW - timedelta(days=2)})  # fmt: skip


@pytest.fixture
def published(rows, warehouse):
    """Every text file of the site of each audience, by path."""
    plant(rows)
    settings = pipeline.Settings(audiences=ALL, languages=["en", "fr"])
    context = PipelineContext(settings, warehouse, NOW, ZoneInfo("UTC"))
    return {str(each.path): each.content for each in pipeline.run(context)
            if isinstance(each.content, str)}  # fmt: skip


def table(files, audience, name):
    return [*csv.DictReader(io.StringIO(files[f"{audience}/data/{name}.csv"]))]


def test_what_single_people_are_in_is_told_to_facilitators_alone(published):
    for audience in ALL:
        pairs = {(r["community"], r["other"]): r["people_both"]
                 for r in table(published, audience, "overlap")}  # fmt: skip
        told = audience == FACILITATORS
        assert pairs == {("soil", "water"): "3" if told else "", ("soil", "wind"): "18" if told
                         else "", ("water", "wind"): "1" if told else ""}  # fmt: skip
        shares = {row["organization"] for row in table(published, audience, "organizations")}
        expected = {"Organisation large", "Organisation canary-small"}
        assert shares == expected if told else shares == {"Organisation large"}
        cells = table(published, audience, "coverage")
        values = {float(row["value"]) for row in cells if row["value"]}
        assert told or not any(0 < value < 5 for value in values), audience
        assert not told or {1.0, 3.0, 4.0} & values


def test_names_are_told_where_they_may_be(published):
    for path, text in published.items():
        assert "canary-dark" not in text, path
        assert "canary-title" not in text, path
        assert "canary-name 40" not in text, "who is in a secret space alone stands nowhere"
        if not path.startswith(FACILITATORS):
            assert "canary-small" not in text, path
            assert "canary-name" not in text.replace("canary-name 17", ""), path
            assert "43.75" not in text, path
            assert "brokers" not in path, path


def test_facilitators_are_told_who_stands_between_communities(published):
    page = published["facilitators/brokers.html"]
    assert "canary-name 18" in page
    assert "43.8 %" in page
    assert "1 more person stands between communities" in page
    (row,) = table(published, FACILITATORS, "brokers")
    assert (row["liaison"], row["only_link_of"]) == ("3", "Soil – Water")
    assert "fr/brokers.html" in " ".join(published)
    names = {
        each["name"] for each in json.loads(published["facilitators/datapackage.json"])["resources"]
    }
    assert {"directory", "overlap", "brokers", "coverage", "organizations", "streams"} <= names


def test_how_many_people_there_are_does_not_tell_how_few_are_in_two_communities(published):
    """20 and 20 and 18 who are 37 people: 3 and 1 and 18 are in two of them."""
    for audience in (PUBLIC, MEMBERS):
        page = published[f"{audience}/index.html"].split("<main")[1].split("communities-title")[0]
        assert "37" not in page
        everybody = [row for row in table(published, audience, "coverage")
                     if row["scope"] == "all domains" and row["figure"] == "members"]  # fmt: skip
        assert {row["value"] for row in everybody} == {""}
        assert "37" not in published[f"{audience}/people.html"].split("<main")[1].split("<table")[0]
        assert "Not all members are listed." in published[f"{audience}/people.html"]
        overlap = published[f"{audience}/overlap.html"].split("<main")[1].split("matrix-title")[0]
        assert ">20<" not in overlap
        assert ">19<" not in overlap


def test_the_directory_says_of_each_community_what_its_spaces_say(published):
    rows = {row["community"]: row for row in table(published, PUBLIC, "directory")}
    assert (rows["soil"]["open"], rows["water"]["open"]) == ("true", "false")
    assert rows["soil"]["on_topic_percent"] == "", "a title of a secret space says nothing"
    assert rows["soil"]["members"] == "21"
