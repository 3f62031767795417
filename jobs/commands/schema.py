"""`python -m jobs migrate` and `status`: the database's schema."""

from __future__ import annotations

import argparse

from engine import read_environment
from jobs.commands.command import Commands, add_command, open_database
from jobs.commands.output import put_json, say, warn
from jobs.credentials import KEY_VARIABLE, Vault, count_plain, rekey
from jobs.database import Connection, SchemaState, migrate, schema_state


def add_to(commands: Commands) -> None:
    """The commands `migrate` and `status` are there."""
    add_command(commands, "migrate", _migrate, "bring the schema up to date")
    add_command(commands, "status", _status, "say where the schema is")


async def _migrate(options: argparse.Namespace) -> int:
    async with open_database(checked=False) as connection:
        applied = await migrate(connection)
        state = await schema_state(connection)
        plain = await _encrypt(connection)
    if options.json:
        put_json({"applied": applied, "at": state.at})
    else:
        for title in applied:
            say(f"applied {title}")
        say(f"schema is at {state.at}")
    if plain:
        warn(
            f"{plain} connectors still have unencrypted credentials, which no worker reads: set {KEY_VARIABLE} and run "
            "`python -m jobs connectors rekey`"
        )
    return 0


async def _encrypt(connection: Connection) -> int:
    """Credentials of before they were encrypted are, if there is a key; gives how many are not."""
    if not await count_plain(connection):
        return 0
    vault = Vault.read(read_environment())
    if vault.can_seal:
        await rekey(connection, vault)
    return await count_plain(connection)


async def _status(options: argparse.Namespace) -> int:
    async with open_database(checked=False) as connection:
        state = await schema_state(connection)
    if options.json:
        put_json(state)
    else:
        say(_sentence(state))
    return 0 if state.current else 1


def _sentence(state: SchemaState) -> str:
    if state.current:
        return f"schema is at {state.at}, as needed"
    if state.changed:
        return f"schema is at {state.at}; not what was applied: {', '.join(state.changed)}"
    if state.pending:
        return f"schema is at {state.at}, needed is {state.needs}; to apply: {', '.join(state.pending)}"
    return f"schema is at {state.at}, newer than {state.needs}, which is needed: update this program"
