-- Changes of control as they were shown, for those who follow them.

-- name: after
-- The changes after one, oldest first, with the house that reported the newest article behind each.
SELECT c.id, c.shown_at, c.place_id, c.place, c.area, c.old_status, c.old_holders, c.new_status, c.new_holders,
       c.article_id, a.source, a.url, c.sentence, c.quote, c.edition, c.event_position
  FROM frontlog.control_changes c
  LEFT JOIN frontlog.articles a ON a.article_id = c.article_id
 WHERE c.id > %(after)s
 ORDER BY c.id LIMIT %(limit)s

-- name: newest
SELECT coalesce(max(id), 0) FROM frontlog.control_changes

-- name: before
-- The last change shown before a time.
SELECT coalesce(max(id), 0) FROM frontlog.control_changes WHERE shown_at < %s

-- name: listen
LISTEN frontlog_control_changes
