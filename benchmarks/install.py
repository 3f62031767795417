"""`python -m benchmarks install`: each peer in an environment of its own below .data/peers, by the ordinary clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.sides.peers import FOLDER, Peer

PATIENCE_S = 600.0
MARK = "installed.txt"
"""In each environment: the packages that were asked for, so that nothing is installed twice."""
Say = Callable[[str], None]


class NotInstalled(Exception):
    """A client that installs failed; its last words are the message."""


def install(peers: Sequence[Peer], say: Say = print) -> bool:
    """Each peer is installed, or it is said why not; whether all are.

    The clients find packages where this machine's own configuration has them.
    """
    all_are = True
    for peer in peers:
        asked = "\n".join(peer.packages)
        mark = peer.folder / MARK
        if peer.program is not None and mark.exists() and mark.read_text() == asked:
            say(f"{peer.name}: is installed ({', '.join(peer.packages)})")
            continue
        say(f"{peer.name}: {', '.join(peer.packages)} into {FOLDER / peer.name} …")
        try:
            _install(peer)
        except NotInstalled as error:
            say(f"{peer.name}: is not installed, and is left out of comparisons: {error}")
            all_are = False
            continue
        mark.write_text(asked)
        say(f"{peer.name}: is installed")
    return all_are


def _install(peer: Peer) -> None:
    peer.folder.mkdir(parents=True, exist_ok=True)
    if peer.node:
        quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error")
        npm = ["npm", "install", "--prefix", str(peer.folder), "--save-exact", *quiet]
        _call("npm", [*npm, *peer.packages], peer.folder)
        return
    _call("venv", [sys.executable, "-m", "venv", str(peer.folder)], peer.folder)
    pip = [str(peer.folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _call("pip", [*pip, "--no-input", *peer.packages], peer.folder)


def _call(name: str, command: Sequence[str], folder: Path) -> None:
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise NotInstalled(f"there is no {name}; install it first") from error
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"{name} was not done within {PATIENCE_S:g} s") from error
    if ended.returncode:
        words = (ended.stderr or ended.stdout).strip().splitlines() or ["it said nothing"]
        raise NotInstalled(f"{name} ended with {ended.returncode}: {words[-1]}")
