"""Which organisations take part in which communities, and with how many people.

Outside the facilitators' pages an organisation is named where it has at least 5 people in a
community, and nothing is said of where it has fewer. The rest of a community's members, those of
other organisations and of none, are nobody or at least 5 too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, text

from cophub.identities.privacy import mask_text
from cophub.pipelines.site.across import Participation, Share
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.formats import FEWEST, cell, few, plain
from cophub.pipelines.site.overlap import Members

_SHARES = text("SELECT community, organization, name, people FROM community_organization")
Raw = tuple[str, str, str, int]
"""Community, key of the organisation, its name, people."""


def read_shares(connection: Connection) -> list[Raw]:
    """Every organisation of members of every community."""
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(_SHARES)]


def participation(
    rows: Iterable[Raw], members: Members, named: Collection[str], audience: Audience
) -> Participation:
    """The organisations of the communities that may be named."""
    rows = [row for row in rows if row[0] in named]
    kept = (
        rows
        if audience.trusted
        else _published(rows, {key: len(people) for key, people in members.items()})
    )
    organizations = {row[1] for row in rows}
    told: dict[str, list[Raw]] = defaultdict(list)
    for row in kept:
        told[row[1]].append(row)
    largest = sorted(told.values(), key=lambda each: (-max(row[3] for row in each), each[0][2]))
    return Participation(
        tuple(
            Share(mask_text(plain(name)), community, cell(people, None))
            for group in largest
            for community, _, name, people in sorted(group, key=lambda row: (-row[3], row[0]))
        ),
        unnamed=len(organizations) - len(told),
    )


def _published(rows: Iterable[Raw], sizes: Mapping[str, int]) -> list[Raw]:
    by_community: dict[str, list[Raw]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-row[3], row[1])):
        if row[3] >= FEWEST:
            by_community[row[0]].append(row)
    for community, shares in by_community.items():
        while shares and few(sizes[community] - sum(row[3] for row in shares)):
            shares.pop()
    return [row for shares in by_community.values() for row in shares]
