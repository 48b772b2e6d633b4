"""Members to thank, and members who have gone quiet by their own measure."""

from datetime import date, timedelta

import pytest

from cophub.pipelines.brief.presence import gauge

from .conftest import Village, ago


def days(*gaps: int) -> list[date]:
    """Active days with these gaps between them."""
    found = [date(2026, 1, 1)]
    for gap in gaps:
        found.append(found[-1] + timedelta(days=gap))
    return found


@pytest.mark.parametrize(
    ("gaps", "silent", "lapsed"),
    [
        ((7, 7, 7, 7), 31, False),  # (28 / 59) ** 4 = 0.0507
        ((7, 7, 7, 7), 32, True),  # (28 / 60) ** 4 = 0.0474
        ((1,) * 20, 3, False),  # not more than 3 times the median, 1
        ((1,) * 20, 4, True),  # (20 / 24) ** 20 = 0.026
        ((1, 1, 1, 1, 60, 1, 1, 1, 1), 50, False),  # 1 of 9 gaps was as long
        ((1, 1, 1, 1, 60, 1, 1, 1, 1), 61, True),  # none was; (68 / 129) ** 9 = 0.003
    ],
)
def test_a_silence_against_ones_own_gaps_by_hand(gaps, silent, lapsed):
    active = days(*gaps)
    assert (gauge(active, active[-1] + timedelta(days=silent)) is not None) is lapsed


def test_gone_quiet_tells_rhythm_topic_partner_and_mail(malaria: Village):
    malaria.members("ann", "bob", "few", "left")
    malaria.members("host", role="owner")
    malaria.person("gone")
    for week in range(6):
        for person in ("ann", "host", "gone"):
            malaria.post(person, ago(60 + 7 * week), "Minutes", kind="news")
    for week in range(4):
        malaria.post("few", ago(60 + 7 * week), "Minutes", kind="news")
    thread = malaria.post("bob", ago(52), "Nets for schools", kind="news")
    malaria.post("ann", ago(51), "Re: Nets for schools", thread=thread)
    (item,) = malaria.items("quiet")
    assert item.person == "ann"
    assert item.figures["silent_days"] == 51 and item.figures["median_gap_days"] == 7
    assert item.why == (
        "Silent for 51 days; used to be seen about every 7 days."
        " Last wrote in “Nets for schools”, with Bob."
    )
    malaria.rows.add("campaign", {"source": "s", "key": "c", "space": "list", "sent_at": ago(9)})
    opened = {"source": "s", "campaign": "c", "account": "ann", "opened_at": ago(8)}
    malaria.rows.add("delivery", opened | {"open_count": 1})
    (item,) = malaria.items("quiet")
    assert item.why.endswith("Still opens newsletters.") and item.figures["reads_mail"] is True


def test_thanks_by_hand(malaria: Village):
    """Answered twice (12), shared a document (8), first post for long (4); a routine post: none."""
    malaria.members("ann", "bob", "cy", "dee", "old")
    malaria.members("host", role="moderator")
    for person in ("ann", "bob", "dee"):
        malaria.post(person, ago(40), "Minutes", kind="news")
    asked = malaria.post("old", ago(6), "How?", kind="question")
    for person in ("ann", "ann", "host"):
        malaria.post(person, ago(2), "Re: How?", thread=asked)
    malaria.rows.add(
        "document",
        {"source": "s", "key": "d", "space": "group", "account": "bob", "title": "Guide",
         "url": "https://s.example/d", "created_at": ago(1)},
    )  # fmt: skip
    malaria.post("cy", ago(3), "Hello", kind="message")
    malaria.post("dee", ago(3), "Minutes", kind="news")
    items = malaria.items("thank")
    assert [item.person for item in items] == ["ann", "bob", "cy", "old"]
    assert items[0].why == ("Answered somebody 2 times. “How?”, on Monday, 16 Nov.")
    assert items[1].url == "https://s.example/d" and "“Guide”, on Tuesday" in items[1].why
    assert "The first contribution in twelve months." in items[2].why


def test_an_eighth_day_is_too_late_for_thanks(malaria: Village):
    malaria.members("ann", "bob")
    asked = malaria.post("bob", ago(30), "How?")
    malaria.post("ann", ago(7, hours=1), "Re: How?", thread=asked)
    assert malaria.titles("thank") == []
