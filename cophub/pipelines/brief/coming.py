"""What comes up: the events of the next two weeks."""

from cophub.pipelines.brief.facts import Facts, Happening
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import capital

DEFINITION = "Events that begin within 14 days and are not cancelled."
EMPTY = "No event is known for the next two weeks."


def items(facts: Facts) -> list[Item]:
    """The events, soonest first."""
    return [_item(facts, event) for event in facts.events if event.starts_at > facts.as_of]


def _item(facts: Facts, event: Happening) -> Item:
    speak, zone = facts.speak, facts.zone
    local = event.starts_at.astimezone(zone)
    when = {"day": speak.on_day(event.starts_at, zone), "start": f"{local:%H:%M}",
            "zone": zone.key}  # fmt: skip
    end = event.ends_at.astimezone(zone) if event.ends_at else local
    if end > local and end.date() == local.date():
        why = speak.say("{day}, {start} to {end} ({zone}).", end=f"{end:%H:%M}", **when)
    else:
        why = speak.say("{day}, {start} ({zone}).", **when)
    if event.registered is not None:
        told = speak.count(event.registered, "{n} registration.", "{n} registrations.")
        why += f" {told}"
    return Item(
        facts.event_title(event), capital(why), facts.link(event.url, event.space),
        event.starts_at, facts.where(event.space), facts.secret(event.space), figures={
            "registered": event.registered, "visibility": facts.visibility(event.space),
        },
    )  # fmt: skip
