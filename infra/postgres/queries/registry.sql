-- The actor registries of the editions as rows.

-- name: lacking
-- Published editions without rows. Streams sort by bytes, so the prefix is a range of their index.
SELECT e.data->>'edition', e.data->'files'
  FROM frontlog_log.events e
 WHERE e.stream LIKE 'edition-%' AND e.version = 1
   AND NOT EXISTS (SELECT FROM frontlog_read.registries r WHERE r.edition = e.data->>'edition')
 ORDER BY e.position

-- name: claim
-- No row: another process has derived it meanwhile.
INSERT INTO frontlog_read.registries (edition) VALUES (%s) ON CONFLICT DO NOTHING RETURNING edition

-- name: add_actors
INSERT INTO frontlog_read.actors (edition, actor_id, actor, kind, country, source)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])

-- name: add_relations
INSERT INTO frontlog_read.actor_relations (edition, actor_id, relation, other_id, since, until)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::date[])

-- name: derive_ancestry
SELECT frontlog_read.derive_ancestry(%s)
