"""Accounts, members of groups, and the ids by which accounts sign in."""

import pytest
from cophub import Account, AuthError, Membership
from cophub.testing import last_cursor, records, rejects

from .conftest import Read
from .vendor import Forum


def accounts(read: Read, stream: str = "accounts", **settings: object) -> dict[str, Account]:
    found = records(read(stream, **settings))
    return {str(one.key): one for one in found if isinstance(one, Account)}


def test_an_account_has_what_the_staffs_list_shows(read: Read) -> None:
    found = accounts(read)
    amina = found["1"]
    assert (amina.name, amina.username, amina.email, amina.email_verified, amina.kind) == (
        "Amina Diallo", "amina.diallo", "amina.diallo@example.org", True, "person",
    )  # fmt: skip
    assert len(found) == 12


def test_the_system_and_its_bots_are_no_persons_and_have_no_address(read: Read) -> None:
    found = accounts(read)
    assert {key for key, one in found.items() if one.kind == "bot"} == {"-1", "-2"}
    assert not isinstance(found["-1"].email, str)


def test_who_only_wrote_by_mail_is_staged_and_not_verified(read: Read) -> None:
    jonas, ines = accounts(read)["10"], accounts(read)["9"]
    assert (jonas.status, jonas.email_verified) == ("staged", False)
    assert ines.status == "suspended"


def test_addresses_are_not_asked_for_where_they_are_not_wanted(read: Read, forum: Forum) -> None:
    assert not any(isinstance(one.email, str) for one in accounts(read, emails=False).values())
    assert not any("show_emails" in path for path in forum.asked)


def test_whom_the_list_is_not_shown_is_told_what_to_change(read: Read) -> None:
    with pytest.raises(AuthError, match="api_username and the key an administrator's"):
        read("accounts", api_username="grace.okello")


def test_a_wrong_key_is_refused(read: Read, forum: Forum) -> None:
    with pytest.raises(AuthError, match=r"403 to /groups.*: the API key is wrong"):
        read("members", api_key="another-key-0123456789")


def test_members_have_their_role_and_the_day_they_were_added(read: Read) -> None:
    found = [one for one in records(read("members")) if isinstance(one, Membership)]
    assert {one.space for one in found} == {"group-41", "group-42", "group-43"}
    assert {one.account: one.role for one in found} == {1: "member", 2: "owner", 3: "member"}
    assert {one.joined_at_basis for one in found} == {"native"}


@pytest.mark.parametrize(("many", "calls"), [(1000, 1), (1001, 2)])
def test_large_groups_come_by_pages_of_a_thousand(
    read: Read, forum: Forum, many: int, calls: int
) -> None:
    forum.members[41] = [{"id": one, "added_at": None} for one in range(1, many + 1)]
    found = [one for one in records(read("members")) if isinstance(one, Membership)]
    assert sum(one.space == "group-41" for one in found) == many
    assert sum("evaluators/members" in path for path in forum.asked) == calls


def test_a_group_whose_members_are_hidden_is_passed_over(read: Read, forum: Forum) -> None:
    forum.groups[1]["can_see_members"] = False
    found = [one for one in records(read("members")) if isinstance(one, Membership)]
    assert {one.space for one in found} == {"group-42", "group-43"}
    assert not any("evaluators/members" in path for path in forum.asked)


def test_ids_of_the_sign_in_are_read_once_for_each_account(read: Read, forum: Forum) -> None:
    guid = "6F1B2C3D-0000-4000-8000-00000000000A"
    forum.sign_on = {
        1: {"single_sign_on_record": {"external_id": guid}},
        2: {"single_sign_on_record": {"external_id": "staff-77"}},
        3: {"external_ids": {"oidc": "sub-3"}},
    }
    items = read("sign_on", sign_on="connect")
    told = {one.key: one.extra for one in records(items) if isinstance(one, Account)}
    assert told == {
        1: {"external_id": guid, "directory_id": guid.lower()},
        2: {"external_id": "staff-77"},
    }
    forum.asked.clear()
    assert records(read("sign_on", last_cursor(items), sign_on="connect")) == []
    assert not any(path.startswith("/admin/users/1.json") for path in forum.asked)
    oidc = accounts(read, "sign_on", sign_on="oidc")
    assert {key: one.extra for key, one in oidc.items()} == {"3": {"external_id": "sub-3"}}


def test_nothing_is_asked_about_sign_in_unless_it_is_wanted(read: Read, forum: Forum) -> None:
    assert read("sign_on") == []
    assert forum.asked == []


def test_a_row_that_is_no_account_is_kept_as_a_reject(read: Read, forum: Forum) -> None:
    forum.users[3]["id"] = None
    items = read("accounts")
    assert (len(rejects(items)), len(records(items))) == (1, 11)
