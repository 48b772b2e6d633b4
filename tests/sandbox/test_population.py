"""The invented population: the same for one seed, as its table says, and consistent."""

from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import pytest

from cophub.records import UNSET
from cophub.sandbox.population import SOURCES, Held, Population, linkable
from cophub.sandbox.population.habits import SHARES

SIZE = 20_000
PAGE = Path(__file__).parents[2] / "docs" / "population.md"


@pytest.fixture(scope="module")
def held() -> list[Held]:
    return list(Population(seed=3, accounts=SIZE).accounts())


@pytest.fixture(scope="module")
def people(held: list[Held]) -> dict[int, list[Held]]:
    """The accounts of each human being."""
    found = defaultdict(list)
    for one in held:
        if one.person >= 0:
            found[one.person].append(one)
    return found


def test_one_seed_makes_the_same_accounts_and_another_seed_others() -> None:
    first, again = (list(Population(seed=1, accounts=500).accounts()) for _ in range(2))
    assert first == again
    assert first != list(Population(seed=2, accounts=500).accounts())


def test_a_larger_population_begins_with_the_smaller_one(held: list[Held]) -> None:
    assert list(Population(seed=3, accounts=2_000).accounts()) == held[:2_000]


def test_nobody_who_is_asked_for_later_changes_who_came_before() -> None:
    """Two readers of one population, in turns."""
    population = Population(seed=5, accounts=300)
    pairs = zip(population.accounts(), population.accounts(), strict=True)
    assert all(one == other for one, other in pairs)


def test_ten_thousand_people_have_some_27_284_accounts() -> None:
    population = Population(seed=4, accounts=27_284)
    people = {one.person for one in population.accounts() if one.person >= 0}
    assert 9_700 < len(people) < 10_300


def test_a_person_has_one_to_nine_accounts(people: dict[int, list[Held]]) -> None:
    sizes = Counter(map(len, people.values()))
    assert set(sizes) == set(range(1, 10))
    assert 2.5 < sum(n * times for n, times in sizes.items()) / len(people) < 2.8


def test_a_key_is_given_once_by_a_vendor(held: list[Held]) -> None:
    assert len({(one.source, one.account.key) for one in held}) == SIZE
    assert {one.source for one in held} == set(SOURCES)


@pytest.mark.parametrize("habit", SHARES)
def test_every_habit_has_its_stated_share(held: list[Held], habit: str) -> None:
    share, _ = SHARES[habit]
    count = sum(habit in one.habits for one in held)
    expected = share * SIZE
    # One account in a person's five tends to be like the next, so twice the spread of a coin.
    assert abs(count - expected) <= 0.08 * expected + 6 * expected**0.5 + 2


def test_the_documentation_tells_the_same_shares() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{habit}` | {share * 100:.2f} % | {what} |" for habit, (share, what) in SHARES.items()
    ]


def test_no_habit_is_left_out_of_the_table(held: list[Held]) -> None:
    assert {habit for one in held for habit in one.habits} == set(SHARES)


@pytest.mark.parametrize(
    ("tie", "share"),
    [("couple", 0.012), ("father_and_son", 0.008), ("namesakes", 0.008), ("siblings", 0.014),
     ("successors", 0.030)],
)  # fmt: skip
def test_people_are_tied_to_others_at_the_stated_rate(
    people: dict[int, list[Held]], tie: str, share: float
) -> None:
    count = sum(one[0].tie == tie for one in people.values())
    expected = share * len(people)
    assert abs(count - expected) < 5 * expected**0.5


def test_vendors_have_their_stated_shares_and_habits(held: list[Held]) -> None:
    by_source = Counter(one.source for one in held)
    stated = {"sharepoint": 0.14, "yammer": 0.10, "mailchimp": 0.25, "gotomeeting": 0.30,
              "dgroups": 0.15, "mail": 0.06}  # fmt: skip
    for source, share in stated.items():
        assert by_source[source] / SIZE == pytest.approx(share, abs=0.02)

    def share_of(source: str, habit: str) -> float:
        return sum(h.source == source and habit in h.habits for h in held) / by_source[source]

    assert 0.14 < share_of("mailchimp", "blank") < 0.30
    assert share_of("yammer", "blank") < 0.03
    assert share_of("dgroups", "given_only") > 0.12
    assert share_of("sharepoint", "comma") > 0.04
    assert (
        sum(not h.mailbox for h in held if h.source == "gotomeeting")
        > 0.35 * by_source["gotomeeting"]
    )


def test_nine_in_ten_accounts_can_be_linked(held: list[Held]) -> None:
    assert 0.87 < len(linkable(held)) / SIZE < 0.92


def test_linkable_is_a_full_name_or_a_mailbox_that_comes_again() -> None:
    def one(key: str, person: int, *, named: bool = False, mailbox: str = "") -> Held:
        account = next(Population(seed=1, accounts=1).accounts()).account
        account.key = key
        return Held(person, "yammer", account, (), "person", named, mailbox)

    found = linkable(
        [
            one("named", 1, named=True),
            one("again", 1, mailbox="a@b.example"),
            one("twice", 1, mailbox="a@b.example"),
            one("alone", 1, mailbox="c@b.example"),
            one("another's", 2, mailbox="c@b.example"),
            one("silent", 1),
        ]
    )
    assert {key for _, key in found} == {"named", "again", "twice"}


def test_yammer_gives_a_person_one_account(people: dict[int, list[Held]]) -> None:
    for accounts in people.values():
        assert sum(one.source == "yammer" for one in accounts) <= 1


def test_a_directory_id_is_one_persons_and_a_person_has_one(held: list[Held]) -> None:
    owners, ids = defaultdict(set), defaultdict(set)
    for one in held:
        extra = one.account.extra
        if isinstance(extra, dict) and "directory_id" in extra:
            owners[extra["directory_id"]].add(one.person)
            ids[one.person].add(extra["directory_id"])
    assert len(owners) > 1_000
    assert all(len(people) == 1 for people in owners.values())
    assert all(len(found) == 1 for found in ids.values())


def test_only_who_is_tied_shares_a_mailbox(held: list[Held]) -> None:
    """Strangers never do, but for a slip in an address."""
    ties = {one.person: one.tie for one in held}
    owners = defaultdict(set)
    for one in held:
        if one.mailbox and "address_slip" not in one.habits:
            owners[one.mailbox].add(one.person)
    shared = [people for people in owners.values() if len(people) > 1]
    assert len(shared) > 50
    for people in shared:
        assert {ties[person] for person in people} <= {"couple", "father_and_son", "successors"}


def test_what_is_nobodys_has_numbers_below_0_and_is_not_called_a_person(held: list[Held]) -> None:
    for one in held:
        assert (one.person < 0) == (one.kind not in ("person", "device"))
    nobodys = sum(one.person < 0 for one in held) / SIZE
    assert 0.035 < nobodys < 0.055


def test_the_address_leads_to_the_mailbox(held: list[Held]) -> None:
    for one in held:
        email = one.account.email
        if email is UNSET or email is None:
            assert not one.mailbox
        elif not {"plus_tag", "gmail_dots"} & set(one.habits):
            assert str(email).lower() == one.mailbox
        else:
            assert str(email).lower() != one.mailbox


def test_names_look_as_their_habits_say(held: list[Held]) -> None:
    """What is shown, seen by itself."""
    for one in held:
        name, habits = one.account.name, set(one.habits)
        if "blank" in habits:
            assert name in (None, UNSET)
        if one.person < 0 or not isinstance(name, str):
            continue
        if "comma" in habits and "employer" not in habits:
            assert "," in name
        if "native" in habits:
            assert any(ord(letter) > 0x36F for letter in name)
        if {"turned", "comma", "full", "middle_initial"} & habits and one.kind == "person":
            assert len(name.split()) > 1 or "native" in habits
        if "address" in habits and "@" in name and "address_hidden" not in habits:
            assert name == one.account.email or str(one.account.email).lower() == name
        if habits == {"lower"}:
            assert name == name.lower()


def test_domains_of_work_are_reserved_and_private_ones_are_of_public_providers(
    held: list[Held],
) -> None:
    providers = Counter[str]()
    for one in held:
        domain = one.mailbox.rpartition("@")[2]
        invented = domain.endswith((".example", ".test"))
        if domain and not invented and "address_slip" not in one.habits:
            providers[domain] += 1
    assert providers.most_common(1)[0][0] == "gmail.com"
    assert 20 < len(providers) < 45
    assert max(providers.values()) < 0.75 * providers.total()


def test_names_are_less_unique_the_larger_the_population(held: list[Held]) -> None:
    def shared(accounts: list[Held]) -> float:
        bearers = defaultdict(set)
        for one in accounts:
            if one.named and one.person >= 0 and isinstance(one.account.name, str):
                bearers[one.account.name.casefold()].add(one.person)
        return sum(len(people) > 1 for people in bearers.values()) / len(bearers)

    assert shared(held[:2_000]) < shared(held)
    assert 0.004 < shared(held) < 0.03


def test_rows_say_what_the_accounts_say() -> None:
    population = Population(seed=2, accounts=200)
    fields = ("source", "key", "name", "email_verified", "extra")
    for one, row in zip(population.accounts(), population.rows(fields), strict=True):
        source, key, name, verified, extra = row
        assert (source, key) == (one.source, one.account.key)
        assert name == (None if one.account.name is UNSET else one.account.name)
        assert verified in (None, True, False)
        assert extra is None or extra.startswith("{")


def test_members_are_in_spaces_of_their_source(held: list[Held]) -> None:
    spaces = [space for one in held for space in one.memberships]
    assert len(spaces) > SIZE
    assert all(s.startswith(one.source) for one in islice(held, 500) for s in one.memberships)
