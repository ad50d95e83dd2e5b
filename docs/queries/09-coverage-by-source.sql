-- What do we have from which source?
-- Articles and events by house, with the share that yielded nothing. Articles that were retracted or replaced by a newer text
-- do not count.
SELECT source, count(*) AS articles, sum(events) AS events, round(avg((events = 0)::int), 2) AS without_events,
       count(*) FILTER (WHERE origin_id <> article_id) AS copies, min(published) AS first_published,
       max(published) AS last_published
  FROM frontlog.articles
 WHERE state = 'coded'
 GROUP BY source
 ORDER BY articles DESC, source
 LIMIT 50;
