-- name: begin
-- Counts the attempt before it starts: a process that dies in it cannot count afterwards.
INSERT INTO frontlog_ops.attempts (article_id, edition, attempts, started_at)
VALUES (%(article_id)s, %(edition)s, 1, clock_timestamp())
ON CONFLICT (article_id, edition) DO UPDATE
   SET attempts = attempts.attempts + 1, started_at = clock_timestamp(), finished_at = NULL
RETURNING attempts, last_error

-- name: finish
-- The article waits no longer.
WITH gone AS (DELETE FROM frontlog_ops.waiting WHERE article_id = %(article_id)s)
UPDATE frontlog_ops.attempts SET finished_at = clock_timestamp(), last_error = NULL
 WHERE article_id = %(article_id)s AND edition = %(edition)s

-- name: note_error
UPDATE frontlog_ops.attempts SET finished_at = clock_timestamp(), last_error = %(error)s
 WHERE article_id = %(article_id)s AND edition = %(edition)s

-- name: give_back
-- It was not the article's fault.
UPDATE frontlog_ops.attempts SET finished_at = clock_timestamp(), attempts = greatest(attempts - 1, 0)
 WHERE article_id = %(article_id)s AND edition = %(edition)s

-- name: start_over
-- The log says from here on that the article has failed; a retry starts counting from 0.
UPDATE frontlog_ops.attempts SET finished_at = clock_timestamp(), attempts = 0
 WHERE article_id = %(article_id)s AND edition = %(edition)s
