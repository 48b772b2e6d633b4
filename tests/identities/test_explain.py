"""Why accounts are one person's, why two people are two, and what would change that."""

import re
from typing import Any

import pytest

from cophub.errors import ConfigError
from cophub.identities.between import Between, between
from cophub.identities.explain import path, why_person
from cophub.identities.lookup import Meant, meant
from cophub.warehouse import Warehouse

from .store.conftest import Directory, account

AMINA = account("list", "1", name="Amina Diallo", email="amina.diallo@fhi.example")
TOGETHER = account("calls", "7", name="Diallo, Amina", email="Amina.Diallo@fhi.example")
JOHN = account("list", "2", name="John Smith", email="john.smith@who.example", country="KE")
OTHER = account("chat", "3", name="Wanjiru Kamau", email="wanjiru@moh.example", country="KE")


@pytest.fixture
def told(warehouse: Warehouse) -> Directory:
    found = Directory(warehouse)
    found.sync(AMINA, TOGETHER, JOHN, OTHER)
    found.resolve()
    return found


def ask(of: Directory, a: str, b: str, **more: Any) -> Between:
    with of.warehouse.connect() as connection:
        return between(connection, meant(connection, a), meant(connection, b), **more)


def find(of: Directory, text: str) -> Meant:
    with of.warehouse.connect() as connection:
        return meant(connection, text)


def test_each_account_has_a_sentence_and_hangs_on_another(told: Directory) -> None:
    """The first one at the root; addresses masked unless they are asked for."""
    person = find(told, "list:1").person
    with told.warehouse.connect() as connection:
        why = why_person(connection, person)
        open_why = why_person(connection, person, addresses=True)
    first, second = why.steps
    assert (first.account, first.to, first.depth) == ("calls:7", None, 0)
    assert (second.account, second.to, second.depth) == ("list:1", "calls:7", 1)
    assert second.why == "same mailbox a***@fhi.example"
    assert open_why.steps[1].why == "same mailbox amina.diallo@fhi.example"


def test_an_id_of_a_directory_is_told_as_that_and_not_as_a_mailbox(told: Directory) -> None:
    same = {"directory_id": "10000000-1111-2222-3333-444444444444"}
    told.sync(JOHN | {"extra": same}, account("news", "9", name="J. Smith", extra=same))
    told.resolve()
    with told.warehouse.connect() as connection:
        why = why_person(connection, meant(connection, "news:9").person)
    assert [step.why for step in why.steps[1:]] == ["same id in the organisation's directory"]


def test_a_decision_is_told_with_who_and_why(told: Directory) -> None:
    told.decide(True, ("list", "2"), ("chat", "3"))
    told.resolve()
    found = ask(told, "list:2", "chat:3")
    assert found.together
    (step,) = found.steps
    assert re.fullmatch(r"decision 1: the same person \(somebody, 2026-\d\d-\d\d\)", step.why)
    assert step.score is None


def test_a_path_leads_from_one_account_to_the_other(told: Directory) -> None:
    """Over others, where they are tied only through these; and decisions are named."""
    told.decide(True, ("list", "2"), ("chat", "3"))
    told.decide(True, ("list", "1"), ("list", "2"))
    told.resolve()
    person = find(told, "list:1").person
    with told.warehouse.connect() as connection:
        steps = path(connection, ("calls", "7"), ("chat", "3"), person)
    assert [(step.account, step.to) for step in steps] == [
        ("calls:7", "list:2"), ("list:2", "chat:3"),
    ]  # fmt: skip
    assert [step.why[:10] for step in steps] == ["decision 2", "decision 1"]


def test_names_that_cannot_be_one_persons_are_told(told: Directory) -> None:
    found = ask(told, "list:1", "list:2")
    assert not found.together
    assert found.score is None
    assert any("cophub people merge" in change for change in found.changes)
    assert not any("ORCID" in change for change in found.changes)


def test_a_decision_that_keeps_two_apart_names_its_number(told: Directory) -> None:
    number = told.decide(False, ("list", "1"), ("calls", "7"))
    told.resolve()
    found = ask(told, "list:1", "calls:7")
    assert not found.together
    assert f"decision {number}: two people" in found.answer
    assert found.changes == (f"taking it back: cophub people undo {number}",)


def test_a_decision_not_yet_followed_is_told_as_such(told: Directory) -> None:
    told.decide(True, ("list", "1"), ("list", "2"))
    found = ask(told, "list:1", "list:2")
    assert "has not taken effect yet" in found.answer
    assert found.changes == ("cophub run identities",)


def test_too_little_evidence_says_how_much_is_lacking_and_what_would_do(
    warehouse: Warehouse,
) -> None:
    """A common name alone: each fact that is named does join them when it is there."""
    of = Directory(warehouse)
    crowd = [account("crowd", str(n), name="Maria Garcia", email=f"m{n}@x{n}.example")
             for n in range(60)]  # fmt: skip
    one = account("list", "a", name="Maria Garcia", email="mg1@one.example", country="PE")
    two = account("chat", "b", name="Maria Garcia", email="gm2@two.example", country="MX")
    of.sync(*crowd, one, two)
    of.resolve()
    found = ask(of, "list:a", "chat:b")
    assert not found.together and found.score is not None and found.needed is not None
    assert found.score < found.needed
    assert {reason.text for reason in found.reasons}
    assert round(sum(r.weight for r in found.reasons), 0) == round(found.score, 0)
    assert any("ORCID" in change for change in found.changes)
    orcid = {"extra": {"orcid": "0000-0002-1825-0097"}}
    of.sync(one | orcid, two | orcid)
    of.resolve()
    assert ask(of, "list:a", "chat:b").together


def test_a_redirect_leads_to_who_remains(told: Directory) -> None:
    one, other = find(told, "list:2").person, find(told, "chat:3").person
    told.decide(True, ("list", "2"), ("chat", "3"))
    told.resolve()
    today = find(told, "list:2").person
    (gone,) = {one, other} - {today}
    found = find(told, gone[:10])
    assert (found.person, found.redirected_from) == (today, gone)


def test_an_address_of_two_people_is_refused_with_both(told: Directory) -> None:
    told.decide(False, ("list", "1"), ("calls", "7"))
    told.resolve()
    with pytest.raises(ConfigError, match=r"a\*\*\*@fhi.example is the address of 2 people"):
        find(told, "amina.diallo@fhi.example")


def test_a_prefix_of_two_ids_is_refused_with_both(told: Directory) -> None:
    from sqlalchemy import insert

    from cophub.warehouse import tables

    with told.warehouse.begin() as connection:
        for tail in ("aa", "bb"):
            row = dict(id=f"feed{tail}", name=tail, kind="person", listed=False)
            connection.execute(insert(tables.person).values(created_at=told.now, **row))
    with pytest.raises(ConfigError, match='"feed" is the beginning of 2 ids: feedaa aa, feedbb bb'):
        find(told, "feed")
    assert find(told, "FEEDaa").person == "feedaa"


def test_no_explanation_shows_the_key_of_an_organisation(told: Directory) -> None:
    """Neither of a join, nor between two, nor as it is kept with the account."""
    lake = {"organization": "LAKESIDE University of Applied Health"}
    told.sync(
        account("list", "5", name="Ayo Brightwater", email="ayo@lakeside.example", **lake),
        account("chat", "6", name="Ayo Tunde Brightwater", email="tunde@mail.example", **lake),
    )
    told.resolve()
    assert find(told, "list:5").person == find(told, "chat:6").person
    with told.warehouse.connect() as connection:
        why = why_person(connection, find(told, "list:5").person)
    (joined,) = (step.why for step in why.steps if step.to)
    assert "one name is part of the other" in joined
    assert "both LAKESIDE University of Applied Health" in joined
    kept = " ".join(row["explanation"] for row in told.rows("person_account"))
    assert "both Lakeside University Of Applied Health" in kept
    apart = ask(told, "list:5", "list:1")
    said = " ".join([joined, kept, apart.answer, *apart.changes, *(r.text for r in apart.reasons)])
    assert "lakeside-university" not in said
