"""The truth run at a small scale: `python -m tests.evidence.truth` is the large one."""

from __future__ import annotations

from tests.evidence.truth.course import Scale, Servers, run
from tests.evidence.truth.trouble import Weather
from tests.support.servers import scratch

SCALE = Scale(reviews=600, seed=5, weather=Weather(often=1, long=False), edits=1, compared=300, limit_s=50)
TROUBLE = {"added", "edited", "deleted", "rate_limit", "unavailable", "reset", "cut", "bad_rows"}


def test_the_tables_equal_the_truth(redis_url: str, prefix: str, database_url: str) -> None:
    """After syncs in trouble a quiet one leaves exactly what the sources show, and one more writes no row."""
    with scratch() as directory:
        servers = Servers(redis_url=redis_url, prefix=prefix, database_url=database_url, directory=directory)
        figures = run(servers, SCALE)
    assert figures.differences == []
    assert figures.skipped == figures.standing
    assert figures.met.keys() >= TROUBLE
    assert (figures.verbs["complete"], figures.verbs["fail"]) == (30, 0)
    assert figures.verbs["snooze"] > 0
    assert figures.earlier > 0
    assert figures.removed > 0
