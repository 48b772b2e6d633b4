"""What rules know, as evidence: pure, namespaced, in normal form, and never in the way."""

from typing import Any

import pytest

from cophub import AccountFacts, Clues, FurtherAddress, Identifier, IdentityRule
from cophub.identities.evidence import Clue
from cophub.identities.reading.account import FIELDS, digest, read_account
from cophub.identities.reading.rules import MORE, NO_RULES, Reader
from cophub.identity_rule import RuleInUse, RulesInUse


def row(**fields: Any) -> tuple[Any, ...]:
    told = {"source": "forum", "key": "1", "name": "Amina Diallo", **fields}
    return tuple(told.get(name) for name in (*FIELDS, *MORE))


def reader(*tells: Any, **options: Any) -> Reader:
    """With rules `r0`, `r1`, ... that tell this."""
    rules = [
        RuleInUse(f"r{at}", IdentityRule(f"rule{at}", "A rule", tell, **options))
        for at, tell in enumerate(tells)
    ]
    return Reader(RulesInUse(tuple(rules), {"forum": "discourse"}))


def says(clues: Clues | None) -> Any:
    return lambda account, settings: clues


def test_without_a_rule_for_it_a_row_is_read_as_ever() -> None:
    plain = row()[: len(FIELDS)]
    for none in (NO_RULES, reader(says(Clues(organization="X")), connectors=("slack",))):
        assert none.read(plain) == read_account(plain)
        assert none.digest(plain) == digest(plain)
        assert none.columns("forum") == ()
        assert none.mark("forum") == ""


def test_a_rule_is_shown_all_that_the_warehouse_holds_of_the_account() -> None:
    shown: list[AccountFacts] = []
    reader(lambda account, settings: shown.append(account)).read(
        row(
            email="amina@ngo.example", email_verified=1, communities="malaria\ntb",
            job_title="Nurse", extra='{"external_id": 7, "names": ["x"]}',
        )
    )  # fmt: skip
    [facts] = shown
    assert facts == AccountFacts(
        "forum", "1", connector="discourse", name="Amina Diallo", email="amina@ngo.example",
        email_verified=True, communities=("malaria", "tb"), job_title="Nurse",
        extra={"external_id": 7, "names": ["x"]},
    )  # fmt: skip
    with pytest.raises(TypeError):
        facts.extra["external_id"] = 8  # type: ignore[index]


def test_nothing_known_is_the_evidence_of_the_row_alone() -> None:
    plain = read_account(row()[: len(FIELDS)])
    assert reader(says(None), says(Clues())).read(row()) == plain


def test_identifiers_come_in_normal_form_without_placeholders_and_once() -> None:
    values = ("  A 47  ", "a 47", "", "n/a", "0000", "-", None, 12345)
    weak = tuple(Identifier("staff", value, "weak") for value in values)
    proof = Clues(identifiers=(Identifier("staff", "12345", "proof"),))
    found = reader(says(Clues(identifiers=weak)), says(proof)).read(row())
    assert found.clues == (
        Clue("staff", "12345", "r1", "proof"),
        Clue("staff", "a 47", "r0", "weak"),
    )
    assert found.told == ("r0", "r1")


def test_further_addresses_are_mailboxes_and_the_shown_one_is_none() -> None:
    texts = ("Mina+News@Mail.example", "amina@ngo.example", "info@ngo.example", "no address")
    clues = Clues(addresses=tuple(FurtherAddress(text) for text in texts))
    found = reader(says(clues)).read(row(email="amina@ngo.example"))
    assert found.clues == (Clue("address", "mina@mail.example", "r0", "strong", single=False),)


def test_where_rules_disagree_the_first_by_name_is_believed() -> None:
    bot = Clues(kind="bot", reason="posts as bot@ngo.example", organization="First Body")
    room = Clues(kind="room", reason="a room", organization="Second Body")
    found = reader(says(bot), says(room)).read(row())
    assert (found.kind, found.organization, found.placed_by) == ("bot", "first body", "r0")
    assert found.kind_reason == 'posts as b***@ngo.example (rule "r0")'


def test_a_rule_may_say_that_what_looks_like_none_is_a_person() -> None:
    plain = row(name="Training Team", email="training@ngo.example")
    assert read_account(plain[: len(FIELDS)]).kind != "person"
    found = reader(says(Clues(kind="person"))).read(plain)
    assert (found.kind, found.kind_reason, found.kind_by) == ("person", "", "r0")


@pytest.mark.parametrize(
    ("tell", "error"),
    [
        (lambda account, settings: account.extra["missing"], "KeyError"),
        (lambda account, settings: {"staff": 1}, "TypeError"),
        (lambda account, settings: Clues(directory="4711"), "ValueError"),
        (lambda account, settings: Clues(kind="robot", reason="x"), "ValueError"),
        (lambda account, settings: Clues(kind="bot"), "ValueError"),
        (lambda account, settings: Clues(identifiers="4711"), "ValueError"),
        (lambda account, settings: Clues((Identifier("Staff No", "1"),)), "ValueError"),
        (lambda account, settings: Clues((Identifier("address", "a@b.example"),)), "ValueError"),
        (lambda account, settings: Clues((Identifier("staff", "1"),) * 21), "ValueError"),
    ],
)
def test_a_rule_that_fails_is_noted_and_loses_nothing_else(tell: Any, error: str) -> None:
    kept = Clues(identifiers=(Identifier("staff", "1"),))
    used = reader(tell, says(kept))
    found = used.read(row())
    assert found.failed == (f"r0 {error}",)
    assert (found.name, found.told) == (read_account(row()[: len(FIELDS)]).name, ("r1",))
    assert list(used.failures) == [f"r0 {error}"]
    assert "Amina" not in str(used.failures)


def test_a_digest_tells_rules_versions_settings_and_every_column_apart() -> None:
    tell = says(None)
    marks = {
        reader(tell).digest(row()),
        reader(tell).digest(row(job_title="Nurse")),
        reader(tell).digest(row(extra='{"other": 1}')),
        reader(tell, version=2).digest(row()),
        reader(tell, tell).digest(row()),
        digest(row()[: len(FIELDS)]),
    }
    assert len(marks) == 6
    assert reader(tell).digest(row()) == reader(tell).digest(row())
