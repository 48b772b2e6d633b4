"""A whole row of `account` as evidence."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.account import FIELDS, digest, read_account
from cophub.warehouse.tables import account


def row(**told: Any) -> tuple[Any, ...]:
    return tuple((dict.fromkeys(FIELDS) | {"source": "s", "key": "1"} | told)[f] for f in FIELDS)


def test_the_fields_are_columns_of_account():
    assert FIELDS[:2] == ("source", "key")
    assert set(FIELDS) - {"communities"} <= set(account.c.keys())


def test_an_account_is_read_whole():
    extra = {
        "directory_id": " 0B1C0000-0000-4000-8000-0000000000AA ",
        "orcid": "0000-0002-1825-0097",
        "tags": ["x"],
    }
    read = read_account(
        row(
            name=" Amina   Diallo ",
            email="Amina.Diallo+km@Ke.Health.example",
            email_verified=1,
            username="ADiallo",
            kind="person",
            organization="Hope Trust, Inc.",
            city="Bogotá",
            country="Côte d’Ivoire",
            extra=extra,
        )
    )
    assert (read.kind, read.kind_reason, read.shown) == ("person", "", "Amina Diallo")
    assert read.name is not None
    assert set(read.name.tokens) == {"amina", "diallo"}
    assert read.email == "amina.diallo+km@ke.health.example"
    assert read.mailbox == "amina.diallo@ke.health.example"
    assert (read.domain, read.verified, read.role) == ("health.example", True, False)
    assert (read.username, read.organization) == ("adiallo", "hope trust")
    assert (read.country, read.city, read.directory) == (
        "ci",
        "bogota",
        "0b1c0000-0000-4000-8000-0000000000aa",
    )
    assert read.identifiers == ("orcid:0000-0002-1825-0097",)


def test_an_empty_account_is_a_person_of_whom_nothing_is_known():
    read = read_account(row())
    assert (read.kind, read.name, read.email, read.mailbox) == ("person", None, "", "")


def test_a_device_has_no_name_and_is_explained():
    read = read_account(row(name="iPhone de Maria"))
    assert (read.kind, read.name, read.shown) == ("device", None, "iPhone de Maria")
    assert read.kind_reason == "the name is that of a device"


def test_a_person_at_a_role_mailbox_stays_one():
    read = read_account(row(given_name="Amina", family_name="Diallo", email="info@health.example"))
    assert (read.kind, read.role) == ("person", True)
    assert read_account(row(email="info@health.example")).kind == "role_mailbox"


def test_a_mailbox_that_bears_its_own_name_is_no_person():
    read = read_account(row(name="ACME Publications", email="publications@acme.example"))
    assert (read.kind, read.name) == ("role_mailbox", None)


def test_a_guests_login_leads_to_the_mailbox():
    login = "i:0#.f|membership|amina_health.example#EXT#@tenant.onmicrosoft.com"
    read = read_account(row(username=login))
    assert (read.email, read.mailbox) == ("", "amina@health.example")


def test_nobodys_organisation_is_empty():
    assert read_account(row(name="Amina Diallo", organization="n/a")).organization == ""


def test_a_digest_changes_with_what_is_looked_at_and_with_nothing_else():
    first = row(name="Amina", email_verified=None, extra={"phone": "+254700123456", "tags": [1]})
    same = row(
        name="Amina",
        email_verified=False,
        extra=json.dumps({"tags": [2], "phone": "+254700123456", "web_id": 7}),
    )
    assert digest(first) == digest(same)
    assert digest(first) != digest(row(name="Amina", extra={"phone": "+254700123457"}))
    assert digest(first) != digest(row(name="amina", extra={"phone": "+254700123456"}))
    assert digest(row(name="a")) != digest(row(given_name="a"))
    assert -(1 << 63) <= digest(first) < 1 << 63


TEXT = (
    st.none() | st.text() | st.sampled_from(["a@b.org", "iPhone", "Room 3", "\ud800", "WHO Kenya"])
)


@given(st.tuples(*[TEXT] * 10), st.none() | st.booleans(), st.none() | st.text() | st.just("[1]"))
def test_any_row_is_read(texts: tuple[str | None, ...], verified: bool | None, extra: Any) -> None:
    values = ("s", "1", *texts[:4], verified, *texts[4:10], extra)
    assert len(values) == len(FIELDS)
    read = read_account(values)
    assert read == read_account(values)
    assert read.kind != "person" or not read.kind_reason
    digest(values)
