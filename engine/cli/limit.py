"""`limit`: what holds a queue back, looked at and changed at run time."""

from __future__ import annotations

import argparse

from engine.cli.acting import add_reason
from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_json, print_line, print_table
from engine.config import Settings
from engine.errors import SettingError
from engine.inspector import LIMITS, LimitSettings
from engine.loading import load_app
from engine.views import Limit, LimitsView

_TEXTS = {
    "rate": "starts a second of this queue, over all workers",
    "burst": "how many of them at once (a tenth of --rate, at least 1)",
    "max_active": "jobs of this queue at once, over all workers",
    "concurrency": "jobs of this queue at once, in each worker",
    "shared_rate": "starts a second over all queues of the slot",
    "shared_burst": "how many of them at once (a tenth of --shared-rate, at least 1)",
}


def add_to(commands: Commands) -> None:
    """The command `limit` is there."""
    limit = add_command(commands, "limit", _limit, "show or set the limits of a queue; what is set wins until --reset")
    limit.add_argument("queue", nargs="?", help="needed to set one; without it all queues are shown")
    for name in LIMITS:
        whole = name not in ("rate", "shared_rate")
        limit.add_argument(f"--{name.replace('_', '-')}", type=int if whole else float, metavar="N", help=_TEXTS[name])
    limit.add_argument(
        "--reset",
        action="store_true",
        help="the configured limits hold again, the shared ones for all queues of the slot",
    )
    add_reason(limit)


def _limit(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    chosen = LimitSettings(**{name: value for name in LIMITS if (value := getattr(arguments, name)) is not None})  # type: ignore[typeddict-item]
    if chosen and arguments.reset:
        raise SettingError("--reset takes back everything that was set: use it alone")
    if arguments.queue is None and (chosen or arguments.reset):
        raise SettingError(f"name the queue: one of {', '.join(app.queues)}")

    async def change() -> int:
        async with app.inspect(settings) as inspector:
            if arguments.reset:
                await inspector.reset_limits(arguments.queue, arguments.reason)
            elif chosen:
                await inspector.set_limits(arguments.queue, arguments.reason, **chosen)
            names = [arguments.queue] if arguments.queue is not None else list(app.queues)
            views = {name: await inspector.limits(name) for name in names}
        if arguments.json:
            print_json(views[arguments.queue] if arguments.queue is not None else views)
            return 0
        for name, view in views.items():
            if arguments.queue is None:
                print_line(f"queue {name}")
            _print(view)
        return 0

    return reach(settings, change())


def _print(view: LimitsView) -> None:
    levels = {"rate": view.tokens, "shared_rate": view.shared_tokens, "max_active": float(view.active)}
    rows: list[list[str]] = []
    for name in LIMITS:
        limit: Limit = getattr(view, name)
        unlimited = name in ("burst", "shared_burst") and getattr(view, name.replace("burst", "rate")).now is None
        if unlimited:
            continue
        rows.append([name, _text(limit.now), _text(limit.configured), _text(limit.set), _level(name, levels.get(name))])
    print_table(["limit", "now", "configured", "set", ""], rows)


def _level(name: str, level: float | None) -> str:
    if level is None:
        return ""
    return f"{level:.0f} active" if name == "max_active" else f"{level:.1f} tokens left"


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
