-- Queries of whoever waits for articles to be worked off.

-- name: worked_off
-- How many of these articles are settled (coded under the edition, given up or erased) and seen by every projection;
-- one that was never built is not in the view yet and has seen nothing.
SELECT count(*) FILTER (WHERE settled.position <= (SELECT min(position) FROM frontlog.projections
                                                   HAVING count(*) = %(projections)s))
  FROM unnest(%(ids)s::text[]) AS article (id),
       LATERAL (
         SELECT max(e.position) AS position
           FROM frontlog_log.events AS e
          WHERE e.stream = 'coding-' || article.id || '@' || %(edition)s
             OR (e.stream = 'article-' || article.id AND e.type IN ('CodingFailed', 'TextErased')
                 AND NOT EXISTS (SELECT FROM frontlog_log.events AS later
                                  WHERE later.stream = e.stream AND later.version > e.version
                                    AND later.type = 'RetryRequested'))
       ) AS settled;
