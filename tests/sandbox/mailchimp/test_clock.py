"""The emulated MailChimp through time: the same whatever the steps, and never at rest."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.mailchimp.state import Audience, Member, member_id

SMALL = {"people": 120, "audiences": 3, "years": 1}


def made(seed: int = 5, **options: Any) -> MailchimpSandbox:
    """A small sandbox that does not run: its state is all that matters."""
    return MailchimpSandbox(seed=seed, **{**SMALL, **options})


def test_the_same_seed_makes_the_same_vendor_and_another_seed_another() -> None:
    """Members, campaigns, reports and what every recipient did."""
    assert made().truth() == made().truth()
    assert made().truth() != made(seed=6).truth()


@pytest.mark.parametrize("people", [120, 6_000])
def test_many_small_steps_end_where_one_large_step_ends(people: int) -> None:
    """Also for a crowd; ninety days at once, day by day, and in odd pieces."""
    at_once, daily, odd = (made(people=people) for _ in range(3))
    at_once.advance(days=90)
    for _ in range(90):
        daily.advance(days=1)
    for hours in (1, 7, 500, 90 * 24 - 508):
        odd.advance(hours=hours)
    assert at_once.truth() == daily.truth() == odd.truth()


def test_a_sandbox_that_began_earlier_ends_as_one_that_began_later() -> None:
    """History before `now` is lived by the same rules as what comes after it."""
    world_now = datetime(2026, 6, 1, tzinfo=UTC)
    lived = made(now=world_now)
    before = lived.truth()
    lived.advance(seconds=0)
    assert lived.truth() == before


def test_all_that_can_happen_to_a_member_happens_within_two_years() -> None:
    """People join, leave, bounce, are archived, vanish, come back, move and change their names."""
    sandbox = MailchimpSandbox(seed=1)
    everyone = [m for audience in sandbox.audiences for m in audience.members.values()]
    statuses = Counter(member.status for member in everyone)
    assert all(statuses[s] > 2 for s in ("subscribed", "unsubscribed", "cleaned", "archived"))
    assert any(audience.forgotten for audience in sandbox.audiences)
    assert any(member.opt > member.first_opt > 0 for member in everyone)
    assert any(_moved(sandbox, member) for member in everyone)
    assert statuses["pending"] > 0
    assert max(len(member.tags) for member in everyone) > 50


def _moved(sandbox: MailchimpSandbox, member: Member) -> bool:
    person = sandbox.world.person(member.person)
    return member.email.lower() not in (person.work_email, person.personal_email)


def test_audiences_keep_on_changing_after_the_start() -> None:
    """Within a month there are newcomers, leavers, edits, sends, opens of older newsletters."""
    sandbox = MailchimpSandbox(seed=1)
    before = sandbox.truth()
    sandbox.advance(days=30)
    after = sandbox.truth()
    members = {
        name: {k: m for a in truth["audiences"].values() for k, m in a["members"].items()}
        for name, truth in (("before", before), ("after", after))
    }
    assert set(members["after"]) - set(members["before"])
    changed = [
        key
        for key in set(members["before"]) & set(members["after"])
        if members["before"][key] != members["after"][key]
    ]
    assert len(changed) > 5
    assert len(after["reports"]) > len(before["reports"])
    assert any(after["reports"][key] != report for key, report in before["reports"].items())


# One thing at a time


@pytest.fixture
def quiet() -> MailchimpSandbox:
    """A small sandbox to change by hand."""
    return made()


@pytest.fixture
def audience(quiet: MailchimpSandbox) -> Audience:
    """Its first audience."""
    return quiet.audiences[0]


@pytest.fixture
def member(audience: Audience) -> Member:
    """Somebody subscribed in it."""
    return next(m for m in audience.members.values() if m.status == "subscribed")


def test_coming_back_overwrites_the_opt_in_time(
    quiet: MailchimpSandbox, audience: Audience, member: Member
) -> None:
    """The first one is known to the truth alone."""
    first = member.opt
    quiet.life.unsubscribe(audience, member, "Too many emails")
    quiet.advance(hours=1)
    quiet.life.resubscribe(audience, member, quiet.world.random("test"))
    assert member.opt == member.changed == quiet.timeline.now
    assert member.first_opt == first
    assert (member.status, member.reason) == ("subscribed", "")


def test_a_new_address_is_a_new_id_with_the_same_contact(
    quiet: MailchimpSandbox, audience: Audience, member: Member
) -> None:
    """The old id is gone from the listing; `contact_id` and `web_id` stay."""
    old, contact = member.key, member.contact_id
    quiet.life.readdress(audience, member, "new.address@moved.example")
    assert member.key == member_id("New.Address@moved.example") != old
    assert audience.find(old) is None
    assert audience.find(member.key) is member
    assert member.contact_id == contact


def test_whoever_is_deleted_for_good_vanishes_and_cannot_be_imported_again(
    quiet: MailchimpSandbox, audience: Audience, member: Member
) -> None:
    """From the members and from who got a campaign; the campaign's totals stay."""
    campaign = next(c for c in audience.campaigns if any(d.member is member for d in c.deliveries))
    report = quiet.truth()["reports"][campaign.id]
    quiet.life.delete(audience, member)
    truth = quiet.truth()
    assert member.key not in truth["audiences"][audience.list_id]["members"]
    assert member.key not in truth["deliveries"][campaign.id]
    assert truth["reports"][campaign.id] == report
    assert audience.taken(member.email)


def test_every_change_moves_last_changed_and_the_order_by_it(
    quiet: MailchimpSandbox, audience: Audience, member: Member
) -> None:
    """Whoever changed last is last."""
    quiet.advance(hours=1)
    quiet.life.edit(audience, member, vip=True)
    order = [entry[2] for entry in audience.ordered()]
    assert order[-1] is member
    assert [m.changed for m in order] == sorted(m.changed for m in order)
    assert len(order) == len(audience.members)


def test_opens_do_not_move_last_changed(quiet: MailchimpSandbox, audience: Audience) -> None:
    """A reader of members cannot learn of opens; it has to read the reports again."""
    campaign = quiet.mailing.send_extra(audience)
    changed = {member.key: member.changed for member in audience.members.values()}
    before = quiet.truth()["reports"][campaign.id]["opens"]
    quiet.advance(hours=3)
    assert quiet.truth()["reports"][campaign.id]["opens"] > before
    now = {key: member.changed for key, member in audience.members.items()}
    assert sum(now.get(key) != at for key, at in changed.items()) < 5
