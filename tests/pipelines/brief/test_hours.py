"""The best hour: pooled, honest about chance, in the members' own time."""

import random
from datetime import timedelta

import pytest

from cophub.pipelines.brief.hours import best_hours
from cophub.pipelines.brief.zones import region, zone_of

from .conftest import NOW, Village, ago

TUESDAY_14 = 24 + 14


def threads(rates: dict[int, float], each: int, seed: int = 1) -> list[tuple[int, int]]:
    """So many threads in each hour, whose replies are drawn at the hour's rate."""
    chance = random.Random(seed)
    return [
        (hour, sum(chance.random() < rate / 10 for _ in range(10)))
        for hour, rate in rates.items()
        for _ in range(each)
    ]


def test_an_hour_that_is_truly_better_is_found_and_drawn_towards_the_rest():
    rates = {9: 1.0, 10: 1.0, 33: 1.0, 34: 1.0, TUESDAY_14: 4.0, 60: 1.0, 82: 1.0, 106: 1.0}
    answer = best_hours(threads(rates, each=12), {})
    best = answer.hours[0]
    raw = best.replies / best.threads
    assert best.number == TUESDAY_14
    assert answer.average < best.low < best.mean < raw
    assert best.mean < best.high and answer.chance < 0.05


def test_chance_alone_is_called_no_detectable_difference_most_times():
    """Hours that are all alike give a recommendation in fewer than 5 of 100 cases, or near it."""
    alike = dict.fromkeys((9, 10, 33, 34, 38, 60, 82, 106), 1.5)
    told = sum(bool(best_hours(threads(alike, 6, seed), {}).hours) for seed in range(60))
    assert told <= 6


def test_one_busy_thread_makes_no_hour_best():
    """Replies of one thread come together: forty to one thread are no forty threads."""
    found = [(hour, 1) for hour in range(0, 160, 8) for _ in range(3)]
    assert best_hours([*found[:-1], (TUESDAY_14, 40)], {}).hours == ()


@pytest.mark.parametrize("found", [[], [(5, 3)], [(5, 1)] * 40, [(1, 0), (2, 0)] * 30])
def test_too_little_to_tell(found):
    assert best_hours(found, {}).hours == ()


def test_among_good_hours_one_that_is_fairer_is_kept_beside_the_best():
    rates = {9: 0.5, 10: 0.5, 33: 0.5, 34: 0.5, 60: 0.5, 61: 0.5, TUESDAY_14: 6.0, 50: 5.0, 51: 4.5}
    unfair = {TUESDAY_14: 0.9, 50: 0.2, 51: 0.3}
    hours = best_hours(threads(rates, each=25), unfair).hours
    assert [hour.number for hour in hours] == [TUESDAY_14, 50]


def test_the_gamma_quantiles_are_those_of_the_tables():
    """5 % and 95 % of gamma(4): 1.366 and 7.754; of gamma(20): 13.25 and 27.88."""
    from cophub.pipelines.brief.hours import _posterior

    assert _posterior(4, 1) == pytest.approx((4, 1.366, 7.754), rel=0.01)
    assert _posterior(20, 2) == pytest.approx((10, 13.25 / 2, 27.88 / 2), rel=0.01)


def test_where_nobodys_time_is_known_nothing_is_said_about_it(malaria: Village):
    malaria.members("ann")
    section = malaria.brief().section("hours")
    assert section.items == () and section.empty == "No detectable difference between the hours."
    assert section.note == (
        "0 threads in twelve months are too few to tell. Nobody's time zone or country is known,"
        " so nothing is said about their day."
    )


def test_members_clocks_by_zone_and_country(malaria: Village):
    """Five in Kenya by country, five in Lima by account: 12 to 16 UTC is daytime for all."""
    for number in range(5):
        malaria.person(f"k{number}", country="KE")
        malaria.person(f"l{number}", timezone="America/Lima", country="US")
    malaria.person("us", country="US")
    malaria.member(*(f"{place}{n}" for place in "kl" for n in range(5)), "us")
    note = malaria.brief().section("hours").note
    assert "12:00 to 16:00 would suit most: it is daytime for 100% of those known." in note
    assert note.endswith("The local time of 1 of 11 members is not known.")


def test_a_best_hour_is_told_with_its_range_and_the_members_day(malaria: Village):
    malaria.person("ann", timezone="Asia/Tokyo")
    malaria.member("ann")
    malaria.members("bob", "cy")
    tuesday = NOW - timedelta(days=1, hours=-4)  # 14:00 UTC
    for week in range(1, 25):
        for day, answers in ((0, 3), (1, 0), (2, 0), (3, 1 if week % 5 == 0 else 0)):
            at = tuesday - timedelta(weeks=week, days=day)
            first = malaria.post("ann", at, "News", kind="news")
            for number in range(answers):
                author = "bob" if number % 2 else "cy"
                malaria.post(author, at + timedelta(hours=1 + number), "Re", thread=first)
    (item,) = malaria.items("hours")
    assert item.title == "Tuesday 14:00 (UTC)"
    assert item.why.startswith("3.0 replies within a day (2.") and "24 threads began" in item.why
    assert "daytime" not in item.why and "in Asia 100% would be outside that" in item.why
    assert malaria.items("hours", zone="Asia/Tokyo")[0].title == "Tuesday 23:00 (Asia/Tokyo)"


@pytest.mark.parametrize(
    ("named", "country", "zone"),
    [("Africa/Nairobi", None, "Africa/Nairobi"), ("Romance Standard Time", "KE", "Europe/Paris"),
     (None, "ke", "Africa/Nairobi"), ("nonsense", "KE", "Africa/Nairobi"), (None, "US", None),
     (None, "XX", None), (None, None, None), ("../../etc/passwd", None, None)],
)  # fmt: skip
def test_where_somebody_lives(named, country, zone):
    assert zone_of(named, country) == zone


def test_regions_are_parts_of_the_world():
    assert [region(zone) for zone in ("Africa/Nairobi", "UTC")] == ["Africa", "Elsewhere"]


def test_replies_after_a_day_count_for_nothing(malaria: Village):
    from cophub.pipelines.brief.hours import observed
    from cophub.pipelines.brief.reading import read_facts

    malaria.members("ann", "bob")
    first = malaria.post("ann", ago(3), "One", kind="news")
    for hours in (1, 24, 25):
        malaria.post("bob", ago(3) + timedelta(hours=hours), "Re", thread=first)
    malaria.post("ann", ago(hours=23), "Not a day old", kind="news")
    with malaria.rows.warehouse.connect() as connection:
        zone = malaria.context().timezone
        facts = read_facts(connection, ["m"], NOW, zone, secret=True)["m"]
    assert observed(facts) == [(6 * 24 + 10, 2)]
