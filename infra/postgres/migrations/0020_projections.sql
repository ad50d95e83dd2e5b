-- The read models. Each build of a projection is a generation: one LIST partition in each of its tables, bound to an
-- edition. Views follow the live pointer, so a swap is one UPDATE of frontlog_read.live.
-- Partitions are made apart and then attached, never with CREATE TABLE ... PARTITION OF: that would lock out readers.

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE SCHEMA frontlog_read;
COMMENT ON SCHEMA frontlog_read IS 'Tables of the projections, by generation. Read them through the views of schema frontlog.';

CREATE TABLE frontlog_read.generations (
    generation integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    edition text NOT NULL,
    version integer NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'live', 'retired')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (projection, generation)
);
COMMENT ON TABLE frontlog_read.generations IS 'The builds of each projection, with how far in the log each has come.';
COMMENT ON COLUMN frontlog_read.generations.edition IS 'Only codings of this edition are folded into it.';
COMMENT ON COLUMN frontlog_read.generations.version IS 'Version of the projection''s code that wrote the rows.';
COMMENT ON COLUMN frontlog_read.generations.position IS 'The checkpoint: all events up to here are in the rows.';

CREATE TABLE frontlog_read.live (
    projection text PRIMARY KEY,
    generation integer NOT NULL UNIQUE,
    FOREIGN KEY (projection, generation) REFERENCES frontlog_read.generations (projection, generation)
);
COMMENT ON TABLE frontlog_read.live IS 'The generation of each projection that the views show.';

CREATE TABLE frontlog_read.articles (
    generation integer NOT NULL,
    article_id text NOT NULL,
    external_id text,
    source text,
    title text,
    url text,
    published date,
    received_at timestamptz NOT NULL,
    state text NOT NULL,
    edition text,
    sentences integer,
    events integer,
    failed_attempts integer,
    error text,
    origin_id text NOT NULL,
    superseded_by text,
    text_digest text NOT NULL,
    PRIMARY KEY (generation, article_id)
) PARTITION BY LIST (generation);

CREATE TABLE frontlog_read.unresolved (
    generation integer NOT NULL,
    article_id text NOT NULL,
    sentence integer NOT NULL,
    mention text NOT NULL,
    role text NOT NULL,
    candidates text[] NOT NULL
) PARTITION BY LIST (generation);
CREATE INDEX ON frontlog_read.unresolved (generation, article_id);

CREATE TABLE frontlog_read.events (
    generation integer NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    edition text NOT NULL,
    article_id text NOT NULL,
    sentence integer NOT NULL,
    ordinal integer NOT NULL,
    type text NOT NULL,
    modality text NOT NULL,
    actors text[] NOT NULL,
    actor_ids text[] NOT NULL,
    counterparties text[] NOT NULL,
    counterparty_ids text[] NOT NULL,
    places text[] NOT NULL,
    place_ids text[] NOT NULL,
    areas text[] NOT NULL,
    extents text[] NOT NULL,
    occurred_earliest date,
    occurred_latest date,
    precision text NOT NULL,
    attribution text,
    rule text NOT NULL,
    trigger text NOT NULL,
    operation text,
    fingerprint text NOT NULL,
    standing text NOT NULL,
    text_digest text NOT NULL,
    start_at integer NOT NULL,
    end_at integer NOT NULL,
    PRIMARY KEY (generation, position)
) PARTITION BY LIST (generation);
CREATE INDEX ON frontlog_read.events (generation, occurred_latest);
CREATE INDEX ON frontlog_read.events (generation, article_id);
CREATE INDEX ON frontlog_read.events (generation, fingerprint);

-- evidence of every modality; only asserted evidence is assessed. known_from[n], known_to[n] bound one time it counted.
-- counts is stored, for the planner knows nothing of how often an expression is true
CREATE TABLE frontlog_read.control_evidence (
    generation integer NOT NULL,
    place_id text NOT NULL,
    area text NOT NULL,
    article_id text NOT NULL,
    sentence integer NOT NULL,
    ordinal integer NOT NULL,
    event_position bigint NOT NULL,
    event_type text NOT NULL,
    modality text NOT NULL,
    place text NOT NULL,
    kind text,
    country text,
    lat double precision,
    lon double precision,
    extent text,
    holder_ids text[] NOT NULL,
    holders text[] NOT NULL,
    holder_candidates text[] NOT NULL,
    loser_ids text[] NOT NULL,
    losers text[] NOT NULL,
    occurred_earliest date,
    occurred_latest date,
    precision text NOT NULL,
    origin_id text NOT NULL,
    voice text NOT NULL,
    voice_actor text,
    source text,
    attribution text,
    rule text NOT NULL,
    fingerprint text NOT NULL,
    known_at timestamptz NOT NULL,
    known_from timestamptz[] NOT NULL,
    known_to timestamptz[] NOT NULL,
    text_digest text NOT NULL,
    start_at integer NOT NULL,
    end_at integer NOT NULL,
    counts boolean NOT NULL GENERATED ALWAYS AS (
        modality = 'asserted' AND cardinality(known_to) > 0 AND known_to[cardinality(known_to)] IS NULL
    ) STORED,
    PRIMARY KEY (generation, place_id, area, article_id, sentence, ordinal)
) PARTITION BY LIST (generation);
CREATE INDEX ON frontlog_read.control_evidence (generation, article_id);

-- area '' is the whole place: a key cannot hold NULL. The exclusion keeps two states of a holding from overlapping in
-- both times at once; WITHOUT OVERLAPS knows one range only.
CREATE TABLE frontlog_read.control_history (
    generation integer NOT NULL,
    place_id text NOT NULL,
    area text NOT NULL,
    valid_from date,
    valid_to date,
    known_from timestamptz NOT NULL,
    known_to timestamptz,
    place text NOT NULL,
    kind text,
    country text,
    lat double precision,
    lon double precision,
    status text NOT NULL CHECK (status IN ('controlled', 'joint', 'contested', 'disputed', 'vacated', 'unknown')),
    controller_ids text[] NOT NULL,
    controllers text[] NOT NULL,
    candidates text[] NOT NULL,
    claimant_ids text[] NOT NULL,
    claimants text[] NOT NULL,
    since_earliest date,
    since_latest date,
    since_precision text NOT NULL,
    previous_ids text[] NOT NULL,
    previous text[] NOT NULL,
    extent text,
    verification text NOT NULL CHECK (verification IN ('claimed', 'corroborated')),
    fighting_last date,
    fighting_stale_days integer NOT NULL,
    origins integer NOT NULL,
    claims integer NOT NULL,
    newest_article_id text NOT NULL,
    newest_sentence integer NOT NULL,
    newest_ordinal integer NOT NULL,
    CONSTRAINT one_state_at_a_time EXCLUDE USING gist (
        generation WITH =, place_id WITH =, area WITH =,
        daterange(valid_from, valid_to) WITH &&, tstzrange(known_from, known_to) WITH &&
    )
) PARTITION BY LIST (generation);
CREATE INDEX control_history_current ON frontlog_read.control_history (generation, place_id, area)
 WHERE valid_to IS NULL AND known_to IS NULL;
CREATE INDEX control_history_by_status ON frontlog_read.control_history (generation, status)
 WHERE valid_to IS NULL AND known_to IS NULL;
CREATE INDEX control_history_by_name ON frontlog_read.control_history (generation, place);
CREATE INDEX control_history_by_day ON frontlog_read.control_history (generation, valid_from, place_id) WHERE known_to IS NULL;

-- what the views showed, and when: written with live rows, never rebuilt, of no generation
CREATE TABLE frontlog_read.control_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shown_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    place_id text NOT NULL,
    place text NOT NULL,
    area text NOT NULL,
    old_status text,
    new_status text,
    old_holders text[] NOT NULL,
    new_holders text[] NOT NULL,
    article_id text,
    sentence integer,
    text_digest text,
    start_at integer,
    end_at integer,
    edition text NOT NULL,
    event_position bigint
);
CREATE INDEX ON frontlog_read.control_changes (shown_at);
CREATE INDEX ON frontlog_read.control_changes (place_id);

-- sums; a key whose sums are all zero has no row. NULLS NOT DISTINCT: an open bound is a value of the key
CREATE TABLE frontlog_read.activity_totals (
    generation integer NOT NULL,
    actor_id text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    event_type text NOT NULL,
    events bigint NOT NULL,
    articles bigint NOT NULL,
    PRIMARY KEY (generation, actor_id, actor, role, event_type)
) PARTITION BY LIST (generation);

CREATE TABLE frontlog_read.activity_days (
    generation integer NOT NULL,
    actor_id text NOT NULL,
    role text NOT NULL,
    event_type text NOT NULL,
    occurred_earliest date,
    occurred_latest date,
    events bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (generation, actor_id, role, event_type, occurred_earliest, occurred_latest)
) PARTITION BY LIST (generation);

CREATE TABLE frontlog_read.activity_places (
    generation integer NOT NULL,
    actor_id text NOT NULL,
    role text NOT NULL,
    event_type text NOT NULL,
    place_id text NOT NULL,
    place text NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (generation, actor_id, role, event_type, place_id, place)
) PARTITION BY LIST (generation);

-- Makes a generation of a projection with its partitions, not yet shown. Attaching takes a lock that lets readers and
-- writers of other partitions go on.
CREATE FUNCTION frontlog_read.new_generation(
    of_projection text, for_edition text, code_version integer, in_tables text[]
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer;
    each text;
BEGIN
    INSERT INTO frontlog_read.generations (projection, edition, version)
    VALUES (of_projection, for_edition, code_version) RETURNING generation INTO made;
    FOREACH each IN ARRAY in_tables LOOP
        EXECUTE format('CREATE TABLE frontlog_read.%I (LIKE frontlog_read.%I INCLUDING ALL)', each || '_' || made, each);
        EXECUTE format('ALTER TABLE frontlog_read.%I ATTACH PARTITION frontlog_read.%I FOR VALUES IN (%s)',
                       each, each || '_' || made, made);
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION frontlog_read.new_generation IS 'Make an empty generation of a projection, one partition a table.';
REVOKE ALL ON FUNCTION frontlog_read.new_generation FROM PUBLIC;
