-- What a party reports against its own side: the evidence that weighs most. Found by an index, for such reports are few.

CREATE TABLE frontlog_read.actor_ancestry (
    edition text NOT NULL REFERENCES frontlog_read.registries ON DELETE CASCADE,
    actor_id text NOT NULL,
    ancestor_id text NOT NULL,
    valid daterange NOT NULL
);
COMMENT ON TABLE frontlog_read.actor_ancestry IS 'part_of at any depth, a row a chain, derived with actor_relations.';
CREATE INDEX ON frontlog_read.actor_ancestry (edition, actor_id, ancestor_id);

CREATE FUNCTION frontlog_read.derive_ancestry(of_edition text) RETURNS void LANGUAGE sql AS $$
    WITH RECURSIVE chain (actor_id, ancestor_id, valid, path) AS (
        SELECT r.actor_id, r.other_id, daterange(r.since, r.until), ARRAY[r.actor_id, r.other_id]
          FROM frontlog_read.actor_relations r WHERE r.edition = $1 AND r.relation = 'part_of'
        UNION ALL
        SELECT c.actor_id, r.other_id, c.valid * daterange(r.since, r.until), c.path || r.other_id
          FROM chain c
          JOIN frontlog_read.actor_relations r
            ON r.edition = $1 AND r.relation = 'part_of' AND r.actor_id = c.ancestor_id
         WHERE r.other_id <> ALL (c.path) AND c.valid && daterange(r.since, r.until)
    )
    INSERT INTO frontlog_read.actor_ancestry (edition, actor_id, ancestor_id, valid)
    SELECT DISTINCT $1, c.actor_id, c.ancestor_id, c.valid FROM chain c
$$;
COMMENT ON FUNCTION frontlog_read.derive_ancestry IS 'Fill actor_ancestry from the relations of one edition, once.';
REVOKE ALL ON FUNCTION frontlog_read.derive_ancestry FROM PUBLIC;
SELECT frontlog_read.derive_ancestry(edition) FROM frontlog_read.registries;

CREATE INDEX control_evidence_spoken ON frontlog_read.control_evidence (generation, known_at)
 WHERE voice_actor IS NOT NULL AND loser_ids <> '{}' AND counts;

CREATE VIEW frontlog.concessions AS
SELECT e.event_position, e.place_id, e.place, nullif(e.area, '') AS area, e.event_type, e.voice_actor AS speaker_id,
       e.attribution AS speaker, e.losers, e.loser_ids, e.holders, e.occurred_earliest, e.occurred_latest, e.source,
       e.article_id, e.sentence,
       (SELECT substr(t.text, e.start_at + 1, e.end_at - e.start_at)
          FROM frontlog_log.article_texts t WHERE t.digest = e.text_digest) AS quote,
       e.known_at
  FROM frontlog_read.control_evidence e
  JOIN frontlog_read.generations g ON g.generation = e.generation
 WHERE e.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control')
   AND e.voice_actor IS NOT NULL AND e.loser_ids <> '{}' AND e.counts
   AND (e.voice_actor = ANY (e.loser_ids) OR EXISTS (
        SELECT FROM frontlog_read.actor_ancestry a
         WHERE a.edition = g.edition
           AND ((a.actor_id = e.voice_actor AND a.ancestor_id = ANY (e.loser_ids))
                OR (a.actor_id = ANY (e.loser_ids) AND a.ancestor_id = e.voice_actor))
           AND a.valid && daterange(e.occurred_earliest, e.occurred_latest, '[]')));
COMMENT ON VIEW frontlog.concessions IS
    'Losses and withdrawals reported by the side that lost or left: evidence of a party against itself. The speaker is the '
    'loser, or one was part of the other at the time.';
COMMENT ON COLUMN frontlog.concessions.event_position IS 'The event in frontlog.events.';
COMMENT ON COLUMN frontlog.concessions.place_id IS 'The place; with area the holding it speaks of.';
COMMENT ON COLUMN frontlog.concessions.place IS 'Name of the place.';
COMMENT ON COLUMN frontlog.concessions.area IS 'As in control_evidence; NULL: the whole place.';
COMMENT ON COLUMN frontlog.concessions.event_type IS 'Event type of the codebook.';
COMMENT ON COLUMN frontlog.concessions.speaker_id IS 'The party that says so.';
COMMENT ON COLUMN frontlog.concessions.speaker IS 'Its name in the article.';
COMMENT ON COLUMN frontlog.concessions.losers IS 'Neutral names of those said to lose or leave it.';
COMMENT ON COLUMN frontlog.concessions.loser_ids IS 'Their ids, in the same order.';
COMMENT ON COLUMN frontlog.concessions.holders IS 'Neutral names of those said to hold it now; none for a mere loss.';
COMMENT ON COLUMN frontlog.concessions.occurred_earliest IS 'Earliest possible day; NULL: unbounded.';
COMMENT ON COLUMN frontlog.concessions.occurred_latest IS 'Latest possible day; NULL: unbounded.';
COMMENT ON COLUMN frontlog.concessions.source IS 'The house that published the article.';
COMMENT ON COLUMN frontlog.concessions.article_id IS 'The article.';
COMMENT ON COLUMN frontlog.concessions.sentence IS 'Number of the sentence, from 1.';
COMMENT ON COLUMN frontlog.concessions.quote IS 'The sentence; NULL when the text was erased.';
COMMENT ON COLUMN frontlog.concessions.known_at IS 'When the article was received.';
