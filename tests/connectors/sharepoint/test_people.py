"""One human being has one key, by whatever name a site, a list or a comment calls them."""

from pathlib import Path

import msgspec
import pytest

from cophub import UNSET
from cophub.connectors.microsoft.directory import GraphUser
from cophub.connectors.sharepoint.people import (
    SYSTEM_ACCOUNT,
    Identity,
    Known,
    NameId,
    SiteUser,
    account_of,
    directory_account,
    identity,
    is_everyone,
    is_outside,
    of_site_user,
)

ADA = "6f1b2c3d-0000-4000-8000-00000000000a"
LOGIN = "i:0#.f|membership|"


def user(login: str, **more: object) -> SiteUser:
    """A site user with this login name."""
    return SiteUser(**{"id": 7, "login_name": login, "title": "Ada", **more})  # type: ignore[arg-type]


def test_the_directory_id_names_an_account_before_login_and_address():
    ada = user(f"{LOGIN}ada@contoso.org", email="ada@mail.org", aad_object_id=NameId(ADA.upper()))
    assert of_site_user(ada) == Identity(ADA, "ada@contoso.org", "ada@mail.org")
    assert of_site_user(ada).key == ADA


def test_a_renamed_login_is_the_same_account():
    """SharePoint changes the login name and keeps the directory's id."""
    before = user(f"{LOGIN}ada.b@contoso.org", aad_object_id=NameId(ADA))
    after = user(f"{LOGIN}ada.c@contoso.org", aad_object_id=NameId(ADA))
    assert of_site_user(before).key == of_site_user(after).key == ADA


def test_without_directory_id_the_user_name_counts_then_the_address():
    assert of_site_user(user(f"{LOGIN}Ada@Contoso.org")).key == "ada@contoso.org"
    assert identity(email="Ada@Other.org").key == "ada@other.org"
    assert identity().key is None
    assert identity(email="not an address").key is None


def test_a_guest_has_the_address_within_their_user_name():
    guest = of_site_user(user(f"{LOGIN}ada_b_other.org#EXT#@contoso.onmicrosoft.com", email=""))
    assert guest.email == "ada_b@other.org"
    assert guest.guest
    assert guest.key == "ada_b_other.org#ext#@contoso.onmicrosoft.com"


def test_who_was_given_a_file_by_address_has_that_address():
    shared = user(f"{LOGIN}urn%3aspo%3aguest#ada@other.org")
    assert of_site_user(shared).key == "ada@other.org"
    assert is_outside(shared)


def test_anyone_with_the_link_is_nobody():
    anybody = user(f"{LOGIN}urn%3aspo%3aanon#a1b2c3", title="")
    assert of_site_user(anybody).key is None


def test_an_app_and_the_system_account_are_services():
    app = user("i:0i.t|ms.sp.ext|A1B2@c3d4", title="Flow")
    assert of_site_user(app).key == "i:0i.t|ms.sp.ext|a1b2@c3d4"
    system = user("SHAREPOINT\\system", id=SYSTEM_ACCOUNT, title="System Account")
    assert of_site_user(system).key == "sharepoint\\system"
    assert identity(id=1073741823).key == "sharepoint\\system"
    assert account_of(app, "x").kind == account_of(system, "y").kind == "service"
    assert account_of(app, "x").email is UNSET


def test_everyone_is_a_claim_and_nobody_in_particular():
    assert is_everyone("c:0(.s|true")
    assert is_everyone("c:0-.f|rolemanager|spo-grid-all-users/7a1b2c3d-0000-4000-8000-000000000001")
    assert not is_everyone("c:0t.c|tenant|7a1b2c3d-0000-4000-8000-000000000001")
    assert not is_everyone(f"{LOGIN}ada@contoso.org")


def test_names_that_belong_together_are_one_account():
    known = Known()
    known.learn(Identity(ADA, "ada@contoso.org", "ada@mail.org"))
    assert known.key(Identity(upn="ada@contoso.org")) == ADA
    assert known.key(Identity(email="ada@mail.org")) == ADA
    assert known.key(Identity(upn="bea@contoso.org", email="ada@mail.org")) == "bea@contoso.org"


def test_an_address_that_two_accounts_have_names_neither():
    known = Known()
    known.learn(Identity(ADA, "ada@contoso.org", "office@contoso.org"))
    known.learn(Identity(ADA[:-1] + "b", "bea@contoso.org", "office@contoso.org"))
    assert known.key(Identity(email="office@contoso.org")) == "office@contoso.org"


def test_a_person_keeps_what_the_site_says_of_them():
    ada = account_of(user(f"{LOGIN}ada@contoso.org", email="Ada@Mail.org", id=3), "ada")
    assert (ada.name, ada.email, ada.username) == ("Ada", "ada@mail.org", "ada@contoso.org")
    assert ada.kind == "person"
    assert ada.extra is UNSET


def test_a_site_and_the_directory_give_one_account_alike():
    """Whoever of the two spoke last: the row does not change."""
    upn = "ada_other.org#EXT#@contoso.onmicrosoft.com"
    there = account_of(user(f"{LOGIN}{upn}", email="", aad_object_id=NameId(ADA)), ADA)
    here = directory_account(
        GraphUser(id=ADA.upper(), display_name="Ada", mail=None, user_principal_name=upn), ADA
    )
    for account in (there, here):
        assert (account.email, account.email_verified) == ("ada@other.org", True)
        assert (account.name, account.username) == ("Ada", upn.lower())
        assert account.extra == {"directory_id": ADA, "external": True}


def test_a_login_without_directory_id_gets_that_of_the_key():
    """Another site knew it."""
    ada = account_of(user(f"{LOGIN}ada@contoso.org", email="ada@mail.org"), ADA)
    assert ada.extra == {"directory_id": ADA}


def test_an_address_that_a_file_was_shared_with_nobody_has_checked():
    ada = account_of(user(f"{LOGIN}urn%3aspo%3aguest#ada@other.org"), "ada@other.org")
    assert (ada.email, ada.email_verified) == ("ada@other.org", False)
    assert ada.extra == {"external": True}


@pytest.mark.parametrize("name", ["users_list", "group_members"])
def test_the_vendors_own_users_are_understood(vendor_files: Path, name: str):
    content = (vendor_files / "microsoft" / "sharepoint" / f"{name}.json").read_bytes()
    for one in msgspec.json.decode(content, type=list[SiteUser]):
        assert of_site_user(one).key == one.email
        assert account_of(one, "x").username == one.user_principal_name
