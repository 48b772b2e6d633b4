"""The invented world: people, organisations, communities, all made from a seed."""

from itertools import islice, pairwise

import pytest

from cophub.sandbox.world import DAY, World, latin, work_address

NOW = 1_780_272_000


@pytest.fixture(scope="module")
def world() -> World:
    """The default world."""
    return World(seed=1, now=NOW)


def test_the_same_seed_makes_the_same_people_and_another_seed_others(world: World) -> None:
    """Whoever asks, and in whichever order."""
    again, other = World(seed=1, now=NOW), World(seed=2, now=NOW)
    last_first = [again.person(index) for index in reversed(range(50))]
    assert [world.person(index) for index in range(50)] == last_first[::-1]
    assert [world.person(index) for index in range(50)] != [other.person(i) for i in range(50)]
    assert [world.stays(index) for index in range(50)] == [again.stays(i) for i in range(50)]


def test_people_arrive_in_order_over_two_years_and_go_on_arriving(world: World) -> None:
    """400 people are there by now; the 401st comes within days."""
    instants = [instant for instant, _ in islice(world.arrivals(), 420)]
    assert instants == sorted(instants)
    assert instants[0] >= world.start
    assert instants[399] <= NOW < instants[400] < NOW + 10 * DAY


def test_every_address_is_at_an_example_domain(world: World) -> None:
    """Nobody real can be written to."""
    for index in range(400):
        person = world.person(index)
        for email in (person.work_email, person.personal_email):
            assert email.endswith(".example")
            assert email == email.lower()
            assert email.isascii()


def test_addresses_are_of_one_person_each(world: World) -> None:
    """A thousand people, two thousand mailboxes."""
    people = [world.person(index) for index in range(1000)]
    work = {person.work_email for person in people}
    personal = {person.personal_email for person in people}
    assert len(work) == len(personal) == 1000


def test_private_mailboxes_are_at_providers_and_those_of_work_in_the_style_of_the_house(
    world: World,
) -> None:
    """So that an employer can be told from a provider, and one employer from another."""
    people = [world.person(index) for index in range(400)]
    assert {p.personal_email.partition("@")[2] for p in people} == {
        "gmail.example", "yahoo.example", "hotmail.example", "outlook.example",
    }  # fmt: skip
    one_house = [p for p in people if p.organisation == world.organisations[1] and p.family]
    dotted = [p for p in one_house if "." in p.work_email.partition("@")[0].rstrip(".0123456789")]
    assert len(dotted) in (*range(4), *range(len(one_house) - 3, len(one_house) + 1))


def test_some_have_one_name_two_family_names_or_a_particle(world: World) -> None:
    """And who has one name keeps it."""
    people = [world.person(index) for index in range(1_500)]
    single = [person for person in people if not person.family]
    assert 5 < len(single) < 60
    assert all(person.name == person.given for person in single)
    assert not any(t.what == "married" for p in single for t in world.turns(p.index))
    assert sum(" " in person.family for person in people) > 60
    assert len({person.given for person in people}) > 800


def test_people_are_of_many_cultures_scripts_and_name_orders(world: World) -> None:
    """Some names are not in Latin letters, and some put the family first."""
    people = [world.person(index) for index in range(400)]
    assert len({person.culture for person in people}) >= 50
    assert any(not latin(person.name) for person in people)
    assert any(person.name.startswith(person.family) for person in people if person.family_first)
    assert len({person.organisation.domain for person in people}) >= 20
    assert len({person.country for person in people}) >= 50


def test_a_stay_ends_after_it_began_and_stays_in_one_community_do_not_overlap(world: World) -> None:
    """Some leave, and some of those come back."""
    left = back = 0
    for index in range(400):
        by_community: dict[int, list[tuple[int, int | None]]] = {}
        for stay in world.stays(index):
            assert stay.joined >= world.arrival(index)
            assert stay.left is None or stay.left > stay.joined
            by_community.setdefault(stay.community, []).append((stay.joined, stay.left))
            left += stay.left is not None and stay.left < NOW
        for stays in by_community.values():
            back += len(stays) - 1
            assert all(a[1] is not None and a[1] < b[0] for a, b in pairwise(stays))
    assert left > 50
    assert back > 10


def test_a_move_changes_the_organisation_and_the_address(world: World) -> None:
    """The part before the at sign stays."""
    index, turn = next(
        (index, turn) for index in range(400) for turn in world.turns(index) if turn.what == "moved"
    )
    person, organisation = world.person(index), world.new_organisation(index, turn)
    assert work_address(person, organisation) == (
        f"{person.work_email.partition('@')[0]}@{organisation.domain}"
    )


def test_more_communities_than_there_are_names_for_get_a_number() -> None:
    """Thirty communities have thirty keys."""
    world = World(seed=1, communities=30, now=NOW)
    assert len({community.key for community in world.communities}) == 30
