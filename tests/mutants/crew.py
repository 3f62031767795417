"""Shows faults to the tests, several at a time, each in a copy of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Literal

from msgspec import Struct

from tests.mutants.sets import SCRIPT_FOLDERS, rest_of
from tests.mutants.workshop import Answer, Workshop


class Fault(Struct, frozen=True):
    """One file changed: `file` from the repository's root, what it says then, and the tests to show it to first.

    `reason` says why no test can see it, if that is so; `only` leaves it at those first tests.
    """

    name: str
    file: str
    change: Callable[[str], str]
    tests: tuple[str, ...]
    reason: str = ""
    only: bool = False


class Known(Struct, frozen=True):
    """What is known of the tests: which one caught each fault before, and which scripts each sends."""

    hints: Mapping[str, str] = {}
    sent: Mapping[str, frozenset[str]] = {}


class Verdict(Struct, frozen=True):
    """What became of one fault, by which test, after how long.

    `equivalent`: no test failed, as its reason says; `excused`: it has a reason, and yet a test failed: a false one.
    """

    name: str
    word: Literal["caught", "timeout", "survived", "equivalent", "excused", "broken"]
    test: str
    seconds: float
    output: str = ""

    @property
    def good(self) -> bool:
        """Whether the tests did what they are for."""
        return self.word in {"caught", "timeout", "equivalent"}


def show_all(faults: Sequence[Fault], benches: Sequence[Workshop], known: Known) -> Generator[Verdict]:
    """The verdict of each fault in their order.

    Closed or interrupted before its end, it interrupts the tests that run and waits for them.
    """
    free: SimpleQueue[Workshop] = SimpleQueue()
    for bench in benches:
        free.put(bench)

    def work(fault: Fault) -> Verdict:
        bench = free.get()
        try:
            return _show(fault, bench, known)
        finally:
            free.put(bench)

    with ThreadPoolExecutor(len(benches)) as pool:
        try:
            yield from pool.map(work, faults)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for bench in benches:
                bench.interrupt()
            raise


def _show(fault: Fault, bench: Workshop, known: Known) -> Verdict:
    started_s, hint = time.monotonic(), known.hints.get(fault.name, "")
    with bench.changed(fault.file, fault.change):
        answer = Answer("passed", "", "")
        if hint and (bench.root / hint.partition("::")[0]).exists():
            answer = _ask(fault, bench, [hint])
        if answer.word in {"passed", "broken"}:  # broken: that test is no longer there
            answer = _first_failure(fault, bench, known)
    return _judge(fault, answer, time.monotonic() - started_s)


def _first_failure(fault: Fault, bench: Workshop, known: Known) -> Answer:
    answer = Answer("passed", "", "")
    rest = [] if fault.only else rest_of(bench.root, fault.file, fault.tests, known.sent)
    for tests in (list(fault.tests), rest):
        if tests and answer.word == "passed":
            answer = _ask(fault, bench, tests)
    return answer


def _ask(fault: Fault, bench: Workshop, tests: list[str]) -> Answer:
    scripts = fault.file.endswith(".lua") and all(test.startswith(SCRIPT_FOLDERS) for test in tests)
    return bench.test_scripts(tests) if scripts else bench.test(tests)


def _judge(fault: Fault, answer: Answer, seconds: float) -> Verdict:
    match answer.word:
        case "passed":
            return Verdict(fault.name, "equivalent" if fault.reason else "survived", "", seconds)
        case "broken":
            return Verdict(fault.name, "broken", "", seconds, answer.output)
        case "failed" | "timeout" if fault.reason:
            return Verdict(fault.name, "excused", answer.test, seconds)
        case "failed":
            return Verdict(fault.name, "caught", answer.test, seconds)
        case "timeout":
            return Verdict(fault.name, "timeout", answer.test, seconds)
