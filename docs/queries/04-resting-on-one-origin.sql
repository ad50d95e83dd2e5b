-- Which claims rest on one origin?
-- Holdings that nobody has confirmed independently. Several houses may carry them: copies of one report are one origin.
SELECT s.place, s.area, s.status, s.controllers, s.since_latest, s.claims AS reports, array_agg(DISTINCT e.source) AS houses
  FROM frontlog.control_status s
  JOIN frontlog.control_evidence e ON e.place_id = s.place_id AND e.area IS NOT DISTINCT FROM s.area AND e.counts
 WHERE s.origins = 1 AND (e.holder_ids && s.controller_ids OR s.controllers = '{}')
 GROUP BY s.place_id, s.place, s.area, s.status, s.controllers, s.since_latest, s.claims
 ORDER BY s.since_latest DESC NULLS LAST, s.place
 LIMIT 100;
