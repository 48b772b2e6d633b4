"""The view `community_sign`: by what one sees that a community lives, and what it is about."""

COMMENT = (
    "Signs of life of a community: one row per community and thread with a title, answer by"
    " another account, document, and event that was not cancelled; events to come among them"
)
COLUMNS = {
    "community": "Key of the community",
    "sign": "thread, answer, event or document",
    "at": "When it was written or put there; of an event, when it starts",
    "title": "Title of the thread, event or document; NULL: an answer, or it has none",
    "source": "Source it was seen in",
    "space": "Key of the space, or the place of an event as in event_place",
    "ref": "Key of the post, event or document",
}
# A view knows no present: whoever reads it asks for what is no later than theirs.
SQL = """
SELECT c.community, s.sign, s.at, s.title, s.source, s.space, s.ref
FROM (
  SELECT 'thread' AS sign, p.posted_at AS at, p.title, p.source, p.space, p.key AS ref
  FROM post p
  WHERE p.posted_at IS NOT NULL AND p.deleted_at IS NULL AND p.gone_at IS NULL
    AND coalesce(p.kind, 'message') <> 'system' AND coalesce(p.thread, p.key) = p.key
    AND trim(coalesce(p.title, '')) <> ''
  UNION ALL
  SELECT 'answer', p.posted_at, NULL, p.source, p.space, p.key
  FROM post p
  LEFT JOIN post t ON t.source = p.source AND t.key = p.thread
  WHERE p.posted_at IS NOT NULL AND p.deleted_at IS NULL AND p.gone_at IS NULL
    AND coalesce(p.kind, 'message') <> 'system' AND p.thread <> p.key
    AND coalesce(p.account, p.author_name) <> coalesce(t.account, t.author_name, '')
  UNION ALL
  SELECT 'event', e.starts_at, e.title, e.source, coalesce(ep.place, e.space), e.key
  FROM event e
  LEFT JOIN event_place ep ON ep.source = e.source AND ep.event = e.key
  WHERE e.starts_at IS NOT NULL AND e.cancelled IS NOT TRUE AND e.gone_at IS NULL
  UNION ALL
  SELECT 'document', d.created_at, d.title, d.source, d.space, d.key
  FROM document d
  WHERE d.created_at IS NOT NULL AND d.deleted_at IS NULL AND d.gone_at IS NULL
) s
JOIN community_space c ON c.source = s.source AND c.space = s.space
"""
