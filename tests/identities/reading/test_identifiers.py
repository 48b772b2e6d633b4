"""Identifiers out of what vendors keep under many names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.identifiers import read_identifiers, told


def read(**extra: Any) -> tuple[str, ...]:
    return read_identifiers(told(extra), "staff")


@pytest.mark.parametrize(
    ("extra", "identifiers"),
    [
        ({"orcid": "https://orcid.org/0000-0002-1825-0097"}, ("orcid:0000-0002-1825-0097",)),
        ({"orcid": "0000-0002-1825-0098"}, ()),
        ({"phone": "+254 (0)700-123 456"}, ("phone:+254700123456",)),
        ({"Mobile Phone": "00254700123456"}, ("phone:+254700123456",)),
        ({"telephone": "0700 123 456 ext. 12"}, ("phone:0700123456",)),
        ({"phone": "000000000"}, ()),
        ({"phone": "123456789"}, ()),
        ({"phone": "n/a"}, ()),
        ({"phone": "0f3a9c0f3a9c0f3a9c0f"}, ("phone:0f3a9c0f3a9c0f3a9c0f",)),
        (
            {"phones": ["+41 79 123 45 67", "+41 22 765 43 21"]},
            ("phone:+41227654321", "phone:+41791234567"),
        ),
        ({"employee_id": 4711}, ("employee.staff:4711",)),
        ({"date_of_birth": "1979-03-14"}, ("born:1979-03-14",)),
        ({"date_of_birth": 19790314}, ("born:1979-03-14",)),
        ({"birth_date": "14/03/1979"}, ("born:1979-03-14",)),
        ({"birth_date": "04/03/1979"}, ()),
        ({"birth_date": "1900-01-01"}, ()),
        ({"birth_date": "1979-02-31"}, ()),
        ({"soc_sec_id": "5304 218"}, ("national:5304218",)),
        ({"linkedin": "https://www.linkedin.com/in/Amina-Diallo/"}, ("linkedin:amina-diallo",)),
        ({"github": "@amina"}, ("github:amina",)),
        ({"merge_fields": {"PHONE": "+254700123456"}}, ("phone:+254700123456",)),
        ({"tags": ["mnch"], "phone": None, "orcid": True}, ()),
    ],
)  # fmt: skip
def test_identifiers_have_a_normal_form(
    extra: dict[str, Any], identifiers: tuple[str, ...]
) -> None:
    assert read(**extra) == identifiers


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["orcid", "phone", "staff_id", "dob", "ssn", "linkedin", "twitter", "more"]
)


@given(st.dictionaries(FIELDS, JSON))
def test_any_values_are_read(extra: dict[str, Any]) -> None:
    found = read(**extra)
    assert list(found) == sorted(set(found))
