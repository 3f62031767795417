"""A bad network before a good server: what it does to which exchange follows from a seed."""

from tests.faults.proxy.dice import KINDS, Dice, Fate, Kind
from tests.faults.proxy.server import Proxy, open_proxy
from tests.faults.proxy.wire import Requests

__all__ = ["KINDS", "Dice", "Fate", "Kind", "Proxy", "Requests", "open_proxy"]
