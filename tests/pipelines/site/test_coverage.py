"""Domains by region and organisations by community, against readers who subtract and try."""

import random
from dataclasses import replace
from itertools import product

from cophub.pipelines.site.audiences import AUDIENCES, ONE
from cophub.pipelines.site.coverage import coverage, withhold_line
from cophub.pipelines.site.formats import WITHHELD, cell
from cophub.pipelines.site.participation import participation
from cophub.pipelines.site.regions import REGIONS, region_name, region_of
from cophub.pipelines.site.together import without_totals

TRUSTED = AUDIENCES["facilitators"]


def test_countries_are_found_as_people_write_them_and_regions_are_named_in_each_language():
    assert [region_of(each) for each in ("KE", "kenya", "Côte d'Ivoire", "Brésil", "", None, "?")] \
        == ["014", "014", "011", "005", "", "", ""]  # fmt: skip
    assert region_name("014", "fr") == "Afrique orientale"
    assert all(region_name(each, "es") for each in REGIONS)


def people(**counts: int) -> set[str]:
    """`people(k=3, u=2)`: three in Kenya and two of whom no country is known."""
    return {f"{country}{n}" for country, count in counts.items() for n in range(count)}


REGION = {f"{country}{n}": region for n in range(60)
          for country, region in {"k": "014", "n": "015", "b": "005"}.items()}  # fmt: skip


def matrix(members, active=None, audience=ONE):
    domains = {"one": "Soil", "two": "Water", "three": "Water", "odd": ""}
    told = {key: domains[key] for key in members}
    return coverage(told, members, active or {}, REGION, audience)


def texts(line):
    return (line.name, *(each.text for each in line.cells), line.total.text)


def test_a_line_has_the_people_of_a_domain_by_region_each_once():
    found = matrix({"one": people(k=12, n=7, u=6), "two": people(k=9), "three": people(k=11, b=8)})
    assert found.regions == ("015", "202", "419", "")
    assert [texts(each) for each in found.members] == [
        ("Soil", "7", "12", "0", "6", "25"), ("Water", "0", "11", "8", "0", "19"),
    ]  # fmt: skip
    assert texts(found.all_members) == ("", "7", "–", "8", "–", "33")


def test_facilitators_see_every_cell_and_what_is_known():
    members = {"one": people(k=12, n=1, u=7), "two": people(k=2)}
    found = matrix(members, {"one": people(k=3)}, TRUSTED)
    assert [texts(each) for each in found.members] == [
        ("Soil", "1", "12", "7", "20"), ("Water", "0", "2", "0", "2"),
    ]  # fmt: skip
    assert texts(found.all_members) == ("", "1", "12", "7", "20")
    assert texts(found.active[0]) == ("Soil", "0", "3", "0", "3")
    assert found.countries_known.text == "65.0 %"


def test_a_domain_of_few_people_tells_nothing():
    found = matrix({"one": people(k=12), "two": people(k=2, n=1)})
    assert texts(found.members[1]) == ("Water", "–", "–", "<5")


def test_where_no_country_is_known_there_is_no_matrix():
    assert matrix({"one": people(u=9)}).regions == ()
    assert matrix({}).regions == ()


def test_no_line_tells_a_cell_about_few_people():
    """Every number that fits a line and its total is tried."""
    chance = random.Random(3)
    shown = 0
    for _ in range(400):
        counts = [chance.choice((0, chance.randint(0, 4), chance.randint(0, 14))) for _ in range(4)]
        if sum(counts) == 0:
            continue
        cells = withhold_line([cell(each, each) for each in counts], sum(counts))
        small = any(each.text == "<5" for each in cells)
        least = 5 if small else 1 if sum(counts) >= 5 else 0
        ranges = [
            [int(each.value)] if each.shown else range(1, 5) if each.text == "<5"
            else range(least, sum(counts) + 1) for each in cells
        ]  # fmt: skip
        fits = [each for each in product(*ranges) if sum(each) == sum(counts)]
        assert tuple(counts) in fits
        shown += sum(each.shown and each.value > 0 for each in cells)
        for count, possible in zip(counts, zip(*fits, strict=True), strict=True):
            assert not 0 < count < 5 or len(set(possible)) > 1 or sum(counts) < 5, (counts, cells)
    assert shown > 100


def test_all_together_do_not_tell_how_few_are_in_two_domains():
    """10 and 9 in Kenya who are 16 people: 3 are in both."""
    both = people(k=3)
    water = both | {f"k{n}" for n in range(20, 26)}
    found = matrix({"one": people(k=10, b=9), "two": water | people(b=9)})
    assert texts(found.all_members)[1] == "–"


def test_the_cells_of_a_domain_do_not_add_up_to_how_few_are_in_two_of_its_communities():
    """10 and 9 of one domain who are 16 people: 3 are in both."""
    found = matrix({"two": people(k=10), "three": {f"k{n}" for n in range(7, 16)}})
    assert texts(found.members[0]) == ("Water", "–", "–")
    assert texts(found.all_members) == ("", "–", "–")
    found = matrix({"two": people(k=10), "three": {f"k{n}" for n in range(7, 16)},
                    "one": {f"k{n}" for n in range(30, 50)}})  # fmt: skip
    assert [line.total.text for line in found.members] == ["20", "–"]
    assert found.all_members.total.hidden, "less 20 it would be the 16"
    both = people(n=10) | {"k0"}
    found = matrix({"two": people(k=9) | both, "three": {f"k{n}" for n in range(7, 16)} | both})
    assert texts(found.members[0]) == ("Water", "10", "16", "26"), "13 are in both"


def test_the_cells_of_a_domain_do_not_add_up_to_how_few_are_in_three_of_its_communities():
    domains = dict.fromkeys("abc", "Soil")
    groups = {"abc": 2, "ab": 7, "ac": 8, "bc": 9, "a": 12, "b": 13, "c": 14}
    members = {key: {f"{each}{n}" for each, count in groups.items() if key in each
                     for n in range(count)} for key in "abc"}  # fmt: skip
    everybody = set().union(*members.values())
    regions = {person: "005" if person.startswith("b") else "014" for person in everybody}
    found = coverage(domains, members, {}, regions, ONE)
    assert texts(found.members[0]) == ("Soil", "–", "22", "–")
    found = coverage(domains, members, {}, regions, TRUSTED)
    assert texts(found.members[0]) == ("Soil", "43", "22", "65")


def test_how_many_have_a_country_does_not_tell_how_many_there_are():
    """Of 47 people 20 have no country: that share would tell the 47, and these the 2 in both."""
    shared = people(k=2)
    members = {"one": shared | {f"k{n}" for n in range(10, 20)} | {f"u{n}" for n in range(20)},
               "two": shared | {f"k{n}" for n in range(20, 29)} | people(n=6)}  # fmt: skip
    found = matrix(members)
    assert texts(found.all_members) == ("", "–", "–", "20", "–")
    assert found.countries_known.hidden


def test_regions_do_not_tell_how_many_people_there_are_nor_are_people_told_that_regions_hide(
    invented,
):
    cover = invented.together.coverage
    few = {"a": {"p1", "p2"}, "b": {f"p{n}" for n in range(9, 20)}}
    told = without_totals(invented, few)
    everybody = told.together.coverage.all_members
    assert all(each.hidden for each in (told.people, everybody.total, *everybody.cells))
    assert told.together.coverage.countries_known.hidden
    many = {"a": {f"p{n}" for n in range(9)}, "b": {f"p{n}" for n in range(9, 20)}}
    shown = replace(cover.all_members, total=cell(400, 400))
    hidden = replace(cover.all_members, total=WITHHELD)
    for line in (shown, hidden):
        together = replace(invented.together, coverage=replace(cover, all_members=line))
        site = without_totals(replace(invented, together=together), many)
        assert site.people.hidden == line.total.hidden


def sized(**sizes: int) -> dict[str, set[str]]:
    return {key: {f"p{n}" for n in range(size)} for key, size in sizes.items()}


def test_organisations_are_named_where_they_have_five_people():
    rows = [("a", "x", "Org X", 9), ("a", "y", "Org Y", 4), ("b", "x", "Org X", 2),
            ("b", "z", "Org Z", 6), ("b", "v", "Org V", 7)]  # fmt: skip
    found = participation(rows, sized(a=30, b=16), "ab", ONE)
    told = [(each.organization, each.community, each.people.text) for each in found.shares]
    assert told == [("Org X", "a", "9"), ("Org V", "b", "7")], (
        "16 - 7 - 6 would tell that 3 are not"
    )
    assert found.unnamed == 2
    assert len(participation(rows, sized(a=30, b=16), "ab", TRUSTED).shares) == 5


def test_an_address_in_the_name_of_an_organisation_is_masked():
    found = participation([("a", "x", "amina.d@health.example", 9)], sized(a=9), "a", ONE)
    assert "amina.d" not in found.shares[0].organization


def test_the_rest_of_a_community_is_nobody_or_at_least_five():
    chance = random.Random(4)
    for _ in range(300):
        rows = [("c", f"o{n}", f"O{n}", chance.randint(1, 12)) for n in range(chance.randint(0, 6))]
        size = sum(row[3] for row in rows) + chance.choice((0, 1, 3, 8))
        found = participation(rows, sized(c=size), "c", ONE)
        rest = size - sum(int(each.people.value) for each in found.shares)
        assert not 0 < rest < 5 or not found.shares


def test_no_reader_of_two_domains_can_tell_how_few_are_in_one_or_in_both():
    """Readers know the people of each domain in a region, and of both together, where shown."""
    chance = random.Random(5)
    shown = 0
    for _ in range(150):
        a, b, both = (chance.choice((0, chance.randint(0, 12))) for _ in range(3))
        shared = people(k=both)
        members = {"one": shared | {f"k{n}" for n in range(20, 20 + a)} | people(b=20),
                   "two": shared | {f"k{n}" for n in range(33, 33 + b)} | people(b=20)}  # fmt: skip
        found = matrix(members)
        if not found.regions or found.regions[0] != "202":
            continue
        cells = [found.members[0].cells[0], found.members[1].cells[0], found.all_members.cells[0]]
        shown += cells[2].shown
        fits = [each for each in product(range(13), repeat=3)
                if may_be(cells, (each[0] + each[2], each[1] + each[2], sum(each)))]  # fmt: skip
        for count, possible in zip((a, b, both), zip(*fits, strict=True), strict=True):
            assert not 0 < count < 5 or len(set(possible)) > 1, (a, b, both)
    assert shown > 20


def may_be(cells, sizes):
    return all(each.value in (None, size) for each, size in zip(cells, sizes, strict=True))


def test_the_cells_of_a_domain_inside_another_do_not_tell_the_few_others_of_a_region():
    """All 12 of Soil are in Water's 21: of its 9 in the Americas 6 leave 3 in Water alone."""
    inside = matrix({"one": people(k=6, b=6), "two": people(k=12, b=9)}).members
    assert [texts(each)[-1] for each in inside] == ["12", "21"]
    assert [each.hidden for each in inside[0].cells] == [True, True]
    assert [each.value for each in inside[1].cells] == [12, 9]
    apart = matrix({"one": people(k=6, b=6), "two": people(k=12, b=12)}).members
    assert [each.value for each in apart[0].cells] == [6, 6]
