"""The only code that speaks Redis: keys, Lua scripts, typed calls, and ways to send them."""

from engine.streams.aside import Aside
from engine.streams.call import Call
from engine.streams.keys import GROUP, Keys, Registry
from engine.streams.links import Links
from engine.streams.store import Store
from engine.streams.sync_store import SyncStore

__all__ = ["GROUP", "Aside", "Call", "Keys", "Links", "Registry", "Store", "SyncStore"]
