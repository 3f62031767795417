"""A recording as it is read: an index of its lines, each decoded when it is asked for."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from admin_tui.recording.lines import ANSWERS, FORMAT, Head, Said
from engine import SettingError


class _Place(Struct, frozen=True):
    """Where a line lies, when it was said, and to which question."""

    at_ms: int
    asked: dict[str, Any]
    start: int
    end: int


class Reel:
    """The lines of a file; `steps` are the times of its snapshots."""

    def __init__(self, path: Path) -> None:
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise SettingError(f"{path} cannot be read: {error.strerror}") from error
        self._places: dict[str, list[_Place]] = {call: [] for call in ANSWERS}
        self.length_ms = 0
        end = self._data.find(b"\n")
        _check(path, self._data[: max(0, end)])
        self._index(path, end + 1)
        self.steps = [place.at_ms for place in self._places["snapshot"]]

    def said(self, call: str, asked: dict[str, Any], at_ms: int) -> Said | None:
        """What was last said until then to a question with these arguments, else what was said first."""
        places = [place for place in self._places[call] if asked.items() <= place.asked.items()]
        if not places:
            return None
        at = bisect_right(places, at_ms, key=lambda place: place.at_ms)
        place = places[max(0, at - 1)]
        return msgspec.json.decode(self._data[place.start : place.end], type=Said)

    @staticmethod
    def answer(said: Said) -> Any:
        """The answer as the Struct that it is."""
        return msgspec.json.decode(said.answer, type=ANSWERS[said.call])

    def _index(self, path: Path, start: int) -> None:
        number = 1
        while (end := self._data.find(b"\n", start)) >= 0:  # a last line without an end was cut off
            number += 1
            try:
                said = msgspec.json.decode(self._data[start:end], type=Said)
            except msgspec.DecodeError as error:
                raise SettingError(f"{path}, line {number}: this is no recording ({error})") from error
            if said.call in self._places:
                self._places[said.call].append(_Place(said.at_ms, said.asked, start, end))
                self.length_ms = max(self.length_ms, said.at_ms)
            start = end + 1


def _check(path: Path, line: bytes) -> None:
    try:
        head = msgspec.json.decode(line, type=Head)
    except msgspec.DecodeError:
        raise SettingError(f"{path} is no recording: make one by --record FILE") from None
    if head.recording != FORMAT:
        raise SettingError(f"{path} is a recording of format {head.recording}: this program reads format {FORMAT}")
