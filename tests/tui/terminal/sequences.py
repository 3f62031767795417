"""What a program sent to its terminal beside text: each escape sequence, control and format character."""

from __future__ import annotations

import re

from admin_tui.theme import DARK

# In this order: OSC, DCS and kin with their text; CSI; any other escape.
_ESCAPE = re.compile(r"\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?", re.DOTALL)
_PLACE = re.compile(r"\x1b\[(\d+);(\d+)H")
_STEP = re.compile(r"\x1b\[(\d+)C")
_LOOK = re.compile(r"\x1b\[([0-9;]*)m")
_ONE_LOOK = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
LARGEST = 400
"""No terminal of a test has more columns or rows."""


def sequences(raw: bytes) -> set[str]:
    """Each once: where the cursor is put or steps to, on the screen, is one of them; colours are told apart."""
    text = raw.decode(errors="replace")
    found = {part for sequence in _ESCAPE.findall(text) for part in _parts(sequence)}
    return found | set(_STEERING.findall(_ESCAPE.sub("", text)))


def _parts(sequence: str) -> list[str]:
    """A sequence of colours is as many as it sets: which are set together depends on what is shown."""
    place, look = _PLACE.fullmatch(sequence) or _STEP.fullmatch(sequence), _LOOK.fullmatch(sequence)
    if place and all(0 < int(number) <= LARGEST for number in place.groups()):
        return ["\x1b[row;columnH" if sequence.endswith("H") else "\x1b[columnsC"]
    return [f"\x1b[{part}m" for part in _ONE_LOOK.findall(look[1])] if look else [sequence]


def own_colours() -> set[str]:
    """What the dark palette paints, seen or not: a slow answer has a colour of its own."""
    colours = {colour for look in DARK.looks.values() for colour in (look.ink, look.ground)} - {""}
    numbers = [";".join(str(part) for part in bytes.fromhex(colour[1:])) for colour in colours]
    return {f"\x1b[{ground}8;2;{each}m" for each in numbers for ground in (3, 4)}
