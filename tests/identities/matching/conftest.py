"""Invented accounts, as evidence, in few words."""

from typing import Any

import pytest

from cophub.identities.evidence import Evidence
from cophub.identities.reading.mailboxes import read_address
from cophub.identities.reading.names import read_name
from cophub.identities.reading.roles import is_role


def account(source: str, key: str, name: str = "", email: str = "", **more: Any) -> Evidence:
    """`account("news", "1", "Amina Diallo", "amina@clinic.example")`."""
    address = read_address(email)
    return Evidence(
        source=source,
        key=key,
        name=read_name(name)[0] if name else None,
        shown=name,
        email=address.email,
        mailbox=address.mailbox,
        domain=more.pop("domain", address.domain),
        role=more.pop("role", is_role(address.local)),
        **more,
    )


_GIVEN = "Amina Fatou Marie John Wei Olga Ravi Sofia Kwame Aisha Peter Lucia".split()  # noqa: SIM905
_FAMILY = "Diallo Traore Okafor Silva Novak Rao Chen Petrova Mensah Keller".split()  # noqa: SIM905


@pytest.fixture(scope="session")
def crowd() -> list[Evidence]:
    """120 people of common names, each with a mailbox of their own."""
    return [
        account(
            "crowd", f"{g}{f}", f"{given} {family}", f"{given}.{family}@crowd{g}.example".lower()
        )
        for g, given in enumerate(_GIVEN)
        for f, family in enumerate(_FAMILY)
    ]
