-- Whoever listens hears of a change of control as soon as it is committed. A notice is a doorbell: what changed stands in
-- frontlog.control_changes, whose ids rise in the order of their commits, for one writer at a time holds the projection.
-- Only transactions that change what is shown notify, so the appends to the log never wait for the server's notify lock.

CREATE FUNCTION frontlog_read.announce_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
BEGIN
    SELECT max(id) INTO newest FROM added;
    IF newest IS NOT NULL THEN
        PERFORM pg_notify('frontlog_control_changes', newest::text);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION frontlog_read.announce_changes IS 'NOTIFY frontlog_control_changes with the newest id, delivered at the commit.';
REVOKE ALL ON FUNCTION frontlog_read.announce_changes FROM PUBLIC;

CREATE TRIGGER announce AFTER INSERT ON frontlog_read.control_changes
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION frontlog_read.announce_changes();
