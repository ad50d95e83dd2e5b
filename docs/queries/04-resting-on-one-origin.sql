-- Which claims rest on one origin?
-- The newest holdings that nobody has confirmed independently. Several houses may carry them: copies of one report are one
-- origin.
SELECT s.place, s.area, s.status, s.controllers, s.since_latest, s.claims AS reports,
       (SELECT array_agg(DISTINCT e.source)
          FROM frontlog.control_evidence e
         WHERE e.place_id = s.place_id AND e.area IS NOT DISTINCT FROM s.area AND e.counts
           AND (e.holder_ids && s.controller_ids OR s.controllers = '{}')) AS houses
  FROM frontlog.control_status s
 WHERE s.origins = 1
 ORDER BY s.since_latest DESC NULLS LAST, s.place
 LIMIT 100;
