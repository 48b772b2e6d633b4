"""What communities accounts are or were in: by membership, and by the events they came to.

A space that serves one community counts as that community, whatever tool it is in; any other one
stands for itself. Who has left stays counted: what somebody was in tells whose an account is.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from cophub.identities.store.rows import all_rows, among, quoted

_MEMBERS = "SELECT m.account, m.space FROM membership m WHERE m.source = <source>"
_GUESTS = (
    "SELECT DISTINCT m.account, coalesce(p.place, e.space) FROM attendance m"
    " JOIN event e ON e.source = m.source AND e.key = m.event"
    " LEFT JOIN event_place p ON p.source = e.source AND p.event = e.key"
    " WHERE m.source = <source> AND m.account IS NOT NULL"
)
CHANGED = (
    "SELECT account FROM membership WHERE source = <source> AND run > {since}"
    " UNION SELECT account FROM attendance WHERE source = <source> AND run > {since}"
    " UNION SELECT m.account FROM event e JOIN attendance m"
    " ON m.source = e.source AND m.event = e.key WHERE e.source = <source> AND e.run > {since}"
)
"""Accounts of a source with a membership, an attendance or an event of theirs that a run after
`since` wrote."""


class Labels:
    """What the spaces of a hub count as."""

    def __init__(self, connection: Connection) -> None:
        self._serving = serving(connection)
        self._connection = connection

    def of_source(self, source: str, accounts: Sequence[str] | None = None) -> Mapping[str, str]:
        """The communities of the source's accounts, or of some: names, a line break between."""
        found: dict[str, set[str]] = {}
        for account, space in self._rows(source, accounts):
            if space is not None:
                label = self._serving.get((source, space)) or f"{source}/{space}"
                found.setdefault(account, set()).add(label)
        return {account: "\n".join(sorted(names)) for account, names in found.items()}

    def _rows(self, source: str, accounts: Sequence[str] | None) -> Iterable[tuple[str, ...]]:
        for query in (_MEMBERS, _GUESTS):
            sql = query.replace("<source>", quoted(source))
            if accounts is None:
                yield from all_rows(self._connection, sql.replace("%%", "%"))
            else:
                yield from among(self._connection, f"{sql} AND m.account IN <values>", accounts)


def serving(connection: Connection) -> dict[tuple[str, str], str]:
    """(source, space) to the one community that it serves."""
    rows = all_rows(
        connection,
        "SELECT source, space, min(community) FROM community_space"
        " GROUP BY source, space HAVING count(*) = 1",
    )
    return {(row[0], row[1]): row[2] for row in rows}


__all__ = ["CHANGED", "Labels", "serving"]
