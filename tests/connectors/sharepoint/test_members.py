"""Members over HTTP, against emulated sites that know their own truth."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub import Account, Context, Gone, Membership, Space
from cophub.connectors.sharepoint import changes
from cophub.connectors.sharepoint.members import members
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import changelog, people
from cophub.sandbox.microsoft.sharepoint.state import Site, SiteUser
from cophub.sandbox.microsoft.tenant import User, guid
from tests.connectors.sharepoint.tenants import asking, kept, members_of, small_tenant

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


@pytest.fixture
def box() -> Iterator[MicrosoftSandbox]:
    """A tenant of the test's own."""
    with small_tenant() as sandbox:
        yield sandbox


@pytest.fixture
def ask(context: Ask, box: MicrosoftSandbox) -> Ask:
    """`ask(0, 1, secret=False)`: a context for the sites of these communities."""
    return lambda *numbers, **more: asking(context, box, *numbers, **more)


def somebody(box: MicrosoftSandbox, site: Site, *, guest: bool = False) -> User:
    """A user who is in no group of the site and was never seen there."""
    inside = members_of(box, site)
    return next(
        user
        for user in box.tenant.users.values()
        if user.guest == guest and user.id not in inside and user.id not in site.by_aad
    )


def ended(run: Any) -> list[Gone]:
    """The memberships that a run says are gone."""
    return [item for item in run.items if isinstance(item, Gone) and item.record is Membership]


def test_a_whole_read_holds_everyone_with_their_role(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    run = extract(members, ask(0, 1, 2))
    truth = {box.sharepoint.site(n).id: members_of(box, box.sharepoint.site(n)) for n in range(3)}
    assert kept(run) == truth
    assert run.rejects == []
    roles = {role for people in truth.values() for role, _ in people.values()}
    assert roles >= {"owner", "member", "guest"}


def test_a_directory_group_is_read_with_the_groups_in_it(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """The steering group holds a directory group that has nobody of its own but an admin."""
    site = box.sharepoint.site(0)
    run = extract(members, ask())
    steering = {key for key, (_, custom) in kept(run)[site.id].items() if custom}
    teams = {one for team in box.tenant.teams for one in team.members if one in box.tenant.users}
    assert teams
    assert steering >= teams


def test_who_is_only_known_to_a_site_has_an_account_and_no_membership(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(1)
    with box.changing():
        stranger = somebody(box, site)
        people.resolve(site, stranger, box.timeline.now)
    run = extract(members, ask(1))
    assert stranger.id in run.last(Account)
    assert (site.id, stranger.id) not in run.last(Membership)


def test_who_was_deleted_from_the_directory_is_no_member_though_the_site_keeps_them(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(1)
    with box.changing():
        leaver, stayer = [u for u in box.tenant.users.values() if u.id not in members_of(box, site)
                          and not u.guest][:2]  # fmt: skip
        for user in (leaver, stayer):
            box.sharepoint.join_group(site, site.groups[site.members], user)
        box.tenant.delete(leaver)
    run = extract(members, ask(1))
    assert (site.id, stayer.id) in run.last(Membership)
    assert (site.id, leaver.id) not in run.last(Membership)
    assert run.last(Account)[leaver.id]["status"] == "deleted"


def test_without_the_permission_to_read_users_nobody_is_taken_for_deleted(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(1)
    with box.changing():
        leaver = somebody(box, site)
        box.sharepoint.join_group(site, site.groups[site.members], leaver)
        box.tenant.delete(leaver)
    box.consents.discard("graph:User.Read.All")
    run = extract(members, ask(1))
    assert (site.id, leaver.id) in run.last(Membership)


def test_a_directory_group_that_may_not_be_read_ends_nobody(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """A Reject names the group and the permission; the site's other members are still told."""
    first = extract(members, ask())
    assert ended(first)
    box.consents -= {"graph:GroupMember.Read.All", "graph:Group.Read.All"}
    run = extract(members, ask(), first.cursor)
    assert ended(run) == []
    assert run.rejects
    assert all("GroupMember.Read.All" in one.reason for one in run.rejects)


def test_a_directory_group_that_is_no_more_has_nobody(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(1)
    with box.changing():
        team = box.tenant.teams[0]
        row = people.directory_group(site, team, box.timeline.now)
        people.enter(site, site.groups[site.members], row, box.timeline.now)
        del box.tenant.groups[team.id]
    run = extract(members, ask(1))
    assert run.rejects == []
    assert ended(run)


def test_everyone_is_told_of_the_space_and_nobody_is_a_member_by_it(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(0)
    run = extract(members, ask())
    assert run.last(Space)[site.id]["extra"]["everyone"] == [
        "Everyone except external users: subscriber"
    ]
    assert set(kept(run)[site.id]) == set(members_of(box, site))


def test_apps_and_the_system_account_are_services_and_no_members(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """Not even where a group of the site has them in it."""
    site = box.sharepoint.site(0)
    machines = ("i:0i.t|", "sharepoint\\")
    with box.changing():
        site.groups[site.members].users += [
            row.id for row in site.users.values() if row.login.lower().startswith(machines)
        ]
    run = extract(members, ask())
    services = {k: v for k, v in run.last(Account).items() if v["kind"] == "service"}
    assert any(key.startswith("i:0i.t|") for key in services)
    assert "sharepoint\\system" in services
    assert not services.keys() & {account for _, account in run.last(Membership)}


def test_a_renamed_login_is_the_same_account(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    site = box.sharepoint.site(1)
    with box.changing():
        user = somebody(box, site)
        box.sharepoint.join_group(site, site.groups[site.members], user)
    first = extract(members, ask(1))
    with box.changing():
        before = user.upn
        box.tenant.rename(user, "Newname")
        people.resolve(site, user, box.timeline.now)
    assert user.upn != before
    again = extract(members, ask(1), first.cursor)
    assert (site.id, user.id) in again.last(Membership)
    assert again.last(Account)[user.id]["username"] == user.upn.lower()
    assert set(again.last(Account)) <= set(first.last(Account))


def test_a_user_id_is_somebody_else_on_another_site(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """Ids count from one on every site: the same number must not make the same account."""
    one, other = box.sharepoint.site(0), box.sharepoint.site(1)
    shared = {
        n for n in one.users.keys() & other.users.keys()
        if one.users[n].aad and other.users[n].aad and one.users[n].aad != other.users[n].aad
    }  # fmt: skip
    assert shared
    run = extract(members, ask(0, 1))
    assert {k: set(v) for k, v in kept(run).items()} == {
        site.id: set(members_of(box, site)) for site in (one, other)
    }


@pytest.mark.parametrize("named", [True, False])
def test_a_join_that_the_change_log_tells_is_dated(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, named: bool
):
    """Whether the log names the user, or only the group and a user who is new on the site."""
    site = box.sharepoint.site(1)
    box.sharepoint.names_members = named
    with box.changing():
        user, at = somebody(box, site), box.timeline.now
        box.sharepoint.join_group(site, site.groups[site.members], user)
    run = extract(members, ask(1))
    row = run.last(Membership)[site.id, user.id]
    assert (row["joined_at"], row["joined_at_basis"]) == (datetime.fromtimestamp(at, UTC), "native")
    dated = [k for k, v in run.last(Membership).items() if "joined_at" in v]
    assert dated == [(site.id, user.id)]


def test_all_of_the_log_is_read_for_the_days_of_joins(
    box: MicrosoftSandbox, ask: Ask, extract: Extract, monkeypatch: pytest.MonkeyPatch
):
    """However little of it the vendor gives at once."""
    monkeypatch.setattr(changelog, "MOST", 1)
    monkeypatch.setattr(changes, "USUAL_LIMIT", 1)
    site = box.sharepoint.site(1)
    box.sharepoint.names_members = True
    joined = []
    with box.changing():
        for _ in range(2):
            joined.append(somebody(box, site))
            box.sharepoint.join_group(site, site.groups[site.members], joined[-1])
    run = extract(members, ask(1))
    dated = {k for k, v in run.last(Membership).items() if "joined_at" in v}
    assert dated == {(site.id, user.id) for user in joined}


def test_who_left_a_group_of_the_site_ends_with_the_next_run(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(1)
    with box.changing():
        user = somebody(box, site)
        box.sharepoint.join_group(site, site.groups[site.members], user)
    first = extract(members, ask(1))
    assert (site.id, user.id) in first.last(Membership)
    with box.changing():
        box.sharepoint.leave_group(site, site.groups[site.members], user)
    [gone] = ended(extract(members, ask(1), first.cursor))
    assert gone.where == {"space": site.id}
    assert {key for _, key in gone.but} == set(members_of(box, site))


def test_a_quiet_site_without_directory_groups_is_not_read_again(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    site = box.sharepoint.site(1)
    with box.changing():
        for group in site.groups.values():
            group.users = [one for one in group.users if site.users[one].aad]
        for row in site.users.values():
            row.admin = False
        box.sharepoint.join_group(site, site.groups[site.members], somebody(box, site))
    first = extract(members, ask(1))
    box.log.clear()
    again = extract(members, ask(1), first.cursor)
    assert again.records == []
    assert not [entry for entry in box.log if "sitegroups" in entry.path]
    with box.changing():
        user = somebody(box, site)
        box.sharepoint.join_group(site, site.groups[site.members], user)
    third = extract(members, ask(1), again.cursor)
    assert (site.id, user.id) in third.last(Membership)


def test_an_expired_change_token_leads_to_a_whole_read_of_the_site(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    first = extract(members, ask(1))
    box.expire_cursors()
    again = extract(members, ask(1), first.cursor)
    assert kept(again) == kept(first)
    assert ended(again)


def test_a_site_that_is_no_longer_named_has_no_members(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    first = extract(members, ask(0, 1))
    again = extract(members, ask(0), first.cursor)
    dropped = box.sharepoint.site(1).id
    assert {"space": dropped} in [one.where for one in ended(again)]


def test_a_guest_is_one_account_with_the_address_that_invited_them(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    run = extract(members, ask(0, 1, 2))
    accounts = run.last(Account)
    guests = [u for u in box.tenant.users.values() if u.guest and u.id in accounts]
    assert any(user.mail is None for user in guests)
    assert {u.id: accounts[u.id]["email"] for u in guests} == {
        u.id: u.address.lower() for u in guests
    }


def test_what_the_directory_says_of_somebody_counts_and_is_told_once(
    box: MicrosoftSandbox, ask: Ask, extract: Extract
):
    """A site remembers a name as it was; an account must not change with each run."""
    site = box.sharepoint.site(0)
    with box.changing():
        user = next(u for u in box.tenant.users.values() if u.id in site.by_aad and not u.guest)
        site.by_aad[user.id].title = "Oldname"
        box.tenant.join(box.tenant.communities[0], user)
    first = extract(members, ask(0, 1))
    rows = [one for one in first.of(Account) if one.key == user.id]
    assert [row.name for row in rows] == [user.name]
    again = extract(members, ask(0, 1), first.cursor)
    assert {one.key for one in again.of(Account)} <= {one.key for one in first.of(Account)}
    assert [one.name for one in again.of(Account) if one.key == user.id] == [user.name]


def test_all_users_of_a_large_site_are_read(box: MicrosoftSandbox, ask: Ask, extract: Extract):
    """More than the 5,000 of a page: users come whole, and a $top would cut them off in silence."""
    site = box.sharepoint.site(1)
    with box.changing():
        for number in range(5_100):
            login = f"i:0#.f|membership|user{number}@contoso.org"
            row = SiteUser(people.next_id(site), login, f"User {number}", aad=guid(number, "aad"))
            people.put(site, row, box.timeline.now)
    run = extract(members, ask(1))
    assert {row.aad for row in site.users.values() if row.aad} <= run.last(Account).keys()
