"""`organizations`: what there is, what is open, and what somebody says and takes back."""

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Answer
from .directory import Directory, directory, person

__all__ = ["directory"]
Call = Callable[..., Answer]

PEOPLE = (
    person("1", "Ana Quispe", "ana@acme-aid.org", organization="Acme Fund"),
    person("2", "Ben Okoye", "ben@acme-aid.org"),
    person("3", "Cai Wen", "cai@gmail.com", organization="IHI"),
    person("4", "Dov Levi", "dov@gmail.com", organization="I.H.I."),
    person("5", "Eva Roth", "eva@gmail.com", organization="Ministry of Health"),
    person("6", "Fay Ndour", "fay@gmail.com", organization="WHO Kenya"),
    person("7", "Gil Amado", "gil@gmail.com", organization="W.H.O."),
)


@pytest.fixture
def hub(directory: Directory, cophub: Call) -> Call:
    """Calls the command line where seven people work for this and that."""
    directory.write("list", *PEOPLE)
    directory.write("calls")
    directory.run()
    return cophub


def workers(hub: Call, key: str) -> int:
    found: dict[str, Any] = hub("organizations", "show", key, "--json").json
    count: int = found["organization"]["people"]
    return count


def test_the_list_has_heads_with_the_people_of_their_offices(hub: Call) -> None:
    found = {o["key"]: o for o in hub("organizations", "list", "--json").json["organizations"]}
    assert (found["who"]["people"], found["who"]["offices"]) == (2, ["who-ke"])
    assert (found["acme-fund"]["people"], found["acme-fund"]["domains"]) == (2, ["acme-aid.org"])
    assert "World Health Organization, Kenya" in hub("organizations", "list").out
    only = hub("organizations", "list", "acme-aid", "--json").json["organizations"]
    assert [o["key"] for o in only] == ["acme-fund"]


def test_an_organisation_is_shown_by_key_name_and_domain(hub: Call) -> None:
    for asked in ("acme-fund", "ACME Fund, Inc.", "acme-aid.org"):
        assert "Acme Fund" in hub("organizations", "show", asked).out
    shown = hub("organizations", "show", "who.int").out
    assert "2 people work there" in shown
    wrong = hub("organizations", "show", "acme-fnd")
    assert wrong.code == 2
    assert 'did you mean "acme-fund"' in wrong.err
    assert "--title" not in wrong.err


def test_a_name_of_several_organisations_is_not_guessed(hub: Call) -> None:
    """Those it may be are named, rather than one that is spelled alike."""
    for country in ("Kenya", "Mali"):
        hub("organizations", "alias", f"MoH {country}", f"ministry-of-health-{country[:2].lower()}",
            "--title", f"Ministry of Health, {country}")  # fmt: skip
    wrong = hub("organizations", "show", "Ministry of Health")
    assert wrong.code == 2
    assert "ministry-of-health-ke" in wrong.err
    assert "ministry-of-health-ma" in wrong.err
    assert "name one by its key" in wrong.err


def test_open_names_come_best_gain_first(hub: Call) -> None:
    found = hub("organizations", "unresolved", "--json").json["unresolved"]
    assert [(o["accounts"], o["name"]) for o in found] == [(2, "ihi"), (1, "ministry of health")]
    assert found[0]["may_be"] == ["ihi-ifakara", "ihi-boston"]
    assert "ihi-boston" in hub("organizations", "unresolved").out


def test_whose_a_name_is_can_be_said_and_taken_back(hub: Call) -> None:
    assert hub("organizations", "alias", "IHI", "ihi-boston", "--by", "Ana").code == 0
    assert workers(hub, "ihi-boston") == 2
    assert "Ana" in hub("organizations", "show", "ihi-boston").out
    assert len(hub("organizations", "unresolved", "--json").json["unresolved"]) == 1
    assert hub("organizations", "alias", "i.h.i.", "--withdraw").code == 0
    assert len(hub("organizations", "unresolved", "--json").json["unresolved"]) == 2
    assert "nobody said" in hub("organizations", "alias", "IHI", "--withdraw").out


def test_a_domain_can_be_nobodys_or_a_new_organisations(hub: Call) -> None:
    assert hub("organizations", "alias", "acme-aid.org", "--none").code == 0
    assert workers(hub, "acme-fund") == 1, "who names it works there still"
    made = hub("organizations", "alias", "acme-aid.org", "aid", "--title", "Acme Aid")
    assert made.code == 0, made.err
    assert workers(hub, "aid") == 1
    assert hub("organizations", "alias", "acme-aid.org", "--withdraw").code == 0
    assert workers(hub, "acme-fund") == 2


def test_a_merge_is_exact_both_ways(hub: Call) -> None:
    before = hub("organizations", "list", "--json").json["organizations"]
    assert hub("organizations", "merge", "who", "acme-fund").code == 0
    assert workers(hub, "who") == 4
    assert workers(hub, "acme-fund") == 4, "the key stays, and leads there"
    again = hub("organizations", "merge", "who", "acme-fund")
    assert (again.code, "already" in again.err) == (2, True)
    assert hub("organizations", "merge", "who", "acme-fund", "--withdraw").code == 0
    assert hub("organizations", "list", "--json").json["organizations"] == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("alias", "Acme Fund"), "say one of"),
        (("alias", "Acme Fund", "who", "--none"), "say one of"),
        (("alias", "n/a", "who"), "names no organisation"),
        (("alias", "Acme Fund", "Who!", "--title", "X"), "no key"),
        (("alias", "Acme Fund", "who", "--title", "X"), "already"),
        (("merge", "who", "nobody-knows"), "there is no organisation"),
    ],
)
def test_what_cannot_be_said_says_why(hub: Call, arguments: tuple[str, ...], said: str) -> None:
    answer = hub("organizations", *arguments)
    assert answer.code == 2
    assert said in answer.err


def test_affiliations_are_exported_with_names_and_dates(hub: Call) -> None:
    lines = hub("export", "affiliation").out.splitlines()
    assert lines[0] == "person,organization,organization_name,valid_from,valid_to"
    assert sum(",acme-fund,Acme Fund,2" in line for line in lines) == 2
    assert not any("ihi" in line for line in lines)
