"""Jobs that are made from their number when somebody looks: a million cost nothing until then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from admin_tui.demo.lane import Key
from admin_tui.demo.record import Record
from admin_tui.demo.words import TENANTS, payload
from engine import State

T = TypeVar("T")


class Dice:
    """Throws the same numbers for the same seed, in a fraction of the time that a generator takes to be seeded."""

    def __init__(self, seed: int) -> None:
        self._state = seed * 0x9E3779B97F4A7C15 + 1

    def random(self) -> float:
        """A number from 0 to below 1."""
        self._state = (self._state * 0x5851F42D4C957F2D + 0x14057B7EF767814F) & 0xFFFFFFFFFFFFFFFF
        return (self._state >> 11) / (1 << 53)

    def randint(self, low: int, high: int) -> int:
        """A whole number between these, both included."""
        return low + int(self.random() * (high - low + 1))

    def choice(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[int(self.random() * len(values))]


class Numbered(Struct, frozen=True, kw_only=True):
    """`count` jobs of one name and state, one every `every_ms` from `first_ms` on."""

    count: int
    job: str
    state: State
    first_ms: int
    every_ms: int
    prefix: str

    def key(self, number: int) -> Key:
        """What this one is sorted by: its end, its time, or when it came."""
        ms = self.first_ms + number * self.every_ms
        return (ms * 1000 if self.state is State.WAITING else ms), f"{self.prefix}-{number:07d}"

    def make(self, number: int) -> Record:
        """The job of this number, always the same."""
        dice = Dice(number)
        place, job_id = self.key(number)
        ms = self.first_ms + number * self.every_ms
        tenant = TENANTS[number * 7 % len(TENANTS)]
        record = Record(
            id=job_id,
            name=self.job,
            payload=payload(dice, self.job, tenant),
            run=ms * 1000,
            state=self.state,
            place=place,
            tenant=tenant,
        )
        match self.state:
            case State.COMPLETED:
                took = dice.randint(40, 900)
                record.run, record.started, record.ended = (ms - took - 50) * 1000, ms - took, ms
                record.attempts, record.result, record.worker = 1, '{"ok":true}', "ops-w3~demo"
            case State.DELAYED:
                record.run, record.due = (ms - 3_600_000) * 1000, ms
            case _:
                pass
        return record

    def number(self, job_id: str) -> int | None:
        """The number of the job with this id."""
        digits = job_id.removeprefix(f"{self.prefix}-")
        if digits == job_id or not (len(digits) >= 7 and digits.isascii() and digits.isdecimal()):
            return None
        number = int(digits)
        return number if number < self.count and job_id == self.key(number)[1] else None
