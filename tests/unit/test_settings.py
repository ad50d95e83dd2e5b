import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from infra.settings import Settings, redacted


def test_nothing_set_means_the_embedded_server_and_no_broker() -> None:
    settings = Settings.from_environment({})
    assert settings.database_url is None
    assert settings.broker_url is None
    assert settings.data_dir.is_absolute()


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"FRONTLOG_DATABASE_URL": " ", "FRONTLOG_LOG_LEVEL": ""}) == (
        Settings.from_environment({})
    )


def test_the_default_folder_of_root_lies_outside_every_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not Settings.from_environment({}).data_dir.is_relative_to(Path("~root").expanduser())


def test_the_default_folder_of_a_user_lies_in_the_own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert Settings.from_environment({}).data_dir.is_relative_to(tmp_path)


def test_a_relative_folder_becomes_absolute_at_once() -> None:
    assert Settings.from_environment({"FRONTLOG_DATA_DIR": "here"}).data_dir == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTLOG_DATABASE_URL", "mysql://user@host/name"),
        ("FRONTLOG_DATABASE_URL", "host=localhost dbname=x"),
        ("FRONTLOG_DATABASE_URL", "postgresql://user:p/w@host:54x2/name"),
        ("FRONTLOG_BROKER_URL", "redis://localhost"),
        ("FRONTLOG_LOG_LEVEL", "loud"),
        ("FRONTLOG_LOG_FORMAT", "xml"),
        ("FRONTLOG_WORKER_THREADS", "0"),
        ("FRONTLOG_WORKER_THREADS", "1.5"),
        ("FRONTLOG_SERVER_LINGER_S", "nan"),
        ("FRONTLOG_SERVER_LINGER_S", "soon"),
        ("FRONTLOG_DATA_DIR", __file__),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Settings.from_environment({name: value})
    assert name in str(caught.value)
    assert caught.value.found
    assert caught.value.expected
    assert caught.value.next_step


def test_no_password_shows_in_repr_or_in_an_error() -> None:
    kept = Settings.from_environment(
        {"FRONTLOG_DATABASE_URL": "postgresql://u:hush1@h/d", "FRONTLOG_BROKER_URL": "amqp://u:hush2@h/"}
    )
    assert "hush" not in repr(kept)
    with pytest.raises(InvalidInput) as caught:
        Settings.from_environment({"FRONTLOG_DATABASE_URL": "mysql://u:hush3@h:1/d?password=hush4"})
    assert "hush" not in str(caught.value)
    assert "mysql://u@h:1/d" in str(caught.value)


@given(st.text(alphabet="abc:/@?#[]%1 ", max_size=30))
def test_redacting_never_fails_and_never_shows_what_stands_between_colon_and_at(text: str) -> None:
    assert "SECRET" not in redacted(f"postgresql://u:SECRET@{text}")
    redacted(text)
