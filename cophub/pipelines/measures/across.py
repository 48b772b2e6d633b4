"""The figures of all communities together: people counted once, and communities without life."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from cophub.pipelines.measures.calendar import Calendar
from cophub.pipelines.measures.community import Facts, missing
from cophub.pipelines.measures.quarters import Figure, Row, absent, headcount, table
from cophub.pipelines.measures.scopes import Scope
from cophub.pipelines.measures.tenure import OPEN, Headcount
from cophub.warehouse.definitions import MANY, QUIET_DAYS, measures_of
from cophub.warehouse.staging import execute

SEVERAL = 2
"""Who is in so many communities is in several."""


@dataclass
class Crowd:
    """Who is in how many communities, by quarter."""

    several: Headcount = field(default_factory=Headcount)
    many: Headcount = field(default_factory=Headcount)


def count_crowd(connection: Connection) -> Crowd:
    """Who is a member of several communities and of many, from the staged stays."""
    crowd = Crowd()
    for row in execute(connection, _IN_SEVERAL):
        for least, heads in ((SEVERAL, crowd.several), (MANY, crowd.many)):
            if row.communities >= least:
                heads.joined[row.a] += row.n
                if row.b < OPEN:
                    heads.left[row.b] += row.n
    return crowd


# At each quarter where any stay of a person begins or ends: in how many communities they are then.
# Most have one stay, and are in no two at any time.
_STAYS = """
    SELECT m.person, m.a, m.b
    FROM member_stay m
    JOIN (
      SELECT person FROM member_stay WHERE community <> '' GROUP BY person HAVING count(*) > 1
    ) k ON k.person = m.person
    WHERE m.community <> ''
"""
_IN_SEVERAL = f"""
    WITH stays AS ({_STAYS})
    SELECT a, b, communities, count(*) AS n
    FROM (
      SELECT a, coalesce(lead(a) OVER (PARTITION BY person ORDER BY a), {OPEN}) AS b,
             sum(change) OVER (PARTITION BY person ORDER BY a) AS communities
      FROM (
        SELECT person, a, sum(change) AS change
        FROM (
          SELECT person, a, 1 AS change FROM stays
          UNION ALL
          SELECT person, b, -1 FROM stays
        ) changes
        GROUP BY person, a
      ) steps
    ) segments
    WHERE communities >= {SEVERAL}
    GROUP BY a, b, communities
"""


def across_table(
    calendar: Calendar, scopes: list[Scope], facts: Facts, crowd: Crowd
) -> Iterator[Row]:
    """Every row that is told of all communities together only; `scopes` are all, '' among them."""
    [whole] = (scope for scope in scopes if not scope.community)
    each = [scope for scope in scopes if scope.community]
    members = facts.counts.origin(facts.member_sources.get("", []))
    acts = facts.counts.origin(facts.sources("engaged", ""))
    origins = {
        measure.name: acts if measure.name == "communities_quiet" else members
        for measure in measures_of("across")
    }

    def figures(q: int) -> dict[str, Figure]:
        return {
            **_of_people(calendar, whole, q, facts, crowd),
            "communities_quiet": _quiet(calendar, each, q, facts),
        }

    return table(calendar, whole, origins, figures)


def _of_people(
    calendar: Calendar, whole: Scope, q: int, facts: Facts, crowd: Crowd
) -> dict[str, Figure]:
    names = [span.name for span in calendar.quarters]
    total = headcount(whole, q, facts.members.get(""), names, "a member")
    if total.absent:
        names_of = ("people_total", "memberships_total", "people_in_several", "people_in_many")
        return dict.fromkeys(names_of, total)
    each = (heads.people(q) for community, heads in facts.members.items() if community)
    several, many = crowd.several.people(q), crowd.many.people(q)
    return {
        "people_total": total,
        "memberships_total": Figure(sum(each), note=total.note, people=total.people),
        "people_in_several": Figure(several, note=total.note, people=several),
        "people_in_many": Figure(many, note=total.note, people=many),
    }


def _quiet(calendar: Calendar, scopes: list[Scope], q: int, facts: Facts) -> Figure:
    """How many communities are quiet; one of which no acts are known yet may be, or not."""
    there = [scope for scope in scopes if calendar.quarter_of(scope.first_at) <= q]
    known = [scope for scope in there if not missing(calendar, scope, q, facts.acted(), "acts")]
    if not known:
        return absent("no acts are known of any community")
    latest = calendar.looked_at(q) - QUIET_DAYS * 86_400
    quiet = sum(facts.live_at.get((scope.community, q), latest) <= latest for scope in known)
    unknown = len(there) - len(known)
    note = f"without {unknown} of which no acts are known" if unknown else None
    return Figure(quiet, note=note)
