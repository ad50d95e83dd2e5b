-- name: begin
INSERT INTO frontlog_ops.replays
       (edition, generations, trace_id, host, pid, account, step, aim, live_edition, mark, accept_orphans, dry_run)
VALUES (%(edition)s, %(generations)s, %(trace_id)s, %(host)s, %(pid)s, %(account)s, %(step)s, %(aim)s,
        %(live_edition)s, %(mark)s, %(accept_orphans)s, %(dry_run)s) RETURNING replay_id

-- name: unfinished
SELECT replay_id, state, step, edition, generations, trace_id, host, pid, account, error, started_at,
       aim, live_edition, mark, accept_orphans, dry_run
  FROM frontlog_ops.replays WHERE state NOT IN ('done', 'abandoned')

-- name: one
SELECT replay_id, state, step, edition, generations, trace_id, host, pid, account, error, started_at,
       aim, live_edition, mark, accept_orphans, dry_run
  FROM frontlog_ops.replays WHERE replay_id = %s

-- name: lock
-- One transaction at a time moves a replay on.
SELECT replay_id, state, step, edition, generations, trace_id, host, pid, account, error, started_at,
       aim, live_edition, mark, accept_orphans, dry_run
  FROM frontlog_ops.replays WHERE replay_id = %s FOR UPDATE

-- name: keep_running
-- Whoever ends the replay waits for this transaction, and sees what it did.
SELECT replay_id FROM frontlog_ops.replays WHERE replay_id = %s AND state = 'running' FOR SHARE

-- name: shown_of
SELECT generation FROM frontlog_read.live WHERE generation = ANY(%s)

-- name: add_range
INSERT INTO frontlog_ops.replay_ranges (replay_id, step, lane, ordinal, from_position, to_position)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: hold_lane
-- The session's: a killed worker lets go of it, and a second delivery of the message does not get it.
SELECT pg_try_advisory_lock(26228, hashtext(%s))

-- name: release_lane
SELECT pg_advisory_unlock(26228, hashtext(%s))

-- name: claim
UPDATE frontlog_ops.replay_ranges g
   SET state = 'running', attempts = attempts + 1, worker = %(worker)s, claimed_at = clock_timestamp()
  FROM frontlog_ops.replays r
 WHERE r.replay_id = g.replay_id AND r.state = 'running' AND (g.replay_id, g.step, g.lane, g.ordinal) = (
        SELECT n.replay_id, n.step, n.lane, n.ordinal
          FROM frontlog_ops.replay_ranges n JOIN frontlog_ops.replays o USING (replay_id, step)
         WHERE n.replay_id = %(replay_id)s AND n.lane = %(lane)s AND n.state <> 'done' AND o.state = 'running'
         ORDER BY n.ordinal LIMIT 1)
RETURNING g.step, g.lane, g.ordinal, g.from_position, g.to_position,
          (SELECT count(*) FROM frontlog_ops.replay_ranges a
            WHERE (a.replay_id, a.step, a.lane) = (g.replay_id, g.step, g.lane))::int

-- name: finish
UPDATE frontlog_ops.replay_ranges SET state = 'done', ended_at = clock_timestamp(), error = NULL, found = %(found)s
 WHERE replay_id = %(replay_id)s AND step = %(step)s AND lane = %(lane)s AND ordinal = %(ordinal)s AND state <> 'done'

-- name: trouble
UPDATE frontlog_ops.replay_ranges SET error = %s WHERE replay_id = %s AND lane = %s AND state = 'running'

-- name: open_lanes
SELECT DISTINCT n.lane FROM frontlog_ops.replay_ranges n JOIN frontlog_ops.replays o USING (replay_id, step)
 WHERE n.replay_id = %s AND n.state <> 'done' AND o.state = 'running' ORDER BY n.lane

-- name: found
SELECT lane, found FROM frontlog_ops.replay_ranges WHERE replay_id = %s AND step = 'verify' ORDER BY lane, ordinal

-- name: move_on
UPDATE frontlog_ops.replays SET step = %s, updated_at = clock_timestamp() WHERE replay_id = %s

-- name: has_candidates
UPDATE frontlog_ops.replays SET generations = %s WHERE replay_id = %s

-- name: only_compare
UPDATE frontlog_ops.replays SET aim = 'compare' WHERE replay_id = %s

-- name: forget
DELETE FROM frontlog_ops.replays WHERE replay_id = %s AND state IN ('done', 'abandoned')

-- name: found_by
SELECT lane, found FROM frontlog_ops.replay_ranges WHERE replay_id = %s AND step = %s AND found IS NOT NULL
 ORDER BY lane, ordinal

-- name: touch
UPDATE frontlog_ops.replays SET updated_at = clock_timestamp() WHERE replay_id = %s

-- name: set_state
UPDATE frontlog_ops.replays
   SET state = %(state)s, error = %(error)s, updated_at = clock_timestamp(),
       ended_at = CASE WHEN %(state)s IN ('done', 'abandoned') THEN clock_timestamp() END
 WHERE replay_id = %(replay_id)s

-- name: progress
SELECT state, step, ranges, ranges_done, events, events_done, error,
       extract(epoch FROM clock_timestamp() - updated_at)::float8
  FROM frontlog.replays WHERE replay_id = %s

-- name: folded
-- How far the candidates are: between two finished ranges too.
SELECT coalesce(sum(position), 0)::bigint FROM frontlog_read.generations WHERE generation = ANY(%s)

-- name: live_positions
SELECT l.projection, g.position, g.version
  FROM frontlog_read.live l JOIN frontlog_read.generations g USING (projection, generation)

-- name: exact_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ

-- name: set_aside
UPDATE frontlog_read.generations g SET state = 'dropping'
 WHERE g.generation = ANY(%s) AND g.state <> 'live' AND NOT EXISTS (SELECT FROM frontlog_read.live l WHERE l.generation = g.generation)

-- name: old_generations
-- Retired ones beyond the newest few of each projection.
SELECT generation FROM (
    SELECT generation, row_number() OVER (PARTITION BY projection ORDER BY generation DESC) AS age
      FROM frontlog_read.generations WHERE state = 'retired') AS old
 WHERE age > %s

-- name: dropping
SELECT generation FROM frontlog_read.generations WHERE state = 'dropping' ORDER BY generation

-- name: partitions
-- Tables of a generation by name, and whether they are attached still, or half detached.
SELECT p.relname, c.relname, i.inhdetachpending
  FROM pg_class p
  JOIN pg_namespace n ON n.oid = p.relnamespace AND n.nspname = 'frontlog_read'
  JOIN pg_class c ON c.relname = p.relname || '_' || %s::text AND c.relnamespace = n.oid
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = p.oid
 WHERE p.relkind = 'p'

-- name: forget_generation
DELETE FROM frontlog_read.generations WHERE generation = %s AND state = 'dropping'

-- name: briefly
SET lock_timeout = '2s'

-- name: as_before
RESET lock_timeout

-- name: queue_turn
SELECT pg_advisory_xact_lock(26228, 0)

-- name: queue_installed
SELECT to_regclass('pgmq.meta') IS NOT NULL

-- name: queue_exists
SELECT EXISTS (SELECT FROM pgmq.meta WHERE queue_name = %s)

-- name: make_queue
SELECT pgmq.create(%s)

-- name: verify_again
UPDATE frontlog_ops.replay_ranges SET state = 'waiting', found = NULL WHERE replay_id = %s AND step = 'verify'
