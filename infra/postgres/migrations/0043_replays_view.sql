-- frontlog.replays says what a replay is for, and knows the steps of a replay under another edition.

CREATE OR REPLACE VIEW frontlog.replays AS
SELECT r.replay_id, r.state, r.step, r.edition,
       ARRAY(SELECT jsonb_object_keys(r.generations) ORDER BY 1) AS projections,
       w.ranges, w.ranges_done, w.events, w.events_done, w.attempts, w.mismatches,
       coalesce(r.error, w.error) AS error,
       r.account, r.host, r.pid, r.trace_id, r.started_at, r.updated_at, r.ended_at, r.aim, r.live_edition
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
COMMENT ON VIEW frontlog.replays IS 'Every replay, of the live edition''s rows or under another edition: who runs or ran it, how far it is, how it ended.';
COMMENT ON COLUMN frontlog.replays.step IS
    'The step it is in, or the last one it reached. rebuild: build, catch_up, verify, swap. compare: recode, compare. '
    'activate: recode, compare, append, build, catch_up, switch.';
COMMENT ON COLUMN frontlog.replays.edition IS 'The edition whose codings are folded, or under which the archive is coded.';
COMMENT ON COLUMN frontlog.replays.projections IS 'The projections that are rebuilt; none yet, or none at all, while editions are compared.';
COMMENT ON COLUMN frontlog.replays.aim IS
    'rebuild (the live edition''s rows), compare (another edition with the live one) or activate (and switch to it).';
COMMENT ON COLUMN frontlog.replays.live_edition IS 'The edition that was live when it began.';
