"""Channels, who is in the workspace, and who is in which channel."""

from datetime import UTC, datetime

from cophub import UNSET, Account, Membership, Reject, Space
from cophub.testing import records, rejects

from cophub_slack.channels import channels
from cophub_slack.members import members
from cophub_slack.people import people

from .conftest import Read
from .vendor import HOME, Workspace


def spaces(items: list[object]) -> dict[str, Space]:
    return {item.title: item for item in items if isinstance(item, Space)}


def test_public_channels_come_with_what_slack_says_of_them(read: Read) -> None:
    found = spaces(read(channels))
    assert sorted(found) == ["cop-past", "cop-soil", "cop-water", "general"]
    assert found["cop-water"] == Space(
        key="C0WATER00", kind="channel", title="cop-water", description="Water & rivers",
        url=f"{HOME}archives/C0WATER00", visibility="members", open_membership=True,
        created_at=datetime(2026, 1, 1, tzinfo=UTC), native_member_count=5,
        extra={"archived": False, "general": False, "shared": True, "app_is_in": True},
    )  # fmt: skip
    assert found["cop-past"].open_membership is False


def test_private_channels_come_where_the_app_was_invited(read: Read) -> None:
    """They are secret, and without the setting nobody asks for them."""
    found = spaces(read(channels, private=True))
    assert found["board"].visibility == "secret"
    assert "hidden" not in found


def test_without_private_channels_their_scopes_are_not_needed(slack: Workspace, read: Read) -> None:
    slack.scopes -= {"groups:read", "groups:history"}
    assert len(spaces(read(channels))) == 4


def test_channels_are_named_by_pattern_name_or_id(read: Read) -> None:
    assert sorted(spaces(read(channels, channels=["COP-*"]))) == [
        "cop-past",
        "cop-soil",
        "cop-water",
    ]
    assert sorted(spaces(read(channels, channels=["#general", "C0SOIL000"]))) == [
        "cop-soil", "general",
    ]  # fmt: skip


def test_every_page_of_a_list_is_read(slack: Workspace, read: Read) -> None:
    slack.most = 1
    assert len(spaces(read(channels))) == 4
    assert len(records(read(people))) == 6


def accounts(items: list[object]) -> dict[str, Account]:
    return {str(item.key): item for item in items if isinstance(item, Account)}


def test_people_are_told_from_bots_guests_and_those_who_are_gone(read: Read) -> None:
    found = accounts(read(people))
    kinds = {str(one.name): (one.kind, one.status) for one in found.values()}
    assert kinds == {
        "Amina Otieno": ("person", "active"),
        "Boris Lindqvist": ("person", "active"),
        "Chen Moreau": ("person", "active"),
        "Diego Sanna": ("person", "deactivated"),
        "cophub": ("bot", "active"),
        "Slackbot": ("bot", "active"),
    }
    amina, chen = found["U0AMINA00"], found["U0CHEN000"]
    assert (amina.email, amina.email_verified) == ("amina.otieno@example.org", True)
    assert (amina.job_title, amina.timezone, amina.language) == (
        "Hydrologist", "Africa/Nairobi", "en-GB",
    )  # fmt: skip
    assert isinstance(chen.extra, dict)
    assert chen.extra["guest"] is True


def test_without_its_scope_there_is_no_address(slack: Workspace, read: Read) -> None:
    """What an earlier run learned stays: the field is not set, rather than empty."""
    slack.scopes.discard("users:read.email")
    found = accounts(read(people))
    assert len(found) == 6
    assert {one.email for one in found.values()} == {UNSET}


def test_a_user_that_cannot_be_read_is_a_reject(slack: Workspace, read: Read) -> None:
    slack.users["U0BORIS00"]["profile"] = None
    items = read(people)
    [reject] = rejects(items)
    assert reject.key == "U0BORIS00"
    assert len(accounts(items)) == 5


def memberships(items: list[object]) -> dict[tuple[str, str], Membership]:
    found = [item for item in items if isinstance(item, Membership)]
    return {(str(one.space), str(one.account)): one for one in found}


def test_members_of_channels_that_the_app_is_not_in_come_too(read: Read) -> None:
    found = memberships(read(members))
    assert {space for space, _ in found} == {"C0WATER00", "C0SOIL000", "C0GENERAL"}
    assert {one.status for one in found.values()} == {"active"}
    assert found["C0WATER00", "U0CHEN000"].role == "guest"
    assert found["C0WATER00", "U0AMINA00"].role == "member"


def test_who_came_from_another_workspace_is_looked_up_once(slack: Workspace, read: Read) -> None:
    slack.members["C0SOIL000"].append("U0ELSE000")
    found = accounts(read(members))
    assert [(one.name, one.email) for one in found.values()] == [
        ("Elsa Quispe", "elsa@example.net")
    ]
    assert [method for method, _ in slack.asked].count("users.info") == 1


def test_a_channel_that_closes_in_between_lets_nobody_leave(slack: Workspace, read: Read) -> None:
    """A Reject keeps the read from counting as whole; the other channels come."""
    known = dict(slack.channels)
    listed = slack._conversations_list

    def then_gone(asked: dict[str, str]) -> dict[str, object]:
        answer = listed(asked)
        slack.channels = {key: one for key, one in known.items() if key != "C0WATER00"}
        return answer

    slack._conversations_list = then_gone  # type: ignore[method-assign]
    items = read(members)
    [reject] = [item for item in items if isinstance(item, Reject)]
    assert (reject.key, reject.record) == ("C0WATER00", "membership")
    assert "channel_not_found" in reject.reason
    assert ("C0SOIL000", "U0AMINA00") in memberships(items)
