"""Rules of plugins in a hub that lives: they come, change, fail and go, and people follow them."""

from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub import AccountFacts, Clues, FurtherAddress, Identifier, IdentityRule
from cophub.identities.matching import blocking, clue_evidence
from cophub.identities.matching.match import match
from cophub.identities.matching.scoring import Scorer
from cophub.identities.reading.rules import NO_RULES, Reader
from cophub.identities.store import resolve as resolving
from cophub.identities.store.index import every_account
from cophub.identities.store.rule_counts import rule_lines
from cophub.identity_rule import RuleInUse, RulesInUse
from tests.identities.store.conftest import Directory, account, refs
from tests.identities.store.crowd import at_start
from tests.identities.store.test_resolve import (
    _OTHER,
    _SYNC,
    HARD,
    Step,
    _check_decisions,
    _check_ids,
    _take,
)

GUID = "20000000-1111-2222-3333-444444444444"


def crowd(facts: AccountFacts, settings: Any) -> Clues | None:
    """Knows something of every kind of the people of `crowd.py`, and fails on some of them."""
    if facts.name.startswith("张"):
        raise KeyError(facts.name)
    known = []
    if "birthday" in facts.extra:
        known.append(Identifier("born", facts.extra["birthday"], "proof"))
    if "phone" in facts.extra or facts.organization == "WHO":
        known.append(Identifier("team", "who", "strong", single=False))
    if facts.email.startswith("bruno"):
        known.append(Identifier("staff", len(facts.email), "proof"))
    if facts.city:
        known.append(Identifier("town", facts.city, "weak"))
    return Clues(
        identifiers=tuple(known),
        addresses=(FurtherAddress("Amina.Diallo@health.example", verified=facts.country == "SN"),)
        if facts.username == "adiallo"
        else (),
        directory=GUID if facts.username == "zz17kk" else "",
        kind="bot" if facts.name.startswith("K") else "",
        reason="its name begins with K" if facts.name.startswith("K") else "",
        organization="Health Alliance" if facts.organization == "HA" else "",
    )


def dull(facts: AccountFacts, settings: Any) -> Clues | None:
    """Says that everybody in the source `news` has one staff number."""
    return Clues(identifiers=(Identifier("staff", "7777", "proof"),))


def use(rule: IdentityRule, *sources: str) -> RuleInUse:
    return RuleInUse(rule.name, rule, sources=sources)


CROWD = IdentityRule("crowd", "Of the crowd", crowd)
DULL = IdentityRule("dull", "One number for all", dull)
READERS = (
    NO_RULES,
    Reader(RulesInUse((use(CROWD),))),
    Reader(RulesInUse((use(CROWD, "news", "lists"), use(DULL, "news")))),
)


class Rules(NamedTuple):
    which: int


BATCHES = st.lists(
    st.lists(
        st.one_of(_SYNC, _SYNC, _OTHER, st.builds(Rules, st.integers(0, 2))),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(params=[blocking.CAP, 3])
def caps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where four that bear a key are too many; three bear a number in vain."""
    monkeypatch.setattr(blocking, "CAP", request.param)
    monkeypatch.setattr(clue_evidence, "COMMON", 3)
    monkeypatch.setattr(resolving, "WHOLE_SHARE", 2.0)


@pytest.mark.parametrize("dialect", ["sqlite"])
@HARD
@given(chance=st.integers(0, 10**6), number=st.sampled_from((0, 20, 40)), batches=BATCHES)
def test_with_rules_any_batches_end_as_if_everything_were_weighed_anew(
    directory: Directory,
    caps: None,
    chance: int,
    number: int,
    batches: list[list[Step | Rules]],
) -> None:
    directory.empty()
    directory.reader = READERS[chance % 3]
    directory.sync(*at_start(Random(chance), number))
    directory.resolve()
    decided: list[int] = []
    for steps in batches:
        before = directory.people()
        for step in steps:
            if isinstance(step, Rules):
                directory.reader = READERS[step.which]
            else:
                _take(directory, step, decided)
        directory.resolve()
        after = directory.people()
        people, edges = directory.at_once()
        assert refs(after) == people
        assert directory.edges() == edges
        _check_ids(directory, before, after)
        _check_decisions(directory, after)
        assert told(directory) == told_at_once(directory)


def told(directory: Directory) -> list[str]:
    with directory.warehouse.connect() as connection:
        return [line.said for line in rule_lines(connection)]


def told_at_once(directory: Directory) -> list[str]:
    """What is to be told of the rules, counted from the accounts as they are."""
    with directory.warehouse.connect() as connection:
        rows = every_account(connection, directory.reader)
        accounts = [directory.reader.read(row) for row in rows]
    counts = match(accounts).counts
    lines = []
    for rule in sorted(each.name for each in directory.reader.rules):
        knows = sum(rule in e.told for e in accounts)
        failed = sum(any(f.startswith(f"{rule} ") for f in e.failed) for e in accounts)
        keys = {clue_evidence.clue_key(c) for e in accounts for c in e.clues if c.rule == rule}
        common = sum(counts.bearers(key) >= clue_evidence.COMMON for key in keys)
        line = f'identity rule "{rule}" knows something of {knows} account{"s" * (knows != 1)}'
        if common:
            values = "1 value" if common == 1 else f"{common} values"
            line += f"; leaves out {values} that 3 mailboxes or more bear"
        if failed:
            many = f"{failed} account{'s' * (failed != 1)}"
            line += f"; failed on {many} (KeyError), which were matched without it"
        lines.append(line)
    return lines


# --- one rule, looked at closely -------------------------------------------------------------


def staff(facts: AccountFacts, settings: Any) -> Clues | None:
    number = facts.extra["staff"]
    return Clues(identifiers=(Identifier("staff", number, "proof"),)) if number else None


def in_use(version: int = 1, *sources: str, tell: Any = staff) -> Reader:
    rule = IdentityRule("by_staff", "By staff number", tell, version=version)
    return Reader(RulesInUse((RuleInUse("staff", rule, sources=sources),)))


def several(count: int, source: str = "hr") -> list[dict[str, Any]]:
    """Accounts of people who have nothing in common, each with a number of their own."""
    given = ("Awa", "Bruno", "Chidi", "Dalia", "Emeka", "Fenna", "Goran", "Hui", "Ines", "Juma")
    family = ("Okeke", "Costa", "Nakamura", "Nasser", "Quispe", "Rahman", "Kovac", "Sow", "Lima")
    return [
        account(
            source,
            f"k{at}",
            name=f"{given[at % 10]} {family[(at + at // 10) % 9]}",
            email=f"p{at}@own{at}.example",
            extra={"staff": f"S{at}"},
        )
        for at in range(count)
    ]


AMINA = (
    account("hr", "a1", name="Amina Diallo", email="adiallo@ngo.example", extra={"staff": 4711}),
    account("forum", "a2", name="Amina Ba", email="mina@mail.example", extra={"staff": "4711"}),
)
ONE = frozenset((("hr", "a1"), ("forum", "a2")))


def test_a_rule_that_comes_joins_and_one_that_goes_parts_again(directory: Directory) -> None:
    """A married name that no other evidence joins."""
    directory.sync(*AMINA, *several(20))
    directory.resolve()
    assert ONE not in refs(directory.people())
    first = directory.people()
    directory.reader = in_use()
    directory.resolve()
    assert ONE in refs(directory.people())
    directory.reader = NO_RULES
    directory.resolve()
    assert directory.people() == first
    assert told(directory) == []


def test_a_new_version_is_asked_anew_and_an_old_one_is_not(directory: Directory) -> None:
    said = {"of": "Blue Clinic"}
    directory.reader = in_use(tell=lambda facts, settings: Clues(organization=said["of"]))
    directory.sync(*AMINA)
    directory.resolve()
    said["of"] = "Red Clinic"
    directory.resolve()
    kept = [e.organization for e in evidence(directory)]
    assert kept == ["blue clinic", "blue clinic"]
    directory.reader = in_use(2, tell=lambda facts, settings: Clues(organization=said["of"]))
    directory.resolve()
    assert [e.organization for e in evidence(directory)] == ["red clinic", "red clinic"]


def evidence(directory: Directory) -> list[Any]:
    from cophub.identities.store.index import everybody

    with directory.warehouse.connect() as connection:
        return everybody(connection)[0]


def test_only_what_a_rule_touches_is_weighed(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule for one source, in a directory of which it knows two accounts."""
    monkeypatch.setattr(resolving, "LEARN_SHARE", 1.0)
    directory.sync(*several(40), *several(40, "lists"), AMINA[1])
    directory.resolve()
    read: list[str] = []
    weighed: list[frozenset[str]] = []

    def tell(facts: AccountFacts, settings: Any) -> Clues | None:
        read.append(facts.source)
        return staff(facts, settings)

    score = Scorer.score

    def noted(self: Scorer, a: Any, b: Any) -> Any:
        weighed.append(frozenset((a.key[0], b.key[0])))
        return score(self, a, b)

    monkeypatch.setattr(Scorer, "score", noted)
    monkeypatch.setattr(resolving, "resolve_whole", None)  # would be everything
    directory.reader = in_use(1, "forum", tell=tell)
    directory.resolve()
    assert read == ["forum"]
    assert all("forum" in pair for pair in weighed)
    directory.resolve()
    assert read == ["forum"], "nothing is read again while nothing changes"


def test_a_rule_that_fails_costs_an_account_only_what_it_would_have_said(
    directory: Directory,
) -> None:
    """Its failures are told for as long as they last, with nobody's data."""
    directory.reader = in_use()
    same = [
        account("hr", "b1", name="Ngozi Okeke", email="ngozi@ngo.example"),
        account("forum", "b2", name="Ngozi Okeke", email="ngozi@ngo.example"),
    ]
    directory.sync(*AMINA, *same)
    directory.resolve()
    assert refs(directory.people()) == {ONE, frozenset((("hr", "b1"), ("forum", "b2")))}
    line = (
        'identity rule "staff" knows something of 2 accounts;'
        " failed on 2 accounts (KeyError), which were matched without it"
    )
    assert told(directory) == [line]
    assert list(directory.reader.failures) == ["staff KeyError"]
    assert directory.reader.failures["staff KeyError"].startswith("test_rules.py, line ")
    directory.sync({**same[0], "extra": {"staff": ""}})
    directory.resolve()
    assert "failed on 1 account (" in told(directory)[0]
    directory.remove(("forum", "b2"))
    directory.resolve()
    assert told(directory) == ['identity rule "staff" knows something of 2 accounts']


def test_a_number_that_two_hundred_bear_joins_nobody(directory: Directory) -> None:
    crowded = [{**each, "extra": {"staff": "EXTERN"}} for each in several(60)]
    directory.reader = in_use()
    directory.sync(*crowded[:9])
    directory.resolve()
    first = refs(directory.people())
    assert len(first) == 9, "names that differ are a question, however few bear the number"
    directory.sync(*crowded[9:], *AMINA)
    directory.resolve()
    assert len(refs(directory.people())) == 61
    assert ONE in refs(directory.people())
    assert "leaves out 1 value that 12 mailboxes or more bear" in told(directory)[0]


def test_two_numbers_no_longer_part_once_too_many_bear_one_of_them(directory: Directory) -> None:
    """And part again, when somebody who bore it has left."""
    directory.reader = in_use()
    pair = [
        account("hr", "p1", name="Ngozi Okeke", email="n@ngo.example", extra={"staff": "EXTERN"}),
        account("hr", "p2", name="Ngozi Okeke", email="o@m.example", extra={"staff": "4712"}),
    ]
    one = frozenset((("hr", "p1"), ("hr", "p2")))
    crowded = [{**each, "extra": {"staff": "EXTERN"}} for each in several(11, "forum")]
    directory.sync(*pair, *crowded[:10], *several(60, "lists"))
    directory.resolve()
    assert one not in refs(directory.people())
    directory.sync(crowded[10])
    directory.resolve()
    assert one in refs(directory.people())
    directory.remove(("forum", "k3"))
    directory.resolve()
    assert one not in refs(directory.people())


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("known", ["address", "directory"])
def test_who_claims_and_who_shows_are_found_in_whatever_order_they_come(
    directory: Directory, monkeypatch: pytest.MonkeyPatch, first: int, known: str
) -> None:
    """They have nothing in common but what a rule knows of the one and the other shows."""

    def tell(facts: AccountFacts, settings: Any) -> Clues | None:
        if facts.source != "forum":
            return None
        if known == "directory":
            return Clues(directory=GUID)
        return Clues(addresses=(FurtherAddress("adiallo@ngo.example", verified=True),))

    directory.reader = in_use(tell=tell)
    shows = {**AMINA[0], "extra": {"directory_id": GUID}}
    both = [shows, AMINA[1]]
    directory.sync(both[first], *several(20, "lists"))
    directory.resolve()
    monkeypatch.setattr(resolving, "LEARN_SHARE", 1.0)
    monkeypatch.setattr(resolving, "resolve_whole", None)  # would find everybody
    directory.sync(both[1 - first])
    directory.resolve()
    assert ONE in refs(directory.people())
    directory.sync({**shows, "email": "another@ngo.example", "extra": None})
    directory.resolve()
    assert ONE not in refs(directory.people())


def test_a_decision_outranks_a_proof(directory: Directory) -> None:
    directory.reader = in_use()
    directory.sync(*AMINA)
    directory.resolve()
    number = directory.decide(False, ("hr", "a1"), ("forum", "a2"))
    directory.resolve()
    assert ONE not in refs(directory.people())
    directory.withdraw(number)
    directory.resolve()
    assert ONE in refs(directory.people())


def test_what_a_rule_says_is_kept_while_the_account_stays_as_it_is(directory: Directory) -> None:
    """A sync that writes the same row again asks no rule for nothing, and moves nobody."""
    directory.reader = in_use()
    directory.sync(*AMINA, *several(5))
    directory.resolve()
    asked = directory.people()
    directory.sync(*AMINA)
    assert directory.resolve().moved_accounts == 0
    assert directory.people() == asked
    directory.sync({**AMINA[1], "extra": {"staff": "9"}})
    directory.resolve()
    assert ONE not in refs(directory.people())


def test_the_connector_of_a_source_counts(directory: Directory) -> None:
    """A rule for one connector is shown no other accounts; also where plugins.toml changes."""
    rule = IdentityRule("by_staff", "By staff number", staff, connectors=("files", "discourse"))
    both = {"hr": "files", "forum": "discourse"}
    directory.sync(*AMINA, *several(20))
    directory.reader = Reader(RulesInUse((RuleInUse("staff", rule),), both))
    directory.resolve()
    assert ONE in refs(directory.people())
    directory.reader = Reader(RulesInUse((RuleInUse("staff", rule),), both | {"forum": "rest"}))
    directory.resolve()
    assert ONE not in refs(directory.people())
