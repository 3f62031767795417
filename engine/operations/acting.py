"""Who acts, when nobody says so: the user of this process on this machine."""

from __future__ import annotations

import getpass
import socket

from engine.version import VERSION
from engine.views import Actor


def acting_here(tool: str = f"engine {VERSION}") -> Actor:
    """The name by which the user is logged in, this host, and the tool."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container whose user has no name
        name = "unknown"
    return Actor(name, socket.gethostname(), tool)
