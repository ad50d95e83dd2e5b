-- Near-duplicate articles are found by an index over the log itself: no table to fill, to lag behind or to rebuild.

-- the keys that two near-duplicates share one of, as domain/origins.py spells them: eight hex digits, with their place
-- dear, and in a language that is not inlined: else a planner with statistics holds every article against every other
CREATE FUNCTION frontlog_log.origin_keys(signature text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
BEGIN
    RETURN ARRAY(SELECT n || ':' || substr(signature, n * 8 + 1, 8)
                   FROM generate_series(0, length(signature) / 8 - 1) AS n);
END
$$;
COMMENT ON FUNCTION frontlog_log.origin_keys IS 'Parts of an article''s signature; near-duplicates share at least one.';

-- fastupdate off: a list of pending entries would be read through at every look
CREATE INDEX events_origin_keys ON frontlog_log.events USING gin (frontlog_log.origin_keys(data->>'signature'))
  WITH (fastupdate = off) WHERE type = 'ArticleReceived';

-- the origin over known time: origins[n] from origins_from[n] on; origin_id is the last one
ALTER TABLE frontlog_read.control_evidence
    ADD COLUMN origins text[] NOT NULL DEFAULT '{}',
    ADD COLUMN origins_from timestamptz[] NOT NULL DEFAULT '{}';
