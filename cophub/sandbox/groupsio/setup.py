"""The groups and the hub's own account, as they are on the first day."""

from cophub.sandbox import names
from cophub.sandbox.groupsio.state import Group, Hashtag, Ids, State, User
from cophub.sandbox.world import World

_COLOURS = ("blue", "green", "orange", "purple")
_BELOW = {0: ("leads", "Steering group"), 2: ("news", "Announcements"), 3: ("data", "Data team")}
"""Subgroups, by the community's number modulo 4."""


def make_groups(world: World, state: State) -> None:
    """A group for each community, and a subgroup for some."""
    ids = Ids(7_700, 97)
    for number, community in enumerate(world.communities):
        about = f"{community.title}: a community of practice on {community.domain.lower()}."
        main = Group(ids.next(), community.key, community.title, about.replace("&", "and"),
                     number, world.start, world.start)  # fmt: skip
        main.restricted, main.moderated = number % 3 == 1, number % 3 == 0
        state.add_group(main)
        main.hashtags = _hashtags(state, number)
        if number % 4 in _BELOW:
            key, title = _BELOW[number % 4]
            below = Group(ids.next(), f"{community.key}+{key}", f"{community.title}: {title}",
                          f"{title} of {community.title}.", number, world.start, world.start,
                          parent=main)  # fmt: skip
            below.announce = key == "news"
            state.add_group(below)


def _hashtags(state: State, number: int) -> tuple[Hashtag, ...]:
    chosen = [names.TOPICS[(number + step) % len(names.TOPICS)] for step in range(4)]
    return tuple(
        Hashtag(state.thing_ids.next(), f"#{name.lower().replace(' ', '-')}", name, colour)
        for name, colour in zip(chosen, _COLOURS, strict=True)
    )


def make_hub(world: World, state: State) -> User:
    """The account whose key the hub has."""
    user = User(
        id=state.user_ids.next(),
        person=None,
        created=world.start,
        updated=world.start,
        email="hub@knowledge-hub.example",
        full_name="Knowledge Hub",
        user_name="hub",
        timezone="Europe/Berlin",
    )
    state.users[user.id] = user
    return user
