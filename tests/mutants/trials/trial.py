"""A flaw of an earlier design, and the ways in which the engine could follow it."""

from __future__ import annotations

from msgspec import Struct

from tests.mutants.mutant import Mutant


class Naive(Struct, frozen=True):
    """One flawed way in a few words, where the engine would follow it, and the one test that fails then."""

    flaw: str
    test: str
    file: str
    old: str
    new: str
    times: int = 1


class Trial(Struct, frozen=True):
    """A flaw that trials found, by its number there."""

    number: int
    title: str
    ways: tuple[Naive, ...]

    def mutants(self) -> list[Mutant]:
        """Each naive way as a fault for its own test."""
        return [
            Mutant(
                name=f"trial {self.number}: {way.flaw}",
                file=way.file,
                old=way.old,
                new=way.new,
                tests=(way.test,),
                why=self.title,
                times=way.times,
            )
            for way in self.ways
        ]
