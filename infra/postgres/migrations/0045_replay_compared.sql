-- What differs is followed up in pieces: by article first, then by place. What one article contributes is noted here.

CREATE TABLE frontlog_ops.replay_compared (
    replay_id integer NOT NULL REFERENCES frontlog_ops.replays ON DELETE CASCADE,
    article_id text NOT NULL,
    places text[] NOT NULL,
    sums jsonb NOT NULL,
    PRIMARY KEY (replay_id, article_id)
);
COMMENT ON TABLE frontlog_ops.replay_compared IS 'Articles some of whose events differ, until their replay has counted them.';
COMMENT ON COLUMN frontlog_ops.replay_compared.places IS 'Ids of the places that it speaks of under either edition.';
COMMENT ON COLUMN frontlog_ops.replay_compared.sums IS
    'Arrays of actor_id, actor, role, event_type and how many events more (or fewer) it has under the replay''s edition.';

ALTER TABLE frontlog_ops.replays DROP CONSTRAINT replays_step_check;
ALTER TABLE frontlog_ops.replays ADD CONSTRAINT replays_step_check
  CHECK (step IN ('build', 'catch_up', 'verify', 'swap', 'recode', 'compare', 'weigh', 'append', 'switch'));

COMMENT ON COLUMN frontlog.replays.step IS
    'The step it is in, or the last one it reached. rebuild: build, catch_up, verify, swap. compare: recode, compare, '
    'weigh. activate: recode, compare, weigh, append, build, catch_up, switch.';
COMMENT ON COLUMN frontlog.replay_ranges.lane IS
    'A projection, or a share of the articles or places. Ranges of a lane go one after the other, lanes side by side.';
