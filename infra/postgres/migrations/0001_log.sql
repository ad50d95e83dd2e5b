-- The log: events in streams, article texts beside it, and the only ways to write either.
--
-- Why texts stand apart: the log is for ever, a text may have to go. Events hold its digest and offsets into it.
-- Why positions need care: a number is drawn before its commit, so a reader that trusts the highest one it sees
-- skips whoever drew earlier and commits later. hold_floor() and safe_mark() below close that gap together.

CREATE SCHEMA frontlog_log;

-- CACHE 1 (the default, said aloud): a cached block of numbers would be drawn below a floor that was taken later
CREATE SEQUENCE frontlog_log.event_position AS bigint CACHE 1;

CREATE TABLE frontlog_log.events (
    position bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    schema_version integer NOT NULL CHECK (schema_version > 0),
    stream text COLLATE "C" NOT NULL CHECK (stream <> ''),
    type text NOT NULL CHECK (type <> ''),
    data jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
    metadata jsonb NOT NULL CHECK (jsonb_typeof(metadata) = 'object'),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    UNIQUE (stream, version)
);

COMMENT ON TABLE frontlog_log.events IS 'The append-only log. Written by frontlog_log.append, never changed.';
COMMENT ON COLUMN frontlog_log.events.position IS 'Global order; rises, with harmless holes where a writer rolled back.';
COMMENT ON COLUMN frontlog_log.events.recorded_at IS 'The server''s clock at the append; one value for one append.';
COMMENT ON COLUMN frontlog_log.events.version IS 'Place in the stream, from 1, without holes.';
COMMENT ON COLUMN frontlog_log.events.digest IS
    'SHA-256 over the digest before it in the stream, recorded_at, position and the event as canonical JSON '
    '(domain/chain.py defines it; frontlog verify recomputes it).';

CREATE TABLE frontlog_log.article_texts (
    digest text COLLATE "C" PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    text text,
    erased_at timestamptz,
    CHECK ((text IS NULL) = (erased_at IS NOT NULL))
);

COMMENT ON TABLE frontlog_log.article_texts IS 'Article texts by SHA-256 of their UTF-8; an erased one keeps its row.';
COMMENT ON COLUMN frontlog_log.article_texts.erased_at IS 'When the text was taken down for good; null while it is here.';


-- The first append of a transaction leaves a mark in pg_locks that says "I may still add numbers above this one".
-- It is shared, so writers never wait for each other, and it goes when the commit is visible, not before.
-- is_called: a fresh sequence says last_value 1 before event 1 exists; taken at its word, event 1 would be skipped.
-- One mark a transaction is enough, and the setting remembers it: a thousand appends must not fill the lock table.
CREATE FUNCTION frontlog_log.hold_floor() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('frontlog_log.floor_held_by', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM pg_advisory_xact_lock_shared((42::bigint << 48) | (last_value - (NOT is_called)::int))
           FROM frontlog_log.event_position;
        PERFORM set_config('frontlog_log.floor_held_by', pg_current_xact_id()::text, true);
    END IF;
END
$$;

COMMENT ON FUNCTION frontlog_log.hold_floor() IS
    'Hold readers below the numbers this transaction will draw, until its commit is visible. Before any nextval.';


-- Ceiling first, floors second: a writer that draws at or below the ceiling took its floor before we look for floors.
-- VOLATILE, READ COMMITTED, and the events are read in a LATER statement: its snapshot then holds every commit whose
-- floor was gone when we looked. A replica has no such locks, so there the answer would be a guess.
CREATE FUNCTION frontlog_log.safe_mark() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    ceiling bigint;
    lowest_floor bigint;
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'the safe mark exists on the primary server only'
            USING HINT = 'Point FRONTLOG_DATABASE_URL at the primary.', ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT last_value - (NOT is_called)::int INTO ceiling FROM frontlog_log.event_position;
    SELECT min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1)) INTO lowest_floor
      FROM pg_locks
     WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid::bigint >> 16 = 42
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    RETURN least(ceiling, coalesce(lowest_floor, ceiling));
END
$$;

COMMENT ON FUNCTION frontlog_log.safe_mark() IS
    'The position up to which every event that will ever be there is visible to the next statement.';


-- Appends one event if the stream is at expected_version, and draws positions for `more` that the same transaction will
-- COPY behind it: this event takes the stream's next version, so nobody else can. Otherwise changes nothing and returns
-- the version the stream is at, with position null: an exception would cost the caller's whole transaction.
-- A writer that was first at the same moment is met by ON CONFLICT, which waits for its commit.
-- head, data_text and metadata_text are the event's canonical JSON in three pieces, as domain/chain.py spells it: jsonb
-- spells it anew, so the digest is taken of what came in.
CREATE FUNCTION frontlog_log.append(
    into_stream text, expected_version integer, event_type text, event_schema_version integer,
    head text, data_text text, metadata_text text, more integer,
    OUT actual_version integer, OUT at timestamptz, OUT event_digest bytea,
    OUT event_position bigint, OUT more_positions bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM frontlog_log.hold_floor();
    SELECT version, digest INTO actual_version, event_digest
      FROM frontlog_log.events WHERE stream = into_stream ORDER BY version DESC LIMIT 1;
    actual_version := coalesce(actual_version, 0);
    IF actual_version <> expected_version THEN
        RETURN;
    END IF;
    at := clock_timestamp();
    event_position := nextval('frontlog_log.event_position');
    event_digest := sha256(coalesce(event_digest, '') || timestamptz_send(at) || int8send(event_position)
                           || convert_to(head || data_text || ',' || metadata_text || ']', 'UTF8'));
    INSERT INTO frontlog_log.events
           (position, recorded_at, version, schema_version, stream, type, data, metadata, digest)
    VALUES (event_position, at, expected_version + 1, event_schema_version, into_stream, event_type,
            data_text::jsonb, metadata_text::jsonb, event_digest)
        ON CONFLICT (stream, version) DO NOTHING;
    IF NOT FOUND THEN
        SELECT max(version) INTO actual_version FROM frontlog_log.events WHERE stream = into_stream;
        event_position := NULL;
    ELSIF more > 0 THEN
        more_positions := ARRAY(SELECT nextval('frontlog_log.event_position') FROM generate_series(1, more));
    END IF;
END
$$;

COMMENT ON FUNCTION frontlog_log.append IS
    'Append to a stream at its expected version; position is null and nothing is changed when it is at another one.';


CREATE FUNCTION frontlog_log.erase_text(of_digest text) RETURNS void LANGUAGE sql AS $$
    UPDATE frontlog_log.article_texts SET text = NULL, erased_at = clock_timestamp()
     WHERE digest = of_digest AND erased_at IS NULL;
$$;

COMMENT ON FUNCTION frontlog_log.erase_text IS
    'Take a text down for good. The page keeps its bytes until the next vacuum of article_texts.';


-- Refusals. ENABLE ALWAYS: they hold under session_replication_role = replica as well.

CREATE FUNCTION frontlog_log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING HINT = 'Record a new event instead: frontlog retract, supersede, reject or erase.',
              ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION frontlog_log.refuse_without_floor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('frontlog_log.floor_held_by', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        RAISE EXCEPTION 'an INSERT around frontlog_log.append would let readers skip events'
            USING HINT = 'Append through frontlog_log.append.', ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION frontlog_log.refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.digest <> OLD.digest OR NEW.text IS NOT NULL OR OLD.erased_at IS NOT NULL THEN
        RAISE EXCEPTION 'an article text can only be erased: UPDATE of % is refused', OLD.digest
            USING HINT = 'Take it down with: frontlog erase ARTICLE --reason TEXT', ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frontlog_log.events
    FOR EACH STATEMENT EXECUTE FUNCTION frontlog_log.refuse_change();
CREATE TRIGGER behind_a_floor BEFORE INSERT ON frontlog_log.events
    FOR EACH STATEMENT EXECUTE FUNCTION frontlog_log.refuse_without_floor();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON frontlog_log.article_texts
    FOR EACH STATEMENT EXECUTE FUNCTION frontlog_log.refuse_change();
CREATE TRIGGER erased_only BEFORE UPDATE ON frontlog_log.article_texts
    FOR EACH ROW EXECUTE FUNCTION frontlog_log.refuse_all_but_erasure();

ALTER TABLE frontlog_log.events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE frontlog_log.events ENABLE ALWAYS TRIGGER behind_a_floor;
ALTER TABLE frontlog_log.article_texts ENABLE ALWAYS TRIGGER kept;
ALTER TABLE frontlog_log.article_texts ENABLE ALWAYS TRIGGER erased_only;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA frontlog_log FROM PUBLIC;
