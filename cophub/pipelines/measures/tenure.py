"""Who was where, from when to when: memberships as spells, and the people at each quarter's end.

A spell is a stretch of active membership, from and to a quarter (and a month) by number: who is in
at the end of quarter 5 has a spell with q_from <= 5 < q_to. As vendors date it, a spell begins at
joined_at and ends at left_at where these are given; between them counts what the hub saw.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar, at
from cophub.pipelines.measures.scopes import LISTS, NATIVE_JOINED
from cophub.warehouse.staging import execute, settle, staged

OPEN = 1_000_000
"""The number of a quarter or month that never comes: the end of a spell that goes on."""

UNDATED_SHARE = 0.1
"""A past headcount is told only where at most this share of the people may be missing from it."""

SPELL = ("person", "known", "source", "space", "q_from", "q_to", "m_from", "m_to", "undated")
"""The columns of a table of spells; `known` is 1 for those as the hub knew them at the time."""
COLUMNS = {
    "served_space": (
        "source TEXT, space TEXT, seen_at <instant>, is_list INTEGER, PRIMARY KEY (source, space)"
    ),
    "spell": (
        "person TEXT, known INTEGER, source TEXT, space TEXT, q_from INTEGER, q_to INTEGER,"
        " m_from INTEGER, m_to INTEGER, undated INTEGER,"
        " PRIMARY KEY (person, known, source, space, m_from, m_to)"
    ),
    "ahead": "person TEXT, at <instant>, PRIMARY KEY (person, at)",
}
"""Of the staged tables: spaces that serve a community and when the hub first saw anybody in each;
spells that last over the end of a month, as vendors date them and (in lists) as the hub knew them
at the time; and people for whom one begins or ends in the future."""

_SEEN = """
    m.source, m.space, pa.person,
    CASE WHEN p.source IS NULL THEN coalesce(m.status, 'active')
         ELSE coalesce(p.status, 'active') END AS status,
    coalesce(p.valid_from, m.first_seen_at) AS valid_from,
    CASE WHEN p.source IS NULL THEN m.gone_at ELSE p.valid_to END AS valid_to
"""
_MEMBERSHIPS = """
    FROM <members> m
    JOIN served_space k ON k.source = m.source AND k.space = m.space
    JOIN person_account pa ON pa.source = m.source AND pa.account = m.account
    JOIN person h ON h.id = pa.person AND h.kind = 'person'
    LEFT JOIN membership_period p
      ON p.source = m.source AND p.space = m.space AND p.account = m.account
"""
_PERIODS = f"""
    SELECT {_SEEN},
           lag(p.valid_from) OVER (
             PARTITION BY m.source, m.space, m.account ORDER BY p.valid_from) AS before_from,
           k.seen_at AS space_seen_at, {NATIVE_JOINED} AS joined_at, m.left_at
    {_MEMBERSHIPS}
"""

# A first period begins on the vendor's date of joining. A later one goes back to it only where it
# is later than what was seen before: vendors keep the first date when somebody comes back.
_BEGUN = """
    SELECT p.*,
           CASE WHEN before_from IS NULL AND (joined_at < valid_to OR valid_to IS NULL)
                THEN coalesce(joined_at, valid_from)
                WHEN joined_at > before_from AND joined_at < valid_from THEN joined_at
                ELSE valid_from END AS begun_at,
           CASE WHEN before_from IS NULL AND joined_at IS NULL AND valid_from = space_seen_at
                THEN 1 ELSE 0 END AS undated
    FROM periods p
"""

# left_at before the period began is about an earlier stay, but for the first: there it is news.
_ACTIVE = """
    SELECT source, space, person, begun_at, undated,
           CASE WHEN left_at < valid_to AND left_at >= valid_from THEN left_at
                WHEN valid_to IS NULL AND left_at > begun_at
                     AND (before_from IS NULL OR left_at >= valid_from) THEN left_at
                WHEN valid_to IS NULL AND left_at <= begun_at AND before_from IS NULL
                     AND joined_at IS NULL THEN begun_at
                ELSE valid_to END AS ended_at
    FROM begun
    WHERE status = 'active'
"""

# Who had left before the hub first looked was there until then, where the vendor gives both days.
_BEFORE_OUR_TIME = """
    SELECT source, space, person, joined_at, 0, left_at
    FROM begun
    WHERE status NOT IN ('active', 'pending') AND before_from IS NULL AND joined_at < left_at
"""

_AS_DATED = f"""
  WITH periods AS ({_PERIODS}), begun AS ({_BEGUN})
  {_ACTIVE} UNION ALL {_BEFORE_OUR_TIME}
"""
_AS_KNOWN = f"""
  SELECT source, space, person, valid_from AS begun_at, 0 AS undated, valid_to AS ended_at
  FROM (SELECT {_SEEN} {_MEMBERSHIPS} WHERE k.is_list = 1) periods WHERE status = 'active'
"""


def stage_spaces(connection: Connection) -> None:
    """Fill the staged table `served_space`: those in which the hub ever saw anybody."""
    execute(
        connection,
        f"""
        INSERT INTO served_space
        SELECT s.source, s.space, f.seen_at, CASE WHEN k.kind IN {LISTS} THEN 1 ELSE 0 END
        FROM scope_space s
        JOIN (
          SELECT source, space, min(first_seen_at) AS seen_at FROM membership
          GROUP BY source, space
        ) f ON f.source = s.source AND f.space = s.space
        LEFT JOIN space k ON k.source = s.source AND k.key = s.space
        WHERE s.community = ''
        """,
    )
    settle(connection, "served_space")


def stage_spells(
    connection: Connection,
    calendar: Calendar,
    *,
    members: str = "membership",
    spell: str = "spell",
    ahead: str = "ahead",
) -> None:
    """Fill two tables, by default those that are staged, from the memberships of a third one."""
    for known, dated in enumerate((_AS_DATED, _AS_KNOWN)):
        columns = "source TEXT, space TEXT, person TEXT, begun_at <instant>, undated INTEGER"
        with staged(connection, dated_spell=f"{columns}, ended_at <instant>"):
            execute(connection, f"INSERT INTO dated_spell {dated.replace('<members>', members)}")
            settle(connection, "dated_spell")
            times = {"first": calendar.quarters[0].starts, "cutoff": calendar.cutoff}
            listed = ", ".join(SPELL)
            execute(connection, f"INSERT INTO {spell} ({listed}) {_NUMBERED}", known=known, **times)
            execute(
                connection, f"INSERT INTO {ahead} (person, at) {_AHEAD}", cutoff=calendar.cutoff
            )
    for table in (spell, ahead):
        settle(connection, table)


# Two accounts of one person may be in for the same time.
_NUMBERED = f"""
    SELECT person, CAST(:known AS INTEGER), source, space, q_from, q_to, m_from, m_to, max(undated)
    FROM (
      SELECT d.person, d.source, d.space, d.undated,
             CASE WHEN d.begun_at < :first THEN 0 ELSE b.q END AS q_from,
             CASE WHEN d.ended_at < :first THEN 0 ELSE coalesce(e.q, {OPEN}) END AS q_to,
             CASE WHEN d.begun_at < :first THEN 0 ELSE b.m END AS m_from,
             CASE WHEN d.ended_at < :first THEN 0 ELSE coalesce(e.m, {OPEN}) END AS m_to
      FROM dated_spell d
      LEFT JOIN calendar b ON {at("d.begun_at", "b")}
      LEFT JOIN calendar e ON {at("d.ended_at", "e")}
      WHERE d.begun_at < :cutoff
    ) numbered
    WHERE m_from < m_to
    GROUP BY person, source, space, m_from, m_to, q_from, q_to
"""
_AHEAD = """
    SELECT person, at
    FROM (
      SELECT person, begun_at AS at FROM dated_spell UNION SELECT person, ended_at FROM dated_spell
    ) instants
    WHERE at >= :cutoff
    ON CONFLICT DO NOTHING
"""


@dataclass
class Headcount:
    """How many were in at the end of each quarter (or month) of one scope, by its number."""

    joined: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    left: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    undated: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Of those who joined: how many on a day that nobody knows, first seen then."""

    @property
    def first(self) -> int:
        """The first quarter at whose end anybody was in."""
        return min(self.joined)

    def people(self, number: int) -> int:
        """Who was in at the end of a quarter."""
        came = sum(count for begun, count in self.joined.items() if begun <= number)
        return came - sum(count for ended, count in self.left.items() if ended <= number)

    def series(self, length: int) -> list[int]:
        """`people` for every number from 0 to `length - 1`."""
        steps = (self.joined.get(number, 0) - self.left.get(number, 0) for number in range(length))
        return list(accumulate(steps))

    def not_yet_dated(self, number: int) -> int:
        """Who was first seen after a quarter, and may have been in at its end."""
        return sum(count for begun, count in self.undated.items() if begun > number)


def merged(spells: str, owner: str) -> str:
    """SQL that joins the spells (community, OWNER, a, b, undated) that touch or overlap."""
    owners = ["community", *owner.split(", ")]
    same = " AND ".join(f"e.{column} = t.{column}" for column in owners)
    several = f"SELECT e.* FROM each_spell e JOIN together t ON {same} WHERE t.a_last > t.b_first"
    # Most have one spell, or several that all hold one quarter: no window is needed for them.
    return f"""
      WITH each_spell AS (
        SELECT * FROM ({spells}) spells WHERE a < b
      ), together AS (
        SELECT {", ".join(owners)}, min(a) AS a, max(b) AS b, max(undated) AS undated,
               max(a) AS a_last, min(b) AS b_first
        FROM each_spell
        GROUP BY {owner}, community
      )
      SELECT {", ".join(owners)}, a, b, undated FROM together WHERE a_last <= b_first
      UNION ALL
      {_joined(several, ", ".join(owners))}
    """


def _joined(spells: str, owners: str) -> str:
    # The sum is over peers, too (RANGE, the default): of two spells with equal ends both databases
    # may put either first, and only one of them opens the stay.
    window = f"PARTITION BY {owners} ORDER BY a, b"
    return f"""
      SELECT {owners}, min(a) AS a, max(b) AS b, max(undated) AS undated
      FROM (
        SELECT {owners}, a, b, undated,
               sum(CASE WHEN reach >= a THEN 0 ELSE 1 END) OVER ({window}) AS stay
        FROM (
          SELECT {owners}, a, b, undated,
                 max(b) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
          FROM ({spells}) several
        ) reaching
      ) stays
      GROUP BY {owners}, stay
    """


def spells_of_people(table: str, unit: str, *, lists_only: bool, known: int = 0) -> str:
    """SQL of the spells of people in scopes, in quarters (`unit` 'q') or months ('m')."""
    return f"""
      SELECT s.community, t.person, t.{unit}_from AS a, t.{unit}_to AS b, t.undated
      FROM {table} t
      JOIN scope_space s ON s.source = t.source AND s.space = t.space
      {_IN_LISTS if lists_only else ""}
      WHERE t.known = {known}
    """


_IN_LISTS = """
      JOIN served_space k ON k.source = t.source AND k.space = t.space AND k.is_list = 1
"""


def headcounts(connection: Connection, stays: str) -> dict[str, Headcount]:
    """The headcount of each scope, from SQL of stays (community, ..., a, b, undated)."""
    counts: defaultdict[str, Headcount] = defaultdict(Headcount)
    rows = execute(
        connection,
        f"SELECT community, a, b, undated, count(*) AS n FROM ({stays}) stay"
        " GROUP BY community, a, b, undated",
    )
    for row in rows:
        count = counts[row.community]
        count.joined[row.a] += row.n
        if row.b < OPEN:
            count.left[row.b] += row.n
        if row.undated:
            count.undated[row.a] += row.n
    return dict(counts)


def stage_affiliations(connection: Connection, calendar: Calendar) -> None:
    """Fill the staged table `working`: for whom each person counts, from and to a quarter.

    Of two at one time the main one counts; an office counts as the organisation whose office it is.
    The first that is known of a person holds for the time before, too: the hub looked only then.
    """
    columns = "person TEXT, organization TEXT, place INTEGER, valid_from <instant>"
    with staged(connection, employed=f"{columns}, q_from INTEGER, q_to INTEGER"):
        _stage_employed(connection, calendar)
        execute(connection, f"INSERT INTO working {_ONE_EMPLOYER} UNION ALL {_SEVERAL}")
    settle(connection, "working")


def _stage_employed(connection: Connection, calendar: Calendar) -> None:
    """Every affiliation, from and to a quarter."""
    execute(
        connection,
        f"""
        INSERT INTO employed
        SELECT w.person, coalesce(p.parent, o.parent, w.organization), w.place_then, w.valid_from,
               CASE WHEN w.number = 1 OR w.valid_from < :first THEN 0 ELSE b.q END,
               CASE WHEN w.valid_to < :first THEN 0 ELSE coalesce(e.q, {OPEN}) END
        FROM (
          SELECT person, organization, valid_from, valid_to,
                 coalesce(place, {OPEN}) AS place_then, row_number() OVER (
            PARTITION BY person ORDER BY valid_from, organization <bytewise>) AS number
          FROM affiliation
        ) w
        LEFT JOIN organization o ON o.key = w.organization
        LEFT JOIN organization p ON p.key = o.parent
        LEFT JOIN calendar b ON {at("w.valid_from", "b")}
        LEFT JOIN calendar e ON {at("w.valid_to", "e")}
        WHERE w.number = 1 OR w.valid_from < :cutoff
        """,
        first=calendar.quarters[0].starts,
        cutoff=calendar.cutoff,
    )
    settle(connection, "employed")


_COUNTS = "SELECT person FROM employed GROUP BY person HAVING count(*)"
_ONE_EMPLOYER = f"""
    SELECT person, organization, q_from, q_to FROM employed WHERE person IN ({_COUNTS} = 1)
"""
# Quarter by quarter: the main one of one quarter may not be there in the next.
_SEVERAL = f"""
    SELECT person, organization, q, q + 1
    FROM (
      SELECT w.person, w.organization, c.q, row_number() OVER (
        PARTITION BY w.person, c.q
        ORDER BY w.place, w.valid_from DESC, w.organization <bytewise>) AS rank
      FROM employed w
      JOIN (SELECT DISTINCT q FROM calendar) c ON w.q_from <= c.q AND c.q < w.q_to
      WHERE w.person IN ({_COUNTS} > 1)
    ) ranked
    WHERE rank = 1
"""


def spells_of_organizations(table: str) -> str:
    """SQL of the spells of organisations in the lists of scopes, from those of their people."""
    return f"""
      SELECT DISTINCT s.community, w.organization,
             CASE WHEN t.q_from > w.q_from THEN t.q_from ELSE w.q_from END AS a,
             CASE WHEN t.q_to < w.q_to THEN t.q_to ELSE w.q_to END AS b, 0 AS undated
      FROM working w
      JOIN {table} t ON t.person = w.person AND t.known = 0
      JOIN scope_space s ON s.source = t.source AND s.space = t.space
      {_IN_LISTS}
    """
