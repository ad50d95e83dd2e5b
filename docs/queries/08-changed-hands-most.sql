-- Which places changed hands most?
-- Counts how often, in two years, the holders of a holding differ from those before, as known today. Disputed, vacated and
-- unknown spells in between are passed over: only a new holder is a change of hands.
WITH held AS (
    SELECT place_id, place, area, array_to_string(controllers, ', ') AS holders, valid_from AS since, controller_ids,
           lag(controller_ids) OVER holding AS before
      FROM frontlog.control_history
     WHERE known_to IS NULL AND status IN ('controlled', 'joint')
       AND valid_from BETWEEN '2023-01-01' AND '2024-12-31'
    WINDOW holding AS (PARTITION BY place_id, area ORDER BY valid_from)
)
SELECT place, area, count(*) AS changes, max(since) AS last_on, (array_agg(holders ORDER BY since DESC))[1] AS holders
  FROM held
 WHERE before <> controller_ids
 GROUP BY place_id, place, area
 ORDER BY changes DESC, last_on DESC, place
 LIMIT 20;
