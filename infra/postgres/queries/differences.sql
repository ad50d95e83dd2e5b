-- Codings staged under another edition, and what differs.

-- name: articles
-- Articles received within a range of positions whose share of the work this is.
SELECT data->>'article_id', data->>'text_digest'
  FROM frontlog_log.events
 WHERE position > %(after)s AND position <= %(up_to)s AND type = 'ArticleReceived'
   AND mod(hashtext(data->>'article_id')::bigint + 2147483648, %(lanes)s) = %(lane)s
 ORDER BY position

-- name: arrivals
-- Articles received after a position that have no coding under the edition.
SELECT data->>'article_id'
  FROM frontlog_log.events e
 WHERE position > %(after)s AND type = 'ArticleReceived'
   AND NOT EXISTS (SELECT FROM frontlog_log.events c
                    WHERE c.stream = 'coding-' || (e.data->>'article_id') || '@' || %(edition)s AND c.version = 1)
 ORDER BY position LIMIT %(limit)s

-- name: shown_without
-- Articles on display as coded that have no coding under the edition.
SELECT a.article_id
  FROM frontlog_read.articles a
 WHERE a.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'articles') AND a.edition IS NOT NULL
   AND NOT EXISTS (SELECT FROM frontlog_log.events c
                    WHERE c.stream = 'coding-' || a.article_id || '@' || %(edition)s AND c.version = 1)

-- name: shown_and_lost
-- Articles on display as coded that a candidate has not as coded.
SELECT a.article_id
  FROM frontlog_read.articles a
 WHERE a.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'articles') AND a.edition IS NOT NULL
   AND NOT EXISTS (SELECT FROM frontlog_read.articles c
                    WHERE c.generation = %s AND c.article_id = a.article_id AND c.edition IS NOT NULL)
 LIMIT 5

-- name: staged
SELECT coding FROM frontlog_ops.staged_codings WHERE edition = %s AND article_id = %s

-- name: stage
INSERT INTO frontlog_ops.staged_codings (edition, article_id, coding, error) VALUES (%s, %s, %s, %s)
ON CONFLICT (edition, article_id) DO UPDATE SET coding = excluded.coding, error = excluded.error

-- name: forget_staged
DELETE FROM frontlog_ops.staged_codings WHERE edition = %s

-- name: forget_other_staged
DELETE FROM frontlog_ops.staged_codings WHERE edition <> %s

-- name: forget
DELETE FROM frontlog_ops.replay_differences WHERE replay_id = %s

-- name: forget_older
-- Reports of what was only compared; those of activations stay.
DELETE FROM frontlog_ops.replay_differences d USING frontlog_ops.replays r
 WHERE r.replay_id = d.replay_id AND r.aim = 'compare' AND r.state IN ('done', 'abandoned')

-- name: add
INSERT INTO frontlog_ops.replay_differences
       (replay_id, kind, key, change, weight, fields, article_id, sentence, event_type, rule, fingerprint, place_id,
        place, area, actor_id, actor, role, before, after, note, text_digest, start_at, end_at)
VALUES (%(replay_id)s, %(kind)s, %(key)s, %(change)s, %(weight)s, %(fields)s, %(article_id)s, %(sentence)s,
        %(event_type)s, %(rule)s, %(fingerprint)s, %(place_id)s, %(place)s, %(area)s, %(actor_id)s, %(actor)s, %(role)s,
        %(before)s, %(after)s, %(note)s, %(text_digest)s, %(start_at)s, %(end_at)s)
ON CONFLICT (replay_id, kind, key) DO NOTHING

-- name: differing_articles
-- Those of a share: lanes by the hash's lowest bits, pieces by the others.
SELECT DISTINCT article_id FROM frontlog_ops.replay_differences
 WHERE replay_id = %(replay_id)s AND kind = 'event'
   AND hashtext(article_id) & 3 = %(lane)s AND mod(hashtext(article_id) >> 2 & 268435455, %(pieces)s) = %(piece)s
 ORDER BY 1

-- name: keep_compared
INSERT INTO frontlog_ops.replay_compared (replay_id, article_id, places, sums) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING

-- name: forget_compared
DELETE FROM frontlog_ops.replay_compared WHERE replay_id = %s

-- name: places_to_weigh
SELECT place_id
  FROM (SELECT DISTINCT unnest(places) AS place_id FROM frontlog_ops.replay_compared WHERE replay_id = %(replay_id)s
         UNION
        SELECT DISTINCT place_id FROM frontlog_read.control_evidence
         WHERE %(everywhere)s
           AND generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control')) AS touched
 WHERE hashtext(place_id) & 3 = %(lane)s AND mod(hashtext(place_id) >> 2 & 268435455, %(pieces)s) = %(piece)s
 ORDER BY 1

-- name: articles_at
SELECT article_id FROM frontlog_ops.replay_compared WHERE replay_id = %s AND places && %s ORDER BY 1

-- name: to_compare
SELECT count(DISTINCT article_id) FROM frontlog_ops.replay_differences WHERE replay_id = %s AND kind = 'event'

-- name: to_weigh
-- Places that differing articles touch; where the editions' numbers may differ, all that there are.
SELECT CASE WHEN (SELECT count(DISTINCT data->'files'->>'edition.yaml') FROM frontlog_log.events
                   WHERE stream IN ('edition-' || r.edition, 'edition-' || r.live_edition) AND version = 1) > 1
            THEN (SELECT count(DISTINCT place_id) FROM frontlog_read.control_evidence
                   WHERE generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control'))
            ELSE 0 END
     + (SELECT count(DISTINCT p) FROM frontlog_ops.replay_compared c, unnest(c.places) AS p WHERE c.replay_id = r.replay_id)
  FROM frontlog_ops.replays r WHERE r.replay_id = %s

-- name: actor_sums
-- Every count of the actors whose counts differ: how many events more, and how many are on display.
WITH more AS (
    SELECT s->>0 AS actor_id, s->>1 AS actor, s->>2 AS role, s->>3 AS event_type, sum((s->>4)::bigint) AS events
      FROM frontlog_ops.replay_compared c, jsonb_array_elements(c.sums) AS s WHERE c.replay_id = %s
     GROUP BY 1, 2, 3, 4
), shown AS (
    SELECT t.actor_id, t.actor, t.role, t.event_type, t.events
      FROM frontlog_read.activity_totals t
     WHERE t.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'actor_activity')
       AND t.actor_id IN (SELECT actor_id FROM more)
)
SELECT actor_id, actor, role, event_type, coalesce(more.events, 0)::bigint, coalesce(shown.events, 0)::bigint
  FROM more FULL JOIN shown USING (actor_id, actor, role, event_type) ORDER BY 1, 2, 3, 4

-- name: orphans
SELECT count(*) FROM frontlog_ops.replay_differences WHERE replay_id = %s AND kind = 'decision'

-- name: summary
SELECT kind, change, coalesce(rule, '') AS rule, count(*) AS n
  FROM frontlog_ops.replay_differences WHERE replay_id = %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC, 3

-- name: rows
SELECT * FROM frontlog.replay_differences WHERE replay_id = %s
 ORDER BY kind, weight DESC, article_id, sentence, place_id, area, actor_id, actor, role, event_type, fingerprint, rule

-- name: evidence_shown
SELECT * FROM frontlog_read.control_evidence
 WHERE generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control') AND place_id = ANY(%s)

-- name: record_switch
-- What a switch of editions changes on display, a row a holding whose status or holders are others than before.
WITH shown AS (
    SELECT place_id, area, place, status,
           CASE WHEN cardinality(controllers) > 0 THEN controllers ELSE claimants END AS holders
      FROM frontlog_read.control_history
     WHERE generation = %(before)s AND known_to IS NULL AND valid_to IS NULL
), come AS (
    SELECT h.place_id, h.area, h.place, h.status,
           CASE WHEN cardinality(h.controllers) > 0 THEN h.controllers ELSE h.claimants END AS holders,
           e.article_id, e.sentence, e.text_digest, e.start_at, e.end_at, e.event_position
      FROM frontlog_read.control_history h
      LEFT JOIN frontlog_read.control_evidence e
        ON e.generation = h.generation AND e.place_id = h.place_id AND e.area = h.area
       AND (e.article_id, e.sentence, e.ordinal) = (h.newest_article_id, h.newest_sentence, h.newest_ordinal)
     WHERE h.generation = %(after)s AND h.known_to IS NULL AND h.valid_to IS NULL
)
INSERT INTO frontlog_read.control_changes
       (place_id, place, area, old_status, new_status, old_holders, new_holders, article_id, sentence, text_digest,
        start_at, end_at, edition, event_position)
SELECT coalesce(c.place_id, s.place_id), coalesce(c.place, s.place), coalesce(c.area, s.area), s.status, c.status,
       coalesce(s.holders, '{}'), coalesce(c.holders, '{}'), c.article_id, c.sentence, c.text_digest, c.start_at,
       c.end_at, %(edition)s, c.event_position
  FROM shown s FULL JOIN come c ON (c.place_id, c.area) = (s.place_id, s.area)
 WHERE (s.status, coalesce(s.holders, '{}')) IS DISTINCT FROM (c.status, coalesce(c.holders, '{}'))
 ORDER BY 1, 3
