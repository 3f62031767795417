"""As much of Lua as it takes to find conditions in a script: its words with their places, brackets and blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_WORDS = re.compile(
    r"""
    (?P<skip>\s+|--\[\[.*?\]\]|--[^\n]*)
    |(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\[\[.*?\]\])
    |(?P<name>[A-Za-z_]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<sign>\.\.\.|\.\.|[=~<>]=|[-+*/%^\#<>=(){}\[\];:,.])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENS = frozenset({"if", "elseif", "while", "until", "then", "do", "else", "return", "in"})
_CLOSES = frozenset({"then", "do", "end", "else", "elseif", "until", "local", "return", "if", "for", "while", "break"})
_KEYWORDS = _OPENS | _CLOSES | {"and", "or", "not", "function", "repeat"}


class Word(Struct, frozen=True):
    """One token: its text, its kind (`text`, `name`, `number`, `sign`) and where it stands."""

    text: str
    kind: str
    start: int
    end: int

    @property
    def ends_operand(self) -> bool:
        """Whether a value can end with this word."""
        if self.kind == "name":
            return self.text not in _KEYWORDS or self.text == "end"
        return self.kind != "sign" or self.text in {")", "]", "}", "..."}

    @property
    def begins_operand(self) -> bool:
        """Whether a value can begin with this word, and not go on with it."""
        if self.kind == "name":
            return self.text not in {"and", "or"}
        return self.kind != "sign"


def words(source: str) -> list[Word]:
    """The words of a Lua text without comments; ValueError at what is none."""
    found: list[Word] = []
    at = 0
    while at < len(source):
        match = _WORDS.match(source, at)
        if match is None:
            raise ValueError(f"not Lua at {at}: {source[at : at + 20]!r}")
        if match.lastgroup is not None and match.lastgroup != "skip":
            found.append(Word(match.group(), match.lastgroup, match.start(), match.end()))
        at = match.end()
    return found


class Branch(Struct, frozen=True):
    """An `if` or `elseif`: where its condition stands (words, from and to), and whether anything follows if not."""

    keyword: str
    first: int
    last: int
    has_other: bool


def branches(of: list[Word]) -> list[Branch]:
    """Every `if` and `elseif`, in order of their place."""
    found: dict[int, Branch] = {}
    # Blocks that are open: for an `if`, where its last condition stands.
    blocks: list[int | None] = []
    for at, word in enumerate(of):
        if word.kind != "name":
            continue
        match word.text:
            case "if":
                found[at] = _branch(of, at)
                blocks.append(at)
            case "elseif" | "else":
                before = blocks[-1]
                assert before is not None, f"{word.text} without if at {word.start}"
                found[before] = Branch(found[before].keyword, found[before].first, found[before].last, has_other=True)
                if word.text == "elseif":
                    found[at] = _branch(of, at)
                    blocks[-1] = at
            case "do" | "function" | "repeat":
                blocks.append(None)
            case "end" | "until":
                blocks.pop()
            case _:
                pass
    assert not blocks, "a block is not closed"
    return [found[at] for at in sorted(found)]


def _branch(of: list[Word], at: int) -> Branch:
    then = next(n for n in range(at, len(of)) if of[n].text == "then" and of[n].kind == "name")
    return Branch(of[at].text, at + 1, then - 1, has_other=False)


def operands(of: list[Word]) -> Iterator[list[tuple[int, int]]]:
    """Every chain of `and` or of `or` that decides something: the first and last word of each of its operands.

    Values such as `a and b or c` and `a or 0` decide nothing by themselves, outside the condition of a branch or loop.
    """
    seen: set[tuple[int, int]] = set()
    for at, word in enumerate(of):
        if word.kind != "name" or word.text not in {"and", "or"}:
            continue
        first, last = _left_end(of, at), _right_end(of, at)
        if (first, last) in seen:
            continue
        seen.add((first, last))
        either = _split(of, first, last, "or")
        both = [_split(of, *part, "and") for part in either]
        is_condition = of[first - 1].text in {"if", "elseif", "while"}
        is_value = len(either) > 1 and (any(len(part) > 1 for part in both) or _is_plain(of, *either[-1]))
        if is_condition or not is_value:
            yield from (chain for chain in [either, *both] if len(chain) > 1)


def _is_plain(of: list[Word], first: int, last: int) -> bool:
    return (first == last and of[first].kind in {"text", "number"}) or of[first].text == "{"


def _left_end(of: list[Word], at: int) -> int:
    depth = 0
    while at > 0:
        word = of[at - 1]
        if word.kind == "sign" and word.text in ")]}":
            depth += 1
        elif (
            depth == 0 and word.kind != "text" and (word.text in _OPENS or word.text in {",", "=", ";", "(", "{", "["})
        ):
            return at
        elif word.kind == "sign" and word.text in "([{":
            depth -= 1
        at -= 1
    return 0


def _right_end(of: list[Word], at: int) -> int:
    depth = 0
    while at + 1 < len(of):
        word, before = of[at + 1], of[at]
        if depth == 0:
            if word.kind == "name" and word.text in _CLOSES:
                return at
            if word.kind == "sign" and word.text in {")", "]", "}", ",", ";"}:
                return at
            if before.ends_operand and word.begins_operand:
                return at
        if word.kind == "sign" and word.text in "([{":
            depth += 1
        elif word.kind == "sign" and word.text in ")]}":
            depth -= 1
        at += 1
    return at


def _split(of: list[Word], first: int, last: int, by: str) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    depth, start = 0, first
    for at in range(first, last + 1):
        word = of[at]
        if word.kind == "sign" and word.text in "([{":
            depth += 1
        elif word.kind == "sign" and word.text in ")]}":
            depth -= 1
        elif depth == 0 and word.kind == "name" and word.text == by:
            parts.append((start, at - 1))
            start = at + 1
    return [*parts, (start, last)]
