-- What did we know then about a day, and what do we know now?
-- Two as-of answers for one day in the world, where they differ: `status_then` is what the archive said thirty days ago and says
-- no more, `status` what it says only now. A late report, a retraction or an analyst's rejection shows here. Each certainty is
-- compared with its like; a holding may possibly be several things on one day.
SELECT coalesce(today.place, earlier.place) AS place, coalesce(today.area, earlier.area) AS area,
       coalesce(today.certainty, earlier.certainty) AS certainty,
       earlier.status AS status_then, earlier.controllers || earlier.claimants AS holders_then,
       today.status, today.controllers || today.claimants AS holders
  FROM frontlog.control_as_of('2024-12-10', now() - interval '30 days') earlier
  FULL JOIN frontlog.control_as_of('2024-12-10', now()) today
    ON today.place_id = earlier.place_id AND today.area IS NOT DISTINCT FROM earlier.area
   AND today.certainty = earlier.certainty AND today.status = earlier.status
   AND today.controllers = earlier.controllers AND today.claimants = earlier.claimants
 WHERE today.place_id IS NULL OR earlier.place_id IS NULL
 ORDER BY 1, 2 NULLS FIRST, 3, 4;
