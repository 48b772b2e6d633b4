"""The directory of people: who is named, and what stands beside a name."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Connection, text

from cophub.identities.privacy import mask_text
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import plain
from cophub.pipelines.site.model import Person

_PEOPLE = """
SELECT p.id, p.name, coalesce(o.name, p.organization, '') AS organization, p.listed
FROM person p
LEFT JOIN organization o ON o.key = p.organization
WHERE p.kind = 'person' AND p.merged_into IS NULL AND trim(p.name) <> ''
"""
_LISTED = text(f"{_PEOPLE} AND p.listed").columns(listed=Boolean)
_EVERYBODY = text(_PEOPLE).columns(listed=Boolean)

# That somebody is in a secret space is told to nobody, by way of its community neither.
_ROLES = text("""
SELECT DISTINCT pa.person, c.community, m.role
FROM membership m
JOIN person_account pa ON pa.source = m.source AND pa.account = m.account
JOIN community_space c ON c.source = m.source AND c.space = m.space
LEFT JOIN space s ON s.source = m.source AND s.key = m.space
WHERE coalesce(m.status, 'active') = 'active' AND m.gone_at IS NULL
  AND coalesce(s.visibility, '') <> 'secret'
ORDER BY 1, 2, 3
""")


@dataclass
class _Places:
    """Where somebody is a member, and what they are there."""

    communities: set[str] = field(default_factory=set)
    roles: list[str] = field(default_factory=list)


def read_directory(
    connection: Connection,
    titles: Mapping[str, str],
    last_active: Mapping[str, datetime],
    zone: ZoneInfo,
    audience: Audience,
) -> dict[str, Person]:
    """People by id, in the order of their names: who is listed, for trusted readers every member.

    `titles` are those of the communities that may be named, by key and in their order.
    """
    if not audience.directory:
        return {}
    places = _places(connection, titles)
    rows = connection.execute(_EVERYBODY if audience.trusted else _LISTED).all()
    return {
        row.id: Person(
            # Some give their address as their name; nobody agreed to have that published.
            mask_text(plain(row.name)), mask_text(plain(row.organization)),
            tuple((k, title) for k, title in titles.items() if k in places[row.id].communities),
            tuple(places[row.id].roles),
            f"{last.astimezone(zone):%Y-%m}" if (last := last_active.get(row.id)) else None,
            listed=row.listed,
        )
        for row in sorted(rows, key=lambda row: (row.name.casefold(), row.id))
        if row.listed or places[row.id].communities
    }  # fmt: skip


def _places(connection: Connection, titles: Mapping[str, str]) -> dict[str, _Places]:
    places: dict[str, _Places] = defaultdict(_Places)
    for person, community, role in connection.execute(_ROLES):
        if community in titles:
            place = places[person]
            place.communities.add(community)
            place.roles += [role] if role and role not in place.roles else []
    return places
