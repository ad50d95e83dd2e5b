-- Operations: what is on its way into the log and who is at work on it. Nothing here is history: the log is, and all of
-- these tables but the inbox and rejected_input can be emptied at the cost of a delay.

CREATE SCHEMA IF NOT EXISTS frontlog_ops;
COMMENT ON SCHEMA frontlog_ops IS 'Operations: the inbox, what was rejected, attempts in flight, workers alive.';

CREATE TABLE frontlog_ops.inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload jsonb NOT NULL,
    way_in text NOT NULL DEFAULT 'sql',
    trace_id text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON TABLE frontlog_ops.inbox IS
    'Articles dropped and not yet in the log. A row leaves in the transaction that appends its article.';
COMMENT ON COLUMN frontlog_ops.inbox.way_in IS 'sql, amqp, cli or http';
COMMENT ON COLUMN frontlog_ops.inbox.tries IS 'Unexpected errors so far; bad input is rejected at once instead.';

CREATE TABLE frontlog_ops.rejected_input (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inbox_id bigint UNIQUE,
    way_in text NOT NULL,
    found_in text NOT NULL,
    line integer,
    field text,
    error text NOT NULL,
    excerpt text NOT NULL,
    trace_id text NOT NULL,
    received_at timestamptz NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE frontlog_ops.rejected_input IS 'Input that no repeat would make an article, with the reason.';
COMMENT ON COLUMN frontlog_ops.rejected_input.inbox_id IS 'The inbox row it was, NULL when it came another way.';
COMMENT ON COLUMN frontlog_ops.rejected_input.found_in IS 'The file, queue or record.';
COMMENT ON COLUMN frontlog_ops.rejected_input.error IS 'What was found, what was expected, what to do.';
COMMENT ON COLUMN frontlog_ops.rejected_input.excerpt IS
    'The first 1,000 characters of the payload; all of it where the fault was Frontlog''s, so that it can be dropped again.';

CREATE TABLE frontlog_ops.attempts (
    article_id text NOT NULL,
    edition text NOT NULL,
    attempts integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    last_error text,
    PRIMARY KEY (article_id, edition)
);
COMMENT ON TABLE frontlog_ops.attempts IS
    'Attempts to code, counted and committed before coding starts, so that an article which kills the process counts too.';
COMMENT ON COLUMN frontlog_ops.attempts.finished_at IS 'NULL while an attempt runs, or after its process was killed.';

CREATE TABLE frontlog_ops.waiting (
    article_id text PRIMARY KEY,
    since timestamptz NOT NULL,
    trace_id text,
    rung_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE frontlog_ops.waiting IS 'Articles that the sweep has seen received, or asked for again, and not yet coded.';
COMMENT ON COLUMN frontlog_ops.waiting.rung_at IS 'When the doorbell for it last rang, as far as the sweep knows.';

CREATE TABLE frontlog_ops.swept (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE frontlog_ops.swept IS 'How far in the log the sweep has looked for articles that wait.';
INSERT INTO frontlog_ops.swept DEFAULT VALUES;

CREATE TABLE frontlog_ops.workers (
    worker_id text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    kind text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE frontlog_ops.workers IS 'Processes that work the queues; one whose heartbeat is old is gone.';

CREATE SCHEMA frontlog_in;
COMMENT ON SCHEMA frontlog_in IS 'The way in for anyone with the role frontlog_producer: drop_article, and nothing else.';

CREATE FUNCTION frontlog_in.drop_article(article jsonb) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    dropped bigint;
BEGIN
    IF article IS NULL THEN
        RAISE EXCEPTION 'drop_article: found NULL, expected a JSON object with the field "text"'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    INSERT INTO frontlog_ops.inbox (payload) VALUES (article) RETURNING id INTO dropped;
    -- wakes an idle worker. NOTIFY makes commits queue up for one lock: harmless here, never in the log's append
    PERFORM pg_notify('frontlog_inbox', '');
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION frontlog_in.drop_article(jsonb) IS
    'Drop one article: {"text": ..., "source", "published", "url", "title", "id"}; only text is required. Returns the '
    'inbox id. Nothing is checked here: what is no article ends in frontlog_ops.rejected_input with the reason.';

-- A role belongs to the whole server: another database, or another process at this moment, may have made it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontlog_producer') THEN
        CREATE ROLE frontlog_producer NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

REVOKE ALL ON FUNCTION frontlog_in.drop_article(jsonb) FROM PUBLIC;
GRANT USAGE ON SCHEMA frontlog_in TO frontlog_producer;
GRANT EXECUTE ON FUNCTION frontlog_in.drop_article(jsonb) TO frontlog_producer;
