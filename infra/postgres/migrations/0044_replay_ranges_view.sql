-- The single ranges of replays: which process is at what, and where it stands still.

CREATE VIEW frontlog.replay_ranges AS
SELECT g.replay_id, g.step, g.lane, g.ordinal, g.state, g.from_position, g.to_position, g.attempts, g.worker,
       g.claimed_at AS started_at, g.ended_at, g.found, g.error
  FROM frontlog_ops.replay_ranges g;
COMMENT ON VIEW frontlog.replay_ranges IS 'The pieces of work of every replay, each with the process that took it.';
COMMENT ON COLUMN frontlog.replay_ranges.replay_id IS 'The replay; frontlog.replays has the rest.';
COMMENT ON COLUMN frontlog.replay_ranges.step IS 'The step that it belongs to.';
COMMENT ON COLUMN frontlog.replay_ranges.lane IS
    'A projection, or a share of the articles. Ranges of a lane go one after the other, lanes side by side.';
COMMENT ON COLUMN frontlog.replay_ranges.ordinal IS 'Its place in the lane, from 0.';
COMMENT ON COLUMN frontlog.replay_ranges.state IS 'waiting, running (or left by a killed process) or done.';
COMMENT ON COLUMN frontlog.replay_ranges.from_position IS 'Log positions above this one.';
COMMENT ON COLUMN frontlog.replay_ranges.to_position IS 'Up to this one.';
COMMENT ON COLUMN frontlog.replay_ranges.attempts IS 'How often it was taken up.';
COMMENT ON COLUMN frontlog.replay_ranges.worker IS 'Host and pid of the process that took it last.';
COMMENT ON COLUMN frontlog.replay_ranges.started_at IS 'When it was last taken up.';
COMMENT ON COLUMN frontlog.replay_ranges.ended_at IS 'When it was done.';
COMMENT ON COLUMN frontlog.replay_ranges.found IS
    'What it counted; of verify: the checkpoint, rows compared and the first that differ.';
COMMENT ON COLUMN frontlog.replay_ranges.error IS 'What stood in its way last.';
