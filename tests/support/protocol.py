"""`python -m tests.support.protocol`: the scripts' headers, written into docs/protocol.md."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from engine.streams.scripts import names

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"
BEGIN = "<!-- from the scripts' headers: python -m tests.support.protocol writes this part -->\n"
END = "<!-- end -->\n"


def section() -> str:
    """Each script's header as a section, in the scripts' order."""
    parts: list[str] = []
    for name in names():
        source = (files("engine.streams") / "lua" / f"{name}.lua").read_text()
        lines = [line.removeprefix("---").removeprefix("--") for line in source.split("\n\n", 1)[0].splitlines()]
        sentence = lines[0].partition(": ")[2]
        body = "\n".join(line.removeprefix(" ") for line in lines[1:]).strip("\n")
        parts.append(f"### {name}\n\n{sentence[0].upper()}{sentence[1:]}\n\n```\n{body}\n```\n")
    return "\n" + "\n".join(parts) + "\n"


def written(document: str) -> str:
    """The document with the section as it ought to be."""
    head, _, rest = document.partition(BEGIN)
    return head + BEGIN + section() + END + rest.partition(END)[2]


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
