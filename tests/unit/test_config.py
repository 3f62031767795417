"""Settings from the environment and `.env.local`: what wins, what is refused, and that no secret is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import Settings, check_redis_url, no_redis, parse_env, read_environment, safe_url
from engine.errors import EnqueueUnknown, SettingError


def settings(**env: str) -> Settings:
    return Settings.from_environment(env)


def test_nothing_set_is_a_local_redis() -> None:
    """The defaults are those of a developer's machine; the worker's id names host and process."""
    found = settings()
    assert (found.redis_url, found.log_level, found.prefix) == ("redis://localhost:6379/0", "info", "pickd")
    assert found.worker_id.count("-") >= 2
    assert settings().worker_id != found.worker_id


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("REDIS_PASSWORD=       # Optional", ""),
        ("REDIS_PASSWORD=", ""),
        ("REDIS_PASSWORD=#hash", ""),
        ("REDIS_PASSWORD=a#b", "a#b"),
        ("REDIS_PASSWORD=a b # note", "a b"),
        ("REDIS_PASSWORD='a # b'  # note", "a # b"),
        ('REDIS_PASSWORD="it\'s"', "it's"),
        ('REDIS_PASSWORD=""', ""),
        ("  export REDIS_PASSWORD = x ", "x"),
        ("REDIS_PASSWORD=a=b", "a=b"),
        ("REDIS_PASSWORD='half", "'half"),
        ("REDIS_PASSWORD=x\r", "x"),
    ],
)
def test_a_line_of_the_file(line: str, value: str) -> None:
    """Quotes keep what is in them; otherwise a '#' after a space, or first, begins a comment."""
    assert parse_env(line) == {"REDIS_PASSWORD": value}


def test_comments_and_empty_lines_are_skipped() -> None:
    """The file may explain itself; the last of two lines wins."""
    assert parse_env("# REDIS_DB=1\n\n   # x\nA=1\nB=2\nA=3\n") == {"A": "3", "B": "2"}


@pytest.mark.parametrize("line", ["REDIS_URL", "=x", "1A=x", "A B=x", "- item"])
def test_a_bad_line_is_named(line: str) -> None:
    """The error tells the file, the line's number and what to write."""
    with pytest.raises(SettingError, match=r"^\.env\.local line 2: write NAME=value$"):
        parse_env(f"OK=1\n{line}\n")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are read; what the process was given counts."""
    (tmp_path / ".env.local").write_text("ONLY_FILE=1\nBOTH=file\n")
    monkeypatch.setenv("BOTH", "process")
    found = read_environment(tmp_path)
    assert (found["ONLY_FILE"], found["BOTH"]) == ("1", "process")


def test_no_file_is_no_error_and_an_unreadable_one_is(tmp_path: Path) -> None:
    """A missing file adds nothing; one that is no text is named."""
    assert "ONLY_FILE" not in read_environment(tmp_path)
    (tmp_path / ".env.local").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError, match=r"\.env\.local cannot be read"):
        read_environment(tmp_path)


@pytest.mark.parametrize(
    ("env", "url"),
    [
        ({"REDIS_HOST": "box", "REDIS_PORT": "7000", "REDIS_DB": "3"}, "redis://box:7000/3"),
        ({"REDIS_PASSWORD": "p@s/s:#"}, "redis://:p%40s%2Fs%3A%23@localhost:6379/0"),
        ({"REDIS_HOST": "::1"}, "redis://[::1]:6379/0"),
        ({"REDIS_HOST": "", "REDIS_PORT": "", "REDIS_PASSWORD": "", "REDIS_DB": ""}, "redis://localhost:6379/0"),
        ({"REDIS_URL": "rediss://a/1", "REDIS_HOST": "b", "REDIS_PORT": "no"}, "rediss://a/1"),
        ({"REDIS_URL": "unix:///run/redis.sock?db=2"}, "unix:///run/redis.sock?db=2"),
        ({"REDIS_URL": ""}, "redis://localhost:6379/0"),
    ],
)
def test_where_redis_is(env: dict[str, str], url: str) -> None:
    """REDIS_URL wins over its parts; a password may hold any character."""
    assert settings(**env).redis_url == url


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"REDIS_PORT": "66000"}, "REDIS_PORT='66000': use a whole number up to 65535"),
        ({"REDIS_PORT": "-1"}, "REDIS_PORT"),
        ({"REDIS_PORT": "9" * 5000}, "REDIS_PORT"),
        ({"REDIS_DB": "one"}, "REDIS_DB='one'"),
        ({"REDIS_DB": "١"}, "REDIS_DB"),
        ({"REDIS_URL": "localhost:6379"}, "use redis://, rediss:// or unix://"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL=http://x: use redis://"),
        ({"REDIS_URL": "redis://"}, "name a host"),
        ({"REDIS_URL": "redis://h:0"}, "name a host"),
        ({"REDIS_URL": "redis://h:x"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://[::1"}, "REDIS_URL=redis://[::1 is no URL: give the port as a number"),
        ({"REDIS_URL": "redis://h/name"}, "the path is the database's number"),
        ({"REDIS_URL": "unix://"}, "name the socket's path"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL=loud: use one of"),
        ({"WORKER_ID": "a b"}, "WORKER_ID='a b'"),
        ({"WORKER_ID": "a~b"}, "WORKER_ID"),
        ({"WORKER_ID": "x" * 101}, "WORKER_ID"),
        ({"WORKER_ID": "a\x1b"}, "WORKER_ID"),
    ],
)
def test_a_bad_value_is_one_clear_line(env: dict[str, str], told: str) -> None:
    """The error names the variable and says what to use, in one line."""
    with pytest.raises(SettingError) as raised:
        settings(**env)
    assert told in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_levels_are_read_in_any_case() -> None:
    """LOG_LEVEL=DEBUG is debug."""
    assert settings(LOG_LEVEL="DEBUG").log_level == "debug"


def test_an_empty_log_setting_is_none() -> None:
    """As in a file of settings with the value left out."""
    found = settings(LOG_LEVEL="", LOG_FORMAT="")
    assert (found.log_level, found.log_format) == ("info", "")
    assert settings(LOG_FORMAT="JSON").log_format == "json"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:hidden@h:1/0", "redis://:***@h:1/0"),
        ("redis://me:hidden@h/0", "redis://me:***@h/0"),
        ("redis://me:hid@den@h/0", "redis://me:***@h/0"),
        ("unix:///run/x.sock?db=1&password=hidden", "unix:///run/x.sock?db=1&password=***"),
        ("redis://h:1/0", "redis://h:1/0"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    """All else stays, so that a reader knows which server is meant."""
    assert safe_url(url) == shown


@pytest.mark.parametrize("scheme", ["redis", "http", "unix"])
@given(secret=st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=4))
def test_no_message_tells_a_password(scheme: str, secret: str) -> None:
    """Also where its characters make the URL mean something else: the text never holds it."""
    password = f"hid{secret}den"
    url = f"{scheme}://user:{password}@host:6379/0"
    for told in (safe_url(url), refusal_of(url)):
        assert "hid" not in told
        assert "den" not in told


def refusal_of(url: str) -> str:
    """What the check says against the URL, or nothing."""
    try:
        check_redis_url(url)
    except SettingError as error:
        return str(error)
    return ""


def test_an_enqueue_that_a_replica_refused_may_be_sent_again() -> None:
    """Beside what is wrong with the server, the error says that the jobs may be stored."""
    error = EnqueueUnknown("no answer for 60 s (Redis: You can't write against a read only replica.): …")
    told = f"{no_redis(Settings(), error)}"
    assert "is a replica and refuses writes" in told
    assert told.endswith("the jobs may be stored: enqueue the same ids again")
