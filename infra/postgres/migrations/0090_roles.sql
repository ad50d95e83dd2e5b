-- The reader sees schema frontlog and nothing else. It may log in but has no password, so it can only where the server's
-- own rules let it (the embedded server lets its own account); elsewhere grant it to your analysts' logins.
-- A role belongs to the whole server: another database, or another process at this moment, may have made it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontlog_reader') THEN
        CREATE ROLE frontlog_reader LOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

GRANT USAGE ON SCHEMA frontlog TO frontlog_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA frontlog TO frontlog_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA frontlog FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA frontlog TO frontlog_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA frontlog GRANT SELECT ON TABLES TO frontlog_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA frontlog GRANT EXECUTE ON FUNCTIONS TO frontlog_reader;
