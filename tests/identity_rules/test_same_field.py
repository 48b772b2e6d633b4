"""The rule `same_field`: one value of a field is one person, wherever it stands."""

from typing import Any

import pytest
from pydantic import ValidationError

from cophub import AccountFacts, Identifier
from cophub.identity_rules.same_field import Settings, cophub_identity_rules
from cophub.testing import clues_of, people_of

[RULE] = cophub_identity_rules()
STAFF = Settings(field="staff_number")


def values(settings: Settings, **extra: Any) -> list[Any]:
    found = clues_of(RULE, AccountFacts("hr", "1", extra=extra), settings)
    return [identifier.value for identifier in found.identifiers] if found else []


@pytest.mark.parametrize(
    ("name", "value", "normal"),
    [
        ("staff_number", "4711", "4711"),
        ("Staff Number", 4711, "4711"),
        ("STAFFNUMBER", 4711.0, "4711"),
        ("staff-number", " 00 4711 ", "4711"),
        ("staff_number", "A-0042/b", "a0042b"),
    ],
)
def test_one_number_is_one_value_however_it_is_written(name: str, value: Any, normal: str) -> None:
    assert values(STAFF, **{name: value}) == [normal]


@pytest.mark.parametrize("value", ["", "  ", None, "000", "-", True, {"id": 1}, 4.5j])
def test_what_is_no_number_says_nothing(value: Any) -> None:
    assert values(STAFF, staff_number=value) == []


def test_fields_have_other_names_elsewhere_and_stand_one_level_down() -> None:
    settings = Settings(field=["Staff No", "external_id"], kind="staff", strength="strong")
    account = AccountFacts("news", "1", extra={"profile": {"STAFFNO": "17"}, "other": "18"})
    found = clues_of(RULE, account, settings)
    assert found is not None
    assert found.identifiers == (Identifier("staff", "17", "strong"),)
    assert values(settings, external_id=["17", 18, "17"]) == ["17", "18"]


def test_the_kind_is_the_fields_name_unless_it_is_set() -> None:
    assert STAFF.numbering == "staff_number"
    assert Settings(field="N° de matricule").numbering == "n_de_matricule"
    assert Settings(field="工号").numbering == "field"
    assert Settings(field="x", kind="staff.acme").numbering == "staff.acme"


@pytest.mark.parametrize(
    "wrong",
    [{"field": ""}, {"field": []}, {"field": "x", "kind": "Staff No"}, {"fields": "x"},
     {"field": "x", "strength": "sure"}],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_a_spreadsheet_joins_the_forum_of_whoever_married() -> None:
    accounts = [
        AccountFacts("hr", "1", name="DIALLO Amina", extra={"Staff number": "0042"}),
        AccountFacts("forum", "7", name="Amina Ba", email="m@b.example", extra={"staffnumber": 42}),
        AccountFacts("forum", "8", name="Bruno Costa", email="b@b.example"),
    ]
    alone = [{"hr:1"}, {"forum:7"}, {"forum:8"}]
    assert people_of(accounts) == alone
    assert people_of(accounts, RULE, STAFF) == [{"hr:1", "forum:7"}, {"forum:8"}]
