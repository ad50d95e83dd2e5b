"""docs/sql.md: made from the database's comments, complete, and true for the tools that it names."""

import re
from pathlib import Path

import psycopg
import pytest

from domain.errors import InvalidInput
from infra.postgres import describe

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_what_the_database_says_now(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        template = (DOCS / describe.TEMPLATE).read_text(encoding="utf-8")
        now = describe.page(template, connection, describe.worked(DOCS / describe.QUERIES))
    assert (DOCS / describe.PAGE).read_text(encoding="utf-8") == now, "docs/sql.md is out of date: run `make docs`"


def test_every_view_and_function_of_the_contract_is_on_the_page(migrated: str) -> None:
    page = (DOCS / describe.PAGE).read_text(encoding="utf-8")
    with psycopg.connect(migrated) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'frontlog'::regnamespace AND relkind = 'v'"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'frontlog'::regnamespace"
        ).fetchall()
    assert {name for (name,) in found} <= set(re.findall(r"^### (\w+)$", page, re.MULTILINE))


def test_there_are_ten_worked_queries_and_each_says_what_it_answers() -> None:
    asked = describe.worked(DOCS / describe.QUERIES)
    assert len(asked) >= 10
    for query in asked:
        assert query.question.endswith("?"), query.file
        assert len(query.explanation) > 40, query.file


def test_a_query_without_a_comment_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "01-silent.sql").write_text("SELECT 1;\n")
    with pytest.raises(InvalidInput, match=r"01-silent\.sql"):
        describe.worked(tmp_path)


def test_the_reader_can_do_what_pandas_does(migrated: str) -> None:
    """pandas.read_sql runs the query on a cursor of the connection and takes names and rows from it."""
    with psycopg.connect(migrated, user="frontlog_reader") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM frontlog.control_status")
        assert "place" in [column[0] for column in cursor.description or ()]
        assert cursor.fetchall() == []


def test_the_reader_can_do_what_duckdb_does(migrated: str) -> None:
    """DuckDB reads the catalog, then copies columns out in binary, in a read-only snapshot."""
    with psycopg.connect(migrated, user="frontlog_reader", autocommit=True) as connection:
        views = connection.execute(
            "SELECT c.relname, array_agg(quote_ident(a.attname) ORDER BY a.attnum) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE n.nspname = 'frontlog' GROUP BY c.relname"
        ).fetchall()
        assert len(views) > 10
        connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for view, columns in views:
            statement = f'COPY (SELECT {", ".join(columns)} FROM "frontlog"."{view}") TO STDOUT (FORMAT binary)'
            with connection.cursor().copy(statement) as copied:  # type: ignore[arg-type]
                assert b"".join(map(bytes, copied)).startswith(b"PGCOPY")
