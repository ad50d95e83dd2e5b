-- Which places changed hands most?
-- Counts how often, in two years, someone came to hold a holding who did not hold it before, as known today. A government and
-- its own army are one side: a holder that on that day was part of one before, or of whom one before was part, is not new.
-- Disputed, vacated and unknown spells in between are passed over, also one in which the two years begin.
WITH RECURSIVE above (actor_id, other_id, valid) AS (
    SELECT actor_id, other_id, valid FROM frontlog.actor_relations WHERE relation = 'part_of'
     UNION
    SELECT a.actor_id, r.other_id, a.valid * r.valid
      FROM above a
      JOIN frontlog.actor_relations r ON r.actor_id = a.other_id AND r.relation = 'part_of' AND r.valid && a.valid
), kin AS (
    SELECT actor_id, other_id, valid FROM above UNION ALL SELECT other_id, actor_id, valid FROM above
), held AS (
    SELECT place_id, place, area, controllers, controller_ids, valid_from AS since,
           lag(controller_ids) OVER (PARTITION BY place_id, area ORDER BY valid_from) AS before
      FROM frontlog.control_history
     WHERE known_to IS NULL AND status IN ('controlled', 'joint')
       AND valid_from <= '2024-12-31' AND (valid_to > '2023-01-01' OR valid_to IS NULL)
), taken AS (
    SELECT h.*, coalesce(h.before, (
               SELECT e.controller_ids FROM frontlog.control_history e
                WHERE e.place = h.place AND e.place_id = h.place_id AND e.area IS NOT DISTINCT FROM h.area
                  AND e.known_to IS NULL AND e.status IN ('controlled', 'joint') AND e.valid_from < h.since
                ORDER BY e.valid_from DESC LIMIT 1)) AS from_whom
      FROM held h
     WHERE h.since >= '2023-01-01'
)
SELECT t.place, t.area, count(DISTINCT t.since) AS changes, max(t.since) AS last_on,
       (array_agg(array_to_string(t.controllers, ', ') ORDER BY t.since DESC))[1] AS holders
  FROM taken t
 CROSS JOIN LATERAL unnest(t.controller_ids) AS now (id)
 WHERE now.id <> ALL (t.from_whom)
   AND NOT EXISTS (SELECT FROM kin k
                    WHERE k.actor_id = now.id AND k.other_id = ANY (t.from_whom) AND k.valid @> t.since)
 GROUP BY t.place_id, t.place, t.area
 ORDER BY changes DESC, last_on DESC, t.place
 LIMIT 20;
