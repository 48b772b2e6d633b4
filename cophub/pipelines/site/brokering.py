"""Who stands between communities, by name, for facilitators.

What somebody is a member of is told as the directory of people tells it: who is in a community by a
secret space alone is not said to be in it, not even here.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Connection, Text, text

from cophub.pipelines.site.across import Broker, Brokers
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.model import Person
from cophub.warehouse.columns import Instant

_BROKERS = text("""
SELECT person, bridging, sampled, found_at, liaison, gatekeeper, representative,
       CAST(parted AS TEXT) AS parted
FROM broker
WHERE version = (SELECT max(version) FROM broker)
ORDER BY bridging DESC, liaison DESC, person
""").columns(person=Text, sampled=Boolean, parted=Text, found_at=Instant)


def read_brokers(
    connection: Connection,
    titles: Mapping[str, str],
    directory: Mapping[str, Person],
    audience: Audience,
) -> Brokers:
    """Those of the table `broker` who stand in the directory; `titles` are of the communities."""
    if not audience.brokers:
        return Brokers()
    rows = connection.execute(_BROKERS).mappings().all()
    people = tuple(
        _broker(row, titles, directory[row["person"]]) for row in rows if row["person"] in directory
    )
    return Brokers(
        people,
        unnamed=len(rows) - len(people),
        sampled=any(row["sampled"] for row in rows),
        found_at=max((row["found_at"] for row in rows if row["found_at"]), default=None),
    )


def _broker(row: Mapping[Any, Any], titles: Mapping[str, str], person: Person) -> Broker:
    pairs = [(str(a), str(b)) for a, b in json.loads(row["parted"] or "[]")]
    return Broker(
        person.name, person.organization, person.communities, row["bridging"], row["liaison"],
        row["gatekeeper"], row["representative"],
        tuple((titles[a], titles[b]) for a, b in pairs if a in titles and b in titles),
    )  # fmt: skip
