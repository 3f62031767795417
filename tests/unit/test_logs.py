"""Log lines: what they look like, and when they are written."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.escaping import escape, escape_json
from engine.journal import Transition
from engine.logs import BatchHandler, JsonFormat, TextFormat, write_all
from engine.logs.formats import encode_line
from tests.support.wait import eventually_sync

AT = 1_795_485_817.3456
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)
HOSTILE = "\x1b]0;x\x07 \u009b31m \u202e \u2028 \U000e0041 \x7f \ud800 \n{}"


def record(message: str = "hello you", *args: object, level: int = logging.INFO, **fields: Any) -> logging.LogRecord:
    """A record of the logger `engine.worker` with these extra fields."""
    made = logging.LogRecord("engine.worker", level, "", 0, message, args, None)
    made.created = AT
    vars(made).update(fields)
    return made


def transition(**fields: Any) -> logging.LogRecord:
    """A record as the journal makes it."""
    made = logging.LogRecord("engine.jobs", logging.WARNING, "", 0, "", (), None)
    made.created, made.msg = AT, Transition(fields)
    return made


def with_error() -> logging.LogRecord:
    """A record of an exception."""
    made = record(level=logging.ERROR)
    try:
        _fail(HOSTILE)
    except ValueError as error:
        made.exc_info = (ValueError, error, error.__traceback__)
    return made


def test_a_transition_as_json() -> None:
    """Time to the millisecond in UTC, the level in the words of LOG_LEVEL, then the event with its fields."""
    line = JsonFormat().format(transition(event="retry", queue="q", jobId="a", attempt=1, error="no"))
    assert line == (
        '{"time":"2026-11-24T02:03:37.345Z","level":"warn","event":"retry","queue":"q","jobId":"a","attempt":1,'
        '"error":"no"}'
    )


def test_another_record_as_json() -> None:
    """Time, level, logger, message, and what was given by `extra`; a stack only if there is one."""
    line = json.loads(JsonFormat().format(record(workerId="w", places={"q": 3})))
    assert line == {
        "time": "2026-11-24T02:03:37.345Z",
        "level": "info",
        "logger": "engine.worker",
        "message": "hello you",
        "workerId": "w",
        "places": {"q": 3},
    }
    assert json.loads(JsonFormat().format(with_error()))["stack"].startswith("Traceback")


def test_a_field_never_takes_the_place_of_ours() -> None:
    """A field of `extra` that is called like one of ours is told under another name."""
    line = JsonFormat().format(record(time="noon", stack="high"))
    assert line.count('"time":') == 1
    assert (json.loads(line)["time_"], json.loads(line)["stack_"]) == ("noon", "high")


def test_a_line_to_be_read() -> None:
    """Aligned by time, level and event; the fence is for machines."""
    plain = TextFormat()
    assert plain.format(transition(event="retry", queue="q", jobId="a", fence=7, attempt=1)) == (
        "2026-11-24T02:03:37.345Z warn  retry     queue=q jobId=a attempt=1"
    )
    assert plain.format(record(workerId="w")) == ("2026-11-24T02:03:37.345Z info  engine.worker: hello you workerId=w")


def test_colour_is_only_ours() -> None:
    """Time and level are painted; what a record says cannot paint."""
    line = TextFormat(colour=True).format(record("%s", "\x1b[31mred"))
    assert line == "\x1b[2m2026-11-24T02:03:37.345Z\x1b[0m \x1b[32minfo \x1b[0m engine.worker: \\x1b[31mred"


def test_a_stack_forges_no_line() -> None:
    """Its lines are set off, and what was raised is escaped in them."""
    first, *below = TextFormat().format(with_error()).split("\n")
    assert first.endswith("engine.worker: hello you")
    assert all(line.startswith("    ") for line in below)
    assert escape("\n".join(below)) == "\\n".join(below)


def _fail(text: str) -> None:
    raise ValueError(text)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_stays_one_line_of_json(name: str, text: str) -> None:
    """It is JSON that means the same, on one line, with nothing in it that a terminal acts on."""
    line = encode_line({"time": "t", f"x{name}": text})
    assert escape(line) == line
    ((_, found),) = list(json.loads(line).items())[1:]
    assert found == text.encode("utf-8", "backslashreplace").decode()


@given(st.text())
def test_escaped_json_means_the_same(text: str) -> None:
    """Escaping the JSON of a text changes how it is written, not what it says."""
    assert json.loads(escape_json(json.dumps(text, ensure_ascii=False))) == text


@pytest.mark.parametrize(
    "value", [object(), 10**30, float("nan"), {1: 2}, {(1, 2): 3}, b"\xff", HOSTILE, {"a": HOSTILE}]
)
def test_any_value_becomes_a_line(value: object) -> None:
    """What JSON has not is told as a text; a line is never lost for it."""
    line = JsonFormat().format(record(field=value))
    assert "field" in json.loads(line)
    assert escape(line) == line


def told(event: str, level: int = logging.INFO) -> logging.LogRecord:
    """A transition without any fields, whose text is the event."""
    made = transition(event=event)
    made.levelno = level
    return made


@pytest.fixture
def written() -> Iterator[tuple[BatchHandler, list[bytes]]]:
    """A handler whose writes are kept."""
    writes: list[bytes] = []
    handler = BatchHandler(writes.append)
    handler.setFormatter(logging.Formatter("%(message)s"))
    yield handler, writes
    handler.close()


def test_lines_are_written_together_and_soon(written: tuple[BatchHandler, list[bytes]]) -> None:
    """Many records, one write, without anybody asking for it."""
    handler, writes = written
    for number in range(100):
        handler.handle(told(f"{number}"))
    eventually_sync(lambda: writes)
    assert b"".join(writes).split() == [b"%d" % number for number in range(100)]
    assert len(writes) <= 2


def test_what_may_not_wait_is_written_at_once(written: tuple[BatchHandler, list[bytes]]) -> None:
    """An error, and whatever is no transition, with all that came before it, in order."""
    handler, writes = written
    handler.handle(told("before"))
    handler.handle(told("wrong", level=logging.ERROR))
    assert b"".join(writes) == b"before\nwrong\n"
    handler.handle(told("next"))
    handler.handle(record("ready"))
    assert b"".join(writes) == b"before\nwrong\nnext\nready\n"


def test_nothing_is_left_unwritten_at_the_end(written: tuple[BatchHandler, list[bytes]]) -> None:
    """Closing writes what was kept; what comes later is written at once."""
    handler, writes = written
    handler.handle(told("kept"))
    handler.close()
    handler.handle(told("late"))
    assert b"".join(writes) == b"kept\nlate\n"


def test_lines_of_many_threads_are_whole(written: tuple[BatchHandler, list[bytes]]) -> None:
    """No line is torn or lost, and each thread's are in its order."""
    handler, writes = written

    def work(name: str) -> None:
        for number in range(500):
            handler.handle(told(f"{name}{number}", level=logging.ERROR if number % 50 == 0 else logging.INFO))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handler.close()
    lines = b"".join(writes).decode().split()
    assert len(lines) == 2_000
    for name in "abcd":
        assert [line for line in lines if line[0] == name] == [f"{name}{number}" for number in range(500)]


def test_a_record_that_cannot_be_told_is_reported(
    written: tuple[BatchHandler, list[bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever logs goes on; logging says on standard error what was wrong."""
    handler, writes = written
    handler.handle(record("%d", "no number"))
    assert "Logging error" in capsys.readouterr().err
    assert writes == []


def test_writes_go_on_where_the_reader_is_slow() -> None:
    """A pipe that is full and does not block takes everything in the end."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    data = b"x" * 300_000 + b"\n"
    thread = threading.Thread(target=write_all, args=(writing, data))
    thread.start()
    with io.FileIO(reading) as pipe:
        found = b""
        while not found.endswith(b"\n"):
            found += pipe.read(4_096) or b""
    thread.join()
    os.close(writing)
    assert found == data


def test_a_reader_that_is_gone_stops_nobody() -> None:
    """A closed pipe swallows the lines: the work is worth more than they are."""
    reading, writing = os.pipe()
    os.close(reading)
    write_all(writing, b"nobody reads this")
    os.close(writing)


def test_a_terminal_gets_lines_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error being a terminal, lines are text with colour; NO_COLOR leaves that out."""
    from engine.logs import logs_to_stderr  # noqa: PLC0415 - sets up logging for this process

    ours, theirs = pty.openpty()
    root = logging.getLogger()
    level = root.level
    monkeypatch.setenv("TERM", "xterm")
    try:
        with open(theirs, "w", closefd=False) as terminal:
            monkeypatch.setattr("sys.stderr", terminal)
            for no_colour, form in (("", ""), ("1", ""), ("1", "json")):
                monkeypatch.setenv("NO_COLOR", no_colour)
                with logs_to_stderr("info", form):
                    logging.getLogger("engine.worker").info("ready")
        shown = b""
        while shown.count(b"\n") < 3:
            shown += os.read(ours, 4_096)
        painted, plain, as_json = shown.decode().splitlines()
    finally:
        root.setLevel(level)
        os.close(ours)
        os.close(theirs)
    assert "\x1b[32minfo \x1b[0m engine.worker: ready" in painted
    assert plain.endswith("Z info  engine.worker: ready")
    assert json.loads(as_json)["message"] == "ready"
