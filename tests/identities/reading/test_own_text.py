"""Names that are the account's own organisation's or function's text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cophub.identities.reading.account import FIELDS, read_account
from cophub.identities.reading.own_text import is_own_text

NOBODY = [
    # name, address, organisation
    ("Library Tessaly Care Alliance", "library@tessaly.example", ""),
    ("Library Tessaly Care Alliance", "librarypk@tca.example", ""),
    ("TCAX Training.Lebanon", "training@tcax.example", ""),
    ("TCAX Training.Lebanon", "", "TCAX"),
    ("Tessaly Development", "secretariat@tessaly.example", ""),
    ("Tessaly Development", "pharmacypk@td.example", ""),
    ("Tessaly Development", "", "Tessaly Development"),
    ("Dean Ministry of Health, Egypt", "dean@moh.example", "Ministry of Health, Egypt"),
    ("M.E. Senegal", "m.e.sn@tessaly.example", ""),
    ("Blue Tessaly", "info@bluetessaly.example", ""),
    ("Tessaly Development Grace", "program.manager@tdgorg.example", ""),
    ("Grace Hope Foundation", "info@ghf.example", "Grace Hope Foundation"),
    ("Rede Tessaly", "coordination@redetessaly-br.example", ""),
    ("Tessaly Lumen", "contact@lumen.example", "Tessaly Lumen"),
    ("Hassan Library", "library@lumen.example", ""),
    ("Kenya Malaria Programme", "malariakenya@lumen.example", ""),
]
SOMEBODY = [
    ("Amina Diallo", "info@lumen.example", "Lumen"),
    ("Amina Diallo, Training", "training@lumen.example", "Lumen"),
    ("Amina Diallo Training", "training@lumen.example", "Lumen"),
    ("Dean Miller", "dean@lumen.example", "Lumen"),
    ("Amina Diallo", "amina@diallo.example", "Amina Diallo Consulting"),
    ("Amina Diallo", "office@aminadiallo.example", "Amina Diallo"),
    ("Grace Hope", "", "Grace Hope Foundation"),
    ("Grace Office", "grace.office@lumen.example", "Lumen"),
    ("Deon du Plessis", "program.manager@lumen.example", "Lumen"),
    ("Nyandwi E.", "procurement@lumen.example", "Lumen agency of nations"),
    ("Anna Labelle", "lab@lumen.example", ""),
]


def read(name: str, email: str, organization: str) -> Any:
    told = {"source": "s", "key": "1", "name": name, "email": email, "organization": organization}
    return read_account(tuple(told.get(field) for field in FIELDS))


@pytest.mark.parametrize(("name", "email", "organization"), NOBODY)
def test_the_organisations_own_text_names_nobody(name: str, email: str, organization: str) -> None:
    found = read(name, email, organization)
    assert found.kind in ("role_mailbox", "shared_login")
    assert found.kind_reason
    assert found.name is None


@pytest.mark.parametrize(("name", "email", "organization"), SOMEBODY)
def test_a_given_name_makes_it_a_persons(name: str, email: str, organization: str) -> None:
    found = read(name, email, organization)
    assert (found.kind, found.name.full) == ("person", True)


def test_a_dean_is_somebody_where_a_dean_is_shown() -> None:
    assert not read("Dean Miller", "dean@lumen.example", "").role
    assert read("Ahmed Hassan", "dean@lumen.example", "").role
    assert not read("Ahmed Hassan", "dean@gmail.com", "").role


@pytest.mark.parametrize(
    ("name", "email", "organization", "words"),
    [
        ("Nour Hassan LUMENTA", "", "Lumenta", "nour hassan"),
        ("Nour Hassan Lumenta", "nour@lumenta.example", "", "nour hassan"),
        ("Nour Hassan TLN", "", "Tessaly Lumen Network", "nour hassan"),
        ("Nour Hassan Tessaly Lumen", "", "Tessaly Lumen", "nour hassan"),
        ("Nour Lumenta", "", "Lumenta", "nour lumenta"),
        ("Nour Ali Hassan", "", "Hassan", "nour ali hassan"),
        ("Nour Ali Lumenta", "n.lumenta@lumenta.example", "Lumenta", "nour ali lumenta"),
    ],
)
def test_the_organisation_is_cut_off_the_end_of_a_name(
    name: str, email: str, organization: str, words: str
) -> None:
    assert " ".join(read(name, email, organization).name.tokens) == words


def test_the_country_beside_a_name_is_the_accounts() -> None:
    found = read("Yahia Osman (Kenya)", "", "")
    assert (found.country, found.organization) == ("ke", "")


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_is_judged(shown: str, organization: str, domain: str, local: str) -> None:
    assert is_own_text(shown, organization, domain, local) in (True, False)
