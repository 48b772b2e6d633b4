"""Acts: who did what, when and in which space, as SQL alike on SQLite and PostgreSQL.

The view `act` tells them of the people that accounts belong to now. Figures ask for the same of
whom they know accounts to belong to, which is one look for each act where the view needs two.
"""

from cophub.warehouse.definitions import ACTS

OF_PERSON = (
    "JOIN person_account pa ON pa.source = {0}.source AND pa.account = {0}.account"
    " JOIN person h ON h.id = pa.person AND h.kind = 'person'"
)
# A rule of plugins.toml may have given the event to communities that its space does not serve.
PLACED = "LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key"
PLACE = "coalesce(ep.place, e.space)"
_WEIGHT = {kind: weight for kind, (weight, _) in ACTS.items()}

_POSTS = f"""
SELECT pa.person, p.source, p.space,
       CASE WHEN p.thread <> p.key AND ta.person <> pa.person THEN 'answered' ELSE 'posted' END
         AS kind,
       p.posted_at AS at,
       CASE WHEN p.thread <> p.key AND ta.person <> pa.person THEN {_WEIGHT["answered"]}
            ELSE {_WEIGHT["posted"]} END AS weight,
       p.key AS ref,
       CASE WHEN p.thread <> p.key THEN 1 ELSE 0 END AS is_reply
FROM post p
<person of p>
LEFT JOIN post t ON p.thread <> p.key AND t.source = p.source AND t.key = p.thread
LEFT JOIN person_account ta ON ta.source = t.source AND ta.account = t.account
WHERE p.posted_at IS NOT NULL AND p.deleted_at IS NULL AND p.gone_at IS NULL
  AND coalesce(p.kind, 'message') <> 'system'
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
FROM event_person
WHERE at IS NOT NULL
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

_ALL = "UNION ALL".join(
    (
        _POSTS,
        _REACTIONS,
        _ATTENDED,
        _ORGANISED,
        _deliveries("opened", "opened_at", "open_count"),
        _deliveries("clicked", "clicked_at", "click_count"),
        _JOINED,
        _DOCUMENTS,
    )
)


def acts(of_person: str) -> str:
    """The SELECT of all acts: person, source, space, kind, at, weight, ref, is_reply.

    `of_person` is text of SQL that joins a table {0}, which has a source and an account, to the
    `pa.person` whose account it is, and to no mailbox or machine.
    """
    sql = _ALL
    for table in "prdm":
        sql = sql.replace(f"<person of {table}>", of_person.format(table))
    return sql


__all__ = ["OF_PERSON", "PLACE", "PLACED", "acts"]
