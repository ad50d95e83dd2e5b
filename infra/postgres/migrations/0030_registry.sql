-- The actor registry of the editions, as rows: who is part of whom, and when. The truth is the edition's files in the
-- log; infra/postgres/registry.py derives these rows once an edition, and a lost one is derived again.

CREATE TABLE frontlog_read.registries (
    edition text PRIMARY KEY,
    derived_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE frontlog_read.registries IS 'Editions whose actor registry stands in actors and actor_relations.';

CREATE TABLE frontlog_read.actors (
    edition text NOT NULL REFERENCES frontlog_read.registries ON DELETE CASCADE,
    actor_id text NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    country text,
    source text,
    PRIMARY KEY (edition, actor_id)
);

CREATE TABLE frontlog_read.actor_relations (
    edition text NOT NULL REFERENCES frontlog_read.registries ON DELETE CASCADE,
    actor_id text NOT NULL,
    relation text NOT NULL,
    other_id text NOT NULL,
    since date,
    until date,
    UNIQUE NULLS NOT DISTINCT (edition, other_id, relation, actor_id, since, until)
);
CREATE INDEX ON frontlog_read.actor_relations (edition, actor_id);

CREATE VIEW frontlog.actors AS
SELECT a.actor_id, a.actor, a.kind, a.country, a.source, a.edition
  FROM frontlog_read.actors a
 WHERE a.edition = (SELECT g.edition FROM frontlog_read.live l JOIN frontlog_read.generations g USING (generation)
                     WHERE l.projection = 'actor_activity');
COMMENT ON VIEW frontlog.actors IS
    'The actors that the live edition knows, whether or not any article names them. Provisional ones are not here.';
COMMENT ON COLUMN frontlog.actors.actor_id IS 'The actor, as in events.actor_ids; xyz.forces are state forces of country xyz.';
COMMENT ON COLUMN frontlog.actors.actor IS 'Its neutral name.';
COMMENT ON COLUMN frontlog.actors.kind IS 'government, state forces, rebel, militia, coalition, umbrella, external state, ...';
COMMENT ON COLUMN frontlog.actors.country IS 'ISO 3166 alpha-2, of state actors.';
COMMENT ON COLUMN frontlog.actors.source IS 'Where the edition has the facts from.';
COMMENT ON COLUMN frontlog.actors.edition IS 'The rule edition that says so.';

CREATE VIEW frontlog.actor_relations AS
SELECT r.actor_id, r.relation, r.other_id, daterange(r.since, r.until) AS valid, r.edition
  FROM frontlog_read.actor_relations r
 WHERE r.edition = (SELECT g.edition FROM frontlog_read.live l JOIN frontlog_read.generations g USING (generation)
                     WHERE l.projection = 'actor_activity');
COMMENT ON VIEW frontlog.actor_relations IS 'Who belongs to whom, and when, by the live edition''s registry.';
COMMENT ON COLUMN frontlog.actor_relations.actor_id IS 'The actor that belongs.';
COMMENT ON COLUMN frontlog.actor_relations.relation IS
    'part_of (a coalition, an umbrella, a government), backed_by, allied_with or successor_of.';
COMMENT ON COLUMN frontlog.actor_relations.other_id IS 'The actor it belongs to.';
COMMENT ON COLUMN frontlog.actor_relations.valid IS 'Days on which it held; an open end has no bound.';
COMMENT ON COLUMN frontlog.actor_relations.edition IS 'The rule edition that says so.';

-- A chain of relations holds on the days on which each of its links does. Two chains to one member are one member.
CREATE FUNCTION frontlog.actor_members(of_actor text, along text[] DEFAULT '{part_of}', as_of date DEFAULT NULL)
RETURNS TABLE (actor_id text, actor text, depth integer, valid datemultirange)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE chain (actor_id, depth, valid, path) AS (
        SELECT $1, 0, daterange(NULL, NULL), ARRAY[$1]
        UNION ALL
        SELECT r.actor_id, c.depth + 1, c.valid * r.valid, c.path || r.actor_id
          FROM chain c
          JOIN frontlog.actor_relations r ON r.other_id = c.actor_id
         WHERE r.relation = ANY ($2) AND r.actor_id <> ALL (c.path) AND c.valid && r.valid
    )
    SELECT c.actor_id, (SELECT a.actor FROM frontlog.actors a WHERE a.actor_id = c.actor_id), min(c.depth),
           range_agg(c.valid)
      FROM chain c
     WHERE $3 IS NULL OR c.valid @> $3
     GROUP BY c.actor_id
$$;
COMMENT ON FUNCTION frontlog.actor_members IS
    'An actor and all that belong to it at any depth, with the days on which they do; with as_of only those of that day. '
    'along names the relations to follow: {part_of}, or {part_of,backed_by} for a backer with its clients.';

CREATE FUNCTION frontlog.actor_rollup(of_actor text, along text[] DEFAULT '{part_of}', as_of date DEFAULT NULL)
RETURNS TABLE (
    role text, event_type text, events bigint, articles bigint, places text[], first_on date, last_on date,
    members text[]
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH member AS MATERIALIZED (
        SELECT m.actor_id, m.valid FROM frontlog.actor_members($1, $2, $3) m
    ), ids AS MATERIALIZED (
        SELECT array_agg(m.actor_id) AS ids FROM member m
    ), told AS (
        SELECT 'actor' AS role, e.position, e.type, e.article_id, e.places, e.occurred_earliest, e.occurred_latest,
               e.actor_ids AS ids
          FROM frontlog.events e WHERE e.standing = 'counts' AND e.actor_ids && (SELECT i.ids FROM ids i)
        UNION ALL
        SELECT 'counterparty', e.position, e.type, e.article_id, e.places, e.occurred_earliest, e.occurred_latest,
               e.counterparty_ids
          FROM frontlog.events e WHERE e.standing = 'counts' AND e.counterparty_ids && (SELECT i.ids FROM ids i)
    ), own AS (
        SELECT t.*, ARRAY(
                   SELECT m.actor_id FROM member m
                    WHERE m.actor_id = ANY (t.ids)
                      AND ($3 IS NOT NULL OR m.valid && daterange(t.occurred_earliest, t.occurred_latest, '[]'))
               ) AS members
          FROM told t
    )
    SELECT o.role, o.type, count(DISTINCT o.position), count(DISTINCT o.article_id),
           coalesce(array_agg(DISTINCT p.place ORDER BY p.place) FILTER (WHERE p.place IS NOT NULL), '{}'),
           min(coalesce(o.occurred_earliest, o.occurred_latest)), max(coalesce(o.occurred_latest, o.occurred_earliest)),
           array_agg(DISTINCT m.member ORDER BY m.member)
      FROM own o
      LEFT JOIN LATERAL unnest(o.places) p (place) ON true
      CROSS JOIN LATERAL unnest(o.members) m (member)
     GROUP BY o.role, o.type
$$;
COMMENT ON FUNCTION frontlog.actor_rollup IS
    'What an actor and all that belong to it did or suffered: actor_activity over the hierarchy. An event counts once '
    'however many of them it names, and only where the belonging held on its day (with as_of: on that day instead). '
    'members names those that the row counts.';

REVOKE ALL ON FUNCTION frontlog.actor_members, frontlog.actor_rollup FROM PUBLIC;
