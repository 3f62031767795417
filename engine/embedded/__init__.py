"""Servers for development and tests, started beside this process and never outliving it.

Nothing is installed outside the virtual environment and no port is opened unless asked for. Production gives
URLs instead. Each server has a guard process that ends it when its owner is gone, also after `kill -9`.
"""

from engine.embedded.process import Guarded, Order, RunAs, run
from engine.embedded.server import EmbeddedServer
from engine.embedded.valkey import EmbeddedValkey, find_valkey
from engine.errors import EmbeddedError

__all__ = ["EmbeddedError", "EmbeddedServer", "EmbeddedValkey", "Guarded", "Order", "RunAs", "find_valkey", "run"]
