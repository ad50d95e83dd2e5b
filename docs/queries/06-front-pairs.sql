-- Who fights whom?
-- Pairs of actors on opposite sides of clashes, attacks and takings of three months, with where and when last. A pair counts
-- once an event, whichever of the two is named first. The day bounds keep the question to one stretch of the war.
SELECT least(a.actor, b.actor) AS one, greatest(a.actor, b.actor) AS other, count(DISTINCT e.position) AS events,
       array_agg(DISTINCT p.place) AS places, max(e.occurred_latest) AS last_on
  FROM frontlog.events e
 CROSS JOIN LATERAL unnest(e.actors) WITH ORDINALITY AS a (actor, n)
 CROSS JOIN LATERAL (
       SELECT unnest(e.counterparties) AS actor
       UNION ALL
       SELECT s.actor FROM unnest(e.actors) WITH ORDINALITY AS s (actor, n)
        WHERE e.type = 'ClashReported' AND s.n > a.n) AS b
 CROSS JOIN LATERAL unnest(e.places) AS p (place)
 WHERE e.type IN ('ClashReported', 'AttackReported', 'ControlTaken')
   AND e.modality = 'asserted' AND e.standing = 'counts'
   AND e.occurred_latest BETWEEN '2024-11-01' AND '2025-01-31'
 GROUP BY 1, 2
 ORDER BY events DESC, one, other
 LIMIT 50;
