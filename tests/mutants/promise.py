"""A promise of the README, with its test and its guard."""

from __future__ import annotations

from msgspec import Struct

from tests.mutants.mutant import Mutant


class Promise(Struct, frozen=True):
    """A sentence of the README as it stands there, but in one line; one test; a text of one file, and it broken."""

    sentence: str
    test: str
    file: str
    guard: str
    without: str

    def mutant(self) -> Mutant:
        """The guard taken out, as a fault for the promise's own test."""
        return Mutant(
            name=f"{self.sentence} ({self.test.partition('::')[2]})",
            file=self.file,
            old=self.guard,
            new=self.without,
            tests=(self.test,),
            why=self.sentence,
        )
