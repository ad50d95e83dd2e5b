-- Replays under another edition: codings staged beside the log, what differs, and the way to the switch.

ALTER TABLE frontlog_ops.replays
  ADD COLUMN aim text NOT NULL DEFAULT 'rebuild' CHECK (aim IN ('rebuild', 'compare', 'activate')),
  ADD COLUMN live_edition text,
  ADD COLUMN mark bigint NOT NULL DEFAULT 0,
  ADD COLUMN accept_orphans boolean NOT NULL DEFAULT false,
  ADD COLUMN dry_run boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN frontlog_ops.replays.aim IS
    'rebuild the live edition''s rows, compare another edition with it, or activate that one.';
COMMENT ON COLUMN frontlog_ops.replays.live_edition IS 'The edition that was live at the start.';
COMMENT ON COLUMN frontlog_ops.replays.mark IS 'Articles received up to this position are recoded by ranges, later ones at the switch.';
COMMENT ON COLUMN frontlog_ops.replays.dry_run IS 'Whoever started it forgets all of it after the report.';
ALTER TABLE frontlog_ops.replays DROP CONSTRAINT replays_step_check;
ALTER TABLE frontlog_ops.replays ADD CONSTRAINT replays_step_check
  CHECK (step IN ('build', 'catch_up', 'verify', 'swap', 'recode', 'compare', 'append', 'switch'));

-- Codings of a published edition that are not in the log. A coding is a pure function of article and edition, so a row
-- is right for ever and serves the next replay of that edition too.
CREATE TABLE frontlog_ops.staged_codings (
    edition text NOT NULL,
    article_id text NOT NULL,
    coding bytea,
    error text,
    staged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (edition, article_id),
    CHECK ((coding IS NULL) <> (error IS NULL))
);
COMMENT ON TABLE frontlog_ops.staged_codings IS
    'Codings under an edition that is not live (JSON), or why there is none; dropped when it is activated or abandoned.';

CREATE TABLE frontlog_ops.replay_differences (
    replay_id integer NOT NULL REFERENCES frontlog_ops.replays ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('event', 'holding', 'actor', 'decision', 'article')),
    key text NOT NULL,
    change text NOT NULL CHECK (change IN ('appears', 'vanishes', 'changes', 'orphaned', 'kept')),
    weight integer NOT NULL DEFAULT 1,
    fields text[] NOT NULL DEFAULT '{}',
    article_id text,
    sentence integer,
    event_type text,
    rule text,
    fingerprint text,
    place_id text,
    place text,
    area text,
    actor_id text,
    actor text,
    role text,
    before jsonb,
    after jsonb,
    note text,
    text_digest text,
    start_at integer,
    end_at integer,
    PRIMARY KEY (replay_id, kind, key)
);
COMMENT ON TABLE frontlog_ops.replay_differences IS 'What a replay under another edition would change.';
ALTER TABLE frontlog_ops.replay_ranges DROP CONSTRAINT replay_ranges_replay_id_fkey;
ALTER TABLE frontlog_ops.replay_ranges
  ADD CONSTRAINT replay_ranges_replay_id_fkey FOREIGN KEY (replay_id) REFERENCES frontlog_ops.replays ON DELETE CASCADE;

CREATE VIEW frontlog.replay_differences AS
SELECT d.replay_id, r.edition, r.live_edition, d.kind, d.change, d.weight, d.fields, d.article_id, d.sentence,
       d.event_type, d.rule, d.fingerprint, d.place_id, d.place, d.area, d.actor_id, d.actor, d.role, d.before, d.after,
       d.note,
       (SELECT substr(t.text, d.start_at + 1, d.end_at - d.start_at)
          FROM frontlog_log.article_texts t WHERE t.digest = d.text_digest) AS quote
  FROM frontlog_ops.replay_differences d JOIN frontlog_ops.replays r USING (replay_id);
COMMENT ON VIEW frontlog.replay_differences IS
    'What an edition changes against the one that was live: events, holdings, actors'' counts, decisions that lose their '
    'event, and articles that keep their older coding.';
COMMENT ON COLUMN frontlog.replay_differences.replay_id IS 'The replay that found it; frontlog.replays has the rest.';
COMMENT ON COLUMN frontlog.replay_differences.edition IS 'The edition that was replayed.';
COMMENT ON COLUMN frontlog.replay_differences.live_edition IS 'The edition that it was compared with.';
COMMENT ON COLUMN frontlog.replay_differences.kind IS 'event, holding, actor, decision or article.';
COMMENT ON COLUMN frontlog.replay_differences.change IS
    'appears, vanishes or changes; orphaned: a decision without its event; kept: an article whose older coding stays.';
COMMENT ON COLUMN frontlog.replay_differences.weight IS
    'For the order of the report: rows of history that differ, or events more and less; 1 otherwise.';
COMMENT ON COLUMN frontlog.replay_differences.fields IS 'What of an event or a holding changes.';
COMMENT ON COLUMN frontlog.replay_differences.article_id IS 'The article; of a holding: one whose events change it.';
COMMENT ON COLUMN frontlog.replay_differences.sentence IS 'Number of the sentence, from 1.';
COMMENT ON COLUMN frontlog.replay_differences.event_type IS 'Event type of the codebook; of an event that changes: the new one.';
COMMENT ON COLUMN frontlog.replay_differences.rule IS 'The rule that codes it; of an event that vanishes: that did.';
COMMENT ON COLUMN frontlog.replay_differences.fingerprint IS 'Of the event, and of a decision.';
COMMENT ON COLUMN frontlog.replay_differences.place_id IS 'The place of a holding.';
COMMENT ON COLUMN frontlog.replay_differences.place IS 'Its name.';
COMMENT ON COLUMN frontlog.replay_differences.area IS 'As in control_status; NULL: the whole place.';
COMMENT ON COLUMN frontlog.replay_differences.actor_id IS 'The actor whose counts change.';
COMMENT ON COLUMN frontlog.replay_differences.actor IS 'Its name.';
COMMENT ON COLUMN frontlog.replay_differences.role IS 'actor or counterparty.';
COMMENT ON COLUMN frontlog.replay_differences.before IS
    'Under the live edition: the event as the log has it, the holding''s history, or the counts; NULL: nothing.';
COMMENT ON COLUMN frontlog.replay_differences.after IS 'The same under the replayed edition.';
COMMENT ON COLUMN frontlog.replay_differences.note IS 'Why an article keeps its coding; who decided and why.';
COMMENT ON COLUMN frontlog.replay_differences.quote IS 'The sentence; NULL when the text was erased.';
