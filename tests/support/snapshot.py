"""All keys of a queue read at one moment, as they are stored and as what they mean."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from msgspec import Struct

from engine.streams import GROUP, Keys, SyncStore

STREAMS = ("again", "ready", "suspect")
ENDS = ("completed", "failed", "cancelled")

_READ = """
local found = {}
local function read_stream(key)
  local groups = {}
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local fields = {}
    for i = 1, #group, 2 do
      fields[group[i]] = group[i + 1]
    end
    local owners = {}
    for i, pending in ipairs(redis.call('XPENDING', key, fields.name, '-', '+', '10000')) do
      owners[i] = { pending[1], pending[2] }
    end
    groups[#groups + 1] = { fields.name, fields['last-delivered-id'], owners }
  end
  return { redis.call('XRANGE', key, '-', '+'), groups }
end
local READ = {
  hash = function(key) return redis.call('HGETALL', key) end,
  zset = function(key) return redis.call('ZRANGE', key, '0', '-1', 'WITHSCORES') end,
  list = function(key) return redis.call('LRANGE', key, '0', '-1') end,
  string = function(key) return redis.call('GET', key) end,
  stream = read_stream,
}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local kind = redis.call('TYPE', key).ok
  found[#found + 1] = { key, kind, redis.call('PTTL', key), READ[kind](key) }
end
return found
"""


class Group(Struct, frozen=True):
    """How far a stream's group has read, and the consumer of each entry that it handed over."""

    read_to: tuple[int, int]
    owners: dict[str, str]


class Content(Struct, frozen=True):
    """One key: its type, its time to live (-1: for ever) and what it holds."""

    kind: str
    ttl_ms: int
    value: Any


class Snapshot:
    """What the keys of a queue held at one moment; equal `raw` means that nothing was changed."""

    def __init__(self, keys: Keys, contents: dict[str, Content]) -> None:
        self.keys, self.contents = keys, contents

    @classmethod
    def take(cls, store: SyncStore, keys: Keys) -> Snapshot:
        """The queue's keys now; one round trip."""
        found = store.command("EVAL", _READ, 0, keys.base)
        return cls(keys, {key.decode(): _content(kind.decode(), ttl, value) for key, kind, ttl, value in found})

    @property
    def raw(self) -> dict[str, Any]:
        """Each key with its bytes, without the time that it has to live."""
        return {key: (content.kind, content.value) for key, content in self.contents.items()}

    def under(self, base: str, kind: str | None = None) -> dict[str, Any]:
        """What the keys that begin so hold, by the rest of their name; of one type only, if it is given."""
        return {
            key[len(base) :]: content.value
            for key, content in self.contents.items()
            if key.startswith(base) and kind in (None, content.kind)
        }

    @cached_property
    def records(self) -> dict[str, dict[str, str]]:
        """The fields of every record."""
        return {job_id: _texts(value) for job_id, value in self.under(self.keys.job, "hash").items()}

    @cached_property
    def others(self) -> set[str]:
        """The ids whose key holds something else than a record."""
        return self.under(self.keys.job).keys() - self.records.keys()

    def fields(self, key: str) -> dict[str, str]:
        """The fields of a hash; none if it is not there."""
        return _texts(self.contents[key].value) if key in self.contents else {}

    def scores(self, key: str) -> dict[str, int]:
        """The members of a sorted set with their scores, in order; none if it is not there."""
        flat: list[bytes] = self.contents[key].value if key in self.contents else []
        words = [word.decode() for word in flat]
        return dict(zip(words[::2], map(int, words[1::2]), strict=True))

    def entries(self, key: str) -> list[tuple[str, list[str]]]:
        """The entries of a stream: id, and fields and values; none if it is not there."""
        held: list[tuple[bytes, list[bytes]]] = self.contents[key].value[0] if key in self.contents else []
        return [(entry.decode(), [word.decode(errors="backslashreplace") for word in flat]) for entry, flat in held]

    def pairs(self, key: str) -> list[dict[str, str]]:
        """The entries of a stream as fields and values; none if it is not there."""
        return [dict(zip(words[::2], words[1::2], strict=True)) for _, words in self.entries(key)]

    @cached_property
    def told(self) -> list[tuple[str, str]]:
        """Every verb and id of the events."""
        return [
            pair for _, words in self.entries(self.keys.events) for pair in zip(words[::2], words[1::2], strict=True)
        ]

    @cached_property
    def waiting(self) -> dict[str, list[tuple[str, str]]]:
        """The entries of each stream of jobs: entry id and job id."""
        return {
            stream: [(entry, words[1]) for entry, words in self.entries(getattr(self.keys, stream))]
            for stream in STREAMS
        }

    @cached_property
    def groups(self) -> dict[str, Group]:
        """The group of each stream of jobs that has one."""
        return {stream: group for stream in STREAMS if (group := self._group(getattr(self.keys, stream))) is not None}

    def _group(self, key: str) -> Group | None:
        groups: list[tuple[bytes, bytes, list[tuple[bytes, bytes]]]]
        groups = self.contents[key].value[1] if key in self.contents else []
        for name, read_to, owners in groups:
            if name.decode() == GROUP:
                held = {entry.decode(): consumer.decode() for entry, consumer in owners}
                return Group(entry_order(read_to.decode()), held)
        return None

    @cached_property
    def holdings(self) -> dict[str, list[str]]:
        """What `active` says of each job: fence, stream, entry, flag, consumer."""
        return {job_id: value.split(" ", 4) for job_id, value in self.fields(self.keys.active).items()}


def entry_order(entry: str) -> tuple[int, int]:
    """The id of an entry as what it is sorted by."""
    ms, _, number = entry.partition("-")
    return int(ms), int(number)


def _content(kind: str, ttl_ms: int, value: Any) -> Content:
    # The order of a hash's fields says nothing.
    return Content(kind, ttl_ms, dict(zip(value[::2], value[1::2], strict=True)) if kind == "hash" else value)


def _texts(fields: dict[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode(errors="backslashreplace") for name, value in fields.items()}
