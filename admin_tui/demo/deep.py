"""Jobs that are made from their number when somebody looks: a million cost nothing until then."""

from __future__ import annotations

import random
import re

from msgspec import Struct

from admin_tui.demo.lane import Key
from admin_tui.demo.record import Record
from admin_tui.demo.words import TENANTS, payload
from engine import State


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
        rng = random.Random(number)  # noqa: S311  invented data
        place, job_id = self.key(number)
        ms = self.first_ms + number * self.every_ms
        tenant = TENANTS[number * 7 % len(TENANTS)]
        record = Record(
            id=job_id,
            name=self.job,
            payload=payload(rng, self.job, tenant),
            run=ms * 1000,
            state=self.state,
            place=place,
            tenant=tenant,
        )
        match self.state:
            case State.COMPLETED:
                took = rng.randint(40, 900)
                record.run, record.started, record.ended = (ms - took - 50) * 1000, ms - took, ms
                record.attempts, record.result, record.worker = 1, '{"ok":true}', "ops-w3~demo"
            case State.DELAYED:
                record.run, record.due = (ms - 3_600_000) * 1000, ms
            case _:
                pass
        return record

    def number(self, job_id: str) -> int | None:
        """The number of the job with this id."""
        found = re.fullmatch(re.escape(self.prefix) + r"-(\d{7,})", job_id)
        number = int(found[1]) if found is not None else self.count
        return number if number < self.count else None
