"""The line behind `:`, and what a command line may ask for."""

from __future__ import annotations

from typing import Any, cast

import pytest

from admin_tui.cli import main
from admin_tui.looks import choose
from admin_tui.screens.going import read_place
from admin_tui.screens.host import Host, JobPlace
from admin_tui.session import place_of
from admin_tui.theme import DARK, LIGHT, NO_COLOUR
from engine import SettingError

VIEWS = ("overview", "jobs", "workers", "limits", "failures", "audit")
QUEUES = ("ingest_reviews", "import_csv", "score_run")


class Went:
    """A host that notes where it is told to go."""

    def __init__(self) -> None:
        self.to: tuple[Any, ...] = ()

    def show_view(self, name: str) -> None:
        """A view."""
        self.to = ("view", name)

    def open_queue(self, queue: str) -> None:
        """A queue."""
        self.to = ("queue", queue)

    def open_worker(self, name: str) -> None:
        """A worker."""
        self.to = ("worker", name)

    def open_job(self, place: JobPlace) -> None:
        """A job."""
        self.to = ("job", place.queue, place.job_id)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("", ()),
        ("workers", ("view", "workers")),
        ("fail", ("view", "failures")),
        ("q score_run", ("queue", "score_run")),
        (": q sc", ("queue", "score_run")),
        ("score_run", ("queue", "score_run")),
        ("j score_run a:b c", ("job", "score_run", "a:b c")),
        ("job score_run x", ("job", "score_run", "x")),
        ("w ops-w1", ("worker", "ops-w1")),
    ],
)
def test_what_is_typed_leads_there(text: str, to: tuple[str, ...]) -> None:
    """Words may be cut short where only one begins so."""
    went = Went()
    read_place(text, VIEWS, QUEUES)(cast("Host", went))
    assert went.to == to


def test_an_id_alone_is_of_the_queue_that_is_shown() -> None:
    """Without one, the text says how to name it."""
    went = Went()
    read_place("j a1", VIEWS, QUEUES, "import_csv")(cast("Host", went))
    assert went.to == ("job", "import_csv", "a1")
    with pytest.raises(SettingError, match=r"which queue is 'a1' of\? j QUEUE ID"):
        read_place("j a1", VIEWS, QUEUES)


@pytest.mark.parametrize("text", ["q nothing", "q i", "nowhere", "q"])
def test_what_cannot_be_read_is_told(text: str) -> None:
    """With what there is."""
    with pytest.raises(SettingError, match=r"no queue|write a view's name"):
        read_place(text, VIEWS, QUEUES)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://ana:secret@10.0.0.5:6379/0", "redis://10.0.0.5:6379/0"),
        ("rediss://:secret@redis.example.org/2", "rediss://redis.example.org/2"),
        ("unix:///run/valkey.sock?db=0&password=secret", "unix:/run/valkey.sock"),
    ],
)
def test_a_place_has_no_password(url: str, place: str) -> None:
    """Nor a user's name."""
    assert place_of(url) == place


def test_colours_are_as_told_else_as_the_terminal_can() -> None:
    """NO_COLOR wins where nothing is told."""
    assert choose("", {}) is DARK
    assert choose("light", {"NO_COLOR": "1"}) is LIGHT
    assert choose("", {"NO_COLOR": "1"}) is NO_COLOUR
    assert choose("", {"TERM": "dumb"}) is NO_COLOUR
    with pytest.raises(SettingError, match="there are dark, light, no-colour"):
        choose("pink", {})


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--interval", "0.1", "--demo"], 2, "give 0.2 s or more"),
        (["--embedded", "/nowhere/at/all"], 2, "there is no such directory"),
        (["--app", "nothing:app"], 2, "no module 'nothing'"),
        (["--redis-url", "unix:///nowhere.sock"], 3, "no Redis at unix:/nowhere.sock"),
    ],
)
def test_an_error_is_one_line_and_a_code(
    words: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the engine's command line has them."""
    assert main(words) == code
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert told in error
    assert len(error.splitlines()) == 1
