-- Who held a place on a day?
-- One row a holding (the place, and each of its areas that has a history of its own). `definite`: it was so on that day;
-- `possible`: it may have begun by then. A disputed holding has no controllers but claimants.
SELECT place, area, status, controllers, claimants, since_earliest, since_latest, certainty
  FROM frontlog.control_as_of('2024-12-10')
 WHERE place = 'Manbij'
 ORDER BY area NULLS FIRST, certainty;
