-- name: hold
-- The mark of the last sweep. No row: another process is sweeping.
SELECT position FROM frontlog_ops.swept FOR UPDATE SKIP LOCKED

-- name: note
-- What the log says since then, last word first: an article received or asked for again waits; one that was coded,
-- given up or erased does not. Its doorbell rang when it came.
WITH news AS (
    SELECT DISTINCT ON (data->>'article_id')
           data->>'article_id' AS article_id, type, recorded_at, metadata->>'trace_id' AS trace_id
      FROM frontlog_log.events
     WHERE position > %(after)s AND position <= %(mark)s
       AND type IN ('ArticleReceived', 'RetryRequested', 'ArticleCoded', 'CodingFailed', 'TextErased')
     ORDER BY data->>'article_id', position DESC
), gone AS (
    DELETE FROM frontlog_ops.waiting USING news
     WHERE waiting.article_id = news.article_id AND news.type IN ('ArticleCoded', 'CodingFailed', 'TextErased')
), finished AS (
    UPDATE frontlog_ops.attempts SET finished_at = news.recorded_at, last_error = NULL FROM news
     WHERE attempts.article_id = news.article_id AND news.type = 'ArticleCoded' AND attempts.finished_at IS NULL
), come AS (
    INSERT INTO frontlog_ops.waiting (article_id, since, trace_id, rung_at)
    SELECT article_id, recorded_at, trace_id, recorded_at
      FROM news WHERE type IN ('ArticleReceived', 'RetryRequested')
    ON CONFLICT (article_id) DO UPDATE SET since = excluded.since, trace_id = excluded.trace_id
)
UPDATE frontlog_ops.swept SET position = %(mark)s

-- name: ring
-- Those whose doorbell rang long ago and whom nobody is coding now; noted as rung.
UPDATE frontlog_ops.waiting
   SET rung_at = clock_timestamp()
 WHERE article_id IN (
    SELECT w.article_id
      FROM frontlog_ops.waiting w
     WHERE w.rung_at < clock_timestamp() - make_interval(secs => %(patience_s)s)
       AND NOT EXISTS (
        SELECT FROM frontlog_ops.attempts a
         WHERE a.article_id = w.article_id AND a.started_at > clock_timestamp() - make_interval(secs => %(patience_s)s))
     ORDER BY w.since
     LIMIT %(limit)s
       FOR UPDATE OF w SKIP LOCKED)
RETURNING article_id, trace_id

-- name: backlog
-- Doorbells of one queue that nobody has taken up, as far as it matters. Read only: that table is dramatiq-postgres'.
SELECT count(*)
  FROM (SELECT FROM frontlog_queue.queue
         WHERE queue_name = %(queue)s AND state = 'queued' AND available_at <= now()
         LIMIT %(enough)s) AS queued
