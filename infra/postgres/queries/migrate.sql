-- name: wait_for_turn
-- The number is ours alone: the eight ASCII bytes of 'frontlog'. Two minutes are a large migration elsewhere.
SET lock_timeout = '120s';
SELECT pg_advisory_lock(7382085259404013415);
SET lock_timeout = '3s';

-- name: bookkeeping
-- Which migrations this database has; the digest is SHA-256 of the file.
CREATE SCHEMA IF NOT EXISTS frontlog_ops;
CREATE TABLE IF NOT EXISTS frontlog_ops.migrations (
    name text PRIMARY KEY,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- name: applied
SELECT name, digest FROM frontlog_ops.migrations

-- name: record
INSERT INTO frontlog_ops.migrations (name, digest) VALUES (%s, %s)
