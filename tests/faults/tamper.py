"""What is done to the data of a Redis under load, each in one step that also tells what was there at that moment."""

from __future__ import annotations

import time

from msgspec import Struct

from engine.streams import GROUP
from tests.faults.evidence import Fault, ServerFault
from tests.faults.house import House

_STRIKE = """
local held = redis.call('HGETALL', KEYS[1])
local fence = redis.call('HGET', KEYS[2], 'fence') or '0'
local jobs, crashes = {}, 0
for _, key in ipairs(redis.call('KEYS', KEYS[3] .. '*')) do
  jobs[#jobs + 1] = string.sub(key, #KEYS[3] + 1)
  jobs[#jobs + 1] = redis.call('HGET', key, 'state')
  crashes = crashes + (redis.call('HGET', key, 'crashes') or 0)
end
redis.call(unpack(ARGV))
return { held, fence, jobs, crashes }
"""
_STEP = """
local group, by_ms = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, 4 do
  for _, entry in ipairs(redis.call('XPENDING', KEYS[i], group, '-', '+', '1000')) do
    local given = string.format('%.0f', now_ms - entry[3] - by_ms)
    redis.call('XCLAIM', KEYS[i], group, entry[2], '0', entry[1], 'TIME', given, 'RETRYCOUNT', entry[4], 'JUSTID')
  end
end
for _, name in ipairs({ 'last_sweep', 'reclaim_from' }) do
  local stamp = tonumber(redis.call('HGET', KEYS[1], name) or '0')
  if stamp > 0 then
    redis.call('HSET', KEYS[1], name, string.format('%.0f', stamp - by_ms * 1000))
  end
end
"""


class Before(Struct, frozen=True):
    """What Redis had when it was struck."""

    held: dict[str, int]
    """The deliveries that it believed to be running: job id → fence."""
    fence: int
    """The newest fence that it had given."""
    states: dict[str, str]
    """The state of every job that it stored."""
    crashes: int
    """Those charged to these jobs."""

    @property
    def unended(self) -> set[str]:
        """The jobs that had not ended."""
        return {job for job, state in self.states.items() if state not in ("completed", "failed", "cancelled")}


def strike(house: House, kind: ServerFault, *words: str) -> Before:
    """Redis has run this command on its data; who held what is on record as of that moment."""
    before = look(house, *words)
    house.faults.append(Fault(kind, house.valkey.pid, time.time_ns() // 1000, before.held))
    return before


def look(house: House, *words: str) -> Before:
    """What Redis has, or had when it ran this command."""
    keys = house.keys
    flat, fence, jobs, crashes = house.store.command(
        "EVAL", _STRIKE, 3, keys.active, keys.control, keys.job, *(words or ("PING",))
    )
    held = {job.decode(): int(holding.split()[0]) for job, holding in zip(flat[::2], flat[1::2], strict=True)}
    states = {job.decode(): state.decode() for job, state in zip(jobs[::2], jobs[1::2], strict=True)}
    return Before(held, int(fence), states, crashes)


def step_clock(house: House, by_s: float) -> None:
    """To the queue it is as if the server's clock had stepped: leases and sweeps are that much older, or yet to come.

    The clock itself cannot be set. Redis takes no lease that begins in the future: of a step back, leases that begin
    anew are left. Due times and tokens stay: what becomes of them is for the tests with a clock of their own.
    """
    keys = house.keys
    house.store.command("EVAL", _STEP, 4, keys.control, keys.again, keys.ready, keys.suspect, GROUP, round(by_s * 1000))
    house.faults.append(Fault("clock_step", house.valkey.pid, time.time_ns() // 1000))
