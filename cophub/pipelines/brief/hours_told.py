"""What is said of the best hours: how many replies, how surely, and for whom it is daytime."""

from collections.abc import Mapping

from cophub.pipelines.brief.facts import Facts
from cophub.pipelines.brief.hours import FEWEST_THREADS, Answer, Clock, Hour
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import Speech, capital

REGIONS = {
    "Africa": "Africa", "Antarctica": "Antarctica", "Arctic": "the Arctic", "Asia": "Asia",
    "Australia": "Australia", "Europe": "Europe", "America": "the Americas",
    "Atlantic": "the Atlantic", "Indian": "the Indian Ocean",
    "Pacific": "the Pacific", "Elsewhere": "other places",
}  # fmt: skip
"""What the parts of the world are called that the names of time zones begin with."""


def items(facts: Facts, answer: Answer, days: Mapping[int, Clock]) -> list[Item]:
    """What is said of the recommended hours."""
    return [_item(facts, hour, answer, days.get(hour.number)) for hour in answer.hours[:3]]


def _item(facts: Facts, hour: Hour, answer: Answer, clock: Clock | None) -> Item:
    speak = facts.speak
    why = speak.count(
        hour.threads,
        "{mean} replies within a day ({low} to {high}), where the average is {average}; {n} thread"
        " began then.",
        "{mean} replies within a day ({low} to {high}), where the average is {average}; {n} threads"
        " began then.",
        mean=speak.one_decimal(hour.mean), low=speak.one_decimal(hour.low),
        high=speak.one_decimal(hour.high), average=speak.one_decimal(answer.average),
    )  # fmt: skip
    if clock:
        why += f" {_day(speak, clock)}"
    title = speak.say(
        "{day} {hour}:00 ({zone})", day=speak.weekday(hour.number // 24),
        hour=f"{hour.number % 24:02d}", zone=facts.zone.key,
    )  # fmt: skip
    return Item(
        capital(title), why,
        figures={
            "hour_of_week": hour.number, "threads": hour.threads, "replies": hour.replies,
            "mean": round(hour.mean, 2), "low": round(hour.low, 2), "high": round(hour.high, 2),
            "awake_share": round(clock.awake, 3) if clock else None,
            "worst_region": clock.worst_region if clock else None,
            "worst_region_outside_share": round(clock.worst_share, 3) if clock else None,
        },
    )  # fmt: skip


def _day(speak: Speech, clock: Clock) -> str:
    share = speak.percent(clock.awake)
    if not clock.worst_share:
        return speak.count(
            clock.known,
            "It is between 7 and 20 o'clock for {share} of the {n} member whose time is known.",
            "It is between 7 and 20 o'clock for {share} of the {n} members whose time is known.",
            share=share,
        )
    return speak.count(
        clock.known,
        "It is between 7 and 20 o'clock for {share} of the {n} member whose time is known; in"
        " {region} {outside} would be outside that.",
        "It is between 7 and 20 o'clock for {share} of the {n} members whose time is known; in"
        " {region} {outside} would be outside that.",
        share=share, region=speak.say(REGIONS.get(clock.worst_region, clock.worst_region)),
        outside=speak.percent(clock.worst_share),
    )  # fmt: skip


def note(speak: Speech, answer: Answer, days: Mapping[int, Clock], members: int) -> str:
    """How much it rests on, and which hours suit most members where none is best."""
    said = [_basis(speak, answer.threads)]
    if not days:
        said.append(
            speak.say("Nobody's time zone or country is known, so nothing is said about their day.")
        )
    elif not answer.hours:
        said.append(_fairest(speak, days))
    if days and (known := days[0].known) < members:
        said.append(
            speak.say(
                "The local time of {unknown} of {members} members is not known.",
                unknown=members - known,
                members=members,
            )
        )
    return " ".join(said)


def _basis(speak: Speech, threads: int) -> str:
    if threads == 1:
        return speak.say("One thread in twelve months is too little to tell.")
    if threads < FEWEST_THREADS:
        return speak.say("{n} threads in twelve months are too few to tell.", n=threads)
    return speak.say("From {n} threads of twelve months.", n=threads)


def _fairest(speak: Speech, days: Mapping[int, Clock]) -> str:
    """On weekdays, the hours in which most members are awake, told once for all days."""
    weekday = [days[hour] for hour in range(24)]
    most = max(clock.awake for clock in weekday)
    hours = [f"{hour:02d}:00" for hour, clock in enumerate(weekday) if clock.awake == most]
    if len(hours) == 24:
        return speak.say("No hour of the day suits more members than another.")
    first, last = int(hours[0][:2]), int(hours[-1][:2])
    in_a_row = len(hours) > 3 and last - first == len(hours) - 1
    told = (
        speak.say("{start} to {end}", start=hours[0], end=hours[-1])
        if in_a_row
        else speak.together(hours[:3])
    )
    return speak.say(
        "By the clock alone {hours} would suit most: it is daytime for {share} of those known.",
        hours=told, share=speak.percent(most),
    )  # fmt: skip
