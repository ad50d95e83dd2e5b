-- Generations built from nothing: tables without indexes, filled slice by slice, indexed and attached at the end.
-- A slice's rows and its mark are one transaction, so whoever is killed leaves a slice that is done or not begun.

ALTER TABLE frontlog_read.generations ADD COLUMN build_to bigint;
COMMENT ON COLUMN frontlog_read.generations.build_to IS
    'While it is built from nothing: the position that it will have then. Its tables have no indexes and are not attached.';

CREATE TABLE frontlog_read.build_slices (
    generation integer NOT NULL REFERENCES frontlog_read.generations ON DELETE CASCADE,
    part text NOT NULL CHECK (part IN ('origins', 'articles', 'places')),
    slice integer NOT NULL,
    low text NOT NULL,
    high text,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (generation, part, slice)
);
COMMENT ON TABLE frontlog_read.build_slices IS
    'The pieces of generations under construction: articles, then places, by ids from low, inclusive, to high, exclusive '
    '(NULL: to the end).';

CREATE TABLE frontlog_read.build_origins (
    generation integer NOT NULL REFERENCES frontlog_read.generations ON DELETE CASCADE,
    article_id text COLLATE "C" NOT NULL,
    since timestamptz[] NOT NULL,
    origin_ids text[] NOT NULL,
    PRIMARY KEY (generation, article_id)
);
COMMENT ON TABLE frontlog_read.build_origins IS
    'For a generation under construction: articles that share an origin with others; all the rest are one of their own.';

-- LIKE without its indexes: what is indexed after it was filled costs a sort, not a search an entry.
CREATE FUNCTION frontlog_read.begin_build(
    of_projection text, for_edition text, code_version integer, in_tables text[], up_to bigint
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer;
    each text;
BEGIN
    INSERT INTO frontlog_read.generations (projection, edition, version, build_to)
    VALUES (of_projection, for_edition, code_version, up_to) RETURNING generation INTO made;
    FOREACH each IN ARRAY in_tables LOOP
        EXECUTE format('CREATE TABLE frontlog_read.%I (LIKE frontlog_read.%I INCLUDING ALL EXCLUDING INDEXES)',
                       each || '_' || made, each);
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION frontlog_read.begin_build IS 'Make a generation of a projection that is filled before it is indexed and attached.';
REVOKE ALL ON FUNCTION frontlog_read.begin_build FROM PUBLIC;

-- Attaching makes every index and constraint of the parent, in a lock that lets readers and writers of the others go on.
CREATE FUNCTION frontlog_read.attach(in_table text, of_generation integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_inherits
                    WHERE inhrelid = format('frontlog_read.%I', in_table || '_' || of_generation)::regclass) THEN
        EXECUTE format('ALTER TABLE frontlog_read.%I ATTACH PARTITION frontlog_read.%I FOR VALUES IN (%s)',
                       in_table, in_table || '_' || of_generation, of_generation);
    END IF;
END
$$;
COMMENT ON FUNCTION frontlog_read.attach IS 'Index a filled table and make it a partition; a repeat does nothing.';
REVOKE ALL ON FUNCTION frontlog_read.attach FROM PUBLIC;

ALTER TABLE frontlog_ops.replays DROP CONSTRAINT replays_step_check;
ALTER TABLE frontlog_ops.replays ADD CONSTRAINT replays_step_check
  CHECK (step IN ('build', 'reduce', 'catch_up', 'verify', 'swap', 'recode', 'compare', 'weigh', 'append', 'switch'));
COMMENT ON COLUMN frontlog.replays.step IS
    'The step it is in, or the last one it reached. rebuild: build, reduce, catch_up, verify, swap. compare: recode, compare, '
    'weigh. activate: recode, compare, weigh, append, build, reduce, catch_up, switch.';
