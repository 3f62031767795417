"""`python -m jobs`: the database, tenants, connectors and scores from the command line.

Every expected error is one line on standard error; the exit code says its kind.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from engine import EngineError
from jobs.commands import connectors, schema, tenants
from jobs.commands.command import EXITS, Run
from jobs.commands.output import warn
from jobs.scoring import commands as scoring

_GROUPS = (schema, tenants, connectors, scoring)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and gives its exit code."""
    options = parse(arguments)
    command: Run = options.command
    try:
        code = asyncio.run(command(options))
        sys.stdout.flush()
    except EngineError as error:
        warn(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; nothing is left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line's options; `command` is what they call. A bad one ends the program with 2."""
    parser = argparse.ArgumentParser(
        prog="python -m jobs", description="Pick'd's database: schema, tenants, connectors and scores.", epilog=EXITS
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add_to(commands)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
