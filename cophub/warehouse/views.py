"""The views that readers use, for SQLite and PostgreSQL, each with the words that explain it.

They are made anew at each upgrade: a view holds no data, so its text in this file is the only one.
The texts are alike on both databases but for the words between `<` and `>`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from cophub.warehouse import signs
from cophub.warehouse.acts import OF_PERSON, acts, event_people
from cophub.warehouse.contract import contract_query
from cophub.warehouse.definitions import ACTS, SMALL, Group, measures_of
from cophub.warehouse.staging import worded
from cophub.warehouse.telling import TELLS_OF_FEW


@dataclass(frozen=True)
class View:
    """A view: its name, what a row of it is, what its columns hold, and its SQL."""

    name: str
    comment: str
    columns: dict[str, str]
    sql: str

    def definition(self, dialect: str) -> str:
        """The SELECT of the view on `sqlite` or `postgresql`."""
        return worded(self.sql, dialect).strip()


def create_views(connection: Connection) -> None:
    """Make every view anew, in the caller's transaction."""
    dialect = connection.dialect.name
    drop_views(connection)
    for view in VIEWS:
        words = f"/* {view.comment} */"
        _run(connection, f"CREATE VIEW {view.name} AS {words}\n{view.definition(dialect)}")
        if dialect == "postgresql":
            _comment(connection, view)


def drop_views(connection: Connection) -> None:
    """Take every view away, those first that rest on others, in the caller's transaction."""
    for view in reversed(VIEWS):
        _run(connection, f"DROP VIEW IF EXISTS {view.name}")


def _comment(connection: Connection, view: View) -> None:
    _run(connection, f"COMMENT ON VIEW {view.name} IS {_quoted(view.comment)}")
    for column, words in view.columns.items():
        _run(connection, f'COMMENT ON COLUMN {view.name}."{column}" IS {_quoted(words)}')


def _run(connection: Connection, sql: str) -> None:
    # text() doubles the per cent signs for drivers that want it, but would read ":word" as a
    # parameter.
    connection.execute(text(sql.replace(":", r"\:")))


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


EVENT_PERSON = View(
    "event_person",
    "Who was at which event: one row per person and event, their stays and accounts together",
    {
        "source": "Source of the event",
        "event": "Key of the event",
        "space": "Key of the space of the event, or the place that a rule of plugins.toml gave it",
        "person": "Id of the person",
        "starts_at": "When the event started",
        "at": "When the person came, else when the event started",
        "seconds": "How long they stayed; NULL: the source gives no times",
    },
    event_people(OF_PERSON),
)

_ACT_COLUMNS = {
    "person": "Id of the person who did it; mailboxes, bots and services are left out",
    "source": "Source it was seen in",
    "space": "Key of the space it was done in, or the place of an event as in event_place",
    "kind": "; ".join(f"{kind}: {what}" for kind, (_, what) in ACTS.items()),
    "at": "When, in UTC",
    "weight": "What it counts, from 1 (opened) to 11 (organised)",
    "ref": "Key of the post, event, campaign, space or document",
    "is_reply": "1: a post that answers in a thread; else 0",
}

ACT = View(
    "act",
    "Who did what, when and in which space: one row per act",
    _ACT_COLUMNS,
    acts(),
)

ACTIVITY = View(
    "activity",
    "Who did what, when and where: one row per act and community (an act in a space that serves two"
    " communities has two rows, one in a space that serves none has one)",
    {
        "person": _ACT_COLUMNS["person"],
        "community": "Key of the community; NULL: its space serves none",
        **{name: _ACT_COLUMNS[name] for name in ("kind", "at", "weight", "source", "ref")},
        "space": _ACT_COLUMNS["space"],
    },
    """
SELECT a.person, c.community, a.kind, a.at, a.weight, a.source, a.ref, a.space
FROM act a
LEFT JOIN community_space c ON c.source = a.source AND c.space = a.space
""",
)

_ROLES = ("owner", "moderator", "facilitator", "member", "subscriber", "guest")
_ROLE_LIST = " || ".join(
    f"max(CASE WHEN coalesce(m.role, 'member') = '{role}' THEN ' {role}' ELSE '' END)"
    for role in _ROLES
)

# SQLite keeps the order of a CROSS JOIN: of its own it begins with the accounts of people and looks
# through all memberships of a source for each.
MEMBER = View(
    "member",
    "Who is in which community now: one row per person and community, over all its spaces",
    {
        "person": "Id of the person",
        "community": "Key of the community",
        "roles": f"Their roles over all spaces, between blanks, in the order {', '.join(_ROLES)}",
        "spaces": "In how many spaces of the community they are",
        "joined_at": "When their first membership began, as the vendor dates it",
        "first_seen_at": "When the hub first saw a membership of theirs",
    },
    f"""
SELECT pa.person, c.community, trim({_ROLE_LIST}) AS roles,
       count(DISTINCT m.source || ':' || m.space) AS spaces,
       min(CASE WHEN coalesce(m.joined_at_basis, 'native') <> 'first_seen' THEN m.joined_at END)
         AS joined_at,
       min(m.first_seen_at) AS first_seen_at
FROM membership m
<then> JOIN community_space c ON c.source = m.source AND c.space = m.space
<then> {OF_PERSON.format("m")}
WHERE coalesce(m.status, 'active') = 'active' AND m.gone_at IS NULL
GROUP BY pa.person, c.community
""",
)

COMMUNITY_OVERLAP = View(
    "community_overlap",
    "How many members two communities share now: one row per pair that shares any, the lesser key"
    " first; whether they did anything does not matter",
    {
        "community_a": "Key of the one community",
        "community_b": "Key of the other community",
        "people_a": "Members of the one",
        "people_b": "Members of the other",
        "people_both": "Members of both",
        "containment": "people_both over the smaller of the two, 0 to 1",
        "jaccard": "people_both over the people of either, 0 to 1",
    },
    """
SELECT o.community_a, o.community_b, a.people AS people_a, b.people AS people_b, o.people_both,
       CAST(o.people_both AS DOUBLE PRECISION)
         / CASE WHEN a.people < b.people THEN a.people ELSE b.people END AS containment,
       CAST(o.people_both AS DOUBLE PRECISION) / (a.people + b.people - o.people_both) AS jaccard
FROM (
  SELECT x.community AS community_a, y.community AS community_b, count(*) AS people_both
  FROM member x
  JOIN member y ON y.person = x.person AND y.community > x.community <bytewise>
  GROUP BY x.community, y.community
) o
JOIN (SELECT community, count(*) AS people FROM member GROUP BY community) a
  ON a.community = o.community_a
JOIN (SELECT community, count(*) AS people FROM member GROUP BY community) b
  ON b.community = o.community_b
""",
)

PERSON_COMMUNITIES = View(
    "person_communities",
    "Who is in several communities now: one row per person who is a member of at least 2; for"
    " facilitators",
    {
        "person": "Id of the person",
        "communities": "Of how many communities they are a member",
    },
    """
SELECT person, count(*) AS communities
FROM member
GROUP BY person
HAVING count(*) >= 2
""",
)

# The main one of several, as in the quarter table; an office counts as its organisation.
COMMUNITY_ORGANIZATION = View(
    "community_organization",
    "Which organisations take part where: one row per community and organisation of its members"
    " now; an office counts as its organisation",
    {
        "community": "Key of the community",
        "organization": "Key of the organisation",
        "name": "Its name for readers",
        "people": "Members who work for it",
        "small": "Whether they are fewer than 5; to be hidden from the public",
    },
    f"""
SELECT m.community, w.organization, coalesce(max(n.name), w.organization) AS name,
       count(*) AS people, count(*) < {SMALL} AS small
FROM member m
JOIN (
  SELECT a.person, coalesce(p.parent, o.parent, a.organization) AS organization,
         row_number() OVER (
           PARTITION BY a.person
           ORDER BY coalesce(a.place, 1000000), a.valid_from DESC, a.organization <bytewise>
         ) AS number
  FROM affiliation a
  LEFT JOIN organization o ON o.key = a.organization
  LEFT JOIN organization p ON p.key = o.parent
  WHERE a.valid_to IS NULL
) w ON w.person = m.person AND w.number = 1
LEFT JOIN organization n ON n.key = w.organization
GROUP BY m.community, w.organization
""",
)

COMMUNITY_SIGN = View("community_sign", signs.COMMENT, signs.COLUMNS, signs.SQL)

FRESHNESS = View(
    "freshness",
    "How fresh each stream of each source is: one row per stream, from its latest run",
    {
        "source": "Source in plugins.toml",
        "stream": "Name of the stream",
        "run": "Its latest run",
        "state": "How that went: running, done, failed, held or unchanged",
        "started_at": "When that began",
        "finished_at": "When that ended",
        "fresh_at": "When the last run began that read all there was; NULL: none did yet",
        "seen": "Records read by the latest run",
        "rejected": "Items of it that were not understood",
        "error": "What went wrong in it",
        "held_for": "What it waits for",
    },
    """
SELECT r.source, s.stream, s.run, s.state, s.started_at, s.finished_at,
       (SELECT max(good.started_at) FROM stream_run good
        JOIN run g ON g.id = good.run AND g.source = r.source AND g.kind = 'sync'
        WHERE good.stream = s.stream AND good.state IN ('done', 'unchanged')) AS fresh_at,
       s.seen, s.rejected, s.error, s.held_for
FROM stream_run s
JOIN run r ON r.id = s.run AND r.kind = 'sync'
JOIN (
  SELECT n.source, t.stream, max(t.run) AS run
  FROM stream_run t JOIN run n ON n.id = t.run AND n.kind = 'sync'
  GROUP BY n.source, t.stream
) latest ON latest.source = r.source AND latest.stream = s.stream AND latest.run = s.run
""",
)

_FIGURE_COLUMNS = {
    "community": "Key of the community; empty: the whole organisation, a person once",
    "quarter": "Calendar quarter in the hub's time zone, as 2026Q3",
    "measure": "Name of the measure",
    "label": "Its name for readers",
    "value": "The figure; NULL: see absent",
    "unit": "Its unit",
    "previous": "The figure of the quarter before; NULL: there is none to compare with",
    "difference": "value minus previous",
    "percent": "difference in per cent of previous",
    "absent": "Why there is no figure",
    "definition": "What was counted",
    "sources": "Names of the sources it came from, a JSON list",
    "observed_at": "How fresh the oldest of those sources was",
    "note": "What a reader must know about this figure",
    "small": "Whether it tells, alone or with those beside it, about fewer than 5 people; to be"
    " hidden from the public",
    "position": "Place of the measure in the table, from 1",
}


def _figures(name: str, comment: str, group: Group) -> View:
    """The view of the figures that are shown together, each with its words."""
    words = "\n  UNION ALL ".join(
        f"SELECT {number} AS position, {_quoted(m.name)} AS measure, {_quoted(m.label)} AS label,"
        f" {_quoted(m.unit)} AS unit, {_quoted(m.definition)} AS definition"
        for number, m in enumerate(measures_of(group), 1)
    )
    tells = TELLS_OF_FEW.get(group)
    small = f"m.small OR {tells} AS small" if tells else "m.small"
    sql = f"""
SELECT m.community, m.quarter, m.measure, w.label, m.value, w.unit, m.previous, m.difference,
       m.percent, m.absent, w.definition, m.sources, m.observed_at, m.note, {small}, w.position
FROM measure m
JOIN (
  {words}
) w ON w.measure = m.measure
WHERE m.version = (SELECT max(version) FROM measure)
"""
    return View(name, comment, _FIGURE_COLUMNS, sql)


MEASURE_QUARTER = _figures(
    "measure_quarter",
    "The quarter table: one row per community, quarter and measure; community '' is all together",
    "quarter",
)
MEASURE_COMMUNITY = _figures(
    "measure_community",
    "What the page of a community shows: one row per community, quarter and measure; community ''"
    " is all together",
    "community",
)
MEASURE_ACROSS = _figures(
    "measure_across",
    "What is told of all communities together only: one row per quarter and measure",
    "across",
)

WAREHOUSE_CONTRACT = View(
    "warehouse_contract",
    "What programs may rely on: one row per view, and per table of the hub that dashboards read",
    {
        "name": "Name of the view or table",
        "version": "Its version; with another first number a column or a meaning is not as it was",
        "changed_in": "The version of cophub that has this version of it first",
        "readers": "all; or facilitators, where rows are about single people or tell their words",
    },
    contract_query(),
)

VIEWS: tuple[View, ...] = (
    EVENT_PERSON, ACT, ACTIVITY, MEMBER, COMMUNITY_OVERLAP, PERSON_COMMUNITIES,
    COMMUNITY_ORGANIZATION, COMMUNITY_SIGN, FRESHNESS, MEASURE_QUARTER, MEASURE_COMMUNITY,
    MEASURE_ACROSS, WAREHOUSE_CONTRACT,
)  # fmt: skip
"""Every view, after those that it reads."""

__all__ = ["VIEWS", "View", "create_views"]
