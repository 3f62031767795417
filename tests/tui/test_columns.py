"""Columns give way by width, and a line of any text has exactly its width."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_tui.draw.columns import Column, cells_of, place, titles
from admin_tui.draw.line import Line, Span
from admin_tui.text import safe, width

Job = tuple[str, str, str]


def cells(number: int, title: str, at_least: int, flex: int = 0, since: int = 0) -> Column[Job]:
    """A column that shows one of the job's texts."""
    return Column(title, lambda job, room: Span(safe(job[number], room), "waiting"), at_least, flex, since=since)


COLUMNS = (
    cells(0, "ID", 12, flex=1),
    cells(1, "TENANT", 10, since=80),
    Column[Job]("ATT", lambda _, room: Span(safe("3/5", room)), 4, align="right", since=60),
    cells(2, "ERROR", 10, flex=3),
    cells(1, "WORKER", 12, since=140),
)


def names(columns: Sequence[Column[Job]], room: int) -> list[tuple[str, int]]:
    """What is placed."""
    return [(column.title, given) for column, given in place(columns, room)]


def text(line: Line) -> str:
    """What a line says."""
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("room", "placed"),
    [
        (140, [("ID", 34), ("TENANT", 10), ("ATT", 4), ("ERROR", 76), ("WORKER", 12)]),
        (80, [("ID", 22), ("TENANT", 10), ("ATT", 4), ("ERROR", 41)]),
        (60, [("ID", 20), ("ATT", 4), ("ERROR", 34)]),
        (40, [("ID", 16), ("ERROR", 23)]),
    ],
)
def test_columns_drop_at_their_widths_and_share_what_is_left(room: int, placed: list[tuple[str, int]]) -> None:
    """Those of a wider screen are not there; the rest goes to those that flex, by their shares."""
    assert names(COLUMNS, room) == placed


def test_where_there_is_no_room_for_all_the_least_important_go_first() -> None:
    """Those of the widest screens, from the right; then the others from the right."""
    tight = (cells(0, "A", 10), cells(1, "B", 10, since=20), cells(2, "C", 10))
    assert names(tight, 32) == [("A", 10), ("B", 10), ("C", 10)]
    assert names(tight, 31) == [("A", 10), ("C", 10)]
    assert names(tight, 20) == [("A", 10)]
    assert names(tight, 9) == []


def test_titles_stand_over_their_cells() -> None:
    """Left and right as the cells do."""
    placed = place(COLUMNS, 60)
    assert text(titles(placed)) == "ID                    ATT ERROR                             "
    line = text(cells_of(placed, ("01J9ZK3M2R7QK4", "tenant-42", "TimeoutError: 504")))
    assert line == "01J9ZK3M2R7QK4        3/5 TimeoutError: 504                 "


def test_a_cell_keeps_its_style() -> None:
    """And blanks between have none."""
    spans = cells_of(place(COLUMNS, 40), ("a", "b", "c"))
    assert [span.style for span in spans] == ["waiting", "plain", "waiting"]


ANY = st.text(st.one_of(st.characters(), st.sampled_from("日本語العربيةעברית👍🏽❤️\x1b\u202e")), max_size=60)


@given(st.tuples(ANY, ANY, ANY), st.integers(min_value=20, max_value=300))
def test_no_line_is_wider_than_its_width(job: Job, room: int) -> None:
    """Chinese, emoji, right to left or hostile: with a column that flexes, lines have exactly their width."""
    placed = place(COLUMNS, room)
    line = cells_of(placed, job)
    total = sum(width(span.text) for span in line)
    assert total == sum(width(span.text) for span in titles(placed))
    assert total == (room if any(column.flex for column, _ in placed) else total) <= room
