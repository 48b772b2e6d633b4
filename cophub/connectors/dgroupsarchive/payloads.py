"""What the v2 routes answer, as the vendor's service model declares it.

No live server was seen, so every field may be missing or null, and unknown ones are ignored.
"""

from msgspec import Struct

_ODD = {
    "id": "ID",
    "guid": "GUID",
    "country": "CountryISO31662",
}


def vendors(name: str) -> str:
    """The vendor's name of a field."""
    return _ODD.get(name) or "".join(part.capitalize() for part in name.split("_"))


class Stats(Struct, rename=vendors):
    """`/stats/basic`: a community in numbers."""

    display_name: str | None = None
    uri: str | None = None
    age: int | None = None
    members: int | None = None
    contributions: int | None = None
    contributors: int | None = None
    countries: int | None = None
    first_contribution: str | None = None
    last_contribution: str | None = None


class Activity(Struct, rename=vendors):
    """One row of `/stats/weeklyactivity`: a community of the subtree, and a number per week."""

    display_name: str | None = None
    uri: str | None = None
    short_uri: str | None = None
    age: int | None = None
    weekly_activity: list[int] | None = None


class Profile(Struct, rename=vendors):
    """One member. Telephone, address and password hash are left where they are."""

    id: str | None = None
    guid: str | None = None
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    organization: str | None = None
    position: str | None = None
    country: str | None = None
    time_zone: str | None = None


class Entry(Struct, rename=vendors):
    """One row of `/calendar`."""

    id: str | None = None
    guid: str | None = None
    display_name: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    duration: int | None = None
    location: str | None = None
    url: str | None = None
    description: str | None = None


class Tag(Struct, rename=vendors):
    """One row of `/tags`."""

    display_name: str | None = None
    name: str | None = None
    id: str | None = None
    item_count: int | None = None
    child_tags: "list[Tag] | None" = None


class Resource(Struct, rename=vendors):
    """One row of `/tags/{id}`: something in the library."""

    display_name: str | None = None
    name: str | None = None
    id: str | None = None
    guid: str | None = None
    tags: list[str] | None = None
    media_uri: str | None = None
    media_type: str | None = None
    description: str | None = None
    file_name: str | None = None
    size: int | None = None
