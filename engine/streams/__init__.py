"""The only code that speaks Redis: keys, Lua scripts, typed calls, and two ways to send them."""

from engine.streams.call import Call
from engine.streams.keys import GROUP, Keys, Registry
from engine.streams.store import Store
from engine.streams.sync_store import SyncStore

__all__ = ["GROUP", "Call", "Keys", "Registry", "Store", "SyncStore"]
