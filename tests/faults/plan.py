"""What a run of faults is made of: its row, its scale and its seed, from which every fault follows."""

from __future__ import annotations

from random import Random
from typing import Literal, TypeVar

from msgspec import Struct

T = TypeVar("T")
Scale = Literal["small", "ci", "release"]
SCALES: tuple[Scale, ...] = ("small", "ci", "release")


class Plan(Struct, frozen=True):
    """One row of faults to run; `postgres_url` is the server in which its book is kept."""

    row: str
    scale: Scale
    seed: int
    postgres_url: str

    def random(self, purpose: str) -> Random:
        """A source of chance for this purpose alone: the same for the same row, scale and seed."""
        return Random(f"{self.seed}/{self.row}/{self.scale}/{purpose}")

    def size(self, *, small: T, ci: T, release: T) -> T:
        """The one of these that belongs to the scale."""
        return {"small": small, "ci": ci, "release": release}[self.scale]
