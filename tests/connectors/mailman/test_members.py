"""Members of a real Mailman core, as the stream yields them and as they end up in a warehouse."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cophub import Account, AuthError, CursorExpired, Gone, Membership, SourceUnavailable, Space
from cophub.connectors import mailman
from cophub.connectors.mailman import core as core_module
from cophub.connectors.mailman.members import members
from tests.connectors.mailman.conftest import BIG, people, plan


def key(list_id, email):
    return (list_id, email)


def test_everybody_is_there_once_with_name_and_address(core, ask, extract):
    """200 people over three lists, some of them on two."""
    found = extract(members, ask(core, lists=[f"{name}@example.org" for name in BIG]))
    assert not found.rejects
    accounts, there = found.last(Account), found.last(Membership)
    expected = {
        (f"{name}.example.org", person[0]) for name, crowd in plan().items() for person in crowd
    }
    assert set(there) == expected
    assert len(accounts) == 200
    for email, name, registered in people():
        assert accounts[email]["email"] == email
        assert accounts[email].get("name", "") == name
        assert accounts[email]["created_at"] == datetime.fromisoformat(registered + "+00:00")
        assert accounts[email]["email_verified"] is True


def test_at_first_who_is_there_joined_when_the_address_was_registered(core, ask, extract):
    """Mailman keeps no date of a subscription; nobody joined before the list was there."""
    there = extract(members, ask(core, lists="cop.example.org")).last(Membership)
    for email, _, registered in plan()["cop"]:
        row = there["cop.example.org", email]
        at = datetime.fromisoformat(registered + "+00:00")
        assert row["joined_at"] == max(at, datetime(2020, 1, 1, tzinfo=UTC))
        assert row["joined_at_basis"] == "registered"


def test_who_comes_later_was_first_seen_then(core, ask, extract):
    """An address that Mailman has known for years tells nothing of when it came to this list."""
    cop = core.new_list("later")
    core.join(cop, "old@example.net")
    ctx = ask(core, lists=["later@example.org", "cop@example.org"])
    first = extract(members, ctx)
    core.join(cop, "p000@example.net")
    core.join(cop, "brandnew@example.net")
    again = ask(core, lists=["later@example.org", "cop@example.org"])
    there = extract(members, again, first.cursor).last(Membership)
    met = there[cop, "p000@example.net"]
    assert (met["joined_at"], met["joined_at_basis"]) == (again.now, "first_seen")
    assert "joined_at" not in there[cop, "old@example.net"]
    new = there[cop, "brandnew@example.net"]
    # The address was made by joining, between the two runs.
    assert new["joined_at_basis"] in ("registered", "first_seen")
    assert ctx.now <= new["joined_at"] <= again.now


def test_an_address_that_was_registered_for_another_list_tells_nothing(core, ask, extract):
    """It is asked for, as no list that is taken has it; but it is older than the last run."""
    cop = core.new_list("alone")
    first = extract(members, ask(core, lists="alone@example.org"))
    core.join(cop, "p001@example.net")
    again = ask(core, lists="alone@example.org")
    row = extract(members, again, first.cursor).last(Membership)[cop, "p001@example.net"]
    assert (row["joined_at"], row["joined_at_basis"]) == (again.now, "first_seen")


def test_an_address_that_joined_between_two_runs_has_its_own_date(core, ask, extract):
    """It was registered by joining: that is when it joined."""
    cop = core.new_list("dated")
    first = extract(members, ask(core, lists="dated@example.org"))
    core.join(cop, "fresh@example.net")
    registered = core.get("addresses/fresh@example.net")["registered_on"]
    later = ask(core, lists="dated@example.org", now=datetime.now(UTC) + timedelta(minutes=1))
    row = extract(members, later, first.cursor).last(Membership)[cop, "fresh@example.net"]
    assert row["joined_at"] == datetime.fromisoformat(registered + "+00:00")
    assert row["joined_at_basis"] == "registered"


def test_addresses_are_asked_for_the_new_only(core, between, ask, extract):
    """A second run asks for the rosters, the lists and the bans, and for nobody's address."""
    cop = core.new_list("frugal")
    for name in ("a", "b", "c"):
        core.join(cop, f"{name}@example.net")
    first = extract(members, ask(between, lists="frugal@example.org"))
    assert len(between.paths("/addresses/")) == 3
    between.asked.clear()
    core.join(cop, "d@example.net")
    extract(members, ask(between, lists="frugal@example.org"), first.cursor)
    assert between.paths("/addresses/") == ["/3.1/addresses/d@example.net"]
    between.asked.clear()
    assert len(first.cursors) == 1
    assert len(extract(members, ask(between, lists="frugal@example.org"), first.cursor).items) > 0


def test_one_person_in_three_roles_is_one_member_with_the_highest(core, ask, extract):
    """Rosters of owners, moderators and members are one membership."""
    cop = core.new_list("roles")
    for role in ("member", "moderator", "owner"):
        core.join(cop, "Boss@Example.net", "Boss", role)
    core.join(cop, "mod@example.net", role="moderator")
    core.join(cop, "mod@example.net")
    core.join(cop, "owner@example.net", role="owner")
    core.join(cop, "plain@example.net")
    core.join(cop, "stranger@example.net", role="nonmember")
    found = extract(members, ask(core, lists="roles@example.org"))
    roles = {email: row["role"] for (_, email), row in found.last(Membership).items()}
    assert roles == {
        "boss@example.net": "owner",
        "mod@example.net": "moderator",
        "owner@example.net": "owner",
        "plain@example.net": "member",
    }
    boss = found.last(Membership)[cop, "boss@example.net"]
    assert boss["extra"]["roles"] == ["owner", "moderator", "member"]
    assert boss["extra"]["delivery_mode"] == "regular"
    assert "delivery_mode" not in found.last(Membership)[cop, "owner@example.net"]["extra"]
    # As many as memberships, so that nobody is held to be surplus.
    assert found.last(Space)[cop]["native_member_count"] == 4


def test_a_list_without_anybody_has_no_rows(core, ask, extract):
    """Mailman leaves `entries` out of an empty page."""
    empty = core.new_list("empty")
    assert "entries" not in core.get(f"lists/{empty}/roster/member?count=10&page=1")
    found = extract(members, ask(core, lists="empty@example.org"))
    assert found.last(Space)[empty]["native_member_count"] == 0
    assert not found.of(Membership)
    assert not found.rejects


def test_a_page_past_the_end_ends_a_roster(core):
    """It has no `entries` either, and a start after the end."""
    page = core.get("lists/cop.example.org/roster/member?count=50&page=9")
    assert "entries" not in page
    assert page["total_size"] < page["start"]


@pytest.fixture
def small_pages(monkeypatch):
    """Rosters of several pages, without hundreds of people."""
    monkeypatch.setattr(core_module, "PAGE", 2)


def test_who_left_is_gone_when_the_roster_was_read_whole(core, ask, extract, small_pages):
    """Everybody else is named as being there."""
    cop = core.new_list("leaving")
    for name in "abcde":
        core.join(cop, f"{name}@example.net")
    first = extract(members, ask(core, lists="leaving@example.org"))
    assert len(first.last(Membership)) == 5
    core.leave(cop, "b@example.net")
    again = extract(members, ask(core, lists="leaving@example.org"), first.cursor)
    (gone,) = (item for item in again.items if isinstance(item, Gone))
    assert gone.record is Membership
    assert gone.where == {"space": cop}
    assert sorted(gone.but) == [(cop, f"{name}@example.net") for name in "acde"]
    third = extract(members, ask(core, lists="leaving@example.org"), again.cursor)
    assert not [item for item in third.items if isinstance(item, Gone)]


def test_a_server_that_is_stopped_while_paging_ends_nobody(
    core, between, ask, extract, small_pages
):
    """The run fails, after keeping the lists that were read; no row of this one is ended."""
    cop = core.new_list("stopped")
    for name in "abcde":
        core.join(cop, f"{name}@example.net")
    first = extract(members, ask(between, lists="stopped@example.org"))
    core.leave(cop, "a@example.net")
    between.fault = lambda path: "cut" if "/roster/member" in path and "page=2" in path else None
    items = []
    with pytest.raises(SourceUnavailable):
        items.extend(members(ask(between, lists="stopped@example.org"), first.cursor))
    assert not [item for item in items if isinstance(item, Gone)]


def test_somebody_passed_over_while_another_left_has_not_left(
    core, between, ask, extract, small_pages
):
    """Whoever leaves between two pages moves the next one by a row: the roster is read again."""
    cop = core.new_list("drift")
    for name in "abcde":
        core.join(cop, f"{name}@example.net")
    first = extract(members, ask(between, lists="drift@example.org"))
    left = []

    def leave_once(path):
        if "/roster/member" in path and "page=2" in path and not left:
            left.append(core.leave(cop, "a@example.net"))

    between.fault = leave_once
    again = extract(members, ask(between, lists="drift@example.org"), first.cursor)
    assert left
    assert set(again.last(Membership)) == {(cop, f"{name}@example.net") for name in "bcde"}


def test_one_leaves_and_one_comes_while_paging(core, between, ask, extract, small_pages):
    """The totals of all pages agree, and yet somebody was passed over: a second look finds them."""
    cop = core.new_list("swap")
    for name in "abcde":
        core.join(cop, f"{name}@example.net")
    first = extract(members, ask(between, lists="swap@example.org"))
    done = []

    def swap_once(path):
        if "/roster/member" in path and "page=2" in path and not done:
            core.leave(cop, "a@example.net")
            core.join(cop, "z@example.net")
            done.append(True)

    between.fault = swap_once
    again = extract(members, ask(between, lists="swap@example.org"), first.cursor)
    there = {email for _, email in again.last(Membership)}
    # Who left in between may be there until the next run; nobody who is there may be missing.
    assert there - {"a@example.net"} == {f"{name}@example.net" for name in "bcdez"}


def test_a_banned_member_is_marked_and_a_banned_stranger_is_nobody(core, ask, extract):
    """A ban keeps people from joining; it takes nobody off a list, and is no membership."""
    cop = core.new_list("bans")
    for name in ("ada", "bea", "cat"):
        core.join(cop, f"{name}@example.net")
    core.post(f"lists/{cop}/bans", email="ada@example.net")
    core.post(f"lists/{cop}/bans", email="never@example.net")
    core.post("bans", email="^b.*@example[.]net")
    try:
        found = extract(members, ask(core, lists="bans@example.org"))
    finally:
        core.call("DELETE", "bans/%5Eb.%2A%40example%5B.%5Dnet")
    there = found.last(Membership)
    assert {email for _, email in there} == {f"{n}@example.net" for n in ("ada", "bea", "cat")}
    banned = {email for (_, email), row in there.items() if row["extra"].get("banned")}
    assert banned == {"ada@example.net", "bea@example.net"}
    assert {row["status"] for row in there.values()} == {"active"}
    assert "never@example.net" not in found.last(Account)


def test_how_somebody_gets_posts_is_kept(core, ask, extract):
    """Digests or single messages."""
    cop = core.new_list("modes")
    core.join(cop, "digest@example.net")
    row = core.get(f"lists/{cop}/member/digest@example.net")
    core.patch(f"members/{row['member_id']}", delivery_mode="mime_digests")
    there = extract(members, ask(core, lists="modes@example.org")).last(Membership)
    extra = there[cop, "digest@example.net"]["extra"]
    assert extra["delivery_mode"] == "mime_digests"
    assert extra["bounce_score"] == 0


def test_whose_mail_bounces_is_bounced_when_mailman_stopped_delivering(core, between, ask, extract):
    """Rosters do not tell: only of whose score is high enough, preferences are asked."""
    cop = core.new_list("bouncing", bounce_score_threshold="3")
    for name in ("bad", "good"):
        core.join(cop, f"{name}@example.net")
    row = core.get(f"lists/{cop}/member/bad@example.net")
    core.patch(f"members/{row['member_id']}/preferences", delivery_status="by_bounces")
    roster = core.get(f"lists/{cop}/roster/member")
    roster["entries"][0]["bounce_score"] = 3
    between.fault = lambda path: (
        (200, msgspec.json.encode(roster)) if "/roster/member" in path else None
    )
    there = extract(members, ask(between, lists="bouncing@example.org")).last(Membership)
    assert there[cop, "bad@example.net"]["status"] == "bounced"
    assert there[cop, "good@example.net"]["status"] == "active"
    assert len(between.paths("/preferences")) == 1


def test_a_list_that_is_gone_ends_its_memberships(core, ask, extract):
    """Whoever was on it is on it no more."""
    for name in ("gone-a", "gone-b"):
        core.join(core.new_list(name), "a@example.net")
    first = extract(members, ask(core, lists="gone-*"))
    core.drop_list("gone-a.example.org")
    again = extract(members, ask(core, lists="gone-*"), first.cursor)
    gone = [item for item in again.items if isinstance(item, Gone)]
    assert [item.where for item in gone] == [{"space": "gone-a.example.org"}]


def test_a_list_that_cannot_be_read_ends_no_membership(core, between, ask, extract):
    """It may be the one that seems to be missing."""
    for name in ("blur-a", "blur-b"):
        core.join(core.new_list(name), "a@example.net")
    first = extract(members, ask(between, lists="blur-*"))
    page = core.get("lists?count=1000&page=1")
    one = next(row for row in page["entries"] if row["list_id"] == "blur-a.example.org")
    one["fqdn_listname"] = None
    between.fault = lambda path: (
        (200, msgspec.json.encode(page)) if path.startswith("/3.1/lists?") else None
    )
    again = extract(members, ask(between, lists="blur-*"), first.cursor)
    assert not [item for item in again.items if isinstance(item, Gone)]


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"members":{"x":{"at":1}}}', "42"])
def test_a_cursor_of_something_else_is_no_crash(core, ask, extract, cursor):
    """The stream is read whole."""
    with pytest.raises(CursorExpired):
        extract(members, ask(core, lists="cop@example.org"), cursor)


def test_addresses_with_signs_are_asked_for_rightly(core, ask, extract):
    """A plus, a slash and a percent sign are part of an address."""
    cop = core.new_list("signs")
    odd = ["a+cop@example.net", "b/c@example.net", "d%41e@example.net"]
    for email in odd:
        core.join(cop, email)
    accounts = extract(members, ask(core, lists="signs@example.org")).last(Account)
    assert set(accounts) == set(odd)
    for email in ("a+cop@example.net", "d%41e@example.net"):
        assert accounts[email]["created_at"] is not None


def test_a_row_that_cannot_be_read_is_a_reject_and_ends_nobody(core, between, ask, extract):
    """The others of its page are kept."""
    cop = core.new_list("odd")
    for name in "abc":
        core.join(cop, f"{name}@example.net")
    first = extract(members, ask(between, lists="odd@example.org"))
    roster = core.get(f"lists/{cop}/roster/member")
    roster["entries"][1]["email"] = 7
    between.fault = lambda path: (
        (200, msgspec.json.encode(roster)) if "/roster/member" in path else None
    )
    again = extract(members, ask(between, lists="odd@example.org"), first.cursor)
    assert len(again.rejects) == 1
    assert len(again.last(Membership)) == 2
    assert not [item for item in again.items if isinstance(item, Gone)]


def test_a_wrong_password_is_one_line_with_the_next_step(core, ask, extract):
    """It names where the right one is written."""
    with pytest.raises(AuthError, match=r"admin_user and admin_pass under \[webservice\]"):
        extract(members, ask(core, password="wrong"))


def test_500_to_every_call_for_lists_names_the_cause(core, between, ask, extract):
    """SQLAlchemy 2.1 breaks Mailman 3.3.10: every list, roster and find call answers 500."""
    between.fault = lambda path: (
        (500, b'{"title": "500 Internal Server Error"}') if "lists" in path else None
    )
    with pytest.raises(SourceUnavailable, match=r"pip install 'SQLAlchemy<2.1'") as caught:
        extract(members, ask(between))
    assert "\n" not in str(caught.value)
    assert [v.state for v in mailman.cophub_connectors()[0].check(ask(between))] == ["ok", "failed"]


def test_no_server_says_where_mailman_listens(ask, extract):
    """Its REST server is on its own machine only."""
    from tests.connectors.mailman.realcore import free_port

    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(SourceUnavailable, match="listens on its own machine only"):
        extract(members, ask(None, base_url=nobody, password="x"))


def test_another_server_is_told_by_404(core, between, ask, extract):
    """Whatever answers there is no Mailman core."""
    between.fault = lambda path: (404, b'{"title": "404 Not Found"}')
    with pytest.raises(SourceUnavailable, match="base_url must be the REST server"):
        extract(members, ask(between))
