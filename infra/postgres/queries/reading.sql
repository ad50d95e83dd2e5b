-- Queries of the reading commands. They ask the public views only, as any analyst could.

-- name: control
-- Control of one place (name or id, case-insensitive) or of all; disputes first, then by place.
SELECT * FROM frontlog.control_status
 WHERE %(place)s::text IS NULL OR lower(place) = lower(%(place)s) OR place_id = %(place)s
 ORDER BY country NULLS LAST, place, area NULLS FIRST;

-- name: places
SELECT DISTINCT place FROM frontlog.control_status ORDER BY place;

-- name: control_as_of
-- The same for a day in the world, as known at a time.
SELECT * FROM frontlog.control_as_of(%(day)s, %(known_at)s)
 WHERE %(place)s::text IS NULL OR lower(place) = lower(%(place)s) OR place_id = %(place)s
 ORDER BY country NULLS LAST, place, area NULLS FIRST;

-- name: first_known
-- When a place, or any, had its first state.
SELECT min(known_from) AS first_known FROM frontlog.control_history
 WHERE %(place)s::text IS NULL OR lower(place) = lower(%(place)s) OR place_id = %(place)s;

-- name: evidence
-- The claims about a place: those that count first, newest in the world first.
SELECT e.*, v.standing
  FROM frontlog.control_evidence e
  LEFT JOIN frontlog.events v ON v.position = e.event_position
 WHERE lower(e.place) = lower(%(place)s) OR e.place_id = %(place)s
 ORDER BY e.counts DESC, e.occurred_latest DESC NULLS LAST, e.known_at DESC, e.article_id, e.sentence, e.event_position;

-- name: actors
SELECT * FROM frontlog.actor_activity
 WHERE %(actor)s::text IS NULL OR actor ILIKE '%%' || %(actor)s || '%%' OR actor_id = %(actor)s
 ORDER BY actor, role, event_type;

-- name: articles
SELECT * FROM frontlog.articles ORDER BY received_at, article_id;

-- name: unresolved
SELECT * FROM frontlog.unresolved ORDER BY article_id, sentence, mention;

-- name: projections
SELECT * FROM frontlog.projections ORDER BY name;

-- name: totals
SELECT (SELECT count(*) FROM frontlog.articles) AS articles,
       (SELECT count(*) FROM frontlog.articles WHERE state IN ('received', 'uncoded')) AS articles_waiting,
       (SELECT count(*) FROM frontlog.articles WHERE state = 'failed') AS articles_failed,
       (SELECT count(*) FROM frontlog.events) AS events,
       (SELECT count(*) FROM frontlog.control_status) AS holdings,
       (SELECT count(*) FROM frontlog.control_status WHERE status = 'disputed') AS holdings_disputed,
       (SELECT count(*) FROM frontlog.unresolved) AS mentions_left_open,
       (SELECT count(*) FROM frontlog_ops.inbox) AS inbox_waiting,
       (SELECT count(*) FROM frontlog_ops.rejected_input) AS input_rejected;

-- name: rejected
-- What was dropped and is no article, newest first, each with the reason.
SELECT rejected_at, way_in, found_in, line, field, error FROM frontlog_ops.rejected_input ORDER BY id DESC LIMIT 10;

-- name: article_ids
-- Ids that begin so; two are enough to know that a beginning is not unique.
SELECT article_id FROM frontlog.articles WHERE starts_with(article_id, %(beginning)s) LIMIT 2;

-- name: fingerprint
SELECT DISTINCT fingerprint FROM frontlog.events
 WHERE fingerprint = %(event)s OR position::text = %(event)s LIMIT 2;

-- name: event_told
-- An event as its sentence tells it; a sentence coded under several editions is told once.
SELECT type, quote FROM frontlog.events WHERE fingerprint = %(fingerprint)s ORDER BY position DESC LIMIT 1;

-- name: outcomes
-- What became of these articles.
SELECT * FROM frontlog.articles WHERE article_id = ANY(%(ids)s);

-- name: as_analyst
-- An analyst's rights for the rest of this transaction.
SELECT set_config('transaction_read_only', 'on', true),
       set_config('search_path', 'frontlog', true),
       set_config('statement_timeout', %(timeout)s, true),
       set_config('role', 'frontlog_reader', true);

-- name: schedule
SELECT job, every_s, started_at, ended_at, result, error FROM frontlog.schedule ORDER BY job
