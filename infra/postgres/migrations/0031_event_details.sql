-- Two more ways into an event: where each of its places lies, and who says so. Both read the log at the event's own
-- position, so they cost nothing to keep and follow every switch of generation. A new schema version of coded events
-- that moves places or attribution needs a migration that replaces these views.

CREATE VIEW frontlog.event_places AS
SELECT e.position, p.n::integer AS n, p.place->>'id' AS place_id, p.place->>'name' AS place, p.place->>'area' AS area,
       p.place->>'extent' AS extent, p.place->>'kind' AS kind, p.place->>'country' AS country,
       (p.place->>'lat')::double precision AS lat, (p.place->>'lon')::double precision AS lon,
       coalesce(p.place->>'precision', 'unknown') AS location_precision, p.place->>'as_written' AS as_written
  FROM frontlog_read.events e
  JOIN frontlog_log.events l ON l.position = e.position
 CROSS JOIN LATERAL jsonb_array_elements(l.data->'places') WITH ORDINALITY AS p (place, n)
 WHERE e.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'events');
COMMENT ON VIEW frontlog.event_places IS 'The places of each event, one row each, with coordinates.';
COMMENT ON COLUMN frontlog.event_places.position IS 'The event in frontlog.events.';
COMMENT ON COLUMN frontlog.event_places.n IS 'Number of the place in the event, from 1.';
COMMENT ON COLUMN frontlog.event_places.place_id IS 'The place: geonames:..., airport:... or prov:... (provisional).';
COMMENT ON COLUMN frontlog.event_places.place IS 'Name of the place.';
COMMENT ON COLUMN frontlog.event_places.area IS 'centre, countryside, outskirts or a compass part; NULL: none named.';
COMMENT ON COLUMN frontlog.event_places.extent IS 'How much of it: whole, most, part; NULL: not said.';
COMMENT ON COLUMN frontlog.event_places.kind IS 'city, facility, region, ...';
COMMENT ON COLUMN frontlog.event_places.country IS 'ISO 3166 alpha-2.';
COMMENT ON COLUMN frontlog.event_places.lat IS 'Degrees north, WGS 84; NULL: not located.';
COMMENT ON COLUMN frontlog.event_places.lon IS 'Degrees east, WGS 84; NULL: not located.';
COMMENT ON COLUMN frontlog.event_places.location_precision IS 'What the point stands for: town, facility, district, region or unknown.';
COMMENT ON COLUMN frontlog.event_places.as_written IS 'The article''s own words for it.';

CREATE VIEW frontlog.event_attributions AS
SELECT e.position, l.data->'attribution'->>'resolved' AS attribution, l.data->'attribution'->>'kind' AS kind,
       l.data->'attribution'->>'actor_id' AS actor_id, l.data->'attribution'->>'as_written' AS as_written
  FROM frontlog_read.events e
  JOIN frontlog_log.events l ON l.position = e.position
 WHERE e.generation = (SELECT generation FROM frontlog_read.live WHERE projection = 'events')
   AND l.data ? 'attribution';
COMMENT ON VIEW frontlog.event_attributions IS 'Who is said to say so, for the events that name someone.';
COMMENT ON COLUMN frontlog.event_attributions.position IS 'The event in frontlog.events.';
COMMENT ON COLUMN frontlog.event_attributions.attribution IS 'The source, by its fullest name in the article.';
COMMENT ON COLUMN frontlog.event_attributions.kind IS 'party (to the conflict), monitor, official, witness, local or media; NULL: not clear.';
COMMENT ON COLUMN frontlog.event_attributions.actor_id IS 'The actor, when a known one speaks.';
COMMENT ON COLUMN frontlog.event_attributions.as_written IS 'The article''s own words for it.';
