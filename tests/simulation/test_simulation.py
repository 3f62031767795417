"""The services of workers and clients on virtual time: whatever is drawn, every promise holds."""

from __future__ import annotations

import pytest

from tests.simulation.broken import BROKEN, break_engine
from tests.simulation.many import run_batch
from tests.simulation.seeds import FOUND

SEEDS = range(1, 26)
SHOWS = {
    "no lease is renewed": 2,
    "no lease is ended": 4,
    "what was not answered is not sent again": 14,
    "a process takes five jobs whatever its places": 4,
    "a worker that stops keeps what it holds": 85,
    "deliveries of lost replies are kept": 143,
}
"""A seed whose schedule shows each broken engine."""


@pytest.mark.timeout(300)
def test_every_promise_holds() -> None:
    """Jobs end once and as they should, effects are there once, limits are kept, and no crash is charged in vain."""
    reports = run_batch([*FOUND, *SEEDS])
    assert {report.seed: report.wrong for report in reports if report.wrong} == {}


@pytest.mark.timeout(120)
def test_a_seed_is_a_schedule() -> None:
    """The same seed gives the same steps at the same times; another gives others."""
    seeds = [3, 8, 21]
    once, again = run_batch(seeds), run_batch(seeds)
    assert [report.trace for report in once] == [report.trace for report in again]
    assert len({report.trace for report in once}) == len(seeds)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_engine_is_found(how: str) -> None:
    """The schedule that every promise holds in shows what is broken, and only then."""
    with break_engine(how):
        [broken] = run_batch([SHOWS[how]])
    [whole] = run_batch([SHOWS[how]])
    assert broken.wrong
    assert not whole.wrong
