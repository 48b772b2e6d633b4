"""The pages across communities: what each shows to whom, small and legible also in a large hub."""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files as resources
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from cophub.pipelines.site.across import Across, Broker, Brokers
from cophub.pipelines.site.audiences import AUDIENCES, Audience
from cophub.pipelines.site.coverage import coverage
from cophub.pipelines.site.definitions import DEFINITIONS, groups
from cophub.pipelines.site.formats import FEW
from cophub.pipelines.site.further import in_many
from cophub.pipelines.site.map import apart, overlap_map
from cophub.pipelines.site.model import Community, Person, SpaceLink
from cophub.pipelines.site.overlap import Raw, overlap
from cophub.pipelines.site.pages import pages
from cophub.pipelines.site.participation import participation
from cophub.pipelines.site.regions import REGIONS
from cophub.pipelines.site.voices import ENGLISH

FACILITATORS = AUDIENCES["facilitators"]
ZURICH = ZoneInfo("Europe/Zurich")


def made(site):
    return {str(each.path): str(each.content) for each in pages(site)}


def crowd(count: int, audience: Audience) -> tuple[tuple[Community, ...], Across]:
    """Many communities that share many people of every region and of many organisations."""
    chance = random.Random(7)
    communities = tuple(
        Community(
            f"c{n:03}", f"Community of practice number {n} on a subject with a long name",
            domain=f"Subject number {n} and what goes with it", contact="somebody@example.org",
            contact_url="mailto:somebody@example.org",
            spaces=tuple(SpaceLink("lists", f"Space {at} of community number {n}", "list",
                                   f"https://lists.example.org/{n}-{at}") for at in range(4)),
        )
        for n in range(count)
    )  # fmt: skip
    keys = [each.key for each in communities]
    members: dict[str, set[str]] = {key: set() for key in keys}
    for n in range(9_000):
        for key in chance.sample(keys, chance.choice((1, 2, 3, 6))):
            members[key].add(f"p{n}")
    rows = [
        Raw(a, b, len(members[a]), len(members[b]), both, 0.5, 0.2)
        for a, b in combinations(keys, 2) if (both := len(members[a] & members[b]))
    ]  # fmt: skip
    regions = {f"p{n}": REGIONS[n % len(REGIONS)] for n in range(9_000)}
    shares = [(key, f"o{n}", f"Organisation for agriculture and rural development number {n}", 7)
              for key in keys for n in chance.sample(range(900), 9)]  # fmt: skip
    broker = Broker(
        "Somebody with a long name",
        "Organisation for rural development",
        tuple((key, key) for key in keys[:6]),
        0.01,
        9,
        9,
        9,
        (("One", "Another"),) * 9,
    )
    return communities, Across(
        overlap=overlap(rows, members, keys, audience),
        coverage=coverage({each.key: each.domain for each in communities}, members, members,
                          regions, audience),
        participation=participation(shares, members, keys, audience),
        brokers=Brokers((broker,) * 500),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["public", "facilitators"])
def test_with_200_communities_every_page_is_below_300_kb(invented, name):
    communities, together = crowd(200, AUDIENCES[name])
    site = replace(invented, communities=communities, together=together, audience=AUDIENCES[name])
    ours = ("directory", "overlap", "coverage", "brokers", "sources", "definitions")
    found = {path: text for path, text in made(site).items() if path.startswith(ours)}
    sizes = {path: len(text.encode()) for path, text in found.items()}
    assert {"directory.html", "directory-2.html", "overlap.html", "coverage.html"} <= sizes.keys()
    assert max(sizes.values()) < 300_000, sizes
    assert "The 40 of 200 communities that share most are shown here" in found["overlap.html"]
    assert all(f"Community of practice number {n} " in found["directory.html"]
               + found["directory-2.html"] for n in range(200))  # fmt: skip


@pytest.mark.parametrize("of", ["sample", "older sample", "everybody"])
def test_a_sample_of_brokers_says_of_which_day_it_is(invented, of):
    """What an older version of cophub found has no day; where all were looked at, it is today's."""
    at = None if of == "older sample" else datetime(2026, 8, 9, 22, 30, tzinfo=UTC)
    people = (Broker("Broker", "", (), 0.5, 1, 2, 3),)
    brokers = Brokers(people, sampled=of != "everybody", found_at=at)
    together = replace(invented.together, brokers=brokers)
    site = replace(invented, together=together, zone=ZURICH, audience=FACILITATORS)
    page = made(site)["brokers.html"]
    assert ("the ways between some of them" in page) == (of != "everybody")
    assert ("how it was on 10 Aug 2026; it is looked at again" in page) == (of == "sample")


def test_brokers_are_told_to_facilitators_who_find_people_by_name_and_to_nobody_else(invented):
    brokers = Brokers((Broker("Canary Broker", "", (), 0.5, 1, 2, 3),))
    site = replace(invented, together=replace(invented.together, brokers=brokers))
    for audience in (*AUDIENCES.values(), replace(FACILITATORS, directory=False)):
        found = made(replace(site, audience=audience))
        told = any("Canary Broker" in text or "brokers.html" in text for text in found.values())
        assert told == (audience == FACILITATORS)
        assert ("brokers.html" in found) == told


def test_people_in_many_communities_are_named_to_facilitators_and_to_members_if_they_agreed(
    invented,
):
    three = tuple((each.key, each.title) for each in invented.communities[:3])
    people = (Person("Agreed", communities=three), Person("Did not", communities=three,
              listed=False), Person("In two", communities=three[:2]))  # fmt: skip
    site = replace(invented, directory=people)
    found = {
        name: [each.name for each in in_many(replace(site, audience=audience))]
        for name, audience in AUDIENCES.items()
    }
    assert found == {"public": [], "members": ["Agreed"], "facilitators": ["Agreed", "Did not"]}
    assert in_many(site) == [], "a site of one audience is the public's"


def test_a_criterion_says_since_or_until_when_or_why_it_is_not_known(files):
    page = files["directory.html"]
    assert page.count('class="met yes"') > 5
    assert "last on" not in page or 'class="met no"' in page
    assert "Neither plugins.toml" not in page, "the invented ones have no reason"
    assert "No thread with an answer and no event of it was read." in page


def test_every_shade_has_letters_that_can_be_read():
    """Contrast of text and shade, by WCAG: at least 4.5 to 1, in light and in dark."""
    sheet = resources("cophub.pipelines.site").joinpath("assets", "site.css").read_text("utf-8")
    looks = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part))
             for part in sheet.split("color-scheme: dark)")[:2]]  # fmt: skip
    for look in looks:
        for step in range(1, 6):
            letters = look["on-dark"] if step > 3 else look["ink"]
            assert contrast(letters, look[f"o{step}"]) >= 4.5, (step, look[f"o{step}"])


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_map_draws_what_is_published_and_the_same_each_time(invented):
    communities, together = crowd(30, AUDIENCES["public"])
    numbers = {each.key: n for n, each in enumerate(communities, 1)}
    drawn = [overlap_map(together.overlap, communities, numbers, ENGLISH) for _ in range(2)]
    assert drawn[0] == drawn[1]
    data = json.loads(drawn[0].live)["data"]
    assert len(data["circles"]) == 30
    assert 30 <= len(data["lines"]) <= 60, "two from each, some of which are the same"
    told = {each.both.value for each in together.overlap.pairs if each.both.shown}
    assert {line["v"] for line in data["lines"]} <= told
    assert overlap_map(Across().overlap, communities, numbers, ENGLISH) is None
    hidden = replace(together.overlap, pairs=tuple(
        replace(each, both=FEW) for each in together.overlap.pairs
    ))  # fmt: skip
    assert overlap_map(hidden, communities, numbers, ENGLISH) is None


def test_every_definition_has_an_anchor_of_its_own_to_which_its_panel_leads(files):
    anchors = [each.anchor for group in groups() for each in group.entries]
    assert len(anchors) == len(set(anchors))
    assert {f"word-{name}" for name in DEFINITIONS} == set(anchors)
    page = files["definitions.html"]
    assert all(f'id="{anchor}"' in page for anchor in anchors)
    assert 'href="../definitions.html#word-members"' in files["communities/mercop.html"]


def test_no_two_names_of_the_map_lie_over_one_another():
    chance, room = random.Random(3), (0.3, 0.19)
    for count in (2, 12, 16):
        crowded = [(0.3 + chance.random() / 3, 0.3 + chance.random() / 3) for _ in range(count)]
        places = apart(crowded, room)
        assert all(0 <= each <= 1 for place in places for each in place)
        for (x, y), (x2, y2) in combinations(places, 2):
            assert abs(x - x2) > room[0] - 0.01 or abs(y - y2) > room[1] - 0.01, count
