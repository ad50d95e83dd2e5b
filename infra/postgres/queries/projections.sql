-- name: hold
-- One writer a projection. The lock goes with the transaction, so a killed worker leaves none behind.
SELECT pg_advisory_xact_lock(26227, hashtext(%s))

-- name: patience
-- A writer waits for the batch of another one, not for ever.
SET LOCAL lock_timeout = '60s'

-- name: live
SELECT g.generation, g.edition, g.version, g.position
  FROM frontlog_read.live l JOIN frontlog_read.generations g USING (projection, generation)
 WHERE l.projection = %s

-- name: generation
SELECT generation, edition, version, position, projection, state, build_to FROM frontlog_read.generations WHERE generation = %s

-- name: live_edition
SELECT data->>'edition' FROM frontlog_log.events WHERE stream = 'editions' ORDER BY version DESC LIMIT 1

-- name: edition_files
SELECT data->'files' FROM frontlog_log.events WHERE stream = 'edition-' || %s AND version = 1

-- name: edition_policy
-- One file of many: the rest of them is a megabyte.
SELECT data->'files'->>'edition.yaml' FROM frontlog_log.events WHERE stream = 'edition-' || %s AND version = 1

-- name: new_generation
SELECT frontlog_read.new_generation(%s, %s, %s, %s)

-- name: show_first
INSERT INTO frontlog_read.live (projection, generation) VALUES (%s, %s)

-- name: mark_live
UPDATE frontlog_read.generations SET state = 'live' WHERE generation = ANY(%s)

-- name: swap
-- All named projections change over in this one statement: no reader sees a mixture.
UPDATE frontlog_read.live SET generation = new.generation
  FROM unnest(%s::text[], %s::int[]) AS new (projection, generation)
 WHERE live.projection = new.projection

-- name: retire
UPDATE frontlog_read.generations g SET state = 'retired'
 WHERE g.state = 'live' AND NOT EXISTS (SELECT FROM frontlog_read.live l WHERE l.generation = g.generation)

-- name: checkpoint
UPDATE frontlog_read.generations SET position = %s, updated_at = clock_timestamp() WHERE generation = %s

-- name: head
-- The last number drawn: a checkpoint reaches it when every writer below has ended, whether it committed or not.
SELECT last_value - (NOT is_called)::int FROM frontlog_log.event_position

-- name: checkpoints
SELECT l.projection, g.position FROM frontlog_read.live l JOIN frontlog_read.generations g USING (projection, generation)

-- name: batch
-- Payloads only of the types the projection reads.
SELECT position, stream, version, type, schema_version, recorded_at,
       CASE WHEN type = ANY(%(reads)s) THEN data::text END
  FROM frontlog_log.events
 WHERE position > %(after)s AND position <= %(mark)s
 ORDER BY position
 LIMIT %(limit)s

-- name: streams
SELECT position, stream, version, type, schema_version, recorded_at,
       CASE WHEN type = ANY(%(reads)s) THEN data::text END
  FROM frontlog_log.events
 WHERE stream = ANY(%(streams)s) AND position <= %(up_to)s
 ORDER BY position

-- name: arrivals
SELECT position, stream, recorded_at, data->>'published', data->>'signature'
  FROM frontlog_log.events
 WHERE stream = ANY(%(streams)s) AND version = 1 AND type = 'ArticleReceived' AND position <= %(up_to)s

-- name: alike
-- Articles that share a key of their signature with one of these, by the index events_origin_keys. Both OFFSET 0 stand
-- for one look into the index an article: keys spelled once, and no plan that holds all articles against each other.
SELECT DISTINCT ON (other.position) other.*
  FROM (SELECT position, frontlog_log.origin_keys(data->>'signature') AS keys
          FROM frontlog_log.events
         WHERE stream = ANY(%(streams)s) AND version = 1 AND type = 'ArticleReceived'
        OFFSET 0) AS mine
 CROSS JOIN LATERAL (
       SELECT position, stream, recorded_at, data->>'published', data->>'signature'
         FROM frontlog_log.events
        WHERE type = 'ArticleReceived' AND frontlog_log.origin_keys(data->>'signature') && mine.keys
          AND position <> mine.position AND position <= %(up_to)s
          AND (data->>'published' IS NULL OR %(earliest)s::date IS NULL
               OR (data->>'published')::date BETWEEN %(earliest)s AND %(latest)s)
       OFFSET 0) AS other (position, stream, recorded_at, published, signature)

-- name: any_review
SELECT EXISTS (SELECT FROM frontlog_log.events WHERE stream ^@ 'review-')

-- name: articles_of_fingerprints
-- Where the events table has not come yet, the rest of the log itself.
SELECT e.article_id FROM frontlog_read.events e
 WHERE e.fingerprint = ANY(%(fingerprints)s)
   AND e.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'events')
UNION
SELECT split_part(substr(e.stream, 8), '@', 1) FROM frontlog_log.events e
 WHERE e.stream ^@ 'coding-' AND e.data->>'fingerprint' = ANY(%(fingerprints)s) AND e.position <= %(up_to)s
   AND e.position > coalesce((
        SELECT g.position FROM frontlog_read.live l JOIN frontlog_read.generations g USING (projection, generation)
         WHERE l.projection = 'events' AND g.edition = %(edition)s), 0)

-- name: evidence
SELECT * FROM frontlog_read.control_evidence WHERE generation = %s AND place_id = ANY(%s)

-- name: history_at
SELECT h.* FROM frontlog_read.control_history h
  JOIN unnest(%s::text[], %s::timestamptz[]) AS resumed (place_id, at) USING (place_id)
 WHERE h.generation = %s AND h.known_from <= resumed.at AND (h.known_to IS NULL OR h.known_to > resumed.at)

-- name: history_from
-- The rows that an assessment from these moments on (NULL: from the start) may change. No one else writes them meanwhile,
-- so ctid names them until the transaction ends.
SELECT h.*, h.ctid FROM frontlog_read.control_history h
  JOIN unnest(%s::text[], %s::timestamptz[]) AS resumed (place_id, at) USING (place_id)
 WHERE h.generation = %s AND (resumed.at IS NULL OR h.known_to IS NULL OR h.known_to > resumed.at)

-- name: forget_history
DELETE FROM frontlog_read.control_history WHERE generation = %s AND ctid = ANY(%s::tid[])

-- name: forget_open
DELETE FROM frontlog_read.control_history h
 USING unnest(%s::text[], %s::text[], %s::date[], %s::timestamptz[]) AS gone (place_id, area, valid_from, known_from)
 WHERE h.generation = %s AND h.known_to IS NULL AND h.place_id = gone.place_id AND h.area = gone.area
   AND h.valid_from = gone.valid_from AND h.known_from = gone.known_from

-- name: forget_open_undated
DELETE FROM frontlog_read.control_history h
 USING unnest(%s::text[], %s::text[], %s::date[], %s::timestamptz[]) AS gone (place_id, area, valid_from, known_from)
 WHERE h.generation = %s AND h.known_to IS NULL AND h.place_id = gone.place_id AND h.area = gone.area
   AND h.valid_from IS NULL AND h.known_from = gone.known_from

-- name: forget_ended
-- Rows that had ended in known time.
DELETE FROM frontlog_read.control_history h
 USING unnest(%s::text[], %s::text[], %s::date[], %s::timestamptz[]) AS gone (place_id, area, valid_from, known_from)
 WHERE h.generation = %s AND h.known_to IS NOT NULL AND h.place_id = gone.place_id AND h.area = gone.area
   AND h.valid_from IS NOT DISTINCT FROM gone.valid_from AND h.known_from = gone.known_from

-- name: evidence_told
SELECT e.* FROM frontlog_read.control_evidence e
  JOIN unnest(%s::text[], %s::text[], %s::integer[], %s::integer[]) AS told (place_id, article_id, sentence, ordinal)
 USING (place_id, article_id, sentence, ordinal)
 WHERE e.generation = %s

-- name: add_activity_totals
INSERT INTO frontlog_read.activity_totals AS t
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (generation, actor_id, actor, role, event_type)
DO UPDATE SET events = t.events + excluded.events, articles = t.articles + excluded.articles

-- name: add_activity_days
INSERT INTO frontlog_read.activity_days AS t
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::date[], %s::bigint[])
ON CONFLICT (generation, actor_id, role, event_type, occurred_earliest, occurred_latest)
DO UPDATE SET events = t.events + excluded.events

-- name: add_activity_places
INSERT INTO frontlog_read.activity_places AS t
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (generation, actor_id, role, event_type, place_id, place)
DO UPDATE SET events = t.events + excluded.events

-- name: drop_zero_activity_totals
DELETE FROM frontlog_read.activity_totals WHERE generation = %s AND events = 0 AND articles = 0

-- name: drop_zero_activity_days
DELETE FROM frontlog_read.activity_days WHERE generation = %s AND events = 0

-- name: drop_zero_activity_places
DELETE FROM frontlog_read.activity_places WHERE generation = %s AND events = 0
