"""Acts: who did what, when and in which space, as SQL alike on SQLite and PostgreSQL.

The view `act` tells them of the people that accounts belong to now. Figures ask for the same of
whom they know accounts to belong to, which is one look for each act where the view needs two.
"""

from cophub.warehouse.definitions import ACTS, ATTENDED_SECONDS

OF_PERSON = (
    "JOIN person_account pa ON pa.source = {0}.source AND pa.account = {0}.account"
    " JOIN person h ON h.id = pa.person AND h.kind = 'person'"
)
# A rule of plugins.toml may have given the event to communities that its space does not serve.
PLACED = "LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key"
PLACE = "coalesce(ep.place, e.space)"
_WEIGHT = {kind: weight for kind, (weight, _) in ACTS.items()}


def _post(at: str, answers: str) -> str:
    """Kind, instant and weight of a post; `answers` is the condition that it answers another."""
    return f"""
       CASE WHEN {answers} THEN 'answered' ELSE 'posted' END
         AS kind,
       {at} AS at,
       CASE WHEN {answers} THEN {_WEIGHT["answered"]}
            ELSE {_WEIGHT["posted"]} END AS weight,"""


_SAID = """WHERE p.posted_at IS NOT NULL AND p.deleted_at IS NULL AND p.gone_at IS NULL
  AND coalesce(p.kind, 'message') <> 'system'"""
_ANSWERS = "p.thread <> p.key AND ta.person <> pa.person"
_POSTS = f"""
SELECT pa.person, p.source, p.space,{_post("p.posted_at", _ANSWERS)}
       p.key AS ref,
       CASE WHEN p.thread <> p.key THEN 1 ELSE 0 END AS is_reply
FROM post p
<person of p>
LEFT JOIN post t ON p.thread <> p.key AND t.source = p.source AND t.key = p.thread
LEFT JOIN person_account ta ON ta.source = t.source AND ta.account = t.account
{_SAID}
"""
# Most threads that are answered have begun since, too: of these nobody has to be looked up.
_POSTS_SINCE = f"""
SELECT person, source, space,{_post("posted_at", "opener <> person")}
       key AS ref, is_reply
FROM (
  WITH said AS (
    SELECT pa.person, p.source, p.space, p.key, p.thread, p.posted_at,
           CASE WHEN p.thread <> p.key THEN 1 ELSE 0 END AS is_reply
    FROM post p
    <person of p>
    {_SAID} AND p.posted_at >= :since
  )
  SELECT s.*, CASE WHEN s.is_reply = 0 THEN NULL WHEN o.person IS NOT NULL THEN o.person ELSE (
    SELECT ta.person
    FROM post t JOIN person_account ta ON ta.source = t.source AND ta.account = t.account
    WHERE t.source = s.source AND t.key = s.thread
  ) END AS opener
  FROM said s
  LEFT JOIN said o ON s.is_reply = 1 AND o.source = s.source AND o.key = s.thread
) told
"""

# In two parts, so that whoever reads acts since a day need not look up what old marks are about.
_REACTIONS = "UNION ALL".join(
    f"""
SELECT pa.person, r.source, p.space, 'reacted', {at}, {_WEIGHT["reacted"]}, r.post, 0
FROM reaction r
JOIN post p ON p.source = r.source AND p.key = r.post
<person of r>
WHERE {dated} AND r.gone_at IS NULL AND p.deleted_at IS NULL AND p.gone_at IS NULL
"""
    for at, dated in (
        ("r.reacted_at", "r.reacted_at IS NOT NULL"),
        ("p.posted_at", "r.reacted_at IS NULL AND p.posted_at IS NOT NULL"),
    )
)

_ATTENDED = f"""
SELECT person, source, space, 'attended', at, {_WEIGHT["attended"]}, event, 0
FROM <event people>
WHERE at IS NOT NULL
"""
_ATTENDED_SINCE = """
  AND (a.source, a.event) IN (
    SELECT n.source, n.event
    FROM attendance n JOIN event o ON o.source = n.source AND o.key = n.event
    WHERE coalesce(n.joined_at, o.starts_at) >= :since)
"""

# UNION, not UNION ALL: a vendor that names the organiser by an address which is also their key
# would have them organise the call twice. IN goes before the join by address, for which there is no
# index: SQLite would compare every account with every event.
_ORGANISED = f"""
SELECT person, source, space, 'organised', at, {_WEIGHT["organised"]}, ref, 0
FROM (
  SELECT pa.person, e.source, {PLACE} AS space, e.starts_at AS at, e.key AS ref
  FROM event e
  {PLACED}
  JOIN person_account pa ON pa.source = e.source AND pa.account = e.organizer
  JOIN person h ON h.id = pa.person AND h.kind = 'person'
  WHERE e.cancelled IS NOT TRUE AND e.gone_at IS NULL AND e.starts_at IS NOT NULL
  UNION
  SELECT pa.person, e.source, {PLACE}, e.starts_at, e.key
  FROM event e
  {PLACED}
  JOIN account o ON o.source = e.source AND lower(o.email) = lower(e.organizer)
  JOIN person_account pa ON pa.source = o.source AND pa.account = o.key
  JOIN person h ON h.id = pa.person AND h.kind = 'person'
  WHERE lower(o.email) IN (SELECT lower(organizer) FROM event WHERE organizer LIKE '%@%')
    AND e.cancelled IS NOT TRUE AND e.gone_at IS NULL AND e.starts_at IS NOT NULL
) o
"""


def _deliveries(kind: str, at: str, count: str) -> str:
    """In two parts, as marks are."""
    return "UNION ALL".join(
        f"""
SELECT pa.person, d.source, c.space, '{kind}', {happened}, {_WEIGHT[kind]}, d.campaign, 0
FROM delivery d
JOIN campaign c ON c.source = d.source AND c.key = d.campaign
<person of d>
WHERE {dated} AND d.gone_at IS NULL AND c.gone_at IS NULL
"""
        for happened, dated in (
            (f"d.{at}", f"d.{at} IS NOT NULL"),
            ("c.sent_at", f"d.{at} IS NULL AND d.{count} > 0 AND c.sent_at IS NOT NULL"),
        )
    )


_JOINED = f"""
SELECT pa.person, m.source, m.space, 'joined', m.joined_at, {_WEIGHT["joined"]}, m.space, 0
FROM membership m
<person of m>
WHERE m.joined_at IS NOT NULL AND coalesce(m.joined_at_basis, 'native') <> 'first_seen'
  AND coalesce(m.status, 'active') <> 'pending'
"""

_DOCUMENTS = f"""
SELECT pa.person, d.source, d.space, 'contributed', d.created_at, {_WEIGHT["contributed"]}, d.key, 0
FROM document d
<person of d>
WHERE d.created_at IS NOT NULL AND d.deleted_at IS NULL AND d.gone_at IS NULL
"""

_OTHERS = "UNION ALL".join(
    (
        _REACTIONS,
        _ATTENDED,
        _ORGANISED,
        _deliveries("opened", "opened_at", "open_count"),
        _deliveries("clicked", "clicked_at", "click_count"),
        _JOINED,
        _DOCUMENTS,
    )
)


def event_people(of_person: str, only: str = "") -> str:
    """The SELECT of who was at which event: a row per person and event.

    `of_person` is as for `acts_since`; `only` is one more condition of attendance `a`.
    """
    return f"""
SELECT s.source, s.event, s.space, s.person, s.starts_at, min(s.at) AS at,
       sum(s.seconds) AS seconds
FROM (
  SELECT e.source, e.key AS event, {PLACE} AS space, pa.person, e.starts_at,
         coalesce(a.joined_at, e.starts_at) AS at,
         coalesce(<minutes in seconds>, <stay in seconds>) AS seconds,
         CASE WHEN coalesce(a.visits, 1) > 0
               AND (a.joined_at IS NOT NULL OR a.visits > 0 OR a.registered IS NOT TRUE)
              THEN 1 ELSE 0 END AS came
  FROM attendance a
  JOIN event e ON e.source = a.source AND e.key = a.event
  {PLACED}
  {of_person.format("a")}
  WHERE a.gone_at IS NULL AND e.gone_at IS NULL AND e.cancelled IS NOT TRUE{only}
) s
GROUP BY s.source, s.event, s.space, s.person, s.starts_at
HAVING sum(s.seconds) >= {ATTENDED_SECONDS}
    OR max(CASE WHEN s.seconds IS NULL THEN s.came ELSE 0 END) = 1
"""


def acts() -> str:
    """The SELECT of all acts: person, source, space, kind, at, weight, ref, is_reply."""
    return _of(OF_PERSON, f"{_POSTS}UNION ALL{_OTHERS}".replace("<event people>", "event_person"))


def acts_since(of_person: str) -> str:
    """The same, of whom others know; all of those since the instant `:since`, and some before it.

    `of_person` is text of SQL that joins a table {0}, which has a source and an account, to the
    `pa.person` whose account it is, and to no mailbox or machine.
    """
    came = f"({event_people(of_person, _ATTENDED_SINCE)}) came"
    return _of(of_person, f"{_POSTS_SINCE}UNION ALL{_OTHERS}".replace("<event people>", came))


def _of(of_person: str, sql: str) -> str:
    for table in "prdm":
        sql = sql.replace(f"<person of {table}>", of_person.format(table))
    return sql


__all__ = ["OF_PERSON", "PLACE", "PLACED", "acts", "acts_since", "event_people"]
