"""A column is found by what people see or by its internal name, however that is encoded."""

import pytest

from cophub.connectors.sharepoint.columns import Column, column_of, decoded, find

COLUMNS = [
    Column("Title", "Full name", "Text"),
    Column("LinkTitle", "Full name", "Computed"),
    Column("E_x002d_mail", "E-mail", "Text"),
    Column("Start_x0020_Date", "Member since", "DateTime"),
    Column("_x0032_nd_x0020_name", "2nd name", "Text"),
    Column("OData__x0031_st", "1st", "Text"),
    Column("Role", "Role (old)", "Text"),
    Column("field_4", "Role", "Choice"),
    Column("Hidden1", "Secret", "Text", hidden=True),
    Column("Shown1", "Secret", "Text"),
]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Full name", "Title"),
        ("full NAME ", "Title"),
        ("E-mail", "E_x002d_mail"),
        ("E_x002d_mail", "E_x002d_mail"),
        ("Member since", "Start_x0020_Date"),
        ("Start Date", "Start_x0020_Date"),
        ("2nd name", "_x0032_nd_x0020_name"),
        ("1st", "OData__x0031_st"),
        ("Role", "Role"),
        ("Secret", "Shown1"),
    ],
)
def test_a_column_is_found(wanted: str, name: str) -> None:
    """By internal name first, which never changes; of one title, the plain and visible column."""
    found = find(COLUMNS, wanted)
    assert found is not None
    assert found.name == name


def test_a_column_that_is_not_there_is_not_guessed() -> None:
    assert find(COLUMNS, "E mail") is None


def test_an_internal_name_is_read_as_it_was_typed() -> None:
    assert decoded("Caf_x00e9__x0020__x0026__x0020_Bar") == "Café & Bar"


def test_the_kind_of_a_column_tells_people_and_lookups() -> None:
    made = column_of({"InternalName": "Lead", "Title": "Lead", "TypeAsString": "UserMulti"})
    assert (made.person, made.lookup) == (True, False)
