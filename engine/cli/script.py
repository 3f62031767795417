"""`script`: the Lua that producers in other languages call."""

from __future__ import annotations

import argparse
import sys

from engine.cli.command import Commands, add_command
from engine.cli.output import print_json, print_table
from engine.config import Settings
from engine.errors import SettingError
from engine.loading import load_app
from engine.registry import find_queue
from engine.streams import Keys
from engine.streams.scripts import load, names


def add_to(commands: Commands) -> None:
    """The command `script` is there."""
    script = add_command(commands, "script", _script, "print a script's whole text, for `redis-cli --eval` or EVAL")
    script.add_argument("name", nargs="?", help="without one: list the scripts")
    script.add_argument("--keys", metavar="QUEUE", help="print the keys that it takes for a queue instead")


def _script(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.name is None:
        scripts = [load(name) for name in names()]
        if arguments.json:
            print_json([{"name": s.name, "sha": s.sha, "keys": s.keys, "args": s.args} for s in scripts])
        else:
            print_table(["script", "sha", "arguments"], [[s.name, s.sha, " ".join(s.args)] for s in scripts])
        return 0
    if arguments.name not in names():
        raise SettingError(f"no script {arguments.name!r}; the scripts: {', '.join(names())}")
    script = load(arguments.name)
    if arguments.keys is not None:
        queue = find_queue(load_app(arguments.app).queues, arguments.keys)
        keys = Keys(settings.prefix, queue.slot, queue.name)
        print_json({name: f"{keys.base}op:ID" if name == "op" else getattr(keys, name) for name in script.keys})
    elif arguments.json:
        print_json({"name": script.name, "sha": script.sha, "text": script.text})
    else:
        sys.stdout.write(script.text)
    return 0
