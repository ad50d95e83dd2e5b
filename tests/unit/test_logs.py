import json
import logging
import sys

import psycopg.conninfo
import pytest
import structlog

from infra import logs


@pytest.fixture(autouse=True)
def _json_logs():
    logs.configure("INFO", "json")
    yield
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, logs._StderrHandler)]:
        root.removeHandler(handler)


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_lines_and_a_librarys_lines_have_one_shape(capsys):
    with logs.bind_trace("t1", article_id="a1"):
        structlog.get_logger("frontlog.test").info("coded", events=3)
        logging.getLogger("dramatiq.worker").warning("skipped %s", "m1")
    ours, theirs = lines(capsys)
    assert set(ours) - {"events"} == set(theirs)
    assert (ours["event"], ours["trace_id"], ours["article_id"], ours["events"]) == ("coded", "t1", "a1", 3)
    assert (theirs["event"], theirs["trace_id"], theirs["logger"]) == ("skipped m1", "t1", "dramatiq.worker")


def test_a_trace_ends_with_its_block(capsys):
    with logs.bind_trace("t1"):
        assert logs.current_trace() == logs.trace_id() == "t1"
    assert logs.current_trace() is None
    structlog.get_logger("x").info("after")
    assert "trace_id" not in lines(capsys)[0]


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://frontlog:s3cr3t@127.0.0.1:5432/db",
        "amqps://user:s3cr3t@rabbit/vhost",
        "postgresql://u:s3cr3t@with-at@host/db",
        "host=/tmp user=u password=s3cr3t dbname=d",
        "host=/tmp password='s3cr3t with blank' dbname=d",
        psycopg.conninfo.make_conninfo(host="h", password="s3cr3t ' quote", user="u"),
        "{'password': 's3cr3t', 'user': 'u'}",
        "PGPASSWORD=s3cr3t psql",
        "postgresql:///db?user=u&password=s3cr3t&sslmode=require",
    ],
)
def test_a_password_in_a_connection_string_never_reaches_the_log(capsys, text):
    log = structlog.get_logger("x")
    log.info("connecting to " + text, dsn=text, nested={"urls": [text], "password": "s3cr3t"})
    logging.getLogger("psycopg.pool").warning("cannot connect to %r", text)
    try:
        raise OSError(f"no answer from {text}")
    except OSError:
        log.exception("failed", token="s3cr3t")
    written = capsys.readouterr().err
    assert "s3cr3t" not in written
    assert written.count("***") >= 6


def test_scrubbing_leaves_what_is_no_password_alone():
    for text in ("http://host:8080/path", "at 12:30 the password was changed", "a@b.org wrote", "https://h/x?y=1"):
        assert logs.scrub(text) == text


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_shows_no_locals(capsys, format):
    logs.configure("INFO", format)

    def fails() -> None:
        hidden = "-".join(("content", "of", "a", "local"))
        raise ValueError(str(len(hidden)))

    try:
        fails()
    except ValueError:
        structlog.get_logger("x").exception("failed")
    written = capsys.readouterr().err
    assert "ValueError" in written and "fails" in written
    assert "content-of-a-local" not in written
    assert '"locals"' not in written


def test_below_the_level_nothing_is_written_and_pika_starts_at_warning(capsys):
    logs.configure("INFO", "json")
    structlog.get_logger("x").debug("no")
    logging.getLogger("pika.adapters").info("socket")
    assert capsys.readouterr().err == ""


def test_configuring_twice_writes_each_line_once(capsys):
    logs.configure("INFO", "json")
    structlog.get_logger("x").info("once")
    assert len(lines(capsys)) == 1


def test_off_a_terminal_the_default_is_json(capsys, monkeypatch):
    logs.configure("INFO", "auto")
    structlog.get_logger("x").info("line")
    assert lines(capsys)[0]["event"] == "line"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    logs.configure("INFO", "auto")
    structlog.get_logger("x").info("line")
    assert not capsys.readouterr().err.startswith("{")


def test_trace_ids_are_32_hex_digits_and_differ():
    one, other = logs.new_trace_id(), logs.new_trace_id()
    assert one != other
    assert len(one) == 32 and int(one, 16) >= 0
