"""What the commands share: how one is declared, and the database that they work on."""

from __future__ import annotations

import argparse
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

from engine import EngineError, SettingError, Unreachable, read_environment
from jobs.database import Connection, check_schema, connect, database_url

EXITS = (
    "exit codes: 0 done, 1 the job or check failed, 2 bad input or setting, 3 PostgreSQL or Redis is unreachable, "
    "4 the database has another schema"
)
Run = Callable[[argparse.Namespace], Coroutine[Any, Any, int]]
"""A command's work; its exit code. An EngineError that it raises is printed as one line."""


class Commands(Protocol):
    """Where commands are added: what `add_subparsers` answers, whose type argparse keeps to itself."""

    def add_parser(self, name: str, *, help: str, description: str, epilog: str) -> argparse.ArgumentParser: ...  # noqa: A002 - argparse's own words


def add_command(commands: Commands, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    """The parser of a new command, which takes `--json`."""
    parser = commands.add_parser(name, help=text, description=text, epilog=EXITS)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=run)
    return parser


def add_group(commands: Commands, name: str, text: str, metavar: str = "COMMAND") -> Commands:
    """Where the commands of a new group are added, which are called as `name command`."""
    parser = commands.add_parser(name, help=text, description=text, epilog=EXITS)
    return parser.add_subparsers(required=True, metavar=metavar)


@asynccontextmanager
async def open_database(*, checked: bool = True) -> AsyncGenerator[Connection]:
    """A connection to the environment's database, which has the schema of this program unless that is unchecked.

    What PostgreSQL refuses in the block becomes an error of one line, without the row that it is about.
    """
    try:
        async with connect(database_url(read_environment())) as connection:
            if checked:
                await check_schema(connection)
            yield connection
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ConnectionResetError) as error:
        raise Unreachable(f"PostgreSQL hung up ({type(error).__name__}): check that it runs, and try again") from None
    except asyncpg.DataError:
        raise SettingError("PostgreSQL takes no such text as was given: write it in UTF-8, without U+0000") from None
    except asyncpg.PostgresError as error:
        raise EngineError(f"PostgreSQL refuses ({type(error).__name__}): {error.args[0]}") from None
