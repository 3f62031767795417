"""`python -m engine`: run workers, enqueue, look, operate. Every error is one line; the exit code says its kind."""

from __future__ import annotations

import argparse
import os
import sys

from engine.cli import book, causes, change, doctor, enqueue, init, limit, look, queues, run, script, seek
from engine.cli.command import EXITS
from engine.cli.output import say
from engine.config import Settings, read_environment
from engine.errors import EngineError
from engine.logs import logs_to_stderr

_GROUPS = (run, enqueue, look, seek, causes, queues, change, book, limit, script, doctor, init)


def main(argv: list[str] | None = None) -> int:
    """The exit code of the command; nothing but one line on stderr for an expected error."""
    arguments = _parser().parse_args(argv)
    try:
        env = read_environment()
        os.environ.update(env)
        settings = Settings.from_environment(env)
        # A command that ends at once prints what it did; its log lines are for who asks for them.
        quiet = not (env.get("LOG_LEVEL") or getattr(arguments, "logs", False))
        with logs_to_stderr("warn" if quiet else settings.log_level, settings.log_format):
            result: int = arguments.command(arguments, settings)
            sys.stdout.flush()
    except EngineError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; nothing is left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        say(f"error: the output cannot be written: {error}")
        return 1
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__, epilog=EXITS)
    parser.add_argument("--app", metavar="MODULE:ATTRIBUTE", help="the app (default: ENGINE_APP, else jobs:app)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add_to(commands)
    return parser
