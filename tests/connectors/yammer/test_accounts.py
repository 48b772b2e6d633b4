"""A person's account by each way, and what one way leaves to another."""

import json
from typing import Any

import msgspec
import pytest

from cophub import UNSET
from cophub.connectors.microsoft.directory import GraphUser
from cophub.connectors.yammer.accounts import (
    addresses_of,
    email_of,
    from_export,
    from_graph,
    from_rest,
    state_of,
)
from cophub.connectors.yammer.client import decoded
from cophub.connectors.yammer.exportfile import Row
from cophub.connectors.yammer.payloads import Address, Contact, User, UserList

GUEST = "ada_b_other.org#EXT#@contoso.onmicrosoft.com"


def test_a_guest_is_known_by_mailbox_upn_and_the_address_in_it() -> None:
    user = GraphUser(id="G", mail="Ada@Home.org", user_principal_name=GUEST)
    assert addresses_of(user) == ["ada@home.org", GUEST.lower(), "ada_b@other.org"]
    assert addresses_of(GraphUser(id="G", user_principal_name=GUEST))[-1] == "ada_b@other.org"


def test_what_yammer_shows_counts_and_the_directory_fills_the_gaps() -> None:
    user = GraphUser(id="G", display_name="Ada L", mail="a@x.org", job_title="Chief", department="")
    account = from_graph(user, User(id=7, full_name="Ada", email="ada@x.org", job_title=""))
    assert (account.key, account.name, account.email) == ("7", "Ada", "ada@x.org")
    assert (account.job_title, account.department) == ("Chief", None)


def test_rest_beside_graph_takes_nothing_away() -> None:
    account = from_rest(User(id=7, full_name="Ada", state="soft_delete", guid="X"), ["graph"])
    assert account.name == "Ada"
    left = (account.email, account.job_title, account.status, account.created_at)
    assert left == (UNSET,) * 4


def test_every_way_gives_the_directory_id_and_the_checked_address_alike() -> None:
    """So that no row changes with whoever spoke last."""
    guid = "0a1b2c3d-0000-4000-8000-00000000000a"
    user = User(id=7, email="ada@x.org", guid=guid.upper())
    row = {"id": "7", "email": "Ada@x.org", "guid": guid.upper(), "joined_at": ""}
    accounts = [
        from_graph(GraphUser(id=guid.upper(), mail="ada@x.org"), key="7"),
        from_graph(GraphUser(id=guid, mail=None), user),
        *(from_rest(user, ways) for ways in (["rest"], ["rest", "graph", "export"])),
        *(from_export(Row(row, ""), ways) for ways in (["export"], ["rest", "graph", "export"])),
    ]
    for account in accounts:
        assert (account.key, account.email, account.email_verified) == ("7", "ada@x.org", True)
        assert account.extra == {"directory_id": guid}


def test_an_address_that_nobody_here_has_checked_is_not_verified() -> None:
    """Yammer makes addresses up, and an external network has those of other organisations."""
    fake = User(id=7, email="x@fake", contact=Contact(has_fake_email=True))
    assert from_rest(fake, ["rest"]).email_verified is UNSET
    assert from_graph(GraphUser(id="G"), fake).email_verified is UNSET
    partner = from_export(Row({"id": "8", "email": "bo@other.org"}, "partners"), ["export"])
    assert (partner.email, partner.email_verified) == ("bo@other.org", False)


def test_soft_delete_by_rest_is_suspended_unless_an_export_tells_more() -> None:
    assert state_of(User(id=7, state="soft_delete")) == "suspended"
    assert from_rest(User(id=7, state="soft_delete"), ["rest"]).status == "suspended"
    assert from_rest(User(id=7, state="soft_delete"), ["rest", "export"]).status is UNSET
    assert from_rest(User(id=7), ["rest", "export"]).status == "active"


def test_an_address_that_yammer_made_up_is_none() -> None:
    fake = Contact(has_fake_email="true", email_addresses=[Address("primary", "x@fake")])
    assert email_of(User(id=1, email="x@fake", contact=fake)) is None
    real = Contact(email_addresses=[Address("home", "h@x.org"), Address("primary", "P@x.org")])
    assert email_of(User(id=1, contact=real)) == "p@x.org"


@pytest.mark.parametrize(
    ("ways", "status"), [(["export"], "deleted"), (["export", "graph"], "deleted")]
)
def test_who_was_deleted_is_told_by_an_export_beside_any_way(ways: list[str], status: str) -> None:
    row = Row({"id": "1", "state": "soft_delete", "deleted_at": "2026-01-01T00:00:00Z"}, "")
    assert from_export(row, ways).status == status


def test_suspended_is_left_to_graph() -> None:
    row = Row({"id": "1", "state": "soft_delete", "suspended_at": "2026-01-01T00:00:00Z"}, "")
    assert from_export(row, ["export"]).status == "suspended"
    assert from_export(row, ["export", "graph"]).status is UNSET


def test_the_vendors_users_are_read(vendor_files: Any) -> None:
    folder = vendor_files / "microsoft"
    for name in ("users_list_2022.json", "user_by_email_2012.json"):
        page, rejects = decoded((folder / "yammer" / name).read_bytes(), UserList)
        assert rejects == []
        for user in page.items:
            account = from_rest(user, ["rest"])
            assert account.email is not None
            assert account.created_at is not UNSET
    rows = json.loads((folder / "graph/community_users_with_roles.json").read_bytes())
    (user,) = [msgspec.convert(row, GraphUser) for row in rows]
    account = from_graph(user)
    assert account.username == user.user_principal_name.lower()  # type: ignore[union-attr]
    assert account.email is None
