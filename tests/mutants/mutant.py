"""A deliberate fault: one text of one file replaced by another, and the tests that should fall for it."""

from __future__ import annotations

from msgspec import Struct


class Mutant(Struct, frozen=True, kw_only=True):
    """One change that must make a test fail.

    `old` stands exactly `times` times in `file` (a path from the root of the repository), and all of them become
    `new`. `tests` are what pytest is given first: files, or single tests (`file::name`). A mutant that no test can
    catch has the reason in `equivalent`.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    why: str
    times: int = 1
    equivalent: str = ""


def apply(mutant: Mutant, text: str) -> str:
    """The file's text with the fault in it; ValueError if `old` is not there as often as it should be."""
    found = text.count(mutant.old)
    if found != mutant.times:
        raise ValueError(f"{mutant.name}: {mutant.file} has the text {found} times, not {mutant.times}: {mutant.old!r}")
    if mutant.old == mutant.new:
        raise ValueError(f"{mutant.name}: nothing would change")
    return text.replace(mutant.old, mutant.new)
