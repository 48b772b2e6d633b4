"""What comes up: the events of the next two weeks."""

from cophub.pipelines.brief.facts import Facts, Happening
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import capital

DEFINITION = (
    "Events that begin within 14 days and are not cancelled. One that comes more than once is"
    " listed once, with its other days."
)
EMPTY = "No event is known for the next two weeks."


def items(facts: Facts) -> list[Item]:
    """The events, soonest first."""
    coming = (event for event in facts.events if event.starts_at > facts.as_of)
    return [_item(facts, *times) for times in facts.series(coming)]


def _again(facts: Facts, event: Happening, later: tuple[Happening, ...]) -> str:
    """The other days of an event, with the time where it is another one."""
    zone, days = facts.zone, []
    usual = f"{event.starts_at.astimezone(zone):%H:%M}"
    for each in later:
        start = f"{each.starts_at.astimezone(zone):%H:%M}"
        day = facts.speak.on_day(each.starts_at, zone)
        days.append(day if start == usual else f"{day}, {start}")
    return facts.speak.say("Again on {days}.", days=facts.speak.together(days))


def _item(facts: Facts, event: Happening, *later: Happening) -> Item:
    speak, zone = facts.speak, facts.zone
    local = event.starts_at.astimezone(zone)
    when = {"day": speak.on_day(event.starts_at, zone), "start": f"{local:%H:%M}",
            "zone": zone.key}  # fmt: skip
    end = event.ends_at.astimezone(zone) if event.ends_at else local
    if end > local and end.date() == local.date():
        why = speak.say("{day}, {start} to {end} ({zone}).", end=f"{end:%H:%M}", **when)
    else:
        why = speak.say("{day}, {start} ({zone}).", **when)
    if later:
        why += f" {_again(facts, event, later)}"
    if event.registered is not None:
        told = speak.count(event.registered, "{n} registration.", "{n} registrations.")
        why += f" {told}"
    return Item(
        facts.event_title(event), capital(why), facts.link(event.url, event.space),
        event.starts_at, facts.where(event.space), facts.secret(event.space), figures={
            "registered": event.registered, "visibility": facts.visibility(event.space),
        },
    )  # fmt: skip
