"""Where people work, as far as a name or a work domain tells."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cophub.identities.organizations.dated import update_affiliations
from cophub.identities.organizations.stored import update_register
from cophub.pipelines.identities import cophub_pipelines
from cophub.warehouse.erasure import erase

IDENTITIES = cophub_pipelines()[0]
BEGIN, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def employers(rows: Any) -> dict[str, str | None]:
    """The organisation of each account's person, by account."""
    now = {a["person"]: a["organization"] for a in rows.all("affiliation") if not a["valid_to"]}
    return {name: now.get(person) for name, person in rows.people().items()}


def test_a_name_counts_before_a_work_domain(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@fao.org", organization="Univ. of Rome")
    rows.account("2", "ben@who.int")
    rows.account("3", "cai@gmail.com")
    rows.account("4", "dov@gmail.com", organization="F.A.O. Rome")
    rows.account("5", "eva@gmail.com", organization="Self-employed")
    rows.account("6", "info@who.int")
    run(IDENTITIES)
    assert employers(rows) == {
        "a:1": "university-of-rome", "a:2": "who", "a:3": None, "a:4": "fao", "a:5": None,
        "a:6": None,
    }  # fmt: skip
    named = {p["email"]: p["organization"] for p in rows.all("person")}
    assert named["ana@fao.org"] == "Univ. of Rome", "as most accounts write it"
    assert named["ben@who.int"] == "World Health Organization"


def test_a_domain_belongs_to_whom_most_of_its_accounts_name(rows: Any, run: Callable) -> None:
    """So that colleagues who leave the field empty are not a second organisation."""
    rows.account("1", "ana@acme.org", organization="Acme Foundation")
    rows.account("2", "ben@acme.org", organization="ACME Foundation, Inc.")
    rows.account("3", "cai@acme.org", organization="World Food Programme")
    rows.account("4", "dov@acme.org")
    rows.account("5", "eva@hub.org", organization="One")
    rows.account("6", "fay@hub.org", organization="Another")
    rows.account("7", "gil@hub.org")
    run(IDENTITIES)
    found = employers(rows)
    assert found["a:4"] == found["a:1"] == found["a:2"] == "acme-foundation"
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
    domains = [row for row in rows.all("organization_name") if row["kind"] == "domain"]
    assert {row["name"]: row["organization"] for row in domains} == {
        "land.tg": "land.tg", "mail.tg": "",
    }  # fmt: skip


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
    rows.add("organization", {"key": "own", "name": "Our Medical Service"})
    settled = {"kind": "name", "organization": "own", "set_by": "Ana"}
    rows.add("organization_name", {"name": "oms", **settled})
    rows.add("organization_name", {"name": "who.int", **settled, "kind": "domain"})
    rows.account("1", "ana@gmail.com", organization="O.M.S.")
    rows.account("2", "ben@who.int")
    rows.account("3", "cai@who.int", organization="Elsewhere")
    run(IDENTITIES)
    assert employers(rows) == {"a:1": "own", "a:2": "own", "a:3": "elsewhere"}


def test_a_domain_moves_when_its_accounts_begin_to_name_somebody(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@acme.org")
    run(IDENTITIES, BEGIN)
    assert employers(rows) == {"a:1": "acme.org"}
    rows.account("2", "ben@acme.org", organization="Acme")
    run(IDENTITIES, LATER)
    assert employers(rows) == {"a:1": "acme", "a:2": "acme"}


def test_an_organisation_keeps_its_key_when_its_best_title_changes(
    rows: Any, run: Callable
) -> None:
    rows.account("1", "ana@acme.org", organization="ACME FUND")
    run(IDENTITIES, BEGIN)
    assert titles(rows)["acme-fund"] == "ACME FUND"
    for number in range(3):
        rows.account(f"b{number}", f"b{number}@acme.org", organization="AcmeFund")
    run(IDENTITIES, LATER)
    assert titles(rows)["acme-fund"] == "AcmeFund"
    assert set(employers(rows).values()) == {"acme-fund"}


def titles(rows: Any) -> dict[str, str]:
    return {row["key"]: row["name"] for row in rows.all("organization")}


def test_an_office_is_told_with_its_head(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@gmail.com", organization="WHO - Kenya Country Office")
    rows.account("2", "ben@ke.who.int")
    rows.account("3", "cai@gmail.com", organization="Ministry of Health", country="Kenya")
    rows.account("4", "dov@gmail.com", organization="Ministry of Health")
    run(IDENTITIES)
    assert employers(rows) == {
        "a:1": "who-ke", "a:2": "who-ke", "a:3": "ministry-of-health-ke", "a:4": None,
    }  # fmt: skip
    office = next(row for row in rows.all("organization") if row["key"] == "who-ke")
    assert (office["name"], office["parent"], office["country"]) == (
        "World Health Organization, Kenya", "who", "ke",
    )  # fmt: skip


def history(rows: Any) -> set[tuple[str, str, str | None]]:
    """(organisation, since, until) of everybody, as days."""
    return {
        (a["organization"], f"{a['valid_from']:%Y-%m-%d}",
         f"{a['valid_to']:%Y-%m-%d}" if a["valid_to"] else None)
        for a in rows.all("affiliation")
    }  # fmt: skip


def test_a_change_is_dated_by_the_run_that_found_it(rows: Any, run: Callable) -> None:
    """Not by the day on which the pipelines ran."""
    rows.account("1", "ana@gmail.com", organization="FAO", created_at=day("2020-05-01"))
    run(IDENTITIES, BEGIN)
    rows.change("account", {"key": "1"}, organization="WFP", changed_at=day("2026-01-15"))
    run(IDENTITIES, LATER)
    assert history(rows) == {("fao", "2020-05-01", "2026-01-15"), ("wfp", "2026-01-15", None)}
    run(IDENTITIES, day("2026-03-01"))
    assert len(rows.all("affiliation")) == 2, "what was is not forgotten"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_whoever_uses_a_new_work_mailbox_left_the_old_one(rows: Any, run: Callable) -> None:
    name, rows.seen_at = {"name": "Ana Maria Quispe"}, day("2026-05-01")
    rows.account("old", "ana.quispe@who.int", created_at=day("2020-01-01"), **name)
    rows.account("new", "ana.quispe@fao.org", created_at=day("2026-04-02"), **name)
    rows.add("person", {"id": "p", "kind": "person", "listed": False, "created_at": BEGIN})
    for key in ("old", "new"):
        rows.add("person_account", {"source": "a", "account": key, "person": "p"})
    post = {"source": "a", "key": "1", "account": "old", "posted_at": day("2026-03-20")}
    rows.add("post", post)
    affiliate(rows, LATER)
    assert history(rows) == {("who", "2020-01-01", "2026-04-02"), ("fao", "2026-04-02", None)}
    assert [p["organization"] for p in rows.all("person")] == ["Food and Agriculture Organization"]
    rows.add("post", post | {"key": "2", "posted_at": day("2026-04-20")})
    affiliate(rows, LATER)
    assert history(rows) == {("who", "2020-01-01", None), ("fao", "2026-04-02", None)}
    assert sorted(a["place"] for a in rows.all("affiliation")) == [1, 2]


def affiliate(rows: Any, now: datetime, persons: list[str] | None = None) -> int:
    with rows.warehouse.begin() as connection:
        update_register(connection)
        return update_affiliations(connection, now, persons)


def test_a_split_gives_each_part_its_own(rows: Any, run: Callable) -> None:
    """What was observed is kept by account, so that people may be merged and split."""
    rows.account("1", "ana@gmail.com", organization="FAO")
    rows.account("2", "ben@gmail.com", organization="WHO")
    run(IDENTITIES, BEGIN)
    before = rows.all("affiliation")
    rows.change("account", {"key": "2"}, organization="WFP", changed_at=day("2026-01-15"))
    one, two = (rows.people()[name] for name in ("a:1", "a:2"))
    rows.change("person_account", {"account": "2"}, person=one)
    affiliate(rows, LATER, [one, two])
    assert {a["person"] for a in rows.all("affiliation")} == {one}
    assert len(rows.all("affiliation")) == 3
    rows.change("person_account", {"account": "2"}, person=two)
    affiliate(rows, LATER, [one, two])
    begun = {(a["person"], a["organization"]) for a in rows.all("affiliation")}
    assert begun == {(one, "fao"), (two, "who"), (two, "wfp")}
    assert [a for a in before if a["person"] == one] == [
        a for a in rows.all("affiliation") if a["person"] == one
    ]


def test_only_those_who_were_touched_are_looked_at(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@gmail.com", organization="FAO")
    rows.account("2", "ben@gmail.com", organization="WHO")
    run(IDENTITIES, BEGIN)
    for key in "12":
        rows.change("account", {"key": key}, organization="WFP")
    affiliate(rows, LATER, [rows.people()["a:2"]])
    assert employers(rows) == {"a:1": "fao", "a:2": "wfp"}


def test_who_bears_a_name_that_is_read_otherwise_is_looked_at_too(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@gmail.com", organization="Acme Fund")
    rows.account("2", "ben@acme.org")
    rows.account("3", "cai@gmail.com", organization="WHO")
    run(IDENTITIES, BEGIN)
    settled = {"name": "acme fund", "kind": "name", "organization": "who", "set_by": "Ana"}
    rows.change("organization_name", {"name": "acme fund"}, **settled)
    rows.account("4", "dov@acme.org", organization="Acme")
    assert affiliate(rows, LATER, []) == 4, "two that moved, each out of one and into another"
    assert employers(rows) == {"a:1": "who", "a:2": "acme", "a:3": "who"}


def test_a_second_run_writes_nothing(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@gmail.com", organization="FAO", created_at=day("2020-05-01"))
    rows.account("2", "ben@ke.who.int", organization="WHO")
    rows.account("3", "cai@acme.org", organization="Acme")
    rows.account("4", "dov@acme.org", organization="Acme Fund")
    run(IDENTITIES, BEGIN)
    rows.change("account", {"key": "1"}, organization="WFP")
    run(IDENTITIES, LATER)
    names = (
        "organization", "organization_name", "affiliation", "account_organization", "person",
        "meta",
    )  # fmt: skip
    before = {name: rows.all(name) for name in names}
    rows.alarm(*names)
    run(IDENTITIES, day("2026-03-01"))
    assert {name: rows.all(name) for name in names} == before


def test_what_an_erased_account_said_is_gone(rows: Any, run: Callable) -> None:
    rows.account("1", "ana@gmail.com", organization="Ana Quispe Consulting")
    rows.account("2", "ben@gmail.com", organization="WHO")
    run(IDENTITIES, BEGIN)
    with rows.warehouse.begin() as connection:
        erase(connection, accounts=[("a", "1")], now=LATER)
    run(IDENTITIES, LATER)
    assert [row["account"] for row in rows.all("account_organization")] == ["2"]
    names = {row["name"] for row in rows.all("organization_name")}
    assert names == {"who"}
    assert set(employers(rows).values()) == {"who"}
    assert "ana-quispe-consulting" not in titles(rows)
