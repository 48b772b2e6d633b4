"""Where people work, as far as a name or a work domain tells."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub.pipelines.identities import cophub_pipelines
from cophub.pipelines.identities.organizations import is_work_domain, normal_form

IDENTITIES = cophub_pipelines()[0]
BEGIN, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def employers(rows: Any) -> dict[str, str | None]:
    """The organisation of each account's person, by account."""
    now = {a["person"]: a["organization"] for a in rows.all("affiliation") if not a["valid_to"]}
    return {name: now.get(person) for name, person in rows.people().items()}


def test_names_are_compared_without_case_accents_points_and_spacing() -> None:
    assert normal_form(" Univ.  de  São-Paulo ") == normal_form("univ de sao paulo")
    assert normal_form("W.H.O.") != normal_form("WHO"), "that takes an alias, not a spelling"
    assert normal_form("世界保健機関") == "世界保健機関"


@pytest.mark.parametrize(
    ("domain", "is_work"),
    [
        ("fao.org", True), ("mail.who.int", True), ("gmail.com", False), ("yahoo.fr", False),
        ("outlook.com", False), ("localhost", False), ("x.invalid", False), ("a b.org", False),
        ("tenant.onmicrosoft.com", False), ("", False),
    ],
)  # fmt: skip
def test_public_mail_providers_are_no_organisation(domain: str, is_work: bool) -> None:
    assert is_work_domain(domain) is is_work


def test_a_name_counts_before_a_work_domain(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@fao.org", organization="Univ. of Rome")
    rows.account("2", "ben@who.int")
    rows.account("3", "cai@gmail.com")
    rows.account("4", "dov@gmail.com", organization="F.A.O. Rome")
    rows.account("5", "eva@gmail.com", organization="Self-employed")
    rows.account("6", "info@who.int")
    run(IDENTITIES)
    assert employers(rows) == {
        "a:1": "univ-of-rome", "a:2": "who.int", "a:3": None, "a:4": "f-a-o-rome", "a:5": None,
        "a:6": None,
    }  # fmt: skip
    assert {p["email"]: p["organization"] for p in rows.all("person")}["ana@fao.org"] == (
        "Univ. of Rome"
    )


def test_a_domain_belongs_to_whom_most_of_its_accounts_name(rows: Any, run: Callable) -> None:
    """So that colleagues who leave the field empty are not a second organisation."""
    rows.account("1", "ana@who.int", organization="World Health Organization")
    rows.account("2", "ben@who.int", organization="world health organization")
    rows.account("3", "cai@who.int", organization="World Food Programme")
    rows.account("4", "dov@who.int")
    rows.account("5", "eva@hub.org", organization="One")
    rows.account("6", "fay@hub.org", organization="Another")
    rows.account("7", "gil@hub.org")
    run(IDENTITIES)
    found = employers(rows)
    assert found["a:4"] == found["a:1"] == found["a:2"] == "world-health-organization"
    assert found["a:7"] == "hub.org", "its accounts do not agree"


def test_a_domain_whose_people_work_all_over_is_nobodys_employer(rows: Any, run: Callable) -> None:
    """A mail provider that no list knows; an agency with several names for itself is not one."""
    for number in range(7):
        rows.account(f"p{number}", f"p{number}@mail.tg", organization=f"Ministry {number}")
        name = "Land Agency" if number < 2 else f"Land Agency, Office {number}"
        rows.account(f"o{number}", f"o{number}@land.tg", organization=name)
    rows.account("p", "p@mail.tg")
    rows.account("o", "o@land.tg")
    run(IDENTITIES)
    assert employers(rows)["a:p"] == "mail.tg", "seven are too few to tell"
    rows.account("p7", "p7@mail.tg", organization="Ministry 7")
    rows.account("o7", "o7@land.tg", organization="Land Agency, Office 7")
    run(IDENTITIES)
    assert employers(rows)["a:p"] is None
    assert employers(rows)["a:o"] == "land.tg"
    domains = {row["name"] for row in rows.all("organization_name") if row["kind"] == "domain"}
    assert domains == {"land.tg"}


def test_a_person_works_where_most_of_their_present_accounts_say(rows: Any, run: Callable) -> None:
    address = "ana@gmail.com"
    rows.account("1", address, organization="FAO", gone_at=BEGIN)
    rows.account("2", address, source="b", organization="FAO", gone_at=BEGIN)
    rows.account("3", address, source="c", organization="WFP")
    run(IDENTITIES)
    assert set(employers(rows).values()) == {"wfp"}


def test_a_change_of_work_is_dated(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@gmail.com", organization="FAO")
    run(IDENTITIES, BEGIN)
    rows.change("account", {"key": "1"}, organization="WFP")
    run(IDENTITIES, LATER)
    assert [
        (a["organization"], a["valid_from"], a["valid_to"]) for a in rows.all("affiliation")
    ] == [("fao", BEGIN, LATER), ("wfp", LATER, None)]
    rows.change("account", {"key": "1"}, organization=None)
    run(IDENTITIES, datetime(2026, 3, 1, tzinfo=UTC))
    assert employers(rows) == {"a:1": None}
    assert [p["organization"] for p in rows.all("person")] == [None]


def test_a_name_that_a_person_settled_stays_settled(rows: Any, run: Callable) -> None:
    rows.add("organization", {"key": "who", "name": "World Health Organization"})
    settled = {"kind": "name", "organization": "who", "set_by": "Ana"}
    rows.add("organization_name", {"name": "w h o", **settled})
    rows.add("organization_name", {"name": "who.int", **settled, "kind": "domain"})
    rows.account("1", "ana@gmail.com", organization="W.H.O.")
    rows.account("2", "ben@who.int")
    rows.account("3", "cai@who.int", organization="Elsewhere")
    run(IDENTITIES)
    assert employers(rows) == {"a:1": "who", "a:2": "who", "a:3": "elsewhere"}


def test_a_domain_moves_when_its_accounts_begin_to_name_somebody(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@who.int")
    run(IDENTITIES, BEGIN)
    assert employers(rows) == {"a:1": "who.int"}
    rows.account("2", "ben@who.int", organization="WHO")
    run(IDENTITIES, LATER)
    assert employers(rows) == {"a:1": "who", "a:2": "who"}
