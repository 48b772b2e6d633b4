"""What a page that a plugin adds may ask: tables in memory that hold what its readers may know.

The tables of the site are there as its readers take them away, row by row; beside them what is in
spaces that they may look into. Whatever a page counts, joins or subtracts, it tells nothing that
they could not find out themselves. Facilitators have tables about people as well. A table is filled
when it is first asked for.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Date, Text, bindparam, text

from cophub import PluginError
from cophub.identities.privacy import mask_text
from cophub.pipelines.site.audiences import Audience
from cophub.pipelines.site.feeds import field
from cophub.pipelines.site.formats import link, plain
from cophub.pipelines.site.model import Site
from cophub.pipelines.site.tables import TABLES, names
from cophub.warehouse.columns import Instant

Header = tuple[str, ...]
Rows = Iterable[tuple[Any, ...]]

_DAYS_OF_A_MONTH = 31
_MISSING = re.compile(r"no such table: (?:main\.)?(\w+)")
_READING = frozenset({
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
})  # fmt: skip
"""What a statement may do: no other file is opened, and nothing is changed."""
_TYPES = {"number": "REAL", "boolean": "INTEGER"}

# As in the site's own pages: a space of which nobody says who may see it is not looked into.
_ITEMS = text("""
SELECT 'thread' AS kind, c.community, p.source, s.title AS space, p.title, p.url, p.posted_at AS at
FROM post p
JOIN space s ON s.source = p.source AND s.key = p.space
JOIN community_space c ON c.source = p.source AND c.space = p.space
WHERE coalesce(s.visibility, '') IN :seen AND s.gone_at IS NULL
  AND p.gone_at IS NULL AND p.deleted_at IS NULL AND p.posted_at BETWEEN :since AND :now
  AND coalesce(p.thread, p.key) = p.key AND coalesce(p.kind, 'message') <> 'system'
UNION ALL
SELECT 'document', c.community, d.source, s.title, d.title, d.url,
       coalesce(d.created_at, d.modified_at)
FROM document d
JOIN space s ON s.source = d.source AND s.key = d.space
JOIN community_space c ON c.source = d.source AND c.space = d.space
WHERE coalesce(s.visibility, '') IN :seen AND s.gone_at IS NULL
  AND d.gone_at IS NULL AND d.deleted_at IS NULL
  AND coalesce(d.created_at, d.modified_at) BETWEEN :since AND :now
UNION ALL
SELECT 'event', c.community, e.source, s.title, e.title, e.url, e.starts_at
FROM event e
JOIN space s ON s.source = e.source AND s.key = e.space
LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key
JOIN community_space c ON c.source = e.source AND c.space = coalesce(ep.place, e.space)
WHERE coalesce(s.visibility, '') IN :seen AND s.gone_at IS NULL
  AND e.gone_at IS NULL AND e.cancelled IS NOT TRUE AND e.starts_at >= :since
ORDER BY 7 DESC, 1, 2, 3, 5
""")
_ACTS = text("""
SELECT a.person, a.community, a.kind, a.source, a.at
FROM activity a
LEFT JOIN space s ON s.source = a.source AND s.key = a.space
WHERE a.community IS NOT NULL AND coalesce(s.visibility, '') <> 'secret'
  AND a.at BETWEEN :since AND :now
""").columns(at=Instant)
_MEMBERS = text("""
SELECT pa.person, c.community, min(m.joined_at) AS at
FROM membership m
JOIN person_account pa ON pa.source = m.source AND pa.account = m.account
JOIN person h ON h.id = pa.person AND h.kind = 'person' AND h.merged_into IS NULL
JOIN community_space c ON c.source = m.source AND c.space = m.space
LEFT JOIN space s ON s.source = m.source AND s.key = m.space
WHERE coalesce(m.status, 'active') = 'active' AND m.gone_at IS NULL
  AND coalesce(s.visibility, '') <> 'secret'
GROUP BY pa.person, c.community
""").columns(at=Instant)
_PERSONS = text("""
SELECT p.id, p.name, coalesce(o.name, p.organization, ''), coalesce(p.country, ''),
       CASE WHEN p.listed THEN 1 ELSE 0 END
FROM person p
LEFT JOIN organization o ON o.key = p.organization
WHERE p.kind = 'person' AND p.merged_into IS NULL AND (p.listed OR EXISTS (
  SELECT 1 FROM person_account pa
  JOIN membership m ON m.source = pa.source AND m.account = pa.account
  JOIN community_space c ON c.source = m.source AND c.space = m.space
  LEFT JOIN space s ON s.source = m.source AND s.key = m.space
  WHERE pa.person = p.id AND coalesce(m.status, 'active') = 'active' AND m.gone_at IS NULL
    AND coalesce(s.visibility, '') <> 'secret'))
""")
_METRICS = text("""
SELECT m.source, c.community, s.title, m.subject, m.name, m.period_start AS begins,
       m.period_end AS ends, m.value, m.unit
FROM metric m
JOIN space s ON s.source = m.source AND s.key = m.space
JOIN community_space c ON c.source = m.source AND c.space = m.space
WHERE coalesce(s.visibility, '') <> 'secret' AND s.gone_at IS NULL AND m.gone_at IS NULL
""").columns(begins=Date, ends=Date)

ITEMS: dict[str, str] = {
    "kind": "`thread`, `document` or `event`",
    "community": "Key of the community that its space serves; one of several has a row each",
    "source": "Source that it was read from",
    "space": "Title of its space",
    "title": "Its title, addresses masked",
    "url": "Where it is at its vendor",
    "happened_at": "When a thread began, a document was made, an event starts",
    "happened_on": "The day of that in the hub's zone",
}
"""Columns of `items`, which is for every audience."""
OF_PEOPLE: dict[str, dict[str, str]] = {
    "acts": {
        "person": "Id of who did it", "community": "Key of the community",
        "kind": "What they did, as in the view `activity`", "source": "Source it was seen in",
        "happened_at": "When", "happened_on": "The day of that in the hub's zone",
    },
    "members": {
        "person": "Id of a person who is a member now", "community": "Key of the community",
        "joined_at": "When their first membership began, as far as the vendor says",
    },
    "persons": {
        "person": "Id of a listed person, or of a member of any community", "name": "Their name",
        "organization": "Their organisation", "country": "Their country",
        "listed": "1: they agreed to stand in the directory",
    },
    "metrics": {
        "source": "Source that counts it", "community": "Key of the community",
        "space": "Title of the space", "subject": "What in the space it is of",
        "name": "Name of the vendor's figure", "begins_on": "First day of its time",
        "ends_on": "Last day of its time", "value": "The figure", "unit": "Its unit",
    },
}  # fmt: skip
"""Columns of the tables that are for facilitators alone."""


class Readable:
    """The tables for the readers of one site."""

    def __init__(self, connection: Connection, site: Site, months: int) -> None:
        self._warehouse, self._site = connection, site
        since = site.made_at - timedelta(days=_DAYS_OF_A_MONTH * months)
        self._times = {"since": since, "now": site.made_at}
        self._known = {each.key for each in site.communities}
        self._tables = dict(self._offered(site.audience))
        self._memory = sqlite3.connect(":memory:")
        self._memory.set_authorizer(_only_reads)

    def close(self) -> None:
        """Let the tables go."""
        self._memory.close()

    def rows(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a SELECT. Raises PluginError for what is not a SELECT of these tables."""
        given = {name: _given(value) for name, value in values.items()}
        while True:
            try:
                cursor = self._memory.execute(sql, given)
                columns = [each[0] for each in cursor.description or ()]
                return [
                    {name: _read(name, value) for name, value in zip(columns, row, strict=True)}
                    for row in cursor
                ]
            except sqlite3.Error as error:
                missing = _MISSING.fullmatch(str(error))
                if missing is None:
                    raise PluginError(f"ctx.rows cannot answer that: {error}") from error
                self._fill(missing[1].lower())

    def _fill(self, name: str) -> None:
        if name not in self._tables:
            raise PluginError(self._not_here(name))
        header, rows = self._tables[name]()
        kinds = ", ".join(f'"{each}" {_TYPES.get(field(each)["type"], "")}' for each in header)
        self._memory.set_authorizer(None)
        try:
            self._memory.execute(f'CREATE TABLE "{name}" ({kinds})')
            places = ", ".join("?" * len(header))
            self._memory.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)
        finally:
            self._memory.set_authorizer(_only_reads)

    def _not_here(self, name: str) -> str:
        readers = self._site.audience.name or "members"
        if name in OF_PEOPLE or name in TABLES:
            return (
                f'the table "{name}" is not for the audience "{readers}": leave that out of the'
                " page's audiences, or ask for it only where ctx.audience may know it"
            )
        return f'there is no table "{name}" for pages; there are {", ".join(sorted(self._tables))}'

    def _offered(
        self, audience: Audience
    ) -> Iterator[tuple[str, Callable[[], tuple[Header, Rows]]]]:
        for name in names(self._site):
            yield name, partial(self._published, name)
        yield "items", self._items
        if audience.trusted:
            yield "acts", self._acts
            yield "members", self._members
            yield "metrics", self._metrics
        if audience.brokers:
            yield "persons", self._persons

    def _published(self, name: str) -> tuple[Header, Rows]:
        header, rows = TABLES[name]
        kinds = [field(each)["type"] for each in header]
        return header, (tuple(map(_kept, kinds, row)) for row in rows(self._site))

    def _items(self) -> tuple[Header, Rows]:
        seen: Any = bindparam("seen", expanding=True)
        times = [bindparam(name, type_=Instant) for name in self._times]
        asked = _ITEMS.bindparams(seen, *times).columns(
            kind=Text, community=Text, source=Text, space=Text, title=Text, url=Text, at=Instant
        )
        values = {**self._times, "seen": self._site.audience.threads}
        found = self._warehouse.execute(asked, values)
        return tuple(ITEMS), (
            (kind, community, source, _said(space), _said(title), link(url) or "", *self._when(at))
            for kind, community, source, space, title, url, at in found
            if community in self._known and _said(title)
        )

    def _acts(self) -> tuple[Header, Rows]:
        found = self._warehouse.execute(_timed(_ACTS), self._times)
        return tuple(OF_PEOPLE["acts"]), (
            (person, community, kind, source, *self._when(at))
            for person, community, kind, source, at in found
            if community in self._known
        )

    def _members(self) -> tuple[Header, Rows]:
        return tuple(OF_PEOPLE["members"]), (
            (person, community, _given(at))
            for person, community, at in self._warehouse.execute(_MEMBERS)
            if community in self._known
        )

    def _persons(self) -> tuple[Header, Rows]:
        return tuple(OF_PEOPLE["persons"]), (
            (person, _said(name), _said(organization), country, listed)
            for person, name, organization, country, listed in self._warehouse.execute(_PERSONS)
        )

    def _metrics(self) -> tuple[Header, Rows]:
        return tuple(OF_PEOPLE["metrics"]), (
            (source, community, _said(space), _said(subject), name, _given(start), _given(end),
             value, unit)
            for source, community, space, subject, name, start, end, value, unit
            in self._warehouse.execute(_METRICS)
            if community in self._known
        )  # fmt: skip

    def _when(self, at: datetime) -> tuple[str, str]:
        """An instant in UTC, and its day in the hub's zone."""
        return _instant(at), at.astimezone(self._site.zone).date().isoformat()


def _timed(query: Any) -> Any:
    return query.bindparams(*(bindparam(name, type_=Instant) for name in ("since", "now")))


def _only_reads(action: int, *about: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _said(words: object) -> str:
    """A vendor's text as readers may see it: on one line, addresses masked."""
    return mask_text(plain(words))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")


def _given(value: Any) -> Any:
    """A value as SQLite keeps it: instants in UTC and days as texts that sort as they do."""
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else value


def _kept(kind: str, value: Any) -> Any:
    """A cell of a table to take away: what is not published is NULL."""
    if value in ("", None):
        return "" if kind == "string" and value == "" else None
    if kind == "boolean":
        return int(value == "true")
    return _instant(datetime.fromisoformat(value)) if kind == "datetime" else value


def _read(name: str, value: Any) -> Any:
    """An instant or a day, where the name of its column says that it is one."""
    if isinstance(value, str) and value:
        if name.endswith("_at"):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        if name.endswith("_on"):
            return date.fromisoformat(value)
    return value or None if name.endswith(("_at", "_on")) else value


__all__ = ["ITEMS", "OF_PEOPLE", "Readable"]
