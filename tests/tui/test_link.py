"""How fresh the data is, by what came and what did not: live, slow, stale, down and back."""

from __future__ import annotations

from admin_tui.link import DOWN, STALE, Link

NEW = Link(answered_s=100.0)


def failing(times: int, link: Link = NEW) -> Link:
    """The link after so many errors in a row."""
    for _ in range(times):
        link = link.failed("connection refused")
    return link


def test_a_new_link_is_live_and_waits_its_interval() -> None:
    """The first answer is there before the first screen."""
    assert NEW.state == "live"
    assert NEW.fresh
    assert NEW.wait_s(100.0, 1.0) == 1.0
    assert NEW.wait_s(100.0, 0.2) == 0.2


def test_slow_answers_slow_it_down_step_by_step() -> None:
    """2, 5 and 10 seconds, and no more; the interval asked for is never cut short."""
    waits, link = [], NEW
    for _ in range(4):
        link = link.answered(101.0, 251.0)
        waits.append(link.wait_s(101.0, 1.0))
    assert waits == [2.0, 5.0, 10.0, 10.0]
    assert link.state == "slow"
    assert link.wait_s(101.0, 30.0) == 30.0


def test_a_dear_answer_slows_it_down_too() -> None:
    """More than half a percent of Redis is too much for looking, however fast it comes."""
    assert NEW.answered(101.0, 3.0, share=0.0051).state == "slow"
    assert NEW.answered(101.0, 3.0, share=0.005).state == "live"
    assert NEW.answered(101.0, 250.0).state == "live"


def test_fast_answers_make_it_fast_again_step_by_step() -> None:
    """One fast answer does not undo three slow ones."""
    link = NEW
    for _ in range(3):
        link = link.answered(101.0, 900.0)
    steps = []
    for _ in range(4):
        link = link.answered(102.0, 20.0)
        steps.append(link.wait_s(102.0, 1.0))
    assert steps == [5.0, 2.0, 1.0, 1.0]
    assert link.state == "live"


def test_three_missed_answers_make_it_stale_and_six_down() -> None:
    """Errors and silence count alike."""
    assert failing(STALE - 1).state == "live"
    assert failing(STALE).state == "stale"
    assert not failing(STALE).fresh
    assert failing(DOWN - 1).state == "stale"
    assert failing(DOWN).state == "down"
    assert failing(2).overdue().state == "stale"
    assert NEW.overdue().error == "no answer yet"
    assert failing(1).overdue().error == "connection refused"


def test_what_missed_once_is_asked_again_within_a_second() -> None:
    """Also where the interval is long or nobody looks: an outage is told of soon."""
    assert failing(1).wait_s(101.0, 10.0) == 1.0
    assert failing(1).wait_s(101.0, 10.0, focused=False) == 1.0
    assert failing(STALE).wait_s(103.0, 10.0) == 1.0


def test_a_link_that_is_down_is_tried_ever_more_seldom() -> None:
    """At most two seconds apart in the first minute, so that a restart is seen; then up to half a minute."""
    assert [failing(DOWN + tries).wait_s(110.0, 1.0) for tries in range(4)] == [1.0, 2.0, 2.0, 2.0]
    assert [failing(DOWN + tries).wait_s(161.0, 1.0) for tries in (0, 1, 2, 3, 4, 5, 50)] == [
        1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0,
    ]  # fmt: skip


def test_one_answer_brings_it_back() -> None:
    """Nothing is left of the outage but the age of what is shown, which is nothing."""
    back = failing(20).answered(200.0, 4.0)
    assert (back.state, back.missed, back.error, back.age_s(200.5)) == ("live", 0, "", 0.5)


def test_nobody_looks_so_it_is_asked_seldom() -> None:
    """Ten seconds, or the interval if that is longer."""
    assert NEW.wait_s(100.0, 1.0, focused=False) == 10.0
    assert NEW.wait_s(100.0, 60.0, focused=False) == 60.0
