"""Writes docs/sql.md from the comments of schema `frontlog` and the worked queries: `make docs`."""

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from domain.errors import InvalidInput
from infra.embedded import lease
from infra.postgres.migrate import migrate
from infra.postgres.queries import queries
from infra.settings import Settings

TEMPLATE, PAGE, QUERIES = "sql.template.md", "sql.md", "queries"


@dataclass(frozen=True, slots=True)
class Described:
    """A view or function with its comment; `columns` are (name, type, comment)."""

    name: str
    comment: str
    columns: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Worked:
    """A worked query: the question, what to know of the answer, and the SQL."""

    file: str
    question: str
    explanation: str
    sql: str


def views(connection: psycopg.Connection) -> list[Described]:
    """The views of the contract, by name, columns in their order."""
    found: dict[str, tuple[str, list[tuple[str, str, str]]]] = {}
    for view, comment, *column in connection.execute(queries("describe")["views"]):
        found.setdefault(view, (comment, []))[1].append((column[0], column[1], column[2]))
    return [Described(name, comment, tuple(columns)) for name, (comment, columns) in found.items()]


def functions(connection: psycopg.Connection) -> list[Described]:
    """The functions of the contract; the name carries the arguments, and the columns are those of its rows."""
    found = connection.execute(queries("describe")["functions"]).fetchall()
    return [
        Described(
            f"{name}({arguments})", comment, tuple((column, type_, "") for column, type_ in zip(*rows, strict=True))
        )
        for name, arguments, comment, *rows in found
    ]


def worked(folder: Path) -> list[Worked]:
    """The worked queries of a folder by file name: a comment line with the question, some that explain it, then SQL."""
    return [_worked(file) for file in sorted(folder.glob("*.sql"))]


def page(template: str, connection: psycopg.Connection, asked: Iterable[Worked]) -> str:
    """The page: the template with its three parts filled in."""
    parts = {
        "queries": "\n\n".join(map(_query_text, asked)),
        "views": "\n\n".join(map(_view_text, views(connection))),
        "functions": "\n\n".join(map(_function_text, functions(connection))),
    }
    for name, text in parts.items():
        template = template.replace("{{" + name + "}}", text)
    return template


def _worked(file: Path) -> Worked:
    lines = file.read_text(encoding="utf-8").rstrip().splitlines()
    told = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    if len(told) < 2:
        raise InvalidInput(str(file), "no comment", "a question and an explanation as comments", "Write them on top.")
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    return Worked(file.name, told[0], " ".join(told[1:]), sql)


def _query_text(query: Worked) -> str:
    return f"### {query.question}\n\n{query.explanation} (`docs/queries/{query.file}`)\n\n```sql\n{query.sql}\n```"


def _view_text(view: Described) -> str:
    rows = [f"| `{name}` | {type_} | {_cell(comment)} |" for name, type_, comment in view.columns]
    return "\n".join([f"### {view.name}", "", view.comment, "", "| column | type | |", "|---|---|---|", *rows])


def _function_text(function: Described) -> str:
    returned = ", ".join(f"`{name}` {type_}" for name, type_, _ in function.columns)
    title = function.name.partition("(")[0]
    return f"### {title}\n\n`{function.name}`\n\n{function.comment}\n\nReturns rows of {returned}."


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def main() -> int:
    """Make the page of a docs folder (`docs` unless named) from a new and empty database."""
    docs = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    with tempfile.TemporaryDirectory(prefix="frontlog-docs-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another account
        with lease(Settings(data_dir=Path(folder) / "data", server_linger_s=0.0)) as conninfo:
            migrate(conninfo)
            with psycopg.connect(conninfo) as connection:
                text = page((docs / TEMPLATE).read_text(encoding="utf-8"), connection, worked(docs / QUERIES))
    (docs / PAGE).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
