-- Replays: each a row, its work as ranges of positions. A worker claims a range here, so a message may come twice or
-- not at all; the transaction that finishes the last range of a step makes the ranges of the next one.

CREATE TABLE frontlog_ops.replays (
    replay_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'mismatched', 'failed', 'done', 'abandoned')),
    step text NOT NULL DEFAULT 'build' CHECK (step IN ('build', 'catch_up', 'verify', 'swap')),
    edition text NOT NULL,
    generations jsonb NOT NULL,
    trace_id text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    account text NOT NULL,
    error text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz
);
COMMENT ON TABLE frontlog_ops.replays IS 'Rebuilds of projections beside the live ones.';
COMMENT ON COLUMN frontlog_ops.replays.generations IS 'The candidate generation of each projection, by name.';
-- one at a time: whoever comes second is refused by this key
CREATE UNIQUE INDEX one_unfinished_replay ON frontlog_ops.replays ((true)) WHERE state NOT IN ('done', 'abandoned');

CREATE TABLE frontlog_ops.replay_ranges (
    replay_id integer NOT NULL REFERENCES frontlog_ops.replays,
    step text NOT NULL,
    lane text NOT NULL,
    ordinal integer NOT NULL,
    from_position bigint NOT NULL DEFAULT 0,
    to_position bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done')),
    attempts integer NOT NULL DEFAULT 0,
    worker text,
    error text,
    found jsonb,
    claimed_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (replay_id, step, lane, ordinal)
);
COMMENT ON TABLE frontlog_ops.replay_ranges IS 'The work of a replay. Ranges of a lane (a projection) go in order, lanes side by side.';
COMMENT ON COLUMN frontlog_ops.replay_ranges.to_position IS 'The checkpoint that the candidate has when the range is done.';
COMMENT ON COLUMN frontlog_ops.replay_ranges.found IS 'What verifying saw: checkpoint, rows compared and the first that differ.';

-- a generation set aside for good: nobody folds into it, and its tables go as soon as no reader holds them
ALTER TABLE frontlog_read.generations DROP CONSTRAINT generations_state_check;
ALTER TABLE frontlog_read.generations
  ADD CONSTRAINT generations_state_check CHECK (state IN ('building', 'live', 'retired', 'dropping'));

CREATE VIEW frontlog.replays AS
SELECT r.replay_id, r.state, r.step, r.edition,
       ARRAY(SELECT jsonb_object_keys(r.generations) ORDER BY 1) AS projections,
       w.ranges, w.ranges_done, w.events, w.events_done, w.attempts, w.mismatches,
       coalesce(r.error, w.error) AS error,
       r.account, r.host, r.pid, r.trace_id, r.started_at, r.updated_at, r.ended_at
  FROM frontlog_ops.replays r
  CROSS JOIN LATERAL (
        SELECT count(*)::integer AS ranges,
               count(*) FILTER (WHERE g.state = 'done')::integer AS ranges_done,
               coalesce(sum(g.to_position - g.from_position), 0)::bigint AS events,
               coalesce(sum(CASE WHEN g.state = 'done' THEN g.to_position - g.from_position END), 0)::bigint AS events_done,
               coalesce(sum(g.attempts), 0)::integer AS attempts,
               count(*) FILTER (WHERE jsonb_array_length(g.found->'differences') > 0)::integer AS mismatches,
               max(g.error) AS error
          FROM frontlog_ops.replay_ranges g WHERE g.replay_id = r.replay_id) w;
COMMENT ON VIEW frontlog.replays IS 'Every replay: who runs or ran it, how far it is, and how it ended.';
COMMENT ON COLUMN frontlog.replays.replay_id IS 'Its number; they only rise.';
COMMENT ON COLUMN frontlog.replays.state IS 'running, mismatched (rebuilt and live differ: both are kept), failed, done, abandoned.';
COMMENT ON COLUMN frontlog.replays.step IS 'build, catch_up, verify or swap: the step it is in, or the last one it reached.';
COMMENT ON COLUMN frontlog.replays.edition IS 'The edition whose codings are folded.';
COMMENT ON COLUMN frontlog.replays.projections IS 'The projections that are rebuilt.';
COMMENT ON COLUMN frontlog.replays.ranges IS 'Pieces of work known so far; each step adds its own.';
COMMENT ON COLUMN frontlog.replays.ranges_done IS 'Pieces of work that are done.';
COMMENT ON COLUMN frontlog.replays.events IS 'Log positions to fold, over all projections.';
COMMENT ON COLUMN frontlog.replays.events_done IS 'Log positions folded by the pieces that are done.';
COMMENT ON COLUMN frontlog.replays.attempts IS 'How often a piece was taken up; more than ranges_done when workers were killed.';
COMMENT ON COLUMN frontlog.replays.mismatches IS 'Projections whose rebuilt rows differ from the live ones.';
COMMENT ON COLUMN frontlog.replays.error IS 'What went wrong last, if anything.';
COMMENT ON COLUMN frontlog.replays.account IS 'Who started it.';
COMMENT ON COLUMN frontlog.replays.host IS 'The machine it was started on.';
COMMENT ON COLUMN frontlog.replays.pid IS 'The process that started it.';
COMMENT ON COLUMN frontlog.replays.trace_id IS 'On every log line of this replay.';
COMMENT ON COLUMN frontlog.replays.started_at IS 'When it was started.';
COMMENT ON COLUMN frontlog.replays.updated_at IS 'When it last got ahead.';
COMMENT ON COLUMN frontlog.replays.ended_at IS 'When it ended; NULL: it has not.';
