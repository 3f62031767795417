"""The way from every process to the server, and all that is under way on it."""

from __future__ import annotations

import asyncio

from redis.exceptions import ConnectionError as Broken

from tests.simulation.loop import VirtualLoop
from tests.simulation.process import Process
from tests.simulation.weather import Outage, Weather
from tests.simulation.wire import Peer, Wire


class Network:
    """Knows every open connection, so that an outage can break them."""

    def __init__(self, loop: VirtualLoop, peer: Peer, weather: Weather) -> None:
        self._loop, self._peer, self.weather = loop, peer, weather
        self._wires: dict[Process, list[Wire]] = {}

    async def open(self, process: Process) -> Wire:
        """A new connection; raises if it is refused, and never returns if nobody answers."""
        fate = self.weather.fate(process.name, self._loop.time())
        await asyncio.sleep(fate.up_s + fate.down_s)
        outage = self.weather.outage(process.name, self._loop.time())
        if (outage is not None and outage.silent) or fate.mishap in ("lost", "mute"):
            await self._loop.create_future()
        if outage is not None or fate.mishap in ("cut", "reset", "torn"):
            raise Broken("connection refused")
        if process not in self._wires:
            self._wires[process] = []
            process.died.append(lambda: self._drop(process))
        wire = Wire(self._loop, self._peer, self.weather, process)
        wires = self._wires[process]
        wires[:] = [each for each in wires if not each.closed and not each.mute]
        wires.append(wire)
        return wire

    def begin(self, outage: Outage) -> None:
        """Nothing goes through from now on, to or from anybody, or the one that the outage names."""
        self.weather.outages.append(outage)
        for process, wires in self._wires.items():
            if outage.who in (None, process.name):
                for wire in wires:
                    wire.cut(silent=outage.silent)

    def _drop(self, process: Process) -> None:
        """The kernel closes the connections of a dead process; what it sent still arrives."""
        for wire in self._wires[process]:
            wire.close()
