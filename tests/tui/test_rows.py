"""Rows held of a list and the cursor in them, in any order of changes, questions, answers and keys."""

from __future__ import annotations

from collections.abc import Coroutine

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from admin_tui.rows import Feed, InMemory
from admin_tui.rows.held import MOST, View
from admin_tui.rows.marks import Marks
from tests.support.listed import Item, Listed, key


def finish(call: Coroutine[object, object, bool]) -> bool:
    """The answer has come, nobody else having had a turn."""
    while True:
        try:
            call.send(None)
        except StopIteration as ended:
            return bool(ended.value)


def drained(feed: Feed[Item]) -> None:
    """All that was due has come."""
    for _ in range(20):
        if not feed.due:
            return
        finish(feed.update())
    raise AssertionError("it asks and asks")


def shown(listed: Listed, height: int = 10) -> Feed[Item]:
    """The list's first rows are held."""
    feed = Feed(key)
    feed.resize(height)
    feed.show(listed)
    drained(feed)
    return feed


def on_screen(feed: Feed[Item]) -> list[str | None]:
    """The ids of the rows on the screen."""
    rows = [feed.held.at(number) for number in range(feed.cursor.top, feed.cursor.top + feed.height)]
    return [row.id if row is not None else None for row in rows]


def reloaded(feed: Feed[Item]) -> None:
    """A tick has passed."""
    feed.reload()
    drained(feed)


LISTS = [pytest.param(True, 0.0, id="ranked"), pytest.param(False, 0.02, id="stream")]


@pytest.mark.parametrize(("exact", "off"), LISTS)
def test_one_question_shows_the_first_rows_and_a_page_beyond(exact: bool, off: float) -> None:  # noqa: FBT001 - a parameter
    """The screen, and a page on either side of it, whatever the list holds."""
    listed = Listed(100_000, exact=exact, off=off)
    feed = shown(listed)
    assert (listed.calls, len(feed.held.rows), feed.held.first, feed.cursor.key) == (1, 30, 0, "job-0000000")


@pytest.mark.parametrize(("exact", "off"), LISTS)
def test_walking_down_and_up_a_list_shows_each_row_in_turn(exact: bool, off: float) -> None:  # noqa: FBT001 - a parameter
    """One question for some 25 rows, never more than seven screens held, and each row is the next one."""
    listed = Listed(3_000, exact=exact, off=off)
    feed = shown(listed)
    for number in range(1, 1_000):
        feed.move(feed.cursor.number + 1)
        drained(feed)
        assert feed.cursor.key == f"job-{number:07}"
    assert listed.calls <= 1 + 1_000 / 25
    assert len(feed.held.rows) <= 70
    for number in range(998, -1, -1):
        feed.move(feed.cursor.number - 1)
        drained(feed)
        assert feed.cursor.key == f"job-{number:07}"
    assert feed.cursor.number == 0
    assert len(feed.held.rows) <= 70


@pytest.mark.parametrize(("exact", "off"), LISTS)
def test_the_last_row_of_a_million_is_one_question_away(exact: bool, off: float) -> None:  # noqa: FBT001 - a parameter
    """And so is any other."""
    listed = Listed(1_000_000, exact=exact, off=off)
    feed = shown(listed)
    feed.move(999_999)
    assert feed.cursor.key == ""
    drained(feed)
    assert (feed.cursor.key, feed.cursor.number, listed.calls) == ("job-0999999", 999_999, 2)
    feed.move(500_000)
    drained(feed)
    assert None not in on_screen(feed)
    assert listed.calls == 3


def test_rows_that_come_in_above_leave_the_screen_as_it_is() -> None:
    """Only their numbers change."""
    listed = Listed(1_000)
    feed = shown(listed)
    feed.move(500)
    drained(feed)
    before = on_screen(feed)
    for number in range(700):
        listed.add(-number, f"new-{number}")
    reloaded(feed)
    assert on_screen(feed) == before
    assert (feed.cursor.key, feed.cursor.number) == ("job-0000500", 1_200)


def test_more_rows_than_are_held_come_in_at_the_top() -> None:
    """The cursor's row is looked for further down, in one more question."""
    listed = Listed(1_000)
    feed = shown(listed)
    feed.move(3)
    for number in range(500):
        listed.add(-number - 1, f"new-{number}")
    calls = listed.calls
    reloaded(feed)
    assert (feed.cursor.key, feed.cursor.gone, feed.cursor.number) == ("job-0000003", "", 503)
    assert feed.cursor.number - feed.cursor.top == 3
    assert listed.calls <= calls + 3


@pytest.mark.parametrize(("exact", "off"), LISTS)
def test_ticks_without_a_change_cost_a_question_each_and_lose_no_row(exact: bool, off: float) -> None:  # noqa: FBT001 - a parameter
    """In the midst of a list, the same rows are held after each."""
    listed = Listed(1_000, exact=exact, off=off)
    feed = shown(listed)
    feed.move(500)
    drained(feed)
    reloaded(feed)
    rows, calls = [row.id for row in feed.held.rows], listed.calls
    for _ in range(20):
        reloaded(feed)
    assert ([row.id for row in feed.held.rows], listed.calls - calls) == (rows, 20)


def test_a_row_that_left_leaves_the_cursor_on_no_row() -> None:
    """The next rows come up, the cursor's line stays, and only a movement chooses another row."""
    listed = Listed(1_000)
    feed = shown(listed)
    feed.move(5)
    listed.remove(5)
    reloaded(feed)
    assert (feed.cursor.key, feed.cursor.gone, feed.cursor.number) == ("", "job-0000005", 5)
    assert on_screen(feed)[5] == "job-0000006"
    reloaded(feed)
    assert (feed.cursor.key, feed.cursor.gone) == ("", "job-0000005")
    feed.move(5)
    assert (feed.cursor.key, feed.cursor.gone) == ("job-0000006", "")


def test_where_a_row_left_while_others_came_the_rest_keep_their_lines() -> None:
    """The neighbours hold the screen."""
    listed = Listed(1_000)
    feed = shown(listed)
    feed.move(505)
    drained(feed)
    rest = [id_ for id_ in on_screen(feed) if id_ != "job-0000505"]
    listed.remove(505)
    for number in range(40):
        listed.add(-number, f"new-{number}")
    reloaded(feed)
    assert feed.cursor.gone == "job-0000505"
    assert [id_ for id_ in on_screen(feed) if id_ in rest] == rest


def test_a_list_that_is_emptied_and_filled_again() -> None:
    """Nothing to stand on, then the first row."""
    listed = Listed(3)
    feed = shown(listed)
    listed.items.clear()
    reloaded(feed)
    assert (feed.held.total, feed.cursor.key, feed.cursor.gone) == (0, "", "job-0000000")
    listed.add(1, "new")
    reloaded(feed)
    feed.move(0)
    assert feed.cursor.key == "new"


def test_a_late_answer_for_another_list_is_dropped() -> None:
    """The call itself runs to its end."""
    slow, quick = Listed(50), Listed(7)
    slow.turns = 1
    feed = Feed(key)
    feed.resize(10)
    feed.show(slow)
    late = feed.update()
    late.send(None)
    feed.show(quick)
    drained(feed)
    assert finish(late) is False
    assert (feed.held.total, feed.cursor.key) == (7, "job-0000000")
    reloaded(feed)
    assert feed.held.total == 7


def test_one_question_at_a_time() -> None:
    """While one is under way nothing is due, and asking all the same is an error of the caller."""
    listed = Listed(50)
    listed.turns = 1
    feed = Feed(key)
    feed.show(listed)
    call = feed.update()
    feed.reload()
    assert not feed.due
    with pytest.raises(RuntimeError, match="ask `due` first"):
        finish(feed.update())
    finish(call)
    assert listed.calls >= 1


def test_a_read_that_fails_is_not_tried_again_before_a_tick_or_a_key() -> None:
    """The rows stay; no loop of questions against a server that is away."""
    listed = Listed(100)
    feed = shown(listed)

    def away() -> None:
        raise ConnectionError("away")

    listed.before = away
    feed.reload()
    with pytest.raises(ConnectionError):
        finish(feed.update())
    assert (feed.due, len(feed.held.rows)) == (False, 30)
    feed.reload()
    assert feed.due


def test_frozen_rows_hold_still_and_changes_are_counted() -> None:
    """What came, went or changed; all of it is there once they go on."""
    listed = Listed(100)
    feed = shown(listed)
    feed.frozen = True
    listed.items[2] = listed.items[2]._replace(version=1)
    listed.add(5_500, "new")
    before = list(feed.held.rows)
    reloaded(feed)
    assert (list(feed.held.rows), feed.changed) == (before, 2)
    feed.frozen = False
    reloaded(feed)
    assert [row.id for row in feed.held.rows] == listed.ids[:30]
    assert feed.held.rows[2].version == 1


def test_rows_in_memory() -> None:
    """All are here at once, however many, and may be replaced."""
    source = InMemory([Item(n, f"row-{n}") for n in range(400)])
    feed = Feed(key)
    feed.resize(10)
    feed.show(source)
    drained(feed)
    feed.move(399)
    assert (feed.cursor.key, feed.due) == ("row-399", False)
    source.rows = source.rows[::-1]
    reloaded(feed)
    assert (feed.cursor.key, feed.cursor.number) == ("row-399", 0)


def test_marks() -> None:
    """One by one, or all from the last mark to the cursor; a marked row is as it was last shown."""
    listed = Listed(100)
    feed, marks = shown(listed), Marks[Item]()
    marks.toggle("job-0000002", listed.items[2])
    feed.move(5)
    marks.through(feed.held, feed.cursor, key)
    assert list(marks.rows) == ["job-0000002", "job-0000003", "job-0000004", "job-0000005"]
    listed.items[3] = listed.items[3]._replace(version=7)
    reloaded(feed)
    marks.seen(feed.held, key)
    assert marks.rows["job-0000003"].version == 7
    marks.toggle("job-0000004", listed.items[4])
    assert "job-0000004" not in marks.rows
    marks.clear()
    assert not marks.rows


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=1, max_value=300))
def test_a_window_is_never_larger_than_a_source_answers(top: int, height: int) -> None:
    """250 rows at most, the screen and at least a row around it below that."""
    view = View(top, height)
    assert 1 <= view.size <= MOST
    assert view.page >= 1


# --------------------------------------------------------------------------------------------------- in any order

Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["add", "add top", "remove", "remove cursor", "shift", "move", "by", "scroll", "reload", "turn"]
        ),
        st.integers(min_value=0, max_value=400),
    ),
    max_size=60,
)


class Play:
    """A feed over a list of 300, with changes, keys and turns of the loop in any order."""

    def __init__(self, *, exact: bool, height: int) -> None:
        self.listed = Listed(300, exact=exact, off=0.0 if exact else 0.03)
        self.feed = shown(self.listed, height)
        self.listed.turns = 1
        self.left = set[str]()
        self.came = 0
        self._call: Coroutine[object, object, bool] | None = None

    def step(self, name: str, number: int) -> None:
        """One thing happens."""
        getattr(self, f"_{name.replace(' ', '_')}")(number)

    def _add(self, number: int) -> None:
        self.came += 1
        self.listed.add(1_000 * number + self.came, f"new-{self.came}")

    def _add_top(self, number: int) -> None:
        for _ in range(number % 7):
            self.came += 1
            self.listed.add(-self.came, f"new-{self.came}")

    def _remove(self, number: int) -> None:
        if self.listed.items:
            self.left.add(self.listed.remove(number % len(self.listed.items)).id)

    def _remove_cursor(self, number: int) -> None:
        if self.feed.cursor.key in self.listed.ids:
            self._remove(self.listed.ids.index(self.feed.cursor.key))

    def _shift(self, number: int) -> None:
        if self.listed.items:
            item = self.listed.remove(number % len(self.listed.items))
            self.left.add(item.id)  # it may be far from where it was: to be told as gone is no lie
            self.listed.add(item.score + 1_000 * (number - 200), item.id)

    def _move(self, number: int) -> None:
        self.feed.move(number)

    def _by(self, number: int) -> None:
        self.feed.move(self.feed.cursor.number + number % 5 - 2)

    def _scroll(self, number: int) -> None:
        self.feed.scroll(number)

    def _reload(self, number: int) -> None:
        self.feed.reload()

    def _turn(self, number: int) -> None:
        if self._call is None and self.feed.due:
            self._call = self.feed.update()
        if self._call is not None:
            try:
                self._call.send(None)
            except StopIteration:
                self._call = None

    def settle(self) -> None:
        """Nothing is under way, and all is as it is now."""
        while self._call is not None:
            self._turn(0)
        self.listed.turns = 0
        reloaded(self.feed)


def stands(play: Play) -> None:
    """What must hold at any moment: the cursor is on the screen, and what is said to be under it is."""
    cursor, held = play.feed.cursor, play.feed.held
    assert cursor.top <= cursor.number < cursor.top + play.feed.height
    row = held.at(cursor.number)
    if cursor.key:
        assert row is not None
        assert row.id == cursor.key
        assert cursor.gone == ""
    ids = [item.id for item in held.rows]
    assert len(set(ids)) == len(ids)


def kept(play: Play, before: str, gone: str) -> None:
    """Whatever came in, the cursor is on its row, or tells the truth that it left."""
    cursor = play.feed.cursor
    if before:
        assert before in {cursor.key, cursor.gone}
        if cursor.gone:
            assert cursor.gone in play.left
    elif gone:
        assert (cursor.key, cursor.gone) == ("", gone)


def played(play: Play, steps: list[Step]) -> None:
    """All steps, each with what must hold behind it."""
    for name, number in steps:
        before, gone = play.feed.cursor.key, play.feed.cursor.gone
        play.step(name, number)
        stands(play)
        if name not in {"move", "by", "scroll"}:
            kept(play, before, gone)


@settings(max_examples=400, deadline=None)
@example(steps=[("add", 0), ("add", 0), ("by", 94)], exact=False, height=1)
@example(steps=[("add", 0), ("add", 0), ("add top", 31), ("reload", 0)], exact=False, height=1)
@given(STEPS, st.booleans(), st.integers(min_value=1, max_value=30))
def test_in_any_order_the_cursor_stays_on_its_row_or_says_that_it_is_gone(
    steps: list[Step],
    exact: bool,  # noqa: FBT001 - Hypothesis gives it
    height: int,
) -> None:
    """Rows come, go and move between question and answer, keys fall anywhere: no other row is ever under it."""
    play = Play(exact=exact, height=height)
    played(play, steps)
    before, gone = play.feed.cursor.key, play.feed.cursor.gone
    play.settle()
    kept(play, before, gone)
    stands(play)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.booleans(), st.integers(min_value=1, max_value=30))
def test_once_all_is_quiet_the_screen_shows_the_list(
    steps: list[Step],
    exact: bool,  # noqa: FBT001 - Hypothesis gives it
    height: int,
) -> None:
    """Each row of the screen is there, consecutive in the list; where it has ranks, they are right."""
    play = Play(exact=exact, height=height)
    played(play, steps)
    play.settle()
    feed, ids = play.feed, play.listed.ids
    shown_ids = [id_ for id_ in on_screen(feed) if id_ is not None]
    assert len(shown_ids) == min(height, len(ids))
    if shown_ids:
        first = ids.index(shown_ids[0])
        assert ids[first : first + len(shown_ids)] == shown_ids
        if exact:
            assert first == feed.cursor.top
    if exact:
        assert feed.held.total == len(ids)
