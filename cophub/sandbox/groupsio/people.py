"""How the world's people appear on this vendor's pages: short names, free-text places.

A display name is what its owner typed: two in five give the given name alone, some write the
family name first in capitals, and a few give none.
"""

from cophub.sandbox.groupsio.state import State, User
from cophub.sandbox.world import Person, Turn, World, latin, work_address

SHARE = 0.6
"""How many of a community's people are in its group."""
_PLACES = ("{city}", "{city}, {country}", "{country}", "", "", "between {city} and home")


def takes_part(world: World, person: int, community: int) -> bool:
    """Whether the person joins the group when joining the community."""
    return world.random("groupsio", person, community).random() < SHARE


def make_user(world: World, state: State, index: int, now: int) -> User:
    """The account of a person on the day that it is made."""
    person, chance = world.person(index), world.random("groupsio", "user", index)
    personal = person.prefers_personal or chance.random() < 0.15
    email = person.personal_email if personal else person.work_email
    full_name = _typed_name(person, chance.random())
    user = User(
        id=state.user_ids.next(),
        person=index,
        created=now,
        updated=now,
        email=_cased(email, chance.random()),
        full_name=full_name,
        user_name=latin(person.given)[:12] if chance.random() < 0.6 else "",
        timezone=person.timezone if chance.random() < 0.7 else "America/Los_Angeles",
        location=chance.choice(_PLACES).format(city=person.city, country=person.country),
        about_me=_about(person) if chance.random() < 0.2 else "",
        website=f"https://{person.organisation.domain}" if chance.random() < 0.08 else "",
        keen=min(1.0, 0.02 * chance.paretovariate(0.9)),
    )
    state.users[user.id] = user
    return user


def _typed_name(person: Person, drawn: float) -> str:
    if drawn < 0.40:
        return person.given
    if drawn < 0.55:
        return f"{person.family.upper()} {person.given}".strip()
    if drawn < 0.63:
        return ""
    if drawn < 0.70:
        return f"{person.name} ({person.organisation.name})"
    return person.name


def _cased(email: str, drawn: float) -> str:
    """A few typed their address with a capital."""
    return email[0].upper() + email[1:] if drawn < 0.07 else email


def _about(person: Person) -> str:
    title = person.job_title or "Practitioner"
    return f"<p>{title} at {person.organisation.name}, {person.city}.</p>".replace("&", "&amp;")


def new_address(world: World, index: int, turn: Turn) -> str:
    """The work address after a move to another employer."""
    return work_address(world.person(index), world.new_organisation(index, turn))
