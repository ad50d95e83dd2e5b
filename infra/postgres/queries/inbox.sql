-- name: drop
-- The doorbell rings in this transaction: NOTIFY's global commit lock is harmless away from the log's append.
WITH dropped AS (
    INSERT INTO frontlog_ops.inbox (payload, way_in, trace_id) VALUES (%(payload)s, %(way_in)s, %(trace_id)s)
    RETURNING id
)
SELECT id, pg_notify('frontlog_inbox', '') FROM dropped

-- name: claim
-- The oldest row that nobody else holds; held until the caller's transaction ends.
SELECT id, payload, way_in, trace_id, received_at, tries
  FROM frontlog_ops.inbox
 WHERE not_before <= clock_timestamp()
 ORDER BY id
 LIMIT 1
   FOR UPDATE SKIP LOCKED

-- name: remove
DELETE FROM frontlog_ops.inbox WHERE id = %s

-- name: postpone
-- An unexpected error: come back in 1, 2, 4, ... seconds.
UPDATE frontlog_ops.inbox
   SET tries = tries + 1, not_before = clock_timestamp() + make_interval(secs => power(2, tries))
 WHERE id = %s
RETURNING tries

-- name: reject
-- An inbox row is rejected once, whoever comes first.
INSERT INTO frontlog_ops.rejected_input
       (inbox_id, way_in, found_in, line, field, error, excerpt, trace_id, received_at)
VALUES (%(inbox_id)s, %(way_in)s, %(found_in)s, %(line)s, %(field)s, %(error)s, %(excerpt)s, %(trace_id)s,
        coalesce(%(received_at)s, clock_timestamp()))
ON CONFLICT (inbox_id) DO NOTHING

-- name: waiting
SELECT count(*) FROM frontlog_ops.inbox

-- name: listen
LISTEN frontlog_inbox
