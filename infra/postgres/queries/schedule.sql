-- name: claim
-- One host gets a job that is due.
INSERT INTO frontlog_ops.schedule AS s (job, every_s) VALUES (%(job)s, %(every_s)s)
ON CONFLICT (job) DO UPDATE SET started_at = clock_timestamp(), every_s = excluded.every_s
 WHERE s.started_at <= clock_timestamp() - make_interval(secs => excluded.every_s)
RETURNING job

-- name: ended
UPDATE frontlog_ops.schedule
   SET ended_at = clock_timestamp(), error = %(error)s,
       result = CASE WHEN %(error)s::text IS NULL THEN %(result)s ELSE result END
 WHERE job = %(job)s

-- name: seal
SELECT seal, from_position, to_position, events, root FROM frontlog_log.seal(%s)

-- name: seals
SELECT seal, from_position, to_position, events, root FROM frontlog_log.seals ORDER BY seal

-- name: sealed_digests
SELECT count(*), coalesce(string_agg(digest, ''::bytea ORDER BY position), ''::bytea)
  FROM frontlog_log.events WHERE position BETWEEN %s AND %s
