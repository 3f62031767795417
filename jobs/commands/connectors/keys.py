"""`connectors key` and `rekey`: the key that credentials are encrypted with."""

from __future__ import annotations

import argparse

from engine import SettingError, read_environment
from jobs.commands.command import Commands, add_command, open_database
from jobs.commands.output import put_json, say, warn
from jobs.credentials import KEY_VARIABLE, OLD_KEYS_VARIABLE, Vault, new_key, rekey


def add_to(commands: Commands) -> None:
    """The commands are there."""
    add_command(commands, "key", _key, f"print a new random key, as a line for .env.local ({KEY_VARIABLE})")
    text = f"encrypt all credentials with {KEY_VARIABLE}: those of {OLD_KEYS_VARIABLE}, and unencrypted ones"
    add_command(commands, "rekey", _rekey, text)


async def _key(options: argparse.Namespace) -> int:
    if options.json:
        put_json({KEY_VARIABLE: new_key()})
    else:
        say(f"{KEY_VARIABLE}={new_key()}")
    return 0


async def _rekey(options: argparse.Namespace) -> int:
    vault = Vault.read(read_environment())
    if not vault.can_seal:
        raise SettingError(f"{KEY_VARIABLE} is not set: give it the key that credentials are to be encrypted with")
    async with open_database() as connection:
        done = await rekey(connection, vault)
    if options.json:
        put_json(done)
    else:
        say(f"{len(done.rekeyed)} encrypted with the key of {KEY_VARIABLE}, {done.unchanged} were already")
        for sentence in done.unreadable.values():
            warn(f"left as it was: {sentence}")
    return 1 if done.unreadable else 0
