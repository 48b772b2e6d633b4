"""Contacts over HTTP, against an emulated MailChimp that knows its own truth."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from cophub import Account, Checkpoint, ConfigError, Context, CursorExpired, Membership
from cophub.connectors.mailchimp import members
from cophub.connectors.mailchimp.parse import STATUS
from cophub.sandbox import MailchimpSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]
Truth = dict[tuple[str, str], dict[str, Any]]


def asked(box: MailchimpSandbox) -> list[dict[str, str]]:
    """The queries for pages of contacts."""
    return [entry.query for entry in box.log if entry.path.endswith("/members")]


def expected(box: MailchimpSandbox) -> Truth:
    """Status, reason, tags and interests of every membership that the vendor holds."""
    return {
        (key, member): {
            "status": STATUS[row["status"]],
            "tags": sorted(row["tags"]),
            "interests": row["interests"],
        }
        for key, audience in box.truth()["audiences"].items()
        for member, row in audience["members"].items()
        if row["status"] != "transactional"
    }


@pytest.fixture(scope="session")
def everyone(shared_crowd: MailchimpSandbox) -> Truth:
    """What the vendor holds of the crowd that nobody changes."""
    return expected(shared_crowd)


def kept(*runs: Any) -> Truth:
    """The same of what runs yielded, later ones laid over earlier ones."""
    table: dict[Any, Any] = {}
    for run in runs:
        for key, row in run.last(Membership).items():
            table.setdefault(key, {}).update(row)
    return {
        key: {
            "status": row["status"],
            "tags": row["extra"].get("tags", []),
            "interests": row["extra"].get("interests", []),
        }
        for key, row in table.items()
    }


def test_a_whole_read_holds_everyone_with_status_tags_and_interests(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    run = extract(members, ask(still))
    assert kept(run) == expected(still)
    assert run.rejects == []
    accounts = run.last(Account)
    truth = [a["members"] for a in still.truth()["audiences"].values()]
    assert set(accounts) == {key for rows in truth for key in rows}
    assert {key: accounts[key]["email"] for rows in truth for key in rows} == {
        key: row["email"].lower() for rows in truth for key, row in rows.items()
    }


def test_active_memberships_are_the_vendors_own_count(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    run = extract(members, ask(still))
    active = Counter(key[0] for key, row in kept(run).items() if row["status"] == "active")
    counts = {key: a["counts"]["subscribed"] for key, a in still.truth()["audiences"].items()}
    assert active == counts


def test_a_second_run_yields_nobody_and_asks_one_page_per_audience(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    first = extract(members, ask(still))
    still.log.clear()
    again = extract(members, ask(still), first.cursor)
    assert again.records == []
    assert again.cursor == first.cursor
    assert len(asked(still)) == len(still.truth()["audiences"])


def test_later_runs_bring_what_changed(box: MailchimpSandbox, ask: Ask, extract: Extract):
    """After 90 days of joining, leaving and editing the runs together hold the vendor's truth."""
    runs = [extract(members, ask(box))]
    for _ in range(3):
        box.advance(days=30)
        runs.append(extract(members, ask(box), runs[-1].cursor))
        assert len(runs[-1].of(Membership)) < len(runs[0].of(Membership)) / 2
    held, truth = kept(*runs), expected(box)
    assert {key: held[key] for key in truth} == truth
    gone = set(held) - set(truth)
    assert gone == set(kept(*runs)) - set(kept(extract(members, ask(box)))), "whole reads miss them"


def test_who_subscribes_again_comes_with_the_later_opt_in_and_is_active(
    box: MailchimpSandbox, ask: Ask, extract: Extract
):
    first = extract(members, ask(box))
    audience = box.audiences[0]
    with box.changing():
        gone = next(m for m in audience.members.values() if m.status == "unsubscribed")
        before = gone.opt
        box.timeline.run(box.timeline.now + 60)
        box.life.resubscribe(audience, gone, box.world.random("again"))
    again = extract(members, ask(box), first.cursor)
    (membership,) = [row for row in again.of(Membership) if row.account == gone.key]
    assert gone.opt > before
    assert (membership.status, membership.left_at) == ("active", None)
    earlier = first.last(Membership)[(audience.list_id, gone.key)]["joined_at"]
    assert earlier < membership.joined_at, "the warehouse keeps the earlier one"


def test_a_run_killed_after_any_page_goes_on_from_there(
    crowd: MailchimpSandbox, ask: Ask, extract: Extract
):
    whole = extract(members, ask(crowd))
    ends = [n for n, item in enumerate(whole.items) if isinstance(item, Checkpoint)]
    assert len(ends) >= 5
    for end in ends[:-1]:
        before = {row.account for row in whole.items[:end] if isinstance(row, Membership)}
        rest = extract(members, ask(crowd), whole.items[end].cursor)
        after = {row.account for row in rest.of(Membership)}
        assert before | after == {row.account for row in whole.of(Membership)}
        assert len(before & after) < 20, "what was kept is not asked for again"


def test_pages_are_asked_for_oldest_change_first_and_without_links(
    crowd: MailchimpSandbox, ask: Ask, extract: Extract, everyone: Truth
):
    ctx = ask(crowd)
    run = extract(members, ctx)
    pages = [query for query in asked(crowd) if query["count"] == "1000"]
    assert {query["sort_field"] for query in pages} == {"last_changed"}
    assert {query["sort_dir"] for query in pages} == {"ASC"}
    assert all("members.id,members.status," in query["fields"] for query in pages)
    bounds = {query["before_last_changed"] for query in pages if int(query["offset"]) > 0}
    assert len(bounds) == 1, "all pages of a read share one upper bound"
    assert bounds.pop() <= crowd.now.isoformat()
    assert kept(run) == everyone
    assert ctx.transport.traffic.retries == 0, "never more connections than the vendor allows"


@pytest.mark.parametrize("at", [1, 3, 5, 7])
def test_contacts_that_change_while_pages_are_read_hide_nobody(
    moving_crowd: MailchimpSandbox, ask: Ask, extract: Extract, at: int
):
    """Each edit moves a contact to the end, and everyone after it up by one place."""
    moving_crowd.faults.plan("drift", path="*/members", at=(at, at + 2), rows=5)
    run = extract(members, ask(moving_crowd))
    assert len(moving_crowd.faults.struck) == 2
    assert kept(run) == expected(moving_crowd)


@pytest.mark.parametrize("kind", ["duplicate_page", "truncated", "empty", "cut", "reset"])
def test_a_page_that_comes_wrong_is_asked_for_again(
    crowd: MailchimpSandbox, ask: Ask, extract: Extract, everyone: Truth, kind: str
):
    crowd.faults.plan(kind, path="*/members", at=(4, 6))
    run = extract(members, ask(crowd))
    assert len(crowd.faults.struck) == 2
    assert kept(run) == everyone
    assert run.rejects == []


@pytest.mark.parametrize(
    ("status", "body"), [(429, False), (429, True), (403, False), (503, False), (500, True)]
)
def test_a_busy_vendor_is_asked_again(
    crowd: MailchimpSandbox, ask: Ask, extract: Extract, everyone: Truth, status: int, body: bool
):
    """At high volume the vendor answers 429 or 403 without a body, and without a header."""
    crowd.faults.plan(str(status), path="*/members", at=(2, 4, 5), body=body)
    ctx = ask(crowd)
    assert kept(extract(members, ctx)) == everyone
    assert ctx.transport.traffic.retries == 3


def test_a_contact_that_cannot_be_read_is_a_reject_and_costs_no_other(
    crowd: MailchimpSandbox, ask: Ask, extract: Extract, everyone: Truth
):
    crowd.faults.plan("bad_item", path="*/members", at=4)
    run = extract(members, ask(crowd))
    assert len(run.rejects) == 1
    assert len(set(everyone) - set(kept(run))) <= 1


def test_each_audience_has_its_own_position(box: MailchimpSandbox, ask: Ask, extract: Extract):
    """A run that ended after its first audience has the changes of the others still to come."""
    first = extract(members, ask(box))
    box.advance(days=60)
    later = extract(members, ask(box), first.cursor)
    rest = extract(members, ask(box), later.cursors[0])
    spaces = list(dict.fromkeys(row.space for row in later.of(Membership)))
    assert len(spaces) == 3
    assert rest.records == [row for row in later.records if row not in records_of(later, spaces[0])]
    assert rest.cursor == later.cursor


def records_of(run: Any, space: str) -> list[Any]:
    """What a run yielded until it came to the next audience."""
    end = next(n for n, item in enumerate(run.items) if isinstance(item, Checkpoint))
    assert {row.space for row in run.items[:end] if isinstance(row, Membership)} == {space}
    return list(run.items[:end])


def test_an_audience_that_is_taken_later_is_read_from_its_beginning(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    one, other = still.audiences[0], still.audiences[1]
    first = extract(members, ask(still, audiences=[one.list_id]))
    assert {row.space for row in first.of(Membership)} == {one.list_id}
    both = extract(members, ask(still, audiences=[one.list_id, other.title.upper()]), first.cursor)
    assert {row.space for row in both.of(Membership)} == {other.list_id}


def test_two_whole_reads_say_the_same_of_an_address_in_several_audiences(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    """Audiences know people by different names; a field of an account is said once."""
    said: dict[tuple[Any, str], set[Any]] = {}
    for account in extract(members, ask(still)).of(Account):
        for name in ("name", "given_name", "organization", "country", "email"):
            value = getattr(account, name)
            if isinstance(value, str):
                said.setdefault((account.key, name), set()).add(value)
    assert max(map(len, said.values())) == 1


def test_all_tags_come_where_the_vendor_sends_fifty(
    box: MailchimpSandbox, ask: Ask, extract: Extract
):
    audience = box.audiences[0]
    with box.changing():
        member = next(m for m in audience.members.values() if m.status == "subscribed")
        box.life.edit(audience, member, tags=dict.fromkeys(audience.tags, box.timeline.now))
    run = extract(members, ask(box))
    assert len(audience.tags) > 50
    assert kept(run)[(audience.list_id, member.key)]["tags"] == sorted(
        tag.name for tag in audience.tags.values()
    )


def test_former_members_are_left_out_by_name_and_kept_as_facts(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    run = extract(members, ask(still, former_members=False))
    assert kept(run) == expected(still)
    here = {row.account for row in run.of(Membership) if row.status in ("active", "pending")}
    assert {account.key for account in run.of(Account)} == here


def test_an_audience_that_is_not_there_is_one_clear_line(
    still: MailchimpSandbox, ask: Ask, extract: Extract
):
    with pytest.raises(ConfigError) as caught:
        extract(members, ask(still, audiences=["no-such-list"]))
    message = str(caught.value)
    assert "'no-such-list'" in message
    assert "[sources.test.settings]" in message
    assert "\n" not in message


@pytest.mark.parametrize("cursor", ["2026-01-01", "{}x", '{"audiences": {"a": {"at": "soon"}}}'])
def test_a_cursor_that_is_not_ours_has_expired(
    still: MailchimpSandbox, ask: Ask, extract: Extract, cursor: str
):
    with pytest.raises(CursorExpired):
        extract(members, ask(still), cursor)
