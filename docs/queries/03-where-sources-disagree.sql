-- Where do sources disagree?
-- The newest holdings whose claims cannot be told apart in time and name different holders, each claim with who makes it.
-- Frontlog shows the contradiction and picks no winner.
SELECT s.place, s.area, e.holders, e.source, e.attribution, e.occurred_earliest, e.occurred_latest, e.quote
  FROM (SELECT * FROM frontlog.control_status
         WHERE status = 'disputed'
         ORDER BY since_latest DESC NULLS LAST, place_id LIMIT 20) s
  JOIN frontlog.control_evidence e ON e.place_id = s.place_id AND e.area IS NOT DISTINCT FROM s.area
 WHERE e.counts AND e.holders <> '{}'
 ORDER BY s.since_latest DESC NULLS LAST, s.place, s.area NULLS FIRST, e.occurred_latest DESC NULLS LAST, e.event_position
 LIMIT 200;
