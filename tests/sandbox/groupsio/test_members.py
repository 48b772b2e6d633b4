"""Members: roles, states, who left, and what is hidden from those who are no moderators."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cophub.sandbox import GroupsioSandbox

Json = dict[str, Any]
Ask = Callable[..., Json]
Whole = Callable[..., list[Json]]
TYPES = ("members", "mods", "pending", "banned", "bouncing")


def test_about_three_in_five_of_a_communitys_people_are_in_its_group() -> None:
    """The same people as in the other sandboxes of this seed."""
    sandbox = GroupsioSandbox(people=600, communities=12)
    world = sandbox.world
    there, joined = 0, 0
    for at, index in world.arrivals():
        if at > world.now:
            break
        there += sum(stay.joined <= world.now for stay in world.stays(index))
    for group in sandbox.state.groups.values():
        if group.parent is None:
            joined += len({end.sub.user.id for end in group.past} | set(group.subs))
    assert 0.5 < joined / there < 0.7


def test_a_group_has_an_owner_and_moderators_and_the_hub_itself(read: Ask, whole: Whole) -> None:
    """Roles are in `mod_status`."""
    rows = whole(read, "getmembers", group_name="mercop")
    roles = Counter(row["mod_status"] for row in rows)
    assert roles["sub_modstatus_owner"] == 1
    assert roles["sub_modstatus_moderator"] >= 2
    mods = whole(read, "getmembers", group_name="mercop", type="mods")
    assert len(mods) == roles["sub_modstatus_owner"] + roles["sub_modstatus_moderator"]


def test_each_type_lists_its_own(shown: GroupsioSandbox, read: Ask, whole: Whole) -> None:
    """Pending, banned and bouncing ones exist, and the pending and banned are no members."""
    found: dict[str, list[Json]] = {name: [] for name in TYPES}
    for group in shown.state.by_name:
        for name in TYPES:
            found[name] += whole(read, "getmembers", group_name=group, type=name)
    assert {row["status"] for row in found["members"]} == {"sub_status_normal"}
    assert {row["status"] for row in found["banned"]} == {"sub_status_banned"}
    assert {row["status"] for row in found["pending"]} <= {"sub_status_pending"}
    assert {row["user_status"] for row in found["bouncing"]} <= {
        "user_status_bouncing",
        "user_status_bounced",
    }
    assert found["bouncing"]


def test_some_wait_for_approval_and_are_let_in_or_expire(
    sandbox: GroupsioSandbox, ask: Ask
) -> None:
    """Who expired was never a member, though past members tell of it."""
    group = next(g for g in sandbox.state.groups.values() if g.restricted)
    waited: set[int] = set()
    for _ in range(120):
        page = ask("getmembers", group_id=group.id, type="pending")
        waited |= {row["user_id"] for row in page["data"] or []}
        sandbox.advance(days=3)
    past = sandbox.truth()["past"][str(group.id)]
    expired = {int(row["user"]) for row in past if row["action"] == "expired_member"}
    assert expired
    assert waited - expired
    assert all(row["left"] is None for row in past if row["action"] == "expired_member")


def test_who_left_is_told_with_the_day_and_may_be_back(
    shown: GroupsioSandbox, read: Ask, whole: Whole
) -> None:
    """The entry's `created` is the end, that of the subscription inside the beginning."""
    truth, returned = shown.truth(), 0
    for key, members in truth["members"].items():
        rows = whole(read, "getpastmembers", group_id=key)
        ends = [row for row in rows if row["action"] != "expired_member"]
        told = {(row["member_info"]["id"], _second(row["created"])) for row in ends}
        lived = [row for row in truth["past"][key] if row["left"]]
        assert told == {(row["sub"], row["left"]) for row in lived}
        assert all(_second(r["member_info"]["created"]) <= _second(r["created"]) for r in rows)
        returned += sum(str(row["member_info"]["user_id"]) in members for row in ends)
    assert returned


def _second(text: str) -> str:
    instant = datetime.fromisoformat(text[:19] + text[-6:])
    return instant.astimezone(
        datetime.fromisoformat("2026-01-01T00:00:00+00:00").tzinfo
    ).isoformat()


def test_an_erased_account_is_in_no_list_and_its_posts_stay(
    sandbox: GroupsioSandbox, ask: Ask, whole: Whole
) -> None:
    """So a member may vanish without a word."""
    group = sandbox.group("mercop")
    author = next(m.user for m in group.messages.values() if group.holds(m.user))
    with sandbox.changing():
        sandbox.life.erase(author)
    for name in ("getmembers", "getpastmembers"):
        rows = whole(ask, name, group_name="mercop", limit=100)
        assert author.id not in {(row.get("member_info") or row)["user_id"] for row in rows}
    posts = whole(ask, "getmessages", group_name="mercop", limit=100)
    assert author.id in {row["user_id"] for row in posts}


def test_who_never_wrote_has_the_date_that_means_none(read: Ask, whole: Whole) -> None:
    """Not null, and not missing."""
    rows = whole(read, "getmembers", group_name="mercop")
    assert "0001-01-01T00:00:00Z" in {row["most_recent_message"] for row in rows}


def test_names_are_what_people_typed(shown: GroupsioSandbox) -> None:
    """Short ones, ones with the family name first in capitals, none at all."""
    names = [user["name"] for user in shown.truth()["accounts"].values()]
    assert sum(" " not in name for name in names) > len(names) / 3
    assert any(name.split(" ")[0].isupper() for name in names if " " in name)
    assert "" in names


def test_who_is_no_moderator_sees_no_addresses(
    sandbox: GroupsioSandbox, ask: Ask, whole: Whole
) -> None:
    """Blank ones; in place of a missing name the address is cut."""
    sandbox.rights("mercop", moderator=False)
    rows = whole(ask, "getmembers", group_name="mercop")
    assert {row["email"] for row in rows if row["user_id"] != sandbox.hub.id} == {""}
    posts = whole(ask, "getmessages", group_name="mercop", limit=100)
    assert not [row for row in posts if "@" in row["name"] and not row["name"].endswith("@...")]
    assert ask("getpastmembers", group_name="mercop")["type"] == "inadequate_permissions"
    assert ask("getmembers", group_name="mercop", type="banned")["type"] == "inadequate_permissions"


@pytest.mark.parametrize(
    ("right", "name"),
    [
        ("members_visible", "getmembers"),
        ("archives_visible", "getmessages"),
        ("archives_visible", "gettopics"),
        ("download_archives", "downloadarchives"),
        ("calendar_visible", "getevents"),
        ("files_visible", "getfiledirectory"),
        ("view_activity", "getactivitylog"),
    ],
)
def test_a_missing_right_is_told_and_nothing_shown(
    sandbox: GroupsioSandbox, ask: Ask, right: str, name: str
) -> None:
    """Both in the permissions and by the call; other groups are not touched."""
    sandbox.rights("mercop", **{right: False})
    held = {row["group_name"]: row["perms"][right] for row in ask("getsubs")["data"]}
    assert held.pop("mercop") is False
    assert all(held.values())
    assert ask("getperms", group_name="mercop")[right] is False
    refused = ask(name, group_name="mercop", start="2026-01-01", end="2026-02-01")
    assert (refused["object"], refused["type"]) == ("error", "inadequate_permissions")


def test_a_member_is_found_by_subscription_and_by_words(read: Ask) -> None:
    """`sub_id` and `member_info_id` mean the same."""
    row = read("getmembers", group_name="mercop")["data"][0]
    for name in ("sub_id", "member_info_id"):
        assert read("getmember", group_name="mercop", **{name: row["id"]}) == row
    found = read("searchmembers", group_name="mercop", q=row["email"])
    assert [each["id"] for each in found["data"]] == [row["id"]]
