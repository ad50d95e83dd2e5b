-- name: begin
SELECT frontlog_read.begin_build(%s, %s, %s, %s, %s)

-- name: target
SELECT generation, edition, build_to FROM frontlog_read.generations WHERE generation = %s AND build_to IS NOT NULL

-- name: add_slice
INSERT INTO frontlog_read.build_slices (generation, part, slice, low, high) VALUES (%s, %s, %s, %s, %s)

-- name: slices
SELECT count(*) FROM frontlog_read.build_slices WHERE generation = %s AND part = %s

-- name: take_slice
-- Whoever comes second waits for the first one's transaction, and finds it done.
SELECT low, high FROM frontlog_read.build_slices
 WHERE generation = %s AND part = %s AND slice = %s AND NOT done FOR UPDATE

-- name: slice_done
UPDATE frontlog_read.build_slices SET done = true WHERE generation = %s AND part = %s AND slice = %s

-- name: origins_waiting
SELECT EXISTS (SELECT FROM frontlog_read.build_slices WHERE generation = %s AND part = 'origins' AND NOT done)

-- name: signatures
COPY (SELECT substr(stream, 9), data->>'signature'
        FROM frontlog_log.events
       WHERE stream ^@ 'article-' AND type = 'ArticleReceived' AND version = 1 AND position <= %(mark)s
         AND data ? 'signature') TO STDOUT

-- name: add_origins
INSERT INTO frontlog_read.build_origins (generation, article_id, since, origin_ids) VALUES (%s, %s, %s, %s)

-- name: origins
SELECT article_id, since, origin_ids FROM frontlog_read.build_origins
 WHERE generation = %(generation)s AND article_id = ANY(%(articles)s)

-- name: decisions
SELECT position, stream, version, type, schema_version, recorded_at, data::text
  FROM frontlog_log.events WHERE stream ^@ 'review-' AND position <= %(mark)s ORDER BY position

-- name: evidence_a_place
-- In the order of the index that a slice of places is read by.
SELECT place_id, count(*) FROM {table} GROUP BY place_id ORDER BY place_id

-- name: attach
SELECT frontlog_read.attach(%s, %s)

-- name: concluded
UPDATE frontlog_read.generations
   SET position = build_to, build_to = NULL, updated_at = clock_timestamp() WHERE generation = %s

-- name: forget_slices
DELETE FROM frontlog_read.build_slices WHERE generation = %s

-- name: forget_origins
DELETE FROM frontlog_read.build_origins WHERE generation = %s
