"""Who worked for whom, and when; instants are months, as text that sorts."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.organizations.affiliations import Spell, affiliations


def head(key: str) -> str:
    return key.partition("-")[0]


def spell(
    account: str, organization: str, since: str, until: str | None = None, **more: Any
) -> Spell:
    fields: dict[str, Any] = {"dated": True, "stated": True} | more
    return Spell(("s", account), organization, since, until, **fields)


def told(*spells: Spell) -> list[tuple[Any, ...]]:
    return [tuple(a) for a in affiliations(spells, head)]


def test_an_old_mailbox_ends_when_a_new_one_begins() -> None:
    """Used until March, and a new one since April."""
    old = spell("old", "who", "2020-01", last_act="2026-03", stated=False)
    new = spell("new", "fao", "2026-04", first_act="2026-04", last_act="2026-06", stated=False)
    assert told(old, new) == [("fao", "2026-04", None, 1), ("who", "2020-01", "2026-04", 2)]


def test_two_that_are_both_in_use_are_held_at_one_time() -> None:
    old = spell("old", "who", "2020-01", last_act="2026-05")
    new = spell("new", "fao", "2026-04", last_act="2026-06")
    assert told(old, new) == [("fao", "2026-04", None, 1), ("who", "2020-01", None, 2)]


def test_what_the_hub_only_saw_first_ends_nothing() -> None:
    old = spell("old", "who", "2020-01")
    seen = spell("new", "fao", "2026-04", dated=False)
    assert told(old, seen) == [("fao", "2026-04", None, 1), ("who", "2020-01", None, 2)]
    used = seen._replace(first_act="2025-09")
    assert told(old, used) == [("fao", "2025-09", None, 1), ("who", "2020-01", "2025-09", 2)]


def test_a_change_on_one_account_is_a_change_of_work() -> None:
    before, after = spell("1", "who", "2020-01", "2026-02"), spell("1", "fao", "2026-02")
    assert told(before, after) == [("fao", "2026-02", None, 1), ("who", "2020-01", "2026-02", 2)]
    assert told(before) == [("who", "2020-01", "2026-02", 1)], "and then nothing"


def test_an_account_that_went_ends_only_where_another_says_something_else() -> None:
    gone = spell("1", "who", "2020-01", gone="2026-02")
    assert told(gone) == [("who", "2020-01", None, 1)]
    other = spell("2", "fao", "2020-01", dated=False)
    assert told(gone, other) == [("fao", "2020-01", None, 1), ("who", "2020-01", "2026-02", 2)]


def test_an_office_is_no_second_employer() -> None:
    there, named = spell("1", "who", "2020-01"), spell("2", "who-ke", "2021-01")
    assert told(there, named) == [("who-ke", "2020-01", None, 1)]
    moved = spell("3", "who-ug", "2023-01")
    assert [a[0] for a in told(named, moved)] == ["who-ug", "who-ke"]


def test_most_accounts_that_name_it_make_the_main_one() -> None:
    year = "2020-01"
    spells = [spell("1", "fao", year), spell("2", "who", year), spell("3", "who", year),
              spell("4", "wfp", year, stated=False)]  # fmt: skip
    assert [a[0] for a in told(*spells)] == ["who", "fao", "wfp"]


def test_a_return_is_a_stretch_of_its_own() -> None:
    assert told(
        spell("1", "who", "2020", "2021"),
        spell("1", "fao", "2021", "2023"),
        spell("1", "who", "2023"),
    ) == [("who", "2020", "2021", 1), ("who", "2023", None, 1), ("fao", "2021", "2023", 2)]


months = st.sampled_from([f"20{y}-{m:02}" for y in (24, 25) for m in (1, 4, 7, 10)])
spells = st.lists(
    st.builds(
        Spell,
        st.tuples(st.just("s"), st.sampled_from("abcd")),
        st.sampled_from(["who", "who-ke", "fao", "wfp"]),
        months,
        st.none() | months,
        st.booleans(),
        st.booleans(),
        st.none() | months,
        st.none() | months,
        st.none() | months,
    ),
    max_size=6,
)


@given(spells, st.integers(0, 99))
def test_affiliations_do_not_depend_on_order(found: list[Spell], seed: int) -> None:
    other = list(found)
    Random(seed).shuffle(other)
    one = affiliations(found, head)
    assert one == affiliations(other, head)
    assert len({(a.organization, a.since) for a in one}) == len(one), "one row each"
    assert all(a.until is None or a.until > a.since for a in one)
