"""Members of communities: one account for one person by any way, and who came and went."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cophub import Account, AuthError, CursorExpired, Gone, Membership, SourceUnavailable, Stream
from cophub.connectors.yammer.export import history
from cophub.connectors.yammer.memberdelta import GroupChange
from cophub.connectors.yammer.members import members
from cophub.connectors.yammer.usage import usage
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.tenant import User

from .exports import export

STREAM = Stream(members, snapshot_of=(Membership,))
WAYS = (["graph"], ["rest"], ["rest", "graph"])


def expected(box: MicrosoftSandbox, *, by_guid: bool = False) -> dict[tuple[str, str], str]:
    """Every membership of the tenant's communities with its role."""
    found = {}
    for group in box.tenant.communities:
        for guid in {*group.members, *group.owners}:
            user = box.tenant.users[guid]
            role = "owner" if guid in group.owners else "guest" if user.guest else "member"
            found[str(group.yammer_id), guid if by_guid else str(user.yammer_id)] = role
    return found


def native(rows: dict[Any, Any], box: MicrosoftSandbox) -> dict[tuple[str, str], str]:
    """Roles by key, in communities that Graph has, too."""
    keys = {str(group.yammer_id) for group in box.tenant.communities}
    return {key: row["role"] for key, row in rows.items() if key[0] in keys}


def asked(box: MicrosoftSandbox) -> list[str]:
    """The paths that were asked for since the log was cleared, sign-in left out."""
    return [
        seen.path for seen in box.log if not seen.path.endswith(("/token", "/openid-configuration"))
    ]


def after(table: dict[Any, Any], items: list[Any]) -> dict[Any, Any]:
    """What the warehouse would hold: memberships laid over, and those gone taken out."""
    rows = dict(table)
    for item in items:
        if isinstance(item, Membership):
            rows[str(item.space), str(item.account)] = {"role": item.role}
        elif isinstance(item, Gone):
            kept = {tuple(str(part) for part in key) for key in item.but if isinstance(key, tuple)}
            for key in list(rows):
                row = dict(zip(Membership.KEY, key, strict=True))
                named = all(row[name] == str(value) for name, value in item.where.items())
                if named and key not in kept:
                    del rows[key]
    return rows


def test_graph_alone_knows_members_owners_and_guests_by_directory_id(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    got = extract(STREAM, ask(still, ways=["graph"]))
    assert native(got.last(Membership), still) == expected(still, by_guid=True)
    assert got.rejects == []


def test_both_ways_join_directory_users_to_yammers_ids(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    got = extract(STREAM, ask(still, ways=["rest", "graph"]))
    assert native(got.last(Membership), still) == expected(still)
    accounts = got.last(Account)
    for user in still.tenant.users.values():
        if (row := accounts.get(str(user.yammer_id))) is not None and "extra" in row:
            assert row["extra"]["directory_id"] == user.id
            assert row["username"] == user.upn.lower()
            assert row["email"] == user.address.lower()
    keys = [str(account.key) for account in got.of(Account)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("by_file", [True, False])
def test_graph_beside_an_export_joins_by_the_directory_id_in_it(
    still: MicrosoftSandbox, ask: Any, extract: Any, tmp_path: Path, by_file: bool
) -> None:
    start = datetime.fromtimestamp(still.world.start, UTC)
    still.yammer.write_export(tmp_path / "a.zip", start, still.now)
    path = {"export_path": tmp_path} if by_file else {}
    ctx = ask(still, still.tenant.admin, ways=["graph", "export"], **path)
    still.log.clear()
    got = extract(STREAM, ctx)
    assert native(got.last(Membership), still) == expected(still)
    assert asked(still).count("/api/v1/export") == (0 if by_file else 1)


def test_the_directory_id_in_an_export_joins_whom_no_address_does(
    still: MicrosoftSandbox, ask: Any, extract: Any, tmp_path: Path
) -> None:
    """Addresses change; the directory's id does not."""
    users = [
        {"id": user.yammer_id, "guid": user.id.upper(), "email": f"before{n}@elsewhere.example"}
        for n, user in enumerate(still.tenant.users.values())
        if user.yammer_id
    ]
    export(tmp_path / "a.zip", users=users)
    got = extract(STREAM, ask(still, ways=["graph", "export"], export_path=tmp_path))
    assert native(got.last(Membership), still) == expected(still)


def test_a_list_that_says_too_early_that_it_ends_is_read_on(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    group = box.tenant.legacy
    for user in list(box.tenant.users.values())[:101]:
        box.tenant.join(group, user)
    usual = box.answer

    def lying(request: Any) -> Any:
        response = usual(request)
        if "/users/in_group/" in request.path:
            response.body = response.body.replace(
                b'"more_available":true', b'"more_available":false'
            )
        return response

    box.answer = lying  # type: ignore[method-assign]
    rows = extract(STREAM, ask(box, ways=["rest"], groups=[group.title])).last(Membership)
    assert len(rows) == len({*group.members, *group.owners}) > 100


def test_a_list_that_never_ends_is_ended_when_it_brings_nobody_new(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    group = box.tenant.legacy
    usual, seen = box.answer, list[str]()

    def endless(request: Any) -> Any:
        if "/users/in_group/" not in request.path:
            return usual(request)
        seen.append(request.path)
        assert len(seen) < 5
        response = usual(replace(request, query={"page": "1"}))
        response.body = response.body.replace(b'"more_available":false', b'"more_available":true')
        return response

    box.answer = endless  # type: ignore[method-assign]
    rows = extract(STREAM, ask(box, ways=["rest"], groups=[group.title])).last(Membership)
    assert len(rows) == len({*group.members, *group.owners})


def test_the_vendors_delta_is_read(vendor_files: Path) -> None:
    folder = vendor_files / "microsoft/graph"
    rows = json.loads((folder / "group_delta_changes.json").read_bytes())["value"]
    (change,) = [msgspec.convert(row, GroupChange) for row in rows]
    assert [one.removed is not None for one in change.members] == [True, False]
    first = json.loads((folder / "group_delta_initial.json").read_bytes())["value"]
    assert [len(msgspec.convert(row, GroupChange).members) for row in first] == [2, 0]


def test_rest_alone_knows_the_same_people_but_no_owners(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    got = extract(STREAM, ask(still, ways=["rest"]))
    wanted = {key: "guest" if _user(still, key[1]).guest else "member" for key in expected(still)}
    listed = native(got.last(Membership), still)
    assert listed.items() <= wanted.items()
    private = {str(group.yammer_id) for group in still.tenant.communities if group.private}
    assert {key for key in wanted if key not in listed} <= {k for k in wanted if k[0] in private}


def _user(box: MicrosoftSandbox, yammer_id: str) -> User:
    return next(user for user in box.tenant.users.values() if str(user.yammer_id) == yammer_id)


def test_one_account_per_person_whatever_the_ways(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    by_graph = extract(STREAM, ask(still, ways=["graph"])).last(Account)
    by_both = extract(STREAM, ask(still, ways=["rest", "graph"])).last(Account)
    ids = [row["extra"]["directory_id"] for row in by_both.values() if "extra" in row]
    assert sorted(ids) == sorted(by_graph)


def test_who_cannot_be_joined_keeps_the_directory_id(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    group = box.tenant.communities[0]
    guid = next(iter(group.members))
    user = box.tenant.users[guid]
    box.tenant.leave(box.tenant.legacy, user)
    ctx = ask(box, ways=["rest", "graph"])
    from cophub.connectors.yammer.people import People

    People.of(ctx)._by_name = _Without({user.address.lower(), user.upn.lower()})
    rows = extract(STREAM, ctx).last(Membership)
    assert (str(group.yammer_id), guid) in rows


class _Without(dict[str, str]):
    """Ids by name, in which some names are never found."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._names = names

    def __contains__(self, name: object) -> bool:
        return name not in self._names and super().__contains__(name)


def test_an_unchanged_run_costs_one_request_for_all_native_communities(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["graph"]))
    box.log.clear()
    again = extract(STREAM, ask(box, ways=["graph"]), first.cursor)
    assert asked(box) == [
        "/v1.0/employeeExperience/communities", "/v1.0/groups", "/v1.0/groups/delta",
    ]  # fmt: skip
    assert again.records == []
    assert not [item for item in again.items if isinstance(item, Gone)]


@pytest.mark.parametrize("ways", [["graph"], ["rest", "graph"]])
def test_joins_leaves_and_promotions_are_told_by_the_delta(
    box: MicrosoftSandbox, ask: Any, extract: Any, ways: list[str]
) -> None:
    by_guid = ways == ["graph"]
    first = extract(STREAM, ask(box, ways=ways))
    table = first.last(Membership)
    one, two, _ = box.tenant.communities
    member = [guid for guid in one.members if guid not in one.owners]
    newcomer = next(u for u in box.tenant.users.values() if u.id not in two.members)
    box.tenant.leave(one, box.tenant.users[member[0]])
    box.tenant.leave(one, box.tenant.users[member[1]])
    box.tenant.join(one, box.tenant.users[member[1]])  # left and came back
    box.tenant.join(two, newcomer)
    box.tenant.join(one, box.tenant.users[member[2]], owner=True)
    box.log.clear()
    got = extract(STREAM, ask(box, ways=ways), first.cursor)
    table = after(table, got.items)
    assert native(table, box) == expected(box, by_guid=by_guid)
    touched = [path for path in asked(box) if "/members" in path]
    assert touched == []  # nobody was listed whole


def test_a_group_that_a_delta_spreads_over_pages_is_put_together(
    box: MicrosoftSandbox, ask: Any, extract: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["cophub.connectors.yammer.members"], "MANY", 1_000)
    first = extract(STREAM, ask(box, ways=["graph"]))
    group = box.tenant.communities[0]
    outside = [u for u in box.tenant.users.values() if u.id not in group.members]
    plain = [guid for guid in group.members if guid not in group.owners]
    leaving = [box.tenant.users[guid] for guid in plain[:25]]
    for user in outside[:30]:
        box.tenant.join(group, user)
    for user in leaving:
        box.tenant.leave(group, user)
    box.log.clear()
    got = extract(STREAM, ask(box, ways=["graph"]), first.cursor)
    assert asked(box).count("/v1.0/groups/delta") > 1
    assert not [path for path in asked(box) if "/members" in path]
    table = after(first.last(Membership), got.items)
    assert native(table, box) == expected(box, by_guid=True)


def test_many_changes_are_read_as_a_whole_group(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["graph"]))
    group = box.tenant.communities[0]
    for guid in [guid for guid in group.members if guid not in group.owners][:31]:
        box.tenant.leave(group, box.tenant.users[guid])
    box.log.clear()
    got = extract(STREAM, ask(box, ways=["graph"]), first.cursor)
    assert native(after(first.last(Membership), got.items), box) == expected(box, by_guid=True)
    assert not [path for path in asked(box) if "/users/" in path]


def test_a_person_who_was_deleted_leaves_all_groups(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    for ways in (["graph"], ["rest", "graph"]):
        first = extract(STREAM, ask(box, ways=ways))
        group = box.tenant.communities[0]
        spared = {*group.owners, box.tenant.service.id}
        guid = next(guid for guid in group.members if guid not in spared)
        box.tenant.delete(box.tenant.users[guid])
        got = extract(STREAM, ask(box, ways=ways), first.cursor)
        table = after(first.last(Membership), got.items)
        assert native(table, box) == expected(box, by_guid=ways == ["graph"])


def test_an_owner_who_is_one_no_more_is_looked_up(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["graph"]))
    group = box.tenant.communities[0]
    owner = next(guid for guid in group.owners if guid in group.members)
    user = box.tenant.users[owner]
    group.owners.pop(owner)
    box.tenant._log(group, "owners", user, added=False)
    got = extract(STREAM, ask(box, ways=["graph"]), first.cursor)
    table = after(first.last(Membership), got.items)
    assert native(table, box) == expected(box, by_guid=True)


def test_a_delta_link_lives_seven_days_and_then_the_groups_are_read_whole(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["graph"]))
    box.advance(days=8)
    box.log.clear()
    got = extract(STREAM, ask(box, ways=["graph"]), first.cursor)
    table = after(first.last(Membership), got.items)
    assert native(table, box) == expected(box, by_guid=True)
    box.log.clear()
    assert extract(STREAM, ask(box, ways=["graph"]), got.cursor).records == []


def test_a_run_that_was_cut_off_reads_only_what_is_left(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(still, ways=["graph"]))
    still.log.clear()
    again = extract(STREAM, ask(still, ways=["graph"]), first.cursors[1])
    read = {path for path in asked(still) if "/members" in path}
    assert len(read) == len(still.tenant.communities) - 1
    whole = {**first.last(Membership)}
    assert after(whole, again.items).keys() == whole.keys()


def test_a_group_that_is_taken_later_is_read_whole_and_one_given_up_has_no_members(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    one, two, _ = still.tenant.communities
    first = extract(STREAM, ask(still, ways=["graph"], groups=[one.title]))
    got = extract(STREAM, ask(still, ways=["graph"], groups=[two.title]), first.cursor)
    table = after(first.last(Membership), got.items)
    assert {key[0] for key in table} == {str(two.yammer_id)}
    wanted = {k: v for k, v in expected(still, by_guid=True).items() if k[0] == str(two.yammer_id)}
    assert native(table, still) == wanted


def test_who_left_a_group_that_only_rest_knows_is_gone_in_the_next_run(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["rest"]))
    legacy = box.tenant.legacy
    user = box.tenant.users[next(guid for guid in legacy.members if guid not in legacy.owners)]
    box.tenant.leave(legacy, user)
    got = extract(STREAM, ask(box, ways=["rest"]), first.cursor)
    table = after(first.last(Membership), got.items)
    assert (str(legacy.yammer_id), str(user.yammer_id)) in first.last(Membership)
    assert (str(legacy.yammer_id), str(user.yammer_id)) not in table


def test_members_without_names_mean_a_permission_that_is_missing(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    still.consents.discard("graph:User.Read.All")
    with pytest.raises(AuthError, match=r"User\.Read\.All"):
        extract(STREAM, ask(still, ways=["graph"]))


def test_a_community_that_hides_its_members_leaves_the_others_to_be_read(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    closed, *others = box.tenant.communities
    fault = box.faults.plan("403", path=f"*/groups/{closed.id}/*", every=1)
    got = extract(STREAM, ask(box, ways=["graph"]))
    assert {key[0] for key in got.last(Membership)} == {str(one.yammer_id) for one in others}
    assert [one.key for one in got.rejects] == [str(closed.yammer_id)]
    again = extract(STREAM, ask(box, ways=["graph"]), got.cursor)
    assert [one.key for one in again.rejects] == [str(closed.yammer_id)]
    fault.every = 0
    assert extract(STREAM, ask(box, ways=["graph"]), again.cursor).last(Membership)


@pytest.mark.parametrize("way", ["graph", "rest"])
def test_a_group_that_does_not_answer_stops_itself_alone(
    box: MicrosoftSandbox, ask: Any, way: str
) -> None:
    first = box.tenant.communities[0]
    path = f"*/groups/{first.id}/*" if way == "graph" else f"*/users/in_group/{first.yammer_id}.*"
    box.faults.plan("500", path=path, every=1)
    items: list[Any] = []
    with pytest.raises(SourceUnavailable):
        for item in members(ask(box, ways=[way]), None):
            items.append(item)
    read = {item.space for item in items if isinstance(item, Membership)}
    assert read and str(first.yammer_id) not in read


def test_a_group_that_rest_does_not_show_any_more_has_lost_nobody(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    """A Reject says so: a whole read without it would end everybody there."""
    first = extract(STREAM, ask(box, ways=["rest"]))
    legacy = str(box.tenant.legacy.yammer_id)
    box.faults.plan("403", path=f"*/users/in_group/{legacy}.json", every=1)
    for since in (None, first.cursor):
        got = extract(STREAM, ask(box, ways=["rest"]), since)
        assert legacy in {one.key for one in got.rejects}
        table = after(first.last(Membership), got.items)
        assert legacy in {space for space, _ in table}


def test_a_group_that_cannot_be_read_in_the_listing_has_lost_nobody(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["rest"]))
    changed(
        box, "/api/v1/groups.json", lambda page: [one | {"id": None} for one in page[:1]] + page[1:]
    )
    got = extract(STREAM, ask(box, ways=["rest"]), first.cursor)
    assert got.rejects
    table = after(first.last(Membership), got.items)
    assert table.keys() == first.last(Membership).keys()


def test_a_cursor_of_another_version_is_read_as_none(still: MicrosoftSandbox, ask: Any) -> None:
    for stream in (members, history, usage):
        ctx = ask(still, ways=["graph", "export"])
        with pytest.raises(CursorExpired, match="none of this version"):
            list(stream(ctx, '{"hours": "many", "links": 1, "day": 1}'))


def test_who_came_while_a_group_had_to_be_read_whole_has_an_account(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, ask(box, ways=["graph"]))
    group = box.tenant.communities[0]
    newcomer = next(u for u in box.tenant.users.values() if u.id not in group.members)
    box.tenant.join(group, newcomer)
    owner = next(guid for guid in group.owners if guid in group.members)
    group.owners.pop(owner)  # whether they are still a member, the delta does not tell
    box.tenant._log(group, "owners", box.tenant.users[owner], added=False)
    got = extract(STREAM, ask(box, ways=["graph"]), first.cursor)
    assert newcomer.id in got.last(Account)


def changed(box: MicrosoftSandbox, path: str, change: Any) -> None:
    """From now on the JSON that a path answers goes through `change`."""
    usual = box.answer

    def answer(request: Any) -> Any:
        response = usual(request)
        if request.path.startswith(path) and response.status == 200:
            response.body = json.dumps(change(json.loads(response.body))).encode()
        return response

    box.answer = answer  # type: ignore[method-assign]


def test_groups_within_a_group_are_no_people(box: MicrosoftSandbox, ask: Any, extract: Any) -> None:
    first = extract(STREAM, ask(box, ways=["graph"]))
    nested = {"@odata.type": "#microsoft.graph.group", "id": box.tenant.staff.id}
    row = {"id": box.tenant.communities[0].id, "members@delta": [nested]}
    changed(box, "/v1.0/groups/delta", lambda page: page | {"value": [row]})
    box.log.clear()
    assert extract(STREAM, ask(box, ways=["graph"]), first.cursor).records == []
    assert not [path for path in asked(box) if "/users/" in path]


def test_a_deleted_user_whom_rest_still_lists_is_no_member(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    def deleted(page: Any) -> Any:
        page["users"][0]["state"] = "soft_delete"
        return page

    group = box.tenant.legacy
    changed(box, "/api/v1/users/in_group/", deleted)
    rows = extract(STREAM, ask(box, ways=["rest"], groups=[group.title])).last(Membership)
    assert len(rows) == len({*group.members, *group.owners}) - 1
