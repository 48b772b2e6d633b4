"""What is asked of the warehouse: each query scans its table once, for several communities.

Posts, acts and documents name their space; which communities it serves is known to the reader.
"""

LETTERS = 4_000
"""Of a post; a question stands at its beginning."""

TITLES = "SELECT key, title FROM community WHERE key IN :communities"

PLACES = """
SELECT c.community, c.source, c.space, s.title, s.url, s.kind, s.visibility
FROM community_space c
LEFT JOIN space s ON s.source = c.source AND s.key = c.space
WHERE c.community IN :communities
"""

PERSON = """h.name AS person_name, h.email AS person_email, h.country AS person_country,
       coalesce(o.name, h.organization) AS organization, o.parent"""

# A membership is told as the hub knew it at the instant, by its period; `kept`: there are periods.
STAYS = f"""
SELECT c.community, m.source, m.space, coalesce(m.status, 'active') AS status, m.role, m.joined_at,
       m.joined_at_basis, m.first_seen_at, m.gone_at, p.valid_from AS known_from,
       coalesce(p.status, 'active') AS known_status, p.role AS known_role,
       EXISTS (SELECT 1 FROM membership_period k WHERE k.source = m.source AND k.space = m.space
               AND k.account = m.account) AS kept,
       pa.person, a.timezone, a.extra AS about, {PERSON}
FROM community_space c
JOIN membership m ON m.source = c.source AND m.space = c.space
LEFT JOIN membership_period p ON p.source = m.source AND p.space = m.space
  AND p.account = m.account AND p.valid_from <= :until
  AND (p.valid_to IS NULL OR p.valid_to > :until)
JOIN person_account pa ON pa.source = m.source AND pa.account = m.account
JOIN person h ON h.id = pa.person AND h.kind = 'person'
LEFT JOIN organization o ON o.key = h.organization
LEFT JOIN account a ON a.source = m.source AND a.key = m.account
WHERE c.community IN :communities
"""

# Not a join: SQLite would scan the whole table once for each of the communities.
_OURS = """IN (
  SELECT source, space FROM community_space WHERE community IN :communities
)"""

POSTS = f"""
SELECT p.source, p.key, p.space, coalesce(p.thread, p.key) AS thread, p.kind, p.title,
       CASE WHEN p.posted_at >= :recent THEN substr(p.body, 1, {LETTERS})
            WHEN coalesce(p.title, '') = '' THEN substr(p.body, 1, 200) ELSE '' END AS body,
       p.posted_at, p.url, p.author_name, p.account, p.reaction_count, p.view_count, pa.person,
       h.kind AS person_kind, a.kind AS account_kind
FROM post p
LEFT JOIN person_account pa ON pa.source = p.source AND pa.account = p.account
LEFT JOIN person h ON h.id = pa.person
LEFT JOIN account a ON a.source = p.source AND a.key = p.account
WHERE (p.source, p.space) {_OURS}
  AND p.posted_at > :since AND p.posted_at <= :until
  AND p.deleted_at IS NULL AND p.gone_at IS NULL AND coalesce(p.kind, 'message') <> 'system'
ORDER BY p.posted_at, p.source, p.key
"""

ACTS = f"""
SELECT person, kind, at, source, ref, space, weight
FROM act
WHERE (source, space) {_OURS} AND at > :since AND at <= :until
  AND kind IN ('posted', 'answered', 'reacted', 'attended', 'organised', 'contributed')
ORDER BY at, person, kind, source, ref
"""

EVENTS = """
SELECT DISTINCT c.community, e.source, e.key, e.space, e.title, e.starts_at, e.ends_at, e.url,
       e.registered_count, s.visibility
FROM event e
LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key
JOIN community_space c ON c.source = e.source AND c.space = coalesce(ep.place, e.space)
LEFT JOIN space s ON s.source = e.source AND s.key = e.space
WHERE c.community IN :communities AND e.starts_at > :lately AND e.starts_at <= :ahead
  AND e.cancelled IS NOT TRUE AND e.gone_at IS NULL
ORDER BY e.starts_at, e.source, e.key
"""

PAPERS = f"""
SELECT d.source, d.key, d.space, d.title, d.url, d.created_at, pa.person
FROM document d
LEFT JOIN person_account pa ON pa.source = d.source AND pa.account = d.account
WHERE (d.source, d.space) {_OURS} AND d.created_at > :lately AND d.created_at <= :until
  AND d.deleted_at IS NULL AND d.gone_at IS NULL
ORDER BY d.created_at, d.source, d.key
"""

PEOPLE = f"""
SELECT h.id AS person, {PERSON}
FROM person h LEFT JOIN organization o ON o.key = h.organization
WHERE h.id IN :people
"""

OPENED = """
SELECT pa.person, max(coalesce(d.clicked_at, d.opened_at, g.sent_at)) AS at
FROM person_account pa
JOIN delivery d ON d.source = pa.source AND d.account = pa.account
JOIN campaign g ON g.source = d.source AND g.key = d.campaign
WHERE pa.person IN :people AND d.gone_at IS NULL
  AND (d.opened_at IS NOT NULL OR d.open_count > 0 OR d.clicked_at IS NOT NULL)
  AND coalesce(d.clicked_at, d.opened_at, g.sent_at) <= :until
GROUP BY pa.person
"""

CLOSED_EVENTS = """
SELECT e.source, e.key
FROM event_place ep
JOIN event e ON e.source = ep.source AND e.key = ep.event
JOIN space s ON s.source = e.source AND s.key = e.space AND s.visibility = 'secret'
"""
