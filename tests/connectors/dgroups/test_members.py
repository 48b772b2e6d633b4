"""Groups and members over HTTP, against an emulated site that knows its own truth."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cophub import Account, ConfigError, Membership, Post, Space
from cophub.connectors.dgroups.client import Api
from cophub.connectors.dgroups.groups import Found, listed
from cophub.connectors.dgroups.members import account_of, left_at, parse_past
from cophub.connectors.dgroups.payloads import PastMember, Perms, Subscription
from tests.connectors.dgroups.conftest import Ask, Json, Table, Watched, instants

ROLES = {"none": "member", "moderator": "moderator", "owner": "owner"}


def current(truth: Json) -> dict[tuple[str, str], tuple[str, Any]]:
    """Role and day of joining of each who is in."""
    return {
        (group, user): (ROLES[row["role"]], instants(row["joined"]))
        for group, rows in truth["members"].items()
        for user, row in rows.items()
        if row["status"] == "normal"
    }


def present(table: Table) -> dict[tuple[str, str], tuple[str, Any]]:
    """The same of what was read."""
    return {
        key: (row["role"], row["joined_at"].replace(microsecond=0))
        for key, row in table.of(Membership).items()
        if row["status"] != "left"
    }


def test_each_group_is_a_space_below_its_parent(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "groups")
    spaces, truth = table.of(Space), still.truth()["spaces"]
    assert {row["kind"] for row in spaces.values()} == {"list"}, "so that the quarter counts them"
    assert {key: (row["parent"], row["native_member_count"]) for key, row in spaces.items()} == {
        key: (row["parent"], row["members"]) for key, row in truth.items()
    }
    assert {row["title"] for row in spaces.values()} == {row["title"] for row in truth.values()}
    assert any(row["parent"] for row in spaces.values())


def test_older_answers_call_the_number_of_members_otherwise(
    still: Watched, ask: Ask, monkeypatch: pytest.MonkeyPatch
):
    plain = Api.page

    def older(self: Api, call: str, /, **params: Any) -> Any:
        page = plain(self, call, **params)
        page.data = [
            msgspec.Raw(bytes(row).replace(b'"subs_count"', b'"num_subs"'))
            for row in page.data or ()
        ]
        return page

    monkeypatch.setattr(Api, "page", older)
    found = {one.key: one.subs_count for one in listed(ask(still)).groups}
    truth = {key: row["members"] for key, row in still.truth()["spaces"].items()}
    assert found.items() <= truth.items()


def test_the_pages_of_a_group_below_have_its_name_as_an_address_takes_it(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, groups=["mercop+leads"], history="api"), "groups", "messages")
    urls = [row["url"] for kind in (Space, Post) for row in table.of(kind).values()]
    assert len(urls) > 20
    assert all("/g/mercop%2Bleads" in url for url in urls)


def test_members_have_their_role_and_the_day_they_joined(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "groups", "members")
    truth = still.truth()
    assert present(table) == current(truth)
    assert {row["joined_at_basis"] for row in table.of(Membership).values()} == {"native"}
    accounts = table.of(Account)
    for key, row in accounts.items():
        assert row["email"] == truth["accounts"][key]["email"]
        assert "@" not in (row["name"] or "")


def test_who_left_has_left_on_the_day_that_the_site_gives(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "members")
    truth, now = still.truth(), current(still.truth())
    ended = {
        (group, row["user"]): instants(row["left"])
        for group, rows in truth["past"].items()
        for row in rows
        if row["action"] != "expired_member" and (group, row["user"]) not in now
    }
    left = {
        key: row["left_at"].replace(microsecond=0)
        for key, row in table.of(Membership).items()
        if row["status"] == "left"
    }
    assert left == ended
    assert len(left) > 5


def test_an_expired_application_is_no_past_member(still: Watched, ask: Ask, table: Table):
    table.read(ask(still), "members")
    expired = {
        (group, row["user"])
        for group, rows in still.truth()["past"].items()
        for row in rows
        if row["action"] == "expired_member"
    }
    real = {
        (group, row["user"])
        for group, rows in still.truth()["past"].items()
        for row in rows
        if row["action"] != "expired_member"
    }
    never = expired - real - set(current(still.truth()))
    assert never
    assert not never & set(table.of(Membership))


def test_joins_and_leaves_arrive_with_the_next_run(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "members")
    group = str(box.group("mercop").id)
    stays = next(user for user in box.group("mercop").subs if user != box.hub.id)
    box.leave("mercop", stays)
    table.read(ask(box, later=1), "members")
    assert table.of(Membership)[group, str(stays)]["status"] == "left"
    assert present(table) == current(box.truth())
    came = box.join("mercop", 90_001)
    table.read(ask(box, later=1), "members")
    assert table.of(Membership)[group, str(came)]["status"] == "active"
    assert present(table) == current(box.truth())


def test_who_came_when_somebody_left_is_seen_a_day_later(box: Watched, ask: Ask, table: Table):
    """The number of members is the same, so nothing tells of it before the next listing."""
    table.read(ask(box), "members")
    stays = next(user for user in box.group("mercop").subs if user != box.hub.id)
    box.leave("mercop", stays)
    box.join("mercop", 90_001)
    box.advance(days=1)
    table.read(ask(box), "members")
    assert present(table) == current(box.truth())


def test_who_comes_back_is_a_member_again(box: Watched, ask: Ask, table: Table):
    group, name = str(box.group("mercop").id), "mercop"
    user = box.join(name, 90_002)
    box.leave(name, user)
    table.read(ask(box), "members")
    assert table.of(Membership)[group, str(user)]["status"] == "left"
    box.join(name, 90_002)
    table.read(ask(box, later=1), "members")
    row = table.of(Membership)[group, str(user)]
    assert (row["status"], row["left_at"]) == ("active", None)


def test_a_group_of_the_same_size_is_left_alone_for_some_hours(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box), "members")
    box.calls.clear()
    table.read(ask(box, later=1), "members")
    assert box.calls["getmembers"] == 0
    table.read(ask(box, later=30), "members")
    assert box.calls["getmembers"] == len(box.state.groups)


def test_nobody_is_ended_in_a_group_whose_members_are_not_shown_any_more(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box), "members")
    before = present(table)
    box.rights("mercop", members_visible=False)
    box.calls.clear()
    table.read(ask(box, later=30), "members")
    assert present(table) == before
    assert box.calls["getmembers"] == len(box.state.groups) - 1, "it is not even asked"
    assert [reject.key for reject in table.rejects] == [str(box.group("mercop").id)]
    assert "no permission" in table.rejects[0].reason
    assert "mercop" in table.rejects[0].reason


@pytest.mark.parametrize("status", [400, 200])
def test_a_permission_that_is_lost_between_two_calls_ends_nobody(
    box: Watched, ask: Ask, table: Table, status: int
):
    """The list of groups still said that members may be seen."""
    table.read(ask(box), "members")
    before = present(table)
    box.error_status = status

    def close(call: str, number: int) -> None:
        if call == "getmembers":
            box.rights("mercop", members_visible=False)

    box.before = close
    table.read(ask(box, later=30), "members")
    assert present(table) == before
    assert any("no permission" in reject.reason for reject in table.rejects)


def test_a_blank_address_leaves_the_known_one_alone(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "members")
    known = {key: row["email"] for key, row in table.of(Account).items()}
    for name in [group.name for group in box.state.groups.values()]:
        box.rights(name, moderator=False)
    table.read(ask(box, later=30), "members")
    assert {key: row["email"] for key, row in table.of(Account).items()} == known


def test_somebody_who_comes_first_while_pages_are_read_takes_nobody_out(ask: Ask, table: Table):
    with Watched(seed=3, people=400, communities=1, years=0.5) as crowd:

        def shift(call: str, number: int) -> None:
            if call == "getmembers" and number == 2:
                group = crowd.group("mercop")
                gone = sorted(group.subs.values(), key=lambda sub: (sub.created, sub.id))[3]
                crowd.leave("mercop", gone.user.id)

        crowd.before = shift
        table.read(ask(crowd, groups=["mercop"]), "members")
        truth = current(crowd.truth())
        group = str(crowd.group("mercop").id)
        assert {key for key in truth if key[0] == group} <= set(present(table))
        assert crowd.calls["getmembers"] > 2


def test_whoever_cannot_be_read_has_not_left(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "members")
    before = dict(table.of(Membership))
    box.faults.plan("bad_item", path="*/getmembers", at=(1,))
    table.read(ask(box, later=30), "members")
    assert set(table.of(Membership)) == set(before)
    assert table.rejects


def test_a_group_that_cannot_be_read_among_the_others_has_not_gone(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    """Nobody knows which one is missing from the list of one's groups."""
    table.read(ask(box), "groups", "members")
    before = set(table.of(Membership)), set(table.of(Space))
    plain = Api.page

    def garbled(self: Api, call: str, /, **params: Any) -> Any:
        page = plain(self, call, **params)
        bad, rows = msgspec.Raw(b'{"id":"x"}'), page.data or []
        page.data = [bad if call == "getsubs" and b'"mnch"' in bytes(row) else row for row in rows]
        return page

    monkeypatch.setattr(Api, "page", garbled)
    table.read(ask(box, later=30), "groups", "members")
    assert (set(table.of(Membership)), set(table.of(Space))) == before
    assert table.rejects


def test_a_group_that_the_account_left_is_gone_with_its_members(
    box: Watched, ask: Ask, table: Table
):
    table.read(ask(box), "groups", "members")
    box.remove("mnch")
    table.read(ask(box, later=1), "groups", "members")
    assert set(table.of(Space)) == set(box.truth()["spaces"])
    assert {key[0] for key in table.of(Membership)} == set(box.truth()["spaces"])


def test_past_members_that_are_not_shown_take_nothing_else_away(
    box: Watched, ask: Ask, table: Table
):
    """Where the permission is told it is not even asked; where it was lost meanwhile, no matter."""
    box.rights("mercop", manage_members=False)
    table.read(ask(box), "members")
    assert box.calls["getpastmembers"] == len(box.state.groups) - 1
    assert present(table) == current(box.truth())

    def close(call: str, number: int) -> None:
        if call == "getmembers":
            box.rights("mnch", manage_members=False)

    box.before = close
    table.read(ask(box, later=30), "members")
    assert present(table) == current(box.truth())
    assert table.rejects == []


def test_a_group_below_that_the_account_is_not_in_is_found_with_what_it_may_do_there(
    box: Watched, ask: Ask, table: Table
):
    below = box.group("mercop+leads")
    del below.subs[box.hub.id]
    ctx = ask(box)
    table.read(ctx, "groups", "members")
    assert table.of(Space)[str(below.id)]["parent"] == str(box.group("mercop").id)
    assert [reject.key for reject in table.rejects] == [str(below.id)]
    assert box.calls["getperms"] == 1
    asked = {one.query.get("group_id") for one in box.log if one.path.endswith("/getmembers")}
    assert str(below.id) not in asked, "what it may not do is not tried"


def test_who_is_in_a_group_below_without_joining_reads_what_is_open(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    below = box.group("mercop+leads")
    plain = Api.one

    def open_to_all(self: Api, call: str, kind: Any, /, **params: Any) -> Any:
        if call == "getperms":
            return Perms(members_visible=True, manage_members=False, archives_visible=False)
        return plain(self, call, kind, **params)

    members = {key for key in current(box.truth()) if key[0] == str(below.id)}
    hub = below.subs.pop(box.hub.id)
    monkeypatch.setattr(Api, "one", open_to_all)
    ctx = ask(box)
    (found,) = [one for one in listed(ctx).groups if one.id == below.id]
    assert found.may("members_visible")
    assert not found.may("archives_visible")
    assert members and hub and not found.subscribed


def test_a_permission_that_is_not_told_is_tried():
    assert Found(1, "x", Perms()).may("members_visible")
    assert not Found(1, "x", Perms(members_visible=False)).may("members_visible")


@pytest.mark.parametrize("action", ["expired_member", "rejected_member", "declined_invitation"])
def test_who_never_was_in_is_no_past_member(box: Watched, ask: Ask, table: Table, action: str):
    user = box.join("mercop", 90_003)
    box.leave("mercop", user)
    past = box.group("mercop").past
    past.append(past.pop()._replace(action=action))
    table.read(ask(box), "members")
    assert (str(box.group("mercop").id), str(user)) not in table.of(Membership)


def test_a_group_that_is_not_there_is_named_with_those_that_are(
    still: Watched, ask: Ask, table: Table
):
    with pytest.raises(ConfigError, match=r"there is no group 'mercopp'.*mercop \("):
        table.read(ask(still, groups=["mercopp"]), "groups")


@pytest.mark.parametrize("words", [["mercop"], ["MERCOP"], ["merc*"], "mercop+leads"])
def test_groups_are_chosen_by_name_id_or_pattern(
    still: Watched, ask: Ask, table: Table, words: Any
):
    table.read(ask(still, groups=words), "groups")
    names = {row["extra"]["name"] for row in table.of(Space).values()}
    assert names <= {"mercop", "mercop+leads"}
    assert names
    other = Table()
    other.read(ask(still, groups=[int(next(iter(table.of(Space))))]), "groups")
    assert len(other.of(Space)) == 1


def test_the_older_form_of_a_past_member_has_no_day_of_leaving():
    """Some sites give the old subscription itself, whose date is when they had joined."""
    entry = PastMember(id=5, user_id=7, created="2020-01-01T00:00:00Z", full_name="Ada")
    assert left_at(entry) is None
    found = next(item for item in parse_past(entry, "1") if isinstance(item, Membership))
    assert found.status == "left"
    assert str(found.joined_at).startswith("2020-01-01")


def test_a_past_member_left_on_the_day_of_the_entry_and_joined_on_that_inside():
    inside = Subscription(id=4, user_id=7, created="2020-01-01T00:00:00Z")
    entry = PastMember(id=5, created="2024-05-01T00:00:00Z", member_info=inside)
    found = next(item for item in parse_past(entry, "1") if isinstance(item, Membership))
    assert str(found.left_at).startswith("2024-05-01")
    assert str(found.joined_at).startswith("2020-01-01")


def test_who_left_twice_left_the_last_time(box: Watched, ask: Ask, table: Table):
    user = box.join("mercop", 90_004)
    box.leave("mercop", user)
    box.advance(days=3)
    assert box.join("mercop", 90_004) == user
    box.leave("mercop", user)
    items = table.read(ask(box), "members")
    row = table.of(Membership)[str(box.group("mercop").id), str(user)]
    assert abs(box.now - row["left_at"]) < timedelta(minutes=1)
    accounts = [item.key for item in items if isinstance(item, Account)]
    assert len(accounts) == len(set(accounts)), "each account is told once"


def test_an_address_is_verified_only_where_the_site_has_verified_it():
    sub = Subscription(
        id=1, user_id=7, email="Ada@Example.org", user_status="user_status_confirmed"
    )
    assert account_of(sub).email == "ada@example.org"
    assert account_of(sub).email_verified is True
    sub.user_status = "user_status_not_confirmed"
    assert account_of(sub).email_verified is False
