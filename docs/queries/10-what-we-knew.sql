-- What did we know then about a day, and what do we know now?
-- Two as-of answers for one day in the world side by side: as the archive knew it thirty days ago and as it knows it now. A
-- late report, a retraction or an analyst's rejection shows here as a difference.
SELECT coalesce(today.place, earlier.place) AS place, coalesce(today.area, earlier.area) AS area,
       earlier.status AS status_then, earlier.controllers AS holders_then, today.status, today.controllers AS holders,
       today.certainty
  FROM frontlog.control_as_of('2024-12-10', now() - interval '30 days') earlier
  FULL JOIN frontlog.control_as_of('2024-12-10', now()) today
    ON today.place_id = earlier.place_id AND today.area IS NOT DISTINCT FROM earlier.area
 WHERE (earlier.status, earlier.controllers) IS DISTINCT FROM (today.status, today.controllers)
 ORDER BY 1, 2;
