"""Rooms and groups over HTTP, against an emulated site that knows its own truth."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from cophub import Account, ConfigError, Context, Gone, Membership, Space
from cophub.connectors.adobeconnect import Settings, groups, rooms
from cophub.connectors.adobeconnect.groups import members_of, parse_member
from cophub.connectors.adobeconnect.rooms import taken_rooms
from cophub.sandbox import AdobeConnectSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def of_kind(run: Any, kind: str) -> dict[str, Any]:
    return {key: row for key, row in run.last(Space).items() if row["kind"] == kind}


def test_rooms_are_found_in_folders_of_folders(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    found = of_kind(extract(rooms, ask(still)), "meeting_room")
    truth = still.truth()["rooms"]
    assert {key: row["title"] for key, row in found.items()} == {
        key: row["title"] for key, row in truth.items()
    }
    assert any(row["extra"]["folder"].count("/") == 2 for row in found.values())


def test_a_room_has_the_folder_that_it_lies_in_as_its_parent(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    run = extract(rooms, ask(still))
    folders = of_kind(run, "folder")
    for room in still.site.rooms:
        parent = of_kind(run, "meeting_room")[str(room.id)]["parent"]
        above = still.site.scos[room.folder]
        if above.folder == still.site.shortcuts["user-meetings"]:
            assert parent is None
        else:
            assert parent == str(above.id)
            assert folders[parent]["title"] == above.name


def test_the_folders_of_hosts_bear_their_logins_and_are_not_kept(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    tree = still.site.shortcuts["user-meetings"]
    logins = [folder.name for folder in still.site.inside(tree)]
    assert logins and all("@" in login for login in logins)
    kept = repr(extract(rooms, ask(still)).items)
    assert not [login for login in logins if login in kept]


def test_folders_that_hold_one_another_are_walked_once(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    expected = len(of_kind(extract(rooms, ask(box)), "meeting_room"))
    folder = next(sco for sco in box.site.scos.values() if sco.name == "Calls")
    box.site.children.setdefault(folder.id, []).append(folder.folder)
    assert len(of_kind(extract(rooms, ask(box)), "meeting_room")) == expected


def test_a_closed_folder_stops_no_other_and_ends_nothing(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    first = extract(rooms, ask(box))
    assert [item for item in first.items if isinstance(item, Gone)]
    folder = next(sco for sco in box.site.scos.values() if sco.name == "Calls")
    folder.hidden = True
    run = extract(rooms, ask(box))
    lost = len(box.site.inside(folder.id))
    found = of_kind(run, "meeting_room")
    assert len(found) == len(of_kind(first, "meeting_room")) - lost
    assert not [item for item in run.items if isinstance(item, Gone)]


@pytest.mark.parametrize("by", ["id", "name", "pattern", "path", "address"])
def test_rooms_are_chosen_by(still: AdobeConnectSandbox, ask: Ask, extract: Extract, by: str):
    room = next(one for one in still.site.rooms if one.community == 1)
    folder = still.site.scos[still.site.scos[room.folder].folder]
    wanted = {
        "id": str(room.id),
        "name": room.name.upper(),
        "pattern": f"{room.name[:12]}*",
        "path": f"meetings/{folder.name}/*/{room.name[:12]}*",
        "address": room.url_path.strip("/"),
    }[by]
    found = of_kind(extract(rooms, ask(still, meetings=[wanted])), "meeting_room")
    assert str(room.id) in found
    assert len(found) < len(still.site.rooms)


def test_a_room_that_is_not_there_is_named(still: AdobeConnectSandbox, ask: Ask, extract: Extract):
    with pytest.raises(ConfigError, match=r"no room 'Knitting'.*correct meetings"):
        extract(rooms, ask(still, meetings=["Knitting"]))


def test_one_room_that_cannot_be_read_costs_no_other(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    expected = len(of_kind(extract(rooms, ask(box)), "meeting_room"))
    box.faults.plan("bad_item", path="*/sco-contents", at=1)
    run = extract(rooms, ask(box))
    assert len(run.rejects) == 1
    assert len(of_kind(run, "meeting_room")) <= expected
    assert not [item for item in run.items if isinstance(item, Gone)]


def test_a_room_with_a_date_that_is_none_costs_no_other(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract, monkeypatch: pytest.MonkeyPatch
):
    from cophub.connectors.adobeconnect import sessions

    expected = len(of_kind(extract(rooms, ask(box)), "meeting_room"))
    room = next(one for one in box.site.rooms if one.sessions and not one.hidden)
    monkeypatch.setattr(room, "created", "last week")
    run = extract(rooms, ask(box))
    assert (len(run.rejects), len(of_kind(run, "meeting_room"))) == (1, expected - 1)
    assert extract(sessions, ask(box)).rejects == []


def test_a_group_that_cannot_be_read_is_not_taken_for_gone(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    box.faults.plan("bad_item", path="*/principal-list", at=1)
    run = extract(groups, ask(box))
    assert len(run.rejects) == 1
    assert len(of_kind(run, "group")) == len(box.life.groups) - 1
    assert not [item for item in run.items if isinstance(item, Gone)]


@pytest.mark.parametrize(
    "address", ["https://x.example/api/xml", "https://x.example/?a=b", "https://u:p@x.example"]
)
def test_the_address_is_scheme_and_host_only(address: str):
    with pytest.raises(ValidationError):
        Settings(base_url=address, login="a", password="b")  # type: ignore[arg-type]


# Groups


def test_groups_have_their_members_of_today(still: AdobeConnectSandbox, ask: Ask, extract: Extract):
    run = extract(groups, ask(still))
    truth = {k: g for k, g in still.truth()["groups"].items() if g["type"] == "group"}
    assert {key: row["title"] for key, row in of_kind(run, "group").items()} == {
        key: row["title"] for key, row in truth.items()
    }
    pairs = {(key, member) for key, row in truth.items() for member in row["members"]}
    assert set(run.last(Membership)) == pairs
    assert all("joined_at" not in row for row in run.last(Membership).values())


def test_addresses_are_written_small_and_logins_as_they_are(
    still: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    accounts, truth = extract(groups, ask(still)).last(Account), still.truth()["users"]
    assert accounts
    for key, row in accounts.items():
        assert (row["name"], row["email"]) == (truth[key]["name"], truth[key]["email"])
    assert any(row["username"] != row["email"] for row in accounts.values())


def test_those_who_are_not_in_a_group_are_listed_with_it_and_are_no_members(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract, monkeypatch: pytest.MonkeyPatch
):
    """A server that knows no `filter-is-member` lists everybody, each with `is-member`."""
    usual = box.answer

    def answer(request: Any) -> Any:
        request.query.pop("filter-is-member", None)
        return usual(request)

    monkeypatch.setattr(box, "answer", answer)
    run = extract(groups, ask(box))
    assert len(run.of(Membership)) == sum(
        len(group["members"])
        for group in box.truth()["groups"].values()
        if group["type"] == "group"
    )


def test_who_is_in_a_group_within_a_group_is_in_both(
    box: AdobeConnectSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    outer, inner = box.life.groups[:2]
    from cophub.sandbox.adobeconnect import actions

    usual = actions.principals

    def principals(call: Any) -> str:
        text = usual(call)
        nested = (
            f'<principal principal-id="{inner.id}" type="group" has-children="true">'
            f"<name>{inner.name}</name><is-member>true</is-member></principal>"
        )
        wanted = call.asked.get("group-id") in (str(outer.id), str(inner.id))
        return text.replace("</principal-list>", nested + "</principal-list>") if wanted else text

    monkeypatch.setitem(actions.ACTIONS, "principal-list", principals)
    found = members_of(ask(box), str(outer.id), set())
    assert set(found.users) == {str(id) for id in outer.members | inner.members}


def test_groups_need_an_administrator(box: AdobeConnectSandbox, ask: Ask, extract: Extract):
    from cophub import AuthError

    box.site.administrator = False
    with pytest.raises(AuthError, match="principal-list is refused"):
        extract(groups, ask(box))
    assert extract(groups, ask(box, groups=[])).items == []


def test_a_member_that_cannot_be_read_is_a_reject_and_nobody_has_left(
    box: AdobeConnectSandbox, ask: Ask, extract: Extract
):
    expected = len(extract(groups, ask(box)).of(Membership))
    box.faults.plan("bad_item", path="*/principal-list", at=2)
    run = extract(groups, ask(box))
    assert len(run.of(Membership)) == expected - 1
    assert len(run.rejects) == 1


def test_a_login_that_is_no_address_gives_none():
    from cophub.connectors.adobeconnect.answer import Row

    values = {"principal-id": "7", "name": "A", "login": "adm", "type": "user"}
    account = next(iter(parse_member(Row("principal", values), "1")))
    assert isinstance(account, Account)
    assert account.email is None


def test_taken_rooms_are_in_the_order_of_their_ids(still: AdobeConnectSandbox, ask: Ask):
    ids = [int(room.id) for room in taken_rooms(ask(still))]
    assert ids == sorted(ids)
