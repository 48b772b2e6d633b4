"""Whose address an ID token proves, as each provider writes its claims; and which list has it."""

import pytest

from cophub.config.serve_table import SignInTable
from cophub.web.claims import NotProved, address_of, audience_of

TENANT = "0895ed96-34b4-4073-ab65-828ff52a3b5a"
ENTRA = f"https://login.microsoftonline.com/{TENANT}/v2.0"
GOOGLE = "https://accounts.google.com"
KEYCLOAK = "https://login.health.example/realms/hub"


@pytest.mark.parametrize(
    ("issuer", "claims", "address"),
    [
        (ENTRA, {"preferred_username": "Ada@Health.Example", "email": "x@y.example"},
         "ada@health.example"),
        (ENTRA, {"preferred_username": "ada@health.onmicrosoft.com", "email": "ada@health.example",
                 "xms_edov": True}, "ada@health.example"),
        (ENTRA, {"preferred_username": "ada@a.example", "email": "b@b.example", "xms_edov": "1"},
         "b@b.example"),
        (GOOGLE, {"email": "ada@health.example", "email_verified": True, "hd": "health.example"},
         "ada@health.example"),
        (GOOGLE, {"email": "ada.obi@gmail.com", "email_verified": True}, "ada.obi@gmail.com"),
        (KEYCLOAK, {"email": "ada@health.example", "email_verified": True,
                    "preferred_username": "ben@health.example"}, "ada@health.example"),
        (KEYCLOAK, {"email": "o'brien+km@sub.health.example", "email_verified": "true"},
         "o'brien+km@sub.health.example"),
    ],
)  # fmt: skip
def test_an_address_that_is_proved(issuer, claims, address) -> None:
    assert address_of(claims, issuer) == address


@pytest.mark.parametrize(
    ("issuer", "claims"),
    [
        # A tenant's user may be given any `email`: it proves nothing.
        (ENTRA, {"email": "ada@health.example"}),
        (ENTRA, {"email": "ada@health.example", "xms_edov": False}),
        (ENTRA, {"email": "ada@health.example", "email_verified": True}),
        (ENTRA, {"preferred_username": "ada@health.example", "email_verified": False}),
        # A guest is no member of the tenant whose name ends theirs.
        (ENTRA, {"preferred_username": "ada_x.example#EXT#@health.example"}),
        (ENTRA, {"preferred_username": "+41791234567"}),
        (GOOGLE, {"email": "ada@health.example", "email_verified": True}),
        (GOOGLE, {"email": "ada@health.example", "email_verified": True, "hd": ""}),
        (GOOGLE, {"email": "ada@gmail.com.evil.example", "email_verified": True}),
        (KEYCLOAK, {"email": "ada@health.example", "email_verified": False}),
        (KEYCLOAK, {"email": "ada@health.example", "email_verified": "false"}),
        (KEYCLOAK, {"email": "ada@health.example", "email_verified": 1.5}),
        (KEYCLOAK, {"email": "ada@health.example"}),
        (KEYCLOAK, {"preferred_username": "ada@health.example", "email_verified": True}),
        # What only looks like an address.
        *((KEYCLOAK, {"email": text, "email_verified": True}) for text in (
            None, 7, "", ["ada@health.example"], "ada", "@health.example", "ada@", "ada@health",
            '"ada@health.example"@evil.example', "ada@health.example\n@evil.example",
            "ada@health.example, eve@evil.example", "ada <ada@health.example>",
            "a b@health.example",
            "ada@hea\u212Ath.example", "\u212Aim@health.example", "аda@health.example",
            f"{'a' * 250}@health.example")),
        ("https://login.example/other", {"preferred_username": "ada@health.example"}),
        (f"https://evil.example/{TENANT}/v2.0/x", {"preferred_username": "ada@health.example"}),
    ],
)  # fmt: skip
def test_an_address_that_is_not(issuer, claims) -> None:
    with pytest.raises(NotProved):
        address_of(claims, issuer)


@pytest.mark.parametrize(
    ("address", "audience"),
    [("ada@health.example", "facilitators"), ("ben@health.example", "members"),
     ("cem@partner.example", "members"), ("eve@sub.health.example", "public"),
     ("eve@evilhealth.example", "public"), ("eve@health.example.evil.example", "public"),
     ("dan@lead.example", "facilitators"), ("health.example@evil.example", "public")],
)  # fmt: skip
def test_the_narrowest_list_counts(address, audience) -> None:
    table = SignInTable(
        issuer=KEYCLOAK, client_id="c", client_secret="s",
        members=["@Health.example", "CEM@partner.example", "ada@health.example"],
        facilitators=["ada@health.example", "@lead.example"],
    )  # fmt: skip
    assert audience_of(address, table) == audience
