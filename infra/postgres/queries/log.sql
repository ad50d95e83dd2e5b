-- name: append
SELECT actual_version, at, event_digest, event_position, more_positions
  FROM frontlog_log.append(%s, %s, %s, %s, %s, %s, %s, %s)

-- name: copy_rest
COPY frontlog_log.events (position, recorded_at, version, schema_version, stream, type, data, metadata, digest)
FROM STDIN (FORMAT binary)

-- name: stream_version
SELECT coalesce(max(version), 0) FROM frontlog_log.events WHERE stream = %s

-- name: read_stream
-- jsonb as text: the caller decodes it, faster than the driver.
SELECT position, stream, version, type, schema_version, data::text, metadata::text, recorded_at, digest
  FROM frontlog_log.events
 WHERE stream = %s AND version > %s
 ORDER BY version

-- name: safe_mark
-- Alone in its statement, always: what is read up to the mark must be read by a later snapshot.
SELECT frontlog_log.safe_mark()

-- name: read_all
SELECT position, stream, version, type, schema_version, data::text, metadata::text, recorded_at, digest
  FROM frontlog_log.events
 WHERE position > %s AND position <= %s
 ORDER BY position
 LIMIT %s

-- name: streams
-- Version 1 of every stream; the C collation lets the prefix use the unique index.
SELECT stream FROM frontlog_log.events WHERE stream ^@ %s AND version = 1 ORDER BY stream

-- name: put_text
INSERT INTO frontlog_log.article_texts (digest, text) VALUES (%s, %s) ON CONFLICT (digest) DO NOTHING

-- name: erase_text
SELECT frontlog_log.erase_text(%s)

-- name: text
SELECT text FROM frontlog_log.article_texts WHERE digest = %s

-- name: lock
-- The two-number form, so that no name can look like a writer's floor. A collision of names costs a wait.
SELECT pg_advisory_xact_lock(26226, hashtext(%s))

-- name: verify_stream
SELECT position, stream, version, type, schema_version, data::text, metadata::text, recorded_at, digest
  FROM frontlog_log.events
 WHERE stream = %s
 ORDER BY version

-- name: verify_all
-- In stream order: a check then needs the memory of one event, however many streams there are.
SELECT position, stream, version, type, schema_version, data::text, metadata::text, recorded_at, digest
  FROM frontlog_log.events
 ORDER BY stream, version

-- name: broken_texts
-- The digest of a text is its key.
SELECT digest FROM frontlog_log.article_texts
 WHERE text IS NOT NULL AND encode(sha256(convert_to(text, 'UTF8')), 'hex') <> digest
 ORDER BY digest
