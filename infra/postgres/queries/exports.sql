-- What `frontlog export` streams. Ranges go out as two bounds: the first day or moment, and the first that is no more.

-- name: control
SELECT * FROM frontlog.control_status ORDER BY country NULLS LAST, place, place_id, area NULLS FIRST

-- name: control_as_of
SELECT * FROM frontlog.control_as_of(%(day)s, %(known_at)s)
 ORDER BY country NULLS LAST, place, place_id, area NULLS FIRST, since_latest

-- name: history
-- All that was ever supported, or only what was at one moment.
SELECT place_id, place, kind, country, lat, lon, area, status, controllers, controller_ids, claimants, claimant_ids,
       previous, previous_ids, candidates, since_earliest, since_latest, since_precision,
       valid_from, valid_to, known_from, known_to,
       extent, verification, fighting_last, origins, claims, edition
  FROM frontlog.control_history
 WHERE %(known_at)s::timestamptz IS NULL OR known @> %(known_at)s::timestamptz
 ORDER BY country NULLS LAST, place, place_id, area NULLS FIRST, valid_from NULLS FIRST, known_from

-- name: events
SELECT * FROM frontlog.events ORDER BY position

-- name: activity
SELECT * FROM frontlog.actor_activity ORDER BY actor, actor_id, role, event_type

-- name: acled
-- Asserted events that count, a row a place, with the first actor's kind and country, and that of the government or
-- forces it was part of on that day.
SELECT e.position, e.recorded_at, e.article_id, e.type, e.actors, e.counterparties, e.occurred_earliest,
       e.occurred_latest, e.trigger, e.quote, e.fingerprint, e.attribution, a.source,
       p.n, p.place, p.area, p.country, p.lat, p.lon, p.location_precision,
       k.kind AS actor_kind, k.country AS actor_country,
       (SELECT o.country
          FROM frontlog.actor_relations r
          JOIN frontlog.actors o ON o.actor_id = r.other_id
         WHERE r.actor_id = k.actor_id AND r.relation = 'part_of' AND o.country IS NOT NULL
           AND r.valid @> coalesce(e.occurred_latest, e.occurred_earliest)
         ORDER BY o.country LIMIT 1) AS serves
  FROM frontlog.events e
  JOIN frontlog.event_places p ON p.position = e.position
  JOIN frontlog.articles a ON a.article_id = e.article_id
  LEFT JOIN frontlog.actors k ON k.actor_id = e.actor_ids[1]
 WHERE e.modality = 'asserted' AND e.standing = 'counts' AND e.type = ANY(%(types)s)
 ORDER BY e.position, p.n

-- name: acled_left_out
-- How many events of which kind the query above leaves out.
SELECT count(*) FILTER (WHERE e.modality <> 'asserted' OR e.standing <> 'counts') AS not_asserted,
       count(*) FILTER (WHERE e.modality = 'asserted' AND e.standing = 'counts' AND e.type <> ALL(%(types)s)) AS states,
       count(*) FILTER (WHERE e.modality = 'asserted' AND e.standing = 'counts' AND e.type = ANY(%(types)s)
                          AND e.places = '{}') AS without_place
  FROM frontlog.events e

-- name: patience
-- A pager may keep a row waiting for longer than a forgotten transaction may.
SELECT set_config('idle_in_transaction_session_timeout', '10min', true),
       set_config('transaction_read_only', 'on', true)
