"""What comes up: the events of the next two weeks."""

from cophub.pipelines.brief.facts import Facts, Happening
from cophub.pipelines.brief.model import Item
from cophub.pipelines.brief.wording import counted, on_day

DEFINITION = "Events that begin within 14 days and are not cancelled."
EMPTY = "No event is known for the next two weeks."


def items(facts: Facts) -> list[Item]:
    """The events, soonest first."""
    return [_item(facts, event) for event in facts.events if event.starts_at > facts.as_of]


def _item(facts: Facts, event: Happening) -> Item:
    local = event.starts_at.astimezone(facts.zone)
    why = f"{on_day(event.starts_at, facts.zone)}, {local:%H:%M}"
    if event.ends_at and event.ends_at > event.starts_at:
        end = event.ends_at.astimezone(facts.zone)
        if end.date() == local.date():
            why += f" to {end:%H:%M}"
    why += f" ({facts.zone.key})."
    if event.registered is not None:
        why += f" {counted(event.registered, 'registration')}."
    return Item(
        event.title, why, event.url, event.starts_at, facts.where(event.space),
        facts.secret(event.space), figures={
            "registered": event.registered, "visibility": facts.visibility(event.space),
        },
    )  # fmt: skip
