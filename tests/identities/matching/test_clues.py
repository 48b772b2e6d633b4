"""What rules know of accounts, weighed: proof, strong and weak, and where it is doubted."""

from typing import Any

import pytest

from cophub import AccountFacts, Clues, FurtherAddress, Identifier, IdentityRule
from cophub.identities.matching.match import Matching, match
from cophub.identities.matching.words import sentence
from cophub.identities.reading.rules import Reader
from cophub.identity_rule import RuleInUse, RulesInUse
from cophub.testing.identity import _row

GUID = "20000000-1111-2222-3333-444444444444"
OTHER = "30000000-1111-2222-3333-444444444444"


def by_extra(facts: AccountFacts, settings: Any) -> Clues | None:
    """What an account knows of itself, as a test puts it into `extra`."""
    found: Clues | None = facts.extra.get("clues")
    return found


RULE = RuleInUse("test", IdentityRule("by_extra", "As told", by_extra))


def matched(*accounts: tuple[str, str, Clues | None]) -> Matching:
    """The matching of accounts: name, address, and what the rule knows."""
    reader = Reader(RulesInUse((RULE,)))
    facts = [
        AccountFacts(f"s{at}", "k", name=name, email=email, extra={"clues": clues})
        for at, (name, email, clues) in enumerate(accounts)
    ]
    return match([reader.read(_row(each, reader)) for each in facts])


def said(kind: str, value: str, strength: Any = "proof", single: bool = True) -> Clues:
    return Clues(identifiers=(Identifier(kind, value, strength, single),))


STAFF, ANOTHER = said("staff", "4711"), said("staff", "4712")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Amina Diallo", "adiallo@ngo.example"), ("Amina Ba", "mina@mail.example")),
        (("Amina Diallo", "adiallo@ngo.example"), ("", "x9@mail.example")),
        (("", ""), ("", "")),
        (("Amina Diallo", ""), ("Mimi", "")),
    ],
)
def test_a_proof_joins_whatever_the_name_says_but_another_given_name(one: Any, other: Any) -> None:
    assert matched((*one, STAFF), (*other, STAFF)).people == [(0, 1)]
    assert matched((*one, STAFF), (*other, ANOTHER)).people == [(0,), (1,)]


@pytest.mark.parametrize(
    ("name", "clues"),
    [
        ("Bruno Costa", STAFF),
        ("Fatou Diallo", STAFF),
        ("Amina Diallo", Clues((*STAFF.identifiers, Identifier("sso", "9", "proof")))),
    ],
)
def test_a_proof_that_something_speaks_against_is_a_question(name: str, clues: Clues) -> None:
    """Another person's name, or another proof that differs."""
    mine = Clues((*STAFF.identifiers, Identifier("sso", "8", "proof")))
    found = matched(("Amina Diallo", "a@ngo.example", mine), (name, "b@mail.example", clues))
    assert found.people == [(0,), (1,)]
    [question] = found.clustering.questions
    text = sentence(question.edge)
    assert 'same staff (rule "test")' in text
    assert "people are asked" in text


def test_nobody_is_a_bridge_between_two_whom_proofs_tell_apart() -> None:
    """A third account has the number that both bear, and none of those that differ."""
    one, other = (Clues((*STAFF.identifiers, Identifier("sso", n, "proof"))) for n in ("8", "9"))
    name = "Ngozi Okeke"
    third = (name, "c@health.example", STAFF)
    found = matched((name, "a@ngo.example", one), (name, "b@mail.example", other), third)
    assert found.people == [(0, 2), (1,)]
    assert [why for edge, why in found.clustering.refused] == ["proof_doubted"]


def test_different_proofs_part_those_whom_a_rare_name_would_join() -> None:
    one, other = ("Ngozi Okeke", "n@ngo.example"), ("Ngozi Okeke", "okeke@mail.example")
    assert matched((*one, None), (*other, None)).people == [(0, 1)]
    assert matched((*one, STAFF), (*other, ANOTHER)).people == [(0,), (1,)]
    many = [said("staff", n, single=False) for n in ("4711", "4712")]
    assert matched((*one, many[0]), (*other, many[1])).people == [(0, 1)]


def test_strong_and_weak_count_beside_a_name_alone() -> None:
    for strength in ("strong", "weak"):
        clues = said("team", "red", strength)
        found = matched(("Amina Diallo", "a@n.example", clues), ("Mimi", "b@m.example", clues))
        assert found.people == [(0,), (1,)]
    one, other = ("Wei Zhang", "wz@a.example"), ("W. Zhang", "zz@b.example")
    scores = []
    for strength in ("proof", "strong", "weak"):
        clues = said("team", "red", strength)
        [edge] = matched((*one, clues), (*other, clues)).edges
        scores.append(edge.score)
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_an_address_that_is_known_finds_the_account_that_shows_it() -> None:
    """They have nothing else in common by which they could be found."""
    known = Clues(addresses=(FurtherAddress("Mina+forum@mail.example", verified=True),))
    told = Clues(addresses=(FurtherAddress("mina@mail.example"),))
    one, other = ("Amina Diallo", "adiallo@ngo.example"), ("Amina Ba", "mina@mail.example")
    assert matched((*one, known), (*other, None)).people == [(0, 1)]
    assert matched((*other, None), (*one, known)).people == [(0, 1)]
    assert matched((*one, told), (*other, None)).people == [(0,), (1,)], "that is no proof"
    assert matched((*one, told), ("Amina Diallo", "mina@mail.example", None)).people == [(0, 1)]


def test_a_role_mailbox_that_is_known_says_nothing() -> None:
    known = Clues(addresses=(FurtherAddress("info@ngo.example", verified=True),))
    accounts = [("Amina Diallo", f"a{at}@x{at}.example", known) for at in range(2)]
    clues = [clue for edge in matched(*accounts).edges for clue in edge.a.clues]
    assert clues == []


def test_a_directory_id_that_is_known_meets_the_vendors_own() -> None:
    reader = Reader(RulesInUse((RULE,)))
    vendor = AccountFacts("entra", "1", name="Amina Ba", extra={"directory_id": GUID.upper()})
    people = {}
    for guid in (GUID, OTHER):
        extra = {"clues": Clues(directory=guid.upper())}
        known = AccountFacts("forum", "2", name="Amina Diallo", email="m@b.example", extra=extra)
        people[guid] = match([reader.read(_row(each, reader)) for each in (vendor, known)]).people
    assert people == {GUID: [(0, 1)], OTHER: [(0,), (1,)]}


def test_the_vendors_own_directory_id_stands() -> None:
    reader = Reader(RulesInUse((RULE,)))
    extra = {"directory_id": GUID, "clues": Clues(directory=OTHER)}
    found = reader.read(_row(AccountFacts("entra", "1", extra=extra), reader))
    assert (found.directory, found.clues) == (GUID, ())


def test_a_value_that_twelve_bear_says_nothing_for_and_nothing_against() -> None:
    def people(count: int) -> int:
        crowd = [("", f"p{at}@own{at}.example", STAFF) for at in range(count - 1)]
        return len(matched(*crowd, ("", "x@y.example", STAFF)).people)

    assert people(11) == 1
    assert people(12) == 12
    crowd = [("", f"p{at}@own{at}.example", STAFF) for at in range(12)]
    pair = (("Ngozi Okeke", "n@ngo.example", STAFF), ("Ngozi Okeke", "o@m.example", ANOTHER))
    found = matched(*pair, *crowd)
    assert (0, 1) in found.people
    [edge] = found.edges
    assert not any(reason.name == "rule_other" for reason in edge.reasons)


def test_bad_numbers_never_chain_people_of_other_names() -> None:
    """Two hundred people, each of whom shares a wrong number with the next one."""
    given = ("Awa", "Bruno", "Chidi", "Dalia", "Emeka", "Fatou", "Goran", "Hawa", "Ines", "Juma")
    family = ("Diallo", "Costa", "Okeke", "Nasser", "Obi", "Ba", "Kovac", "Sow", "Lima", "Mushi")
    chain = [
        (
            f"{given[at % 10]} {family[(at // 10 + at) % 10]}{'abcdefghijklmnopqrst'[at // 10]}",
            f"p{at}@own{at}.example",
            Clues((
                Identifier("one", str(at // 2 * 2), "proof", single=False),
                Identifier("two", str((at + 1) // 2), "proof", single=False),
            )),
        )
        for at in range(200)
    ]  # fmt: skip
    assert max(map(len, matched(*chain).people)) == 1
