-- Seals: ranges of positions under a chain of roots. A stream's own chain cannot tell that its last events are missing;
-- a seal can. And the schedule: what `frontlog up` does now and then, on whichever host comes first.

CREATE TABLE frontlog_log.seals (
    seal integer PRIMARY KEY CHECK (seal > 0),
    from_position bigint NOT NULL,
    to_position bigint NOT NULL CHECK (to_position >= from_position),
    events integer NOT NULL,
    root bytea NOT NULL CHECK (length(root) = 32),
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE frontlog_log.seals IS 'Sealed ranges of the log, without gaps, each root over the one before it.';
COMMENT ON COLUMN frontlog_log.seals.root IS
    'SHA-256 over the root before it (nothing for seal 1), from_position, to_position and events as 8 bytes each, '
    'big-endian, and the digests of the range''s events in the order of their positions.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frontlog_log.seals
    FOR EACH STATEMENT EXECUTE FUNCTION frontlog_log.refuse_change();
ALTER TABLE frontlog_log.seals ENABLE ALWAYS TRIGGER append_only;

CREATE FUNCTION frontlog_log.seal(at_most bigint) RETURNS SETOF frontlog_log.seals LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    last_one frontlog_log.seals;
    low bigint;
    high bigint;
    found_events bigint;
    digests bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(26229, 0);
    SELECT * INTO last_one FROM frontlog_log.seals ORDER BY seal DESC LIMIT 1;
    low := coalesce(last_one.to_position, 0) + 1;
    high := least(frontlog_log.safe_mark(), low + at_most - 1);
    SELECT count(*), coalesce(string_agg(digest, ''::bytea ORDER BY position), ''::bytea) INTO found_events, digests
      FROM frontlog_log.events WHERE position BETWEEN low AND high;
    -- a full range of holes is sealed too, or nothing behind it ever would be
    IF found_events > 0 OR high - low + 1 >= at_most THEN
        RETURN QUERY INSERT INTO frontlog_log.seals (seal, from_position, to_position, events, root)
        VALUES (coalesce(last_one.seal, 0) + 1, low, high, found_events,
                sha256(coalesce(last_one.root, ''::bytea) || int8send(low) || int8send(high) || int8send(found_events)
                       || digests))
        RETURNING *;
    END IF;
END
$$;
COMMENT ON FUNCTION frontlog_log.seal IS 'Seal what is new below the safe mark, at most so many positions; no row: nothing is.';
REVOKE ALL ON FUNCTION frontlog_log.seal FROM PUBLIC;

CREATE TABLE frontlog_ops.schedule (
    job text PRIMARY KEY,
    every_s double precision NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    result text,
    error text
);
COMMENT ON TABLE frontlog_ops.schedule IS 'Jobs that frontlog up does now and then, each with its last run.';

CREATE VIEW frontlog.schedule AS
SELECT job, every_s, started_at, ended_at, result, error FROM frontlog_ops.schedule;
COMMENT ON VIEW frontlog.schedule IS 'What frontlog up does now and then, and how it last went.';
COMMENT ON COLUMN frontlog.schedule.job IS 'What is done.';
COMMENT ON COLUMN frontlog.schedule.every_s IS 'How often, in seconds.';
COMMENT ON COLUMN frontlog.schedule.started_at IS 'When it was last begun, on whichever host.';
COMMENT ON COLUMN frontlog.schedule.ended_at IS 'When it last ended.';
COMMENT ON COLUMN frontlog.schedule.result IS 'What it last did.';
COMMENT ON COLUMN frontlog.schedule.error IS 'What went wrong the last time; NULL: nothing.';
