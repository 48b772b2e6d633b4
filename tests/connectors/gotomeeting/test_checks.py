"""What check, discover and estimate tell."""

import pytest

from cophub import Account, AuthError, ConfigError, Event, Space
from cophub.connectors.gotomeeting import STREAMS
from cophub.connectors.gotomeeting.checks import check, discover, fix_of
from cophub.connectors.gotomeeting.directory import (
    Directory,
    Host,
    directory,
    host_of,
    sizes_of,
    units_of,
)
from cophub.connectors.gotomeeting.meetings import meetings
from cophub.connectors.gotomeeting.organizers import organizers
from cophub.connectors.gotomeeting.payloads import Group, Me, Organizer, OwnAccount
from cophub.connectors.gotomeeting.plan import estimate
from tests.connectors.gotomeeting.conftest import paths


def verdicts(ctx) -> dict[str, str]:
    found = list(check(ctx))
    assert all(one.fix for one in found if one.state != "ok")
    return {one.subject: one.state for one in found}


def test_an_administrator_may_read_everything(still, ask):
    assert set(verdicts(ask(still)).values()) == {"ok"}


def test_who_is_no_administrator_is_told_so_in_one_line(box, ask, extract):
    box.admin = False
    ctx = ask(box)
    (line,) = [one for one in check(ctx) if one.subject == "organizers"]
    assert line.state == "warning" and "only their own meetings" in line.message
    assert "\n" not in line.message and "administrator" in line.fix
    assert {one["organizer"] for one in extract(meetings, ctx).last(Event).values()} <= {
        box.me.email
    }


def test_without_a_licence_meetings_can_be_read(box, ask):
    box.webinar_licence = False
    found = verdicts(ask(box))
    assert found["webinars"] == "warning" and found["meetings"] == "ok"


def test_a_sign_in_that_is_refused_is_the_only_verdict(box, ask):
    assert verdicts(ask(box, refresh_token="ended")) == {"sign-in": "failed"}


def test_a_key_that_is_missing_is_not_told_as_a_sign_in_that_is(box, ask):
    """Signing in again would stumble over the same."""
    ctx = ask(box)
    missing = ConfigError("there is no key for them; set COPHUB_KEY")
    assert "sign-in" not in fix_of(ctx, missing) and "cophub check" in fix_of(ctx, missing)
    assert "cophub sign-in" in fix_of(ctx, AuthError("refused"))


def test_an_organizer_that_is_not_there_is_told(box, ask):
    found = list(check(ask(box, organizers=["nobody@example.org"])))
    assert found[-1].state == "failed" and "organizers" in found[-1].message
    assert "nobody@example.org" not in found[-1].message


def test_discover_tells_groups_organizers_and_rooms(still, ask):
    found = list(discover(ask(still)))
    kinds = {str(one.key).split(":")[0] for one in found}
    assert {"group", "organizer"} < kinds
    assert sum(":" not in str(one.key) for one in found) >= 6
    assert len({one.key for one in found}) == len(found)


def test_the_estimate_of_a_run_is_not_less_than_it_costs(box, ask):
    """For meetings and organizers; how many webinars there are is not known beforehand."""
    ctx = ask(box)
    told = {one.stream: one for one in estimate(ctx, {})}
    cursors = {}
    for stream in STREAMS:
        before = ctx.transport.traffic.requests
        items = list(stream.extract(ctx, None))
        cursors[stream.name] = next(
            (one.cursor for one in reversed(items) if hasattr(one, "cursor")), None
        )
        if stream.name in ("meetings", "upcoming"):
            assert ctx.transport.traffic.requests - before <= told[stream.name].requests
    later = {one.stream: one for one in estimate(ask(box), cursors)}
    assert later["meetings"].requests < told["meetings"].requests / 5


def test_every_stream_has_an_estimate(still, ask):
    assert {one.stream for one in estimate(ask(still), {})} == {one.name for one in STREAMS}


def test_a_group_is_one_unit_unless_it_is_too_large(still, ask):
    units = units_of(directory(ask(still)))
    assert any(len(unit.hosts) > 1 and "/groups/" in unit.path for unit in units)
    hosts = [host for unit in units for host in unit.hosts]
    assert len(hosts) == len({host.key for host in hosts}) == len(still.account.organizers)


def test_a_group_of_more_than_fifty_is_asked_for_one_by_one():
    for size in (50, 51):
        hosts = tuple(Host(str(n), f"{n}@example.org", group="3") for n in range(size))
        found = Directory(Me(1), True, hosts, hosts, (Group(3, "c", 3, size),))
        assert len(units_of(found)) == (1 if size == 50 else 51)


def test_the_account_is_found_wherever_the_vendor_tells_it():
    def account(me: Me) -> str:
        return Directory(me, True, (), ()).account

    assert account(Me(1, account_key=7)) == "7"
    assert account(Me(1, accounts=[OwnAccount("8", "x")])) == "8"
    assert account(Me(1)) == "1"


def test_an_organizers_room_is_in_the_group_and_a_subgroup_below_its_parent(still, ask, extract):
    found = extract(organizers, ask(still))
    spaces, groups = found.last(Space), still.account.groups
    assert spaces[f"group:{groups[0].key}"]["parent"] is None
    assert spaces[f"group:{groups[1].key}"]["parent"] == f"group:{groups[0].key}"
    for each in still.account.organizers:
        parent = f"group:{each.group}" if still.account.group(each.group) else None
        assert spaces[f"organizer:{each.key}"]["parent"] == parent
        assert found.last(Account)[each.email]["extra"]["organizer_key"] == str(each.key)


def test_the_organizers_of_subgroups_count_too():
    groups = [Group(1, "a", 1, "30"), Group("2", "b", 1, 25), Group(3, "c", "2", 0)]
    hosts = [Host(str(n), f"{n}@example.org", group="3") for n in range(5)]
    assert sizes_of(groups, hosts) == {"1": 60, "2": 30, "3": 5}


def test_a_group_of_zero_is_none():
    assert host_of(Organizer(7, "ada@example.org", group_id=0)).group == ""
    assert host_of(Organizer(7, "ada@example.org", group_id="12")).group == "12"


def test_groups_that_bite_their_own_tail_are_counted():
    groups = [Group(1, "a", 2, 1), Group(2, "b", 1, 1)]
    assert sizes_of(groups, []) == {"1": 2, "2": 2}


@pytest.mark.parametrize("kind", ["400", "403"])
def test_a_group_that_is_refused_is_read_organizer_by_organizer(box, ask, extract, kind):
    box.faults.plan(kind, path="*/groups/*", every=1)
    ctx = ask(box, recordings=False)
    found = extract(meetings, ctx).last(Event)
    assert len(found) == len(box.truth()["events"])
    assert paths(box, "/organizers/")
