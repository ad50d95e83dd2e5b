"""How quickly the worked queries of docs/sql.md answer over a million events. Issue: each under 50 ms.

The read tables are filled by SQL, not through the coder: 100,000 articles of 40 houses over twelve years, a million
events of 60 actors at 5,000 places, 400,000 pieces of evidence, and states of control that follow each other without a
gap. So the figures speak of the schema, its indexes and the queries, nothing else. Each query runs as frontlog_reader
in one warm session, first planned and run once, then eleven times; the median counts.

Run: python bench/queries.py [--events 1000000]
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

from infra.embedded import lease
from infra.postgres import describe
from infra.postgres.migrate import migrate
from infra.postgres.pool import open_pool
from infra.postgres.projections import project_all
from infra.settings import Settings
from infra.wiring import open_frontlog

QUERIES = Path(__file__).resolve().parents[1] / "docs" / "queries"
LIMIT_MS = 50.0
RUNS = 11

FILL = """
CREATE TEMP TABLE g ON COMMIT DROP AS SELECT projection, generation FROM frontlog_read.live;
CREATE FUNCTION pg_temp.at(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
    $$SELECT '2014-11-01 00:00+00'::timestamptz + n * interval '63 minutes'$$;
CREATE FUNCTION pg_temp.actor(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'Actor ' || n %% 60$$;
CREATE FUNCTION pg_temp.place(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$SELECT CASE n WHEN 17 THEN 'Manbij' WHEN 18 THEN 'Deir ez-Zor' ELSE 'Place ' || n END$$;

INSERT INTO frontlog_log.article_texts (digest, text)
SELECT encode(sha256(n::text::bytea), 'hex'), repeat('The force took the town after a day of fighting. ', 40)
  FROM generate_series(1::bigint, %(articles)s) n;

INSERT INTO frontlog_read.articles
    (generation, article_id, source, published, received_at, state, edition, sentences, events, origin_id, text_digest)
SELECT (SELECT generation FROM g WHERE projection = 'articles'), 'a' || n, 'House ' || n %% 40,
       pg_temp.at(n)::date, pg_temp.at(n), CASE WHEN n %% 50 = 0 THEN 'retracted' ELSE 'coded' END, '2026.1', 20,
       CASE WHEN n %% 7 = 0 THEN 0 ELSE 10 END, 'a' || n - n %% 3, encode(sha256(n::text::bytea), 'hex')
  FROM generate_series(1::bigint, %(articles)s) n;

INSERT INTO frontlog_read.events
SELECT (SELECT generation FROM g WHERE projection = 'events'), n, pg_temp.at(n / 10), '2026.1', 'a' || n / 10, n %% 10,
       1, (ARRAY['ControlTaken', 'ClashReported', 'AttackReported', 'WithdrawalReported', 'AdvanceReported',
                 'ControlAsserted', 'AttackReported', 'ReinforcementReported', 'PresenceReported', 'SiegeReported']
          )[1 + n %% 10],
       CASE WHEN n %% 13 = 0 THEN 'planned' ELSE 'asserted' END,
       ARRAY[pg_temp.actor(n * 7919 / 11)], ARRAY['actor.' || (n * 7919 / 11) %% 60],
       ARRAY[pg_temp.actor(n * 104729 / 13)], ARRAY['actor.' || (n * 104729 / 13) %% 60],
       ARRAY[pg_temp.place(n * 31 %% 5000)], ARRAY['geonames:' || n * 31 %% 5000], ARRAY[NULL], ARRAY[NULL],
       pg_temp.at(n / 10)::date - (n %% 3)::int, pg_temp.at(n / 10)::date, 'day', NULL, 'rule.' || n %% 80, 'took',
       NULL, md5(n::text), CASE WHEN n / 10 %% 50 = 0 THEN 'retracted' ELSE 'counts' END,
       encode(sha256((n / 10)::text::bytea), 'hex'), 0, 48
  FROM generate_series(10::bigint, %(events)s) n WHERE n / 10 <= %(articles)s;

INSERT INTO frontlog_read.control_evidence
SELECT (SELECT generation FROM g WHERE projection = 'control'), e.place_ids[1], '', e.article_id, e.sentence, 1,
       e.position, e.type, e.modality, e.places[1], 'city', 'SY', 35, 38, NULL, e.actor_ids, e.actors, '{}',
       CASE WHEN e.type = 'WithdrawalReported' THEN e.actor_ids ELSE e.counterparty_ids END,
       CASE WHEN e.type = 'WithdrawalReported' THEN e.actors ELSE e.counterparties END,
       e.occurred_earliest, e.occurred_latest, 'day', e.article_id, 'v' || e.position,
       CASE WHEN e.position %% 9 = 0 THEN e.actor_ids[1] WHEN e.position %% 911 = 0 THEN e.counterparty_ids[1] END,
       'House ' || e.position / 10 %% 40,
       NULL, e.rule, e.fingerprint, e.recorded_at, ARRAY[e.recorded_at], ARRAY[NULL::timestamptz], e.text_digest, 0, 48
  FROM frontlog_read.events e
 WHERE e.type IN ('ControlTaken', 'WithdrawalReported', 'ControlAsserted', 'ClashReported');

-- per place twelve states in the world, each known in three versions, the last of them to this day
INSERT INTO frontlog_read.control_history
SELECT (SELECT generation FROM g WHERE projection = 'control'), 'geonames:' || p, '',
       '2014-11-01'::date + s * 365, CASE WHEN s < 11 THEN '2014-11-01'::date + (s + 1) * 365 END,
       pg_temp.at(s * 8343 + v * 40 + p %% 40), CASE WHEN v < 2 THEN pg_temp.at(s * 8343 + (v + 1) * 40 + p %% 40) END,
       pg_temp.place(p), 'city', 'SY', 35, 38,
       CASE WHEN p %% 50 = 1 AND s = 11 THEN 'disputed' ELSE 'controlled' END,
       CASE WHEN p %% 50 = 1 AND s = 11 THEN '{}' ELSE ARRAY['actor.' || (p * 31 + s * 7) %% 60] END,
       CASE WHEN p %% 50 = 1 AND s = 11 THEN '{}' ELSE ARRAY[pg_temp.actor(p * 31 + s * 7)] END,
       '{}', '{}', '{}', '2014-11-01'::date + s * 365, '2014-11-01'::date + s * 365, 'day', '{}', '{}', NULL,
       CASE WHEN p %% 3 = 0 THEN 'claimed' ELSE 'corroborated' END, NULL, 14,
       CASE WHEN p %% 3 = 0 THEN 1 ELSE 2 END, 60, 'a1', 1, 1
  FROM generate_series(0, 4999) p, generate_series(0, 11) s, generate_series(0, 2) v;

INSERT INTO frontlog_read.control_changes
    (shown_at, place_id, place, area, old_status, new_status, old_holders, new_holders, article_id, sentence,
     text_digest, start_at, end_at, edition, event_position)
SELECT now() - n * interval '41 minutes', 'geonames:' || n %% 5000, pg_temp.place(n %% 5000), '', 'controlled',
       'controlled', ARRAY[pg_temp.actor(n)], ARRAY[pg_temp.actor(n + 1)], 'a' || 1 + n %% 1000, 1,
       encode(sha256((1 + n %% 1000)::text::bytea), 'hex'), 0, 48, '2026.1', n
  FROM generate_series(1, 60000) n;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--plans", action="store_true", help="print the plan of each query above the limit")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frontlog-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another account
        settings = Settings(data_dir=Path(folder) / "data", server_linger_s=0.0)
        with lease(settings) as conninfo, open_frontlog(settings):
            migrate(conninfo)
            with open_pool(conninfo) as pool:
                project_all(pool)
            fill(conninfo, asked.events)
            measure(conninfo, asked.plans)


def fill(conninfo: str, events: int) -> None:
    started = time.perf_counter()
    with psycopg.connect(conninfo) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(FILL, {"events": events, "articles": events // 10})  # type: ignore[arg-type]
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    print(f"filled with {events:,} events in {time.perf_counter() - started:.0f} s")


def measure(conninfo: str, plans: bool) -> None:
    for query in describe.worked(QUERIES):
        with psycopg.connect(conninfo, user="frontlog_reader", autocommit=True) as connection:
            statement = query.sql.rstrip().removesuffix(";").encode()
            rows = len(connection.execute(statement).fetchall())
            took = []
            for _ in range(RUNS):
                started = time.perf_counter()
                connection.execute(statement).fetchall()
                took.append((time.perf_counter() - started) * 1000)
            median = statistics.median(took)
            print(f"{query.file:32} {rows:5} rows {median:8.1f} ms {'' if median < LIMIT_MS else 'MISSED'}", flush=True)
            if plans and median >= LIMIT_MS:
                found = connection.execute(b"EXPLAIN (ANALYZE, BUFFERS) " + statement).fetchall()
                print("\n".join("    " + line for (line,) in found))


if __name__ == "__main__":
    main()
