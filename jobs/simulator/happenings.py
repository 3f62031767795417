"""What happens in the world just before a request is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from jobs.simulator.faults import Kind
from jobs.simulator.generator import new_review
from jobs.simulator.google_api import GoogleApi
from jobs.simulator.tokens import TokenOffice
from jobs.simulator.world import World

EDITED = "On second thoughts, we liked it."


class Happenings:
    """Guests, owners and gremlins at work; whatever they change is stamped with `now`."""

    def __init__(self, world: World, office: TokenOffice, google: GoogleApi, now: Callable[[], datetime]) -> None:
        self._world = world
        self._office = office
        self._google = google
        self._now = now
        self._random = Random("just now")  # noqa: S311 - no secrets here

    def happens(self, what: Kind, location: str | None) -> None:
        """It has happened, where it is something about reviews at `location`."""
        match what:
            case "expire":
                self._office.expire()
            case "revoke":
                self._office.revoke()
            case "stale":
                self._google.forget_page_tokens()
            case "added" | "edited" | "deleted" if location in self._world.locations:
                self._changes(what, location)
            case _:
                pass

    def _changes(self, what: Kind, location: str) -> None:
        listing = self._world.truth(location)
        if what == "added" or not listing:
            new_review(self._world, location, self._now(), self._random)
        elif what == "edited":
            self._world.edit(location, listing[-1].review_id, self._now(), text=EDITED, rating=4)
        else:
            self._world.delete(location, listing[0].review_id)
