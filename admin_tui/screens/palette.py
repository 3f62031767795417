"""The palette: every command of the screen by name, from the table of keys."""

from __future__ import annotations

from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from admin_tui.cheatsheet import Command, palette
from admin_tui.screens.shell import Shell


class Commands(Provider):
    """What can be done on the screen beneath."""

    @property
    def _shell(self) -> Shell | None:
        return self.screen if isinstance(self.screen, Shell) else None

    async def discover(self) -> Hits:
        """All of them."""
        if (shell := self._shell) is not None:
            for command in palette(shell.view.name_):
                yield DiscoveryHit(_shown(command), partial(self._run, command.name), help=command.about)

    async def search(self, query: str) -> Hits:
        """Those that the typed letters stand for."""
        if (shell := self._shell) is None:
            return
        matcher = self.matcher(query)
        for command in palette(shell.view.name_):
            score = matcher.match(f"{command.title} {command.about}")
            if score > 0:
                yield Hit(score, _shown(command), partial(self._run, command.name), help=command.about)

    def _run(self, name: str) -> None:
        cast("Shell", self.screen).run_command(name)


def _shown(command: Command) -> Content:
    return Content(f"{command.title}  [{command.key}]")
