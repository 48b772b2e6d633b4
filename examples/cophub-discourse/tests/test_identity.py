"""The identity rule: whose an account of the forum is, by the id that it signs in with."""

import pytest
from cophub import AccountFacts, Clues, FurtherAddress, Identifier
from cophub.testing import clues_of, people_of
from pydantic import ValidationError

from cophub_discourse.identity import RULE, RuleSettings

GUID = "6f1b2c3d-0000-4000-8000-00000000000a"
STAFF = RuleSettings(kind="staff", prefix="staff-")


def account(external: object, **other: str) -> AccountFacts:
    facts = {"source": "forum", "key": "1", "connector": "discourse", "name": "Amina Diallo"}
    extra = {} if external is None else {"external_id": external}
    return AccountFacts(**(facts | other), extra=extra)


@pytest.mark.parametrize(
    ("external", "known"),
    [
        (GUID.upper(), Clues(directory=GUID)),
        ("amina@example.org", Clues(addresses=(FurtherAddress("amina@example.org", True),))),
        ("staff-77", Clues(identifiers=(Identifier("staff", "77", "proof"),))),
        ("  ", None),
        (None, None),
        (77, None),
    ],
)
def test_an_id_is_a_guid_an_address_or_a_number(external: object, known: Clues | None) -> None:
    """Or nothing: Discourse writes ids as texts, whatever they are."""
    assert clues_of(RULE, account(external), STAFF) == known


def test_two_forums_meet_though_names_and_addresses_differ() -> None:
    """As a spreadsheet of staff does by the rule `same_field` of the same kind."""
    one = account("staff-77", name="", username="wells77", email="wells@example.com")
    other = account("77", source="forum2", name="Amina Diallo", email="amina@example.org")
    assert people_of([one, other]) == [{"forum:1"}, {"forum2:1"}]
    assert people_of([one, other], RULE, STAFF) == [{"forum:1", "forum2:1"}]


def test_a_kind_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(ValidationError, match="kind"):
        RuleSettings(kind="Staff number")
