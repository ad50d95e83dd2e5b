-- The SQL contract: all that the role frontlog_reader sees. Names are fixed, columns may be added. Views run with their
-- owner's rights; a view shows the live generation of its projection only.

CREATE SCHEMA frontlog;
COMMENT ON SCHEMA frontlog IS
    'Who held what, since when, according to whom; and what each actor did. Every row leads to its sentence.';

CREATE VIEW frontlog.articles AS
SELECT a.article_id, a.external_id, a.source, a.title, a.url, a.published, a.received_at, a.state, a.edition,
       a.sentences, a.events,
       coalesce(a.failed_attempts, t.attempts, 0) AS attempts,
       coalesce(a.error, CASE WHEN a.state = 'received' THEN t.last_error END) AS error,
       a.origin_id, a.superseded_by
  FROM frontlog_read.articles a
  LEFT JOIN frontlog_ops.attempts t
    ON t.article_id = a.article_id AND t.edition = (
        SELECT g.edition FROM frontlog_read.live l JOIN frontlog_read.generations g USING (generation)
         WHERE l.projection = 'articles')
 WHERE a.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'articles');
COMMENT ON VIEW frontlog.articles IS 'Every article received, and what became of it.';
COMMENT ON COLUMN frontlog.articles.article_id IS 'Digest of text, source and publication date.';
COMMENT ON COLUMN frontlog.articles.external_id IS 'The id its sender gave it.';
COMMENT ON COLUMN frontlog.articles.source IS 'The house that published it, as given.';
COMMENT ON COLUMN frontlog.articles.title IS 'Its title, as given.';
COMMENT ON COLUMN frontlog.articles.url IS 'Its address, as given.';
COMMENT ON COLUMN frontlog.articles.published IS 'Its day of publication, as given; NULL: unknown, and never guessed.';
COMMENT ON COLUMN frontlog.articles.received_at IS 'When it entered the log: its known time.';
COMMENT ON COLUMN frontlog.articles.state IS
    'received (waits to be coded), coded, uncoded (coded under another edition only), failed, retracted, superseded or erased.';
COMMENT ON COLUMN frontlog.articles.edition IS 'The rule edition that coded it.';
COMMENT ON COLUMN frontlog.articles.sentences IS 'How many sentences it has.';
COMMENT ON COLUMN frontlog.articles.events IS 'How many events were coded from it.';
COMMENT ON COLUMN frontlog.articles.attempts IS 'How often coding was begun since the last failure or retry.';
COMMENT ON COLUMN frontlog.articles.error IS 'Why coding failed, or what the last attempt met.';
COMMENT ON COLUMN frontlog.articles.origin_id IS 'The article that stands for it and its near-duplicates.';
COMMENT ON COLUMN frontlog.articles.superseded_by IS 'The newer text that replaced it.';

CREATE VIEW frontlog.events AS
SELECT e.position, e.recorded_at, e.edition, e.article_id, e.sentence, e.type, e.modality, e.actors, e.actor_ids,
       e.counterparties, e.places, e.place_ids, e.areas, e.occurred_earliest, e.occurred_latest, e.precision,
       e.attribution, e.rule, e.trigger,
       (SELECT substr(t.text, e.start_at + 1, e.end_at - e.start_at)
          FROM frontlog_log.article_texts t WHERE t.digest = e.text_digest) AS quote,
       e.fingerprint, e.counterparty_ids, e.extents, e.operation, e.standing
  FROM frontlog_read.events e
 WHERE e.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'events');
COMMENT ON VIEW frontlog.events IS 'The coded events, one row each. Count those whose standing is ''counts''.';
COMMENT ON COLUMN frontlog.events.position IS 'Its place in the log: the key by which other views name it.';
COMMENT ON COLUMN frontlog.events.recorded_at IS 'When it was coded and stored.';
COMMENT ON COLUMN frontlog.events.edition IS 'The rule edition that coded it.';
COMMENT ON COLUMN frontlog.events.article_id IS 'The article that reports it.';
COMMENT ON COLUMN frontlog.events.sentence IS 'Number of its sentence in the article, from 1.';
COMMENT ON COLUMN frontlog.events.type IS 'Event type of the codebook, such as ControlTaken.';
COMMENT ON COLUMN frontlog.events.modality IS 'asserted, planned, denied or conditional. Only asserted events change control.';
COMMENT ON COLUMN frontlog.events.actors IS 'Neutral names of those who act.';
COMMENT ON COLUMN frontlog.events.actor_ids IS 'Their ids, in the same order; prov:... are provisional.';
COMMENT ON COLUMN frontlog.events.counterparties IS 'Neutral names of those acted on: receiver, loser, target.';
COMMENT ON COLUMN frontlog.events.places IS 'Names of its places.';
COMMENT ON COLUMN frontlog.events.place_ids IS 'Their ids, in the same order; prov:... are provisional.';
COMMENT ON COLUMN frontlog.events.areas IS 'Sub-areas in the same order (centre, countryside, outskirts, a compass part); NULL: none named.';
COMMENT ON COLUMN frontlog.events.occurred_earliest IS 'Earliest possible day it happened; NULL: unbounded.';
COMMENT ON COLUMN frontlog.events.occurred_latest IS 'Latest possible day it happened; NULL: unbounded.';
COMMENT ON COLUMN frontlog.events.precision IS 'day, month, year, range or unknown.';
COMMENT ON COLUMN frontlog.events.attribution IS 'Who says so; NULL: the reporter.';
COMMENT ON COLUMN frontlog.events.rule IS 'The rule of the edition that fired.';
COMMENT ON COLUMN frontlog.events.trigger IS 'The words that it fired on.';
COMMENT ON COLUMN frontlog.events.quote IS 'The sentence; NULL when the text was erased.';
COMMENT ON COLUMN frontlog.events.fingerprint IS 'Names the event across editions, for reject and restore.';
COMMENT ON COLUMN frontlog.events.counterparty_ids IS 'Ids of the counterparties, in the same order.';
COMMENT ON COLUMN frontlog.events.extents IS 'How much of each place: whole, most, part; NULL: not said.';
COMMENT ON COLUMN frontlog.events.operation IS 'Name of the operation, if given.';
COMMENT ON COLUMN frontlog.events.standing IS 'counts, rejected (by an analyst), retracted or superseded (with its article).';

CREATE VIEW frontlog.unresolved AS
SELECT u.article_id, u.sentence, u.mention, u.role, u.candidates
  FROM frontlog_read.unresolved u
 WHERE u.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'unresolved');
COMMENT ON VIEW frontlog.unresolved IS 'Mentions that stand for someone or somewhere the article does not settle.';
COMMENT ON COLUMN frontlog.unresolved.article_id IS 'The article.';
COMMENT ON COLUMN frontlog.unresolved.sentence IS 'Number of the sentence, from 1.';
COMMENT ON COLUMN frontlog.unresolved.mention IS 'The words.';
COMMENT ON COLUMN frontlog.unresolved.role IS 'The role it fills: actor, counterparty or place.';
COMMENT ON COLUMN frontlog.unresolved.candidates IS 'Ids of those it may stand for.';

CREATE VIEW frontlog.control_evidence AS
SELECT e.place_id, e.place, nullif(e.area, '') AS area, e.event_position, e.event_type, e.holders,
       e.occurred_earliest, e.occurred_latest, e.precision, e.modality, e.article_id, e.origin_id, e.source,
       e.attribution, e.sentence,
       (SELECT substr(t.text, e.start_at + 1, e.end_at - e.start_at)
          FROM frontlog_log.article_texts t WHERE t.digest = e.text_digest) AS quote,
       e.rule, e.known_at, e.holder_ids, e.losers, e.loser_ids, e.extent, e.fingerprint,
       e.counts
  FROM frontlog_read.control_evidence e
 WHERE e.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control');
COMMENT ON VIEW frontlog.control_evidence IS 'Every report that bears on control: one row an event and place.';
COMMENT ON COLUMN frontlog.control_evidence.place_id IS 'The place; with area the holding it speaks of.';
COMMENT ON COLUMN frontlog.control_evidence.place IS 'Name of the place.';
COMMENT ON COLUMN frontlog.control_evidence.area IS 'centre, countryside, outskirts, a compass part, or part (an unnamed one); NULL: the whole place.';
COMMENT ON COLUMN frontlog.control_evidence.event_position IS 'The event in frontlog.events.';
COMMENT ON COLUMN frontlog.control_evidence.event_type IS 'Event type of the codebook.';
COMMENT ON COLUMN frontlog.control_evidence.holders IS 'Neutral names of those said to hold it; none for a loss, a withdrawal, fighting.';
COMMENT ON COLUMN frontlog.control_evidence.occurred_earliest IS 'Earliest possible day; NULL: unbounded.';
COMMENT ON COLUMN frontlog.control_evidence.occurred_latest IS 'Latest possible day; NULL: unbounded.';
COMMENT ON COLUMN frontlog.control_evidence.precision IS 'day, month, year, range or unknown.';
COMMENT ON COLUMN frontlog.control_evidence.modality IS 'asserted, planned, denied or conditional; only asserted evidence is assessed.';
COMMENT ON COLUMN frontlog.control_evidence.article_id IS 'The article.';
COMMENT ON COLUMN frontlog.control_evidence.origin_id IS 'Near-duplicate articles share one origin and count once.';
COMMENT ON COLUMN frontlog.control_evidence.source IS 'The house that published the article.';
COMMENT ON COLUMN frontlog.control_evidence.attribution IS 'Who says so; NULL: the reporter.';
COMMENT ON COLUMN frontlog.control_evidence.sentence IS 'Number of the sentence, from 1.';
COMMENT ON COLUMN frontlog.control_evidence.quote IS 'The sentence; NULL when the text was erased.';
COMMENT ON COLUMN frontlog.control_evidence.rule IS 'The rule of the edition that fired.';
COMMENT ON COLUMN frontlog.control_evidence.known_at IS 'When the article was received.';
COMMENT ON COLUMN frontlog.control_evidence.holder_ids IS 'Ids of the holders, in the same order.';
COMMENT ON COLUMN frontlog.control_evidence.losers IS 'Neutral names of those said to lose or leave it.';
COMMENT ON COLUMN frontlog.control_evidence.loser_ids IS 'Their ids, in the same order.';
COMMENT ON COLUMN frontlog.control_evidence.extent IS 'How much of it: whole, most, part; NULL: not said.';
COMMENT ON COLUMN frontlog.control_evidence.fingerprint IS 'Names the event for reject and restore.';
COMMENT ON COLUMN frontlog.control_evidence.counts IS 'False for what was not asserted, rejected, retracted or superseded.';

CREATE VIEW frontlog.control_history AS
SELECT h.place_id, h.place, h.kind, h.country, h.lat, h.lon, nullif(h.area, '') AS area, h.status, h.controllers,
       h.controller_ids, h.claimants, h.since_earliest, h.since_latest, h.since_precision, h.previous, h.extent,
       h.verification,
       coalesce(least(h.valid_to, (now() AT TIME ZONE 'UTC')::date) - h.fighting_last <= h.fighting_stale_days, false)
           AS fighting,
       h.origins, h.claims, g.edition,
       daterange(h.valid_from, h.valid_to) AS valid, tstzrange(h.known_from, h.known_to) AS known,
       h.candidates, h.claimant_ids, h.previous_ids, h.fighting_last, h.fighting_stale_days,
       h.valid_from, h.valid_to, h.known_from, h.known_to
  FROM frontlog_read.control_history h
  JOIN frontlog_read.generations g ON g.generation = h.generation
 WHERE h.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control');
COMMENT ON VIEW frontlog.control_history IS
    'Every state of every holding over both times: valid (in the world) and known (what the archive supported when).';
COMMENT ON COLUMN frontlog.control_history.valid IS
    'Days on which it held for certain, from the latest possible day of its beginning; for the days before see since_earliest.';
COMMENT ON COLUMN frontlog.control_history.known IS 'Times at which the archive, under this edition, supported this row.';
COMMENT ON COLUMN frontlog.control_history.valid_from IS 'First day of valid; NULL: unbounded.';
COMMENT ON COLUMN frontlog.control_history.valid_to IS 'First day that is not in valid any more; NULL: it lasts.';
COMMENT ON COLUMN frontlog.control_history.known_from IS 'Beginning of known.';
COMMENT ON COLUMN frontlog.control_history.known_to IS 'End of known; NULL: this is what is known today.';

CREATE VIEW frontlog.control_status AS
SELECT h.place_id, h.place, h.kind, h.country, h.lat, h.lon, nullif(h.area, '') AS area, h.status, h.controllers,
       h.controller_ids, h.claimants, h.since_earliest, h.since_latest, h.since_precision, h.previous, h.extent,
       h.verification,
       coalesce((now() AT TIME ZONE 'UTC')::date - h.fighting_last <= h.fighting_stale_days, false) AS fighting,
       h.origins, h.claims, g.edition,
       h.candidates, h.claimant_ids, h.previous_ids, h.fighting_last, h.known_from AS known_since
  FROM frontlog_read.control_history h
  JOIN frontlog_read.generations g ON g.generation = h.generation
 WHERE h.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'control')
   AND h.valid_to IS NULL AND h.known_to IS NULL;
COMMENT ON VIEW frontlog.control_status IS 'Who holds what by the newest evidence: one row a holding (place and area).';

-- the columns that control_status and control_history share say the same in both
DO $$
DECLARE
    described record;
BEGIN
    FOR described IN VALUES
        ('place_id', 'The place: geonames:..., airport:... or prov:... (provisional).'),
        ('place', 'Name of the place.'),
        ('kind', 'city, facility, region, ...'),
        ('country', 'ISO 3166 alpha-2.'),
        ('lat', 'Degrees north, WGS 84; NULL: not located.'),
        ('lon', 'Degrees east, WGS 84; NULL: not located.'),
        ('area', 'centre, countryside, outskirts, a compass part, or part (an unnamed one); NULL: the whole place.'),
        ('status', 'controlled (one holder), joint (shared), contested (the ground is divided), disputed (the claims '
                   'disagree), vacated (left, no successor named) or unknown.'),
        ('controllers', 'Neutral names of those who hold it; none when it is disputed, vacated or unknown.'),
        ('controller_ids', 'Their ids, in the same order.'),
        ('claimants', 'Everyone said to hold it, where the claims disagree; else none.'),
        ('since_earliest', 'Earliest possible day on which this state began; NULL: unbounded.'),
        ('since_latest', 'Latest possible day on which this state began; NULL: unknown.'),
        ('since_precision', 'day, month, year, range or unknown.'),
        ('previous', 'Those said to have lost or left it; never inferred.'),
        ('extent', 'How much of it: whole, most, part; NULL: not said.'),
        ('verification', 'claimed (one origin) or corroborated (two or more independent ones).'),
        ('fighting', 'Whether fighting was told of lately: within the edition''s fighting_stale_days.'),
        ('origins', 'How many independent origins it rests on.'),
        ('claims', 'How many reports it rests on; they are in control_evidence under the same place and area.'),
        ('edition', 'The rule edition by which it was coded and assessed.'),
        ('candidates', 'Ids that an unresolved controller ("the armed forces") may stand for.'),
        ('claimant_ids', 'Ids of the claimants, in the same order.'),
        ('previous_ids', 'Ids of the previous holders, in the same order.'),
        ('fighting_last', 'Last day of fighting told of.')
    LOOP
        EXECUTE format('COMMENT ON COLUMN frontlog.control_status.%I IS %L', described.column1, described.column2);
        EXECUTE format('COMMENT ON COLUMN frontlog.control_history.%I IS %L', described.column1, described.column2);
    END LOOP;
END
$$;
COMMENT ON COLUMN frontlog.control_status.known_since IS 'When the archive first supported this row.';
COMMENT ON COLUMN frontlog.control_history.fighting_stale_days IS 'For how many days fighting counts, by the edition.';

CREATE VIEW frontlog.control_changes AS
SELECT c.shown_at, c.place_id, c.place, nullif(c.area, '') AS area, c.old_status, c.new_status, c.old_holders,
       c.new_holders, c.article_id, c.sentence,
       (SELECT substr(t.text, c.start_at + 1, c.end_at - c.start_at)
          FROM frontlog_log.article_texts t WHERE t.digest = c.text_digest) AS quote,
       c.edition, c.event_position, c.id
  FROM frontlog_read.control_changes c;
COMMENT ON VIEW frontlog.control_changes IS 'What control_status showed, and when it changed. Never rewritten.';
COMMENT ON COLUMN frontlog.control_changes.shown_at IS 'When the new state appeared in control_status.';
COMMENT ON COLUMN frontlog.control_changes.place_id IS 'The place.';
COMMENT ON COLUMN frontlog.control_changes.place IS 'Name of the place.';
COMMENT ON COLUMN frontlog.control_changes.area IS 'The area as in control_status; NULL: the whole place.';
COMMENT ON COLUMN frontlog.control_changes.old_status IS 'The status before; NULL: there was no row.';
COMMENT ON COLUMN frontlog.control_changes.new_status IS 'The status since; NULL: the row went.';
COMMENT ON COLUMN frontlog.control_changes.old_holders IS 'Holders, or where disputed claimants, before.';
COMMENT ON COLUMN frontlog.control_changes.new_holders IS 'Holders, or where disputed claimants, since.';
COMMENT ON COLUMN frontlog.control_changes.article_id IS 'The newest article behind the new state; NULL: the row went.';
COMMENT ON COLUMN frontlog.control_changes.sentence IS 'Number of its sentence, from 1.';
COMMENT ON COLUMN frontlog.control_changes.quote IS 'The sentence; NULL when the text was erased.';
COMMENT ON COLUMN frontlog.control_changes.edition IS 'The edition that was live.';
COMMENT ON COLUMN frontlog.control_changes.event_position IS 'The event in frontlog.events.';
COMMENT ON COLUMN frontlog.control_changes.id IS 'Rises with each change.';

CREATE VIEW frontlog.actor_activity AS
SELECT t.actor_id, min(t.actor) AS actor, t.role, t.event_type, sum(t.events)::bigint AS events,
       sum(t.articles)::bigint AS articles,
       (SELECT coalesce(array_agg(DISTINCT p.place ORDER BY p.place), '{}') FROM frontlog_read.activity_places p
         WHERE p.generation = t.generation AND p.actor_id = t.actor_id AND p.role = t.role
           AND p.event_type = t.event_type) AS places,
       (SELECT min(coalesce(d.occurred_earliest, d.occurred_latest)) FROM frontlog_read.activity_days d
         WHERE d.generation = t.generation AND d.actor_id = t.actor_id AND d.role = t.role
           AND d.event_type = t.event_type) AS first_on,
       (SELECT max(coalesce(d.occurred_latest, d.occurred_earliest)) FROM frontlog_read.activity_days d
         WHERE d.generation = t.generation AND d.actor_id = t.actor_id AND d.role = t.role
           AND d.event_type = t.event_type) AS last_on
  FROM frontlog_read.activity_totals t
 WHERE t.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'actor_activity')
 GROUP BY t.generation, t.actor_id, t.role, t.event_type;
COMMENT ON VIEW frontlog.actor_activity IS
    'What each actor did or suffered, of any modality: counts by role and event type. Only events that count.';
COMMENT ON COLUMN frontlog.actor_activity.actor_id IS 'The actor; prov:... is provisional.';
COMMENT ON COLUMN frontlog.actor_activity.actor IS 'Its neutral name.';
COMMENT ON COLUMN frontlog.actor_activity.role IS 'actor or counterparty.';
COMMENT ON COLUMN frontlog.actor_activity.event_type IS 'Event type of the codebook.';
COMMENT ON COLUMN frontlog.actor_activity.events IS 'How many events.';
COMMENT ON COLUMN frontlog.actor_activity.articles IS 'In how many articles.';
COMMENT ON COLUMN frontlog.actor_activity.places IS 'Where, by name.';
COMMENT ON COLUMN frontlog.actor_activity.first_on IS 'Earliest possible day of any dated one; NULL: none is dated.';
COMMENT ON COLUMN frontlog.actor_activity.last_on IS 'Latest possible day of any dated one; NULL: none is dated.';

CREATE VIEW frontlog.actor_daily AS
SELECT d.actor_id, d.occurred_latest AS day, d.event_type, sum(d.events)::bigint AS events
  FROM frontlog_read.activity_days d
 WHERE d.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'actor_activity')
   AND d.role = 'actor' AND d.occurred_earliest = d.occurred_latest
 GROUP BY d.actor_id, d.occurred_latest, d.event_type;
COMMENT ON VIEW frontlog.actor_daily IS 'What each actor did on each day: events whose day is known, in the role of actor.';
COMMENT ON COLUMN frontlog.actor_daily.actor_id IS 'The actor; prov:... is provisional.';
COMMENT ON COLUMN frontlog.actor_daily.day IS 'The day it happened.';
COMMENT ON COLUMN frontlog.actor_daily.event_type IS 'Event type of the codebook.';
COMMENT ON COLUMN frontlog.actor_daily.events IS 'How many events.';

CREATE VIEW frontlog.projections AS
SELECT g.projection AS name, g.generation, g.edition, g.position, head.position AS head,
       (SELECT count(*) FROM frontlog_log.events e WHERE e.position > g.position) AS lag_events,
       g.state, g.updated_at
  FROM frontlog_read.live l
  JOIN frontlog_read.generations g USING (projection, generation),
       (SELECT coalesce(max(position), 0) AS position FROM frontlog_log.events) AS head;
COMMENT ON VIEW frontlog.projections IS 'How far each projection that the views show has come in the log.';
COMMENT ON COLUMN frontlog.projections.name IS 'The projection.';
COMMENT ON COLUMN frontlog.projections.generation IS 'The build that is shown.';
COMMENT ON COLUMN frontlog.projections.edition IS 'The edition whose codings it holds.';
COMMENT ON COLUMN frontlog.projections.position IS 'All events up to here are in its rows.';
COMMENT ON COLUMN frontlog.projections.head IS 'Position of the newest event in the log.';
COMMENT ON COLUMN frontlog.projections.lag_events IS 'Events it has not seen yet.';
COMMENT ON COLUMN frontlog.projections.state IS 'live: it is shown.';
COMMENT ON COLUMN frontlog.projections.updated_at IS 'When its checkpoint last moved.';

-- A plain SQL function over the view, so that it needs no right that its caller lacks. definite: the state held on that
-- day; possible: it may have begun by then. Several rows of a holding may be possible on one day.
CREATE FUNCTION frontlog.control_as_of(day date, known_at timestamptz DEFAULT 'infinity')
RETURNS TABLE (
    place_id text, place text, kind text, country text, lat double precision, lon double precision, area text,
    status text, controllers text[], controller_ids text[], claimants text[], since_earliest date, since_latest date,
    since_precision text, previous text[], extent text, verification text, fighting boolean, origins integer,
    claims integer, edition text, certainty text
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT h.place_id, h.place, h.kind, h.country, h.lat, h.lon, h.area, h.status, h.controllers, h.controller_ids,
           h.claimants, h.since_earliest, h.since_latest, h.since_precision, h.previous, h.extent, h.verification,
           coalesce(h.fighting_last <= $1 AND $1 - h.fighting_last <= h.fighting_stale_days, false),
           h.origins, h.claims, h.edition,
           CASE WHEN h.valid_from <= $1 THEN 'definite' ELSE 'possible' END
      FROM frontlog.control_history h
     WHERE h.known_from <= $2 AND ($2 < h.known_to OR h.known_to IS NULL)
       AND ($1 < h.valid_to OR h.valid_to IS NULL)
       AND (h.valid_from <= $1 OR h.valid_from IS NULL OR h.since_earliest IS NULL OR h.since_earliest <= $1)
$$;
COMMENT ON FUNCTION frontlog.control_as_of IS
    'Who held what on a day, as the archive knew it at a time (default: now). certainty is definite or possible.';
