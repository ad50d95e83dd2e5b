-- What changed last week?
-- What Frontlog showed, when it changed, and the sentence that changed it. This record is never rewritten, so it also tells
-- what a reader could have seen at the time. For what changed in the world use `since_latest` of `control_status`.
SELECT shown_at, place, area, old_status, old_holders, new_status, new_holders, quote
  FROM frontlog.control_changes
 WHERE shown_at >= now() - interval '7 days'
 ORDER BY id DESC
 LIMIT 100;
