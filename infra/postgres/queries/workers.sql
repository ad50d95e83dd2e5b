-- name: beat
INSERT INTO frontlog_ops.workers (worker_id, host, pid, kind)
VALUES (%(worker_id)s, %(host)s, %(pid)s, %(kind)s)
ON CONFLICT (worker_id) DO UPDATE SET heartbeat_at = clock_timestamp()

-- name: leave
-- Takes those along that were killed an hour ago or more.
DELETE FROM frontlog_ops.workers
 WHERE worker_id = %(worker_id)s OR heartbeat_at < clock_timestamp() - interval '1 hour'

-- name: alive
SELECT worker_id, host, pid, kind, started_at, heartbeat_at
  FROM frontlog_ops.workers
 WHERE heartbeat_at > clock_timestamp() - make_interval(secs => %(within_s)s)
 ORDER BY started_at, worker_id
