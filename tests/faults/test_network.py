"""The figures that only the row of the network has: each rises if what it counts happens."""

from __future__ import annotations

from engine import State
from tests.faults.book import Asked
from tests.faults.evidence import Evidence, Final
from tests.faults.impatient import Heard
from tests.faults.rows.network import Told
from tests.support.ledger import Entry


def _start(fence: int, attempt: int) -> Entry:
    return Entry("start", "a", fence, attempt, 1, 0)


EVIDENCE = Evidence(
    asked=[Asked("a", "raise")],
    acknowledged=[],
    finals={"a": Final(State.COMPLETED, 5, 3, 0, 30)},
    executions=[_start(10, 1), _start(20, 2), _start(25, 3), _start(30, 3)],
)


def test_an_answer_of_another_job_is_counted() -> None:
    """A result is to be that of the job's record; one that did not come is no better than a wrong one."""
    assert Heard(fences={"a": 30}).otherwise(EVIDENCE) == 0
    assert Heard(fences={"a": 31}).otherwise(EVIDENCE) == 1
    assert Heard(fences={"b": 30}).otherwise(EVIDENCE) == 1
    assert Heard(unheard=2).otherwise(EVIDENCE) == 2


def test_a_refused_settle_is_counted() -> None:
    """A settle may be refused once a later attempt shows that it did its work; else not, nor of what never ran."""
    assert Told(0, [("a", 10), ("a", 20)]).otherwise(EVIDENCE) == 0
    assert Told(0, [("a", 25), ("a", 30)]).otherwise(EVIDENCE) == 2
    assert Told(0, [("a", 15), ("b", 10)]).otherwise(EVIDENCE) == 2
