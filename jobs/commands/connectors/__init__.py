"""`python -m jobs connectors`: the locations that reviews are read from, without a line of SQL."""

from __future__ import annotations

from jobs.commands.command import Commands, add_group
from jobs.commands.connectors import changing, checking, keys, listing, syncing


def add_to(commands: Commands) -> None:
    """The commands of `connectors` are there."""
    group = add_group(commands, "connectors", "the locations that reviews are read from")
    for part in (listing, changing, checking, syncing, keys):
        part.add_to(group)
