"""Every condition of the Lua files, and what a script would be without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tests.mutants.lua import Word, branches, operands, words

LUA = Path("engine/streams/lua")


class Guard(Struct, frozen=True):
    """One way to take a condition out of a file.

    `change` is `never` (its block is not entered), `always` (what follows if not is not reached), or `without …`
    (a part of it is left out). `text` is the condition as it stands; `nth` tells equal ones of a file apart.
    """

    file: str
    text: str
    change: str
    nth: int
    line: int
    start: int
    end: int
    new: str

    @property
    def name(self) -> str:
        """What the guard is called in reports and in the list of those that change nothing."""
        more = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.file}: {self.text}{more} | {self.change}"

    def apply(self, source: str) -> str:
        """The file's text without the guard."""
        return source[: self.start] + self.new + source[self.end :]


class _Found(Struct, frozen=True):
    change: str
    text: str
    start: int
    end: int
    new: str


def guards_in(file: str, source: str) -> list[Guard]:
    """Each `if` and `elseif` of a Lua text taken out, and each operand of what they and loops decide by."""
    of = words(source)
    found = sorted([*_whole(of, source), *_parts(of, source)], key=lambda one: (one.start, one.end))
    names: Counter[tuple[str, str]] = Counter()
    guards: list[Guard] = []
    for one in found:
        names[one.text, one.change] += 1
        guards.append(
            Guard(
                file=file,
                text=one.text,
                change=one.change,
                nth=names[one.text, one.change],
                line=source.count("\n", 0, one.start) + 1,
                start=one.start,
                end=one.end,
                new=one.new,
            )
        )
    return guards


def all_guards(root: Path) -> list[Guard]:
    """The guards of every Lua file under the root, includes too."""
    files = sorted((root / LUA).rglob("*.lua"))
    return [guard for file in files for guard in guards_in(file.relative_to(root / LUA).as_posix(), file.read_text())]


def _whole(of: list[Word], source: str) -> Iterator[_Found]:
    for branch in branches(of):
        start, end = of[branch.first].start, of[branch.last].end
        text = f"{branch.keyword} {_flat(source[start:end])} then"
        yield _Found("never", text, start, end, "false")
        if branch.has_other:
            yield _Found("always", text, start, end, "true")


def _parts(of: list[Word], source: str) -> Iterator[_Found]:
    for chain in operands(of):
        text = _flat(source[of[chain[0][0]].start : of[chain[-1][1]].end])
        for n, (begin, stop) in enumerate(chain):
            # With the operator that joins it: the one behind the first operand, the one before any other.
            start = of[begin].start if n == 0 else of[chain[n - 1][1] + 1].start
            end = of[chain[1][0]].start if n == 0 else of[stop].end
            yield _Found(f"without {_flat(source[of[begin].start : of[stop].end])}", text, start, end, "")


def _flat(text: str) -> str:
    return " ".join(text.split())
