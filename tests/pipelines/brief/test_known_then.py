"""The brief of a past week tells memberships as the hub knew them then."""

from datetime import datetime

from .conftest import Village, ago

THEN = "2026-W45"
"""Ended 9.4 days ago."""


def period(
    village: Village, person: str, since: datetime, until: datetime | None = None, **more: str
) -> None:
    row = {"source": "s", "space": "list", "account": person, "valid_from": since}
    row |= {"valid_to": until, "status": "active", "role": "member"}
    village.rows.add("membership_period", row | more)


def test_who_has_left_since_was_there_and_who_came_later_was_not(malaria: Village):
    malaria.members("stays", "left", "late")
    malaria.rows.change("membership", {"account": "left"}, gone_at=ago(3))
    malaria.rows.change("membership", {"account": "late"}, first_seen_at=ago(2))
    period(malaria, "stays", ago(400))
    period(malaria, "left", ago(400), ago(3))
    period(malaria, "late", ago(2))
    assert malaria.brief(week=THEN).members == 2
    assert malaria.brief().members == 2


def test_who_was_away_then_is_no_member_of_that_week(malaria: Village):
    malaria.members("ann", "bea")
    period(malaria, "ann", ago(400))
    period(malaria, "bea", ago(400), ago(20))
    period(malaria, "bea", ago(5))
    assert malaria.brief(week=THEN).members == 1
    assert malaria.brief().members == 2


def test_who_was_let_in_since_had_only_asked_then(malaria: Village):
    malaria.members("ann")
    period(malaria, "ann", ago(400))
    malaria.person("bea")
    malaria.member("bea", days=4)
    malaria.rows.change("membership", {"account": "bea"}, first_seen_at=ago(12))
    period(malaria, "bea", ago(12), ago(4), status="pending")
    period(malaria, "bea", ago(4))
    (asked,) = malaria.items("welcome", week=THEN)
    assert asked.title == "Bea" and asked.why.startswith("Asked to join")
    (joined,) = malaria.items("welcome")
    assert joined.why.startswith("Joined The list")


def test_the_role_is_that_of_the_time(malaria: Village):
    """Who facilitates today was to be thanked as a member then."""
    malaria.members("ann", "bea")
    malaria.rows.change("membership", {"account": "bea"}, role="facilitator")
    period(malaria, "ann", ago(400))
    period(malaria, "bea", ago(400), ago(3))
    period(malaria, "bea", ago(3), role="facilitator")
    asked = malaria.post("ann", ago(11), "Anybody?")
    malaria.post("bea", ago(10), "Re: Anybody?", thread=asked)
    assert malaria.titles("thank", week=THEN) == ["Bea", "Ann"]


def test_before_the_hub_saw_a_space_the_dates_of_today_must_do(malaria: Village):
    malaria.rows.seen_at = ago(2)
    malaria.members("ann", days=100)
    malaria.members("bea", days=1)
    for person in ("ann", "bea"):
        period(malaria, person, ago(2))
    assert malaria.brief(week=THEN).members == 1
