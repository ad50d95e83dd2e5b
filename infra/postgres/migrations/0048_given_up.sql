-- What a replay left that an upgrade gave up (0047): candidates that were built already.

UPDATE frontlog_read.generations g SET state = 'dropping'
 WHERE g.state = 'building'
   AND NOT EXISTS (SELECT FROM frontlog_read.live l WHERE l.generation = g.generation)
   AND NOT EXISTS (SELECT FROM frontlog_ops.replays r, jsonb_each_text(r.generations) AS made (projection, generation)
                    WHERE r.state NOT IN ('done', 'abandoned') AND made.generation::integer = g.generation);
