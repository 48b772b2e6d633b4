"""People and groups: who a login name is, where a guest's mail goes, who belongs to a group."""

import msgspec
import pytest

from cophub import UNSET, AuthError
from cophub.connectors.microsoft.directory import (
    GraphUser,
    claim_group,
    group_members,
    guest_email,
    parse_user,
    shared_with,
    upn_of,
)
from cophub.connectors.microsoft.graph import NotThere

from .conftest import headers_of

GUID = "6A2B7C1D-1111-4222-8333-0123456789AB"


@pytest.mark.parametrize(
    ("upn", "email"),
    [
        ("ada_other.org#EXT#@contoso.onmicrosoft.com", "ada@other.org"),
        ("ada_b_lovelace_other.org#ext#@contoso.onmicrosoft.com", "ada_b_lovelace@other.org"),
        ("Ada.B_Sub-Domain.other.org#EXT#@contoso.onmicrosoft.com", "ada.b@sub-domain.other.org"),
        ("ada@contoso.com", None),
        ("ada#EXT#@contoso.onmicrosoft.com", None),
        ("_other.org#EXT#@contoso.onmicrosoft.com", None),
        ("", None),
    ],
)
def test_a_guests_own_address_is_in_the_upn_before_ext(upn, email):
    """The last underscore is the @: a domain has none, and a name may have many."""
    assert guest_email(upn) == email


def test_a_login_name_tells_the_upn_of_people_only():
    assert upn_of("i:0#.f|membership|Ada@Contoso.com") == "ada@contoso.com"
    guest = "i:0#.f|membership|ada_other.org#ext#@contoso.onmicrosoft.com"
    assert upn_of(guest) == "ada_other.org#ext#@contoso.onmicrosoft.com"
    for other in ("i:0i.t|ms.sp.ext|1@2", f"c:0t.c|tenant|{GUID}", "SHAREPOINT\\system", ""):
        assert upn_of(other) is None


def test_who_was_shared_with_by_address_has_an_address_and_no_upn():
    login = "i:0#.f|membership|urn%3aspo%3aguest#Ada@Other.org"
    assert shared_with(login) == "ada@other.org" and upn_of(login) is None
    anonymous = "i:0#.f|membership|urn%3aspo%3aanon#4f8a"
    assert shared_with(anonymous) is None and upn_of(anonymous) is None


@pytest.mark.parametrize(
    ("login", "found"),
    [
        (f"c:0t.c|tenant|{GUID}", (GUID.lower(), False)),
        (f"c:0o.c|federateddirectoryclaimprovider|{GUID}", (GUID.lower(), False)),
        (f"c:0o.c|federateddirectoryclaimprovider|{GUID.lower()}_o", (GUID.lower(), True)),
        (f"c:0-.f|rolemanager|spo-grid-all-users/{GUID}", None),
        ("c:0(.s|true", None),
        ("i:0#.f|membership|ada@contoso.com", None),
    ],
)
def test_a_groups_login_name_tells_which_group_and_whether_only_owners(login, found):
    """ "Everyone" and "Everyone except external users" are nobody's group."""
    assert claim_group(login) == found


def user(**fields):
    return msgspec.convert({"id": GUID, **fields}, GraphUser)


def test_a_member_is_keyed_by_directory_id_and_known_by_upn():
    account = parse_user(
        user(displayName="Ada", mail="Ada@Contoso.com", userPrincipalName="ADA@contoso.com",
             department="Water", userType="Member", accountEnabled=True)
    )  # fmt: skip
    assert (account.key, account.email) == (GUID.lower(), "ada@contoso.com")
    assert (account.username, account.status) == ("ada@contoso.com", "active")
    assert account.extra == {"directory_id": GUID.lower()}
    assert account.email_verified is True
    assert parse_user(user(), key="4711").key == "4711"


def test_what_was_not_asked_stays_unset_and_what_is_empty_is_none():
    account = parse_user(user(displayName=None))
    assert account.name is None
    assert account.department is UNSET and account.email is UNSET and account.status is UNSET


def test_a_guest_without_a_mailbox_has_the_address_that_was_invited():
    guest = user(mail=None, userPrincipalName="ada_other.org#EXT#@contoso.onmicrosoft.com")
    assert guest.guest and parse_user(guest).email == "ada@other.org"
    member = user(mail=None, userPrincipalName="ada@contoso.com", userType="Member")
    assert not member.guest and parse_user(member).email is None


def test_who_may_not_sign_in_any_more_is_disabled():
    assert parse_user(user(accountEnabled=False)).status == "disabled"


def people(pages):
    return [person for page in pages for person in page.value]


def test_members_of_a_community_are_read_by_the_thousand(box, client):
    group = box.tenant.communities[0]
    found = people(group_members(client, group.id))
    assert {person.id for person in found} == set(group.members)
    asked = next(seen for seen in box.log if "ransitiveMembers" in seen.path)
    assert asked.query["$top"] == "999" and "department" in asked.query["$select"]
    assert asked.query["$count"] == "true"
    assert headers_of(asked)["consistencylevel"] == "eventual"
    assert any(person.guest for person in found)


def test_owners_are_listed_apart_even_who_is_no_member(box, client):
    group = box.tenant.communities[-1]
    owners = people(group_members(client, group.id, owners=True))
    assert {person.id for person in owners} == set(group.owners)
    assert {person.id for person in owners} - set(group.members)


def test_people_of_groups_within_a_group_belong_to_it(box, client):
    staff = box.tenant.staff
    inside = set(staff.members).union(*(team.members for team in box.tenant.teams))
    assert {person.id for person in people(group_members(client, staff.id))} == inside
    direct = people(group_members(client, staff.id, transitive=False))
    assert {person.id for person in direct} == set(staff.members)


def test_a_group_that_is_gone_and_a_permission_that_lacks_are_told_apart(box, client):
    with pytest.raises(NotThere):
        people(group_members(client, GUID.lower()))
    box.consents = {one for one in box.consents if "Group" not in one}
    with pytest.raises(AuthError, match=r"lacks Microsoft Graph GroupMember\.Read\.All"):
        people(group_members(client, box.tenant.staff.id))


def test_the_vendors_own_people_are_understood(vendor_files):
    folder = vendor_files / "microsoft" / "graph"
    for name in ("community_users_with_roles", "m365group_users"):
        found = msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=list[GraphUser])
        accounts = [parse_user(person) for person in found]
        assert all(account.username and account.name for account in accounts)
