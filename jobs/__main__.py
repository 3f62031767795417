"""`python -m jobs migrate|status`: the database's schema from the command line.

Exit codes: 0 done, 1 the check failed, 2 bad input or setting, 3 PostgreSQL cannot be reached, 4 refused.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from engine import EngineError, read_environment
from jobs.database import SchemaState, connect, database_url, migrate, schema_state


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and gives its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], Coroutine[Any, Any, int]] = options.command
    try:
        return asyncio.run(command(options))
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description="The database of Pick'd's jobs (DATABASE_URL).")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, summary in ((_migrate, "bring the schema up to date"), (_status, "say where the schema is")):
        named = commands.add_parser(command.__name__.lstrip("_"), help=summary, description=summary)
        named.add_argument("--json", action="store_true", help="print JSON")
        named.set_defaults(command=command)
    return parser


async def _migrate(options: argparse.Namespace) -> int:
    async with connect(database_url(read_environment())) as connection:
        applied = await migrate(connection)
        state = await schema_state(connection)
    if options.json:
        _print_json({"applied": applied, "at": state.at})
    else:
        for title in applied:
            print(f"applied {title}")
        print(f"schema is at {state.at}")
    return 0


async def _status(options: argparse.Namespace) -> int:
    async with connect(database_url(read_environment())) as connection:
        state = await schema_state(connection)
    if options.json:
        _print_json(state)
    else:
        print(_sentence(state))
    return 0 if state.current else 1


def _sentence(state: SchemaState) -> str:
    if state.current:
        return f"schema is at {state.at}, as needed"
    if state.changed:
        return f"schema is at {state.at}; not what was applied: {', '.join(state.changed)}"
    if state.pending:
        return f"schema is at {state.at}, needed is {state.needs}; to apply: {', '.join(state.pending)}"
    return f"schema is at {state.at}, newer than {state.needs}, which is needed: update this program"


def _print_json(value: object) -> None:
    print(msgspec.json.encode(value).decode())


if __name__ == "__main__":
    sys.exit(main())
