"""Faults in the Lua scripts, by name."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

_LUA = "engine/streams/lua/"


def lua(name: str, old: str, new: str, tests: str, why: str) -> Mutant:
    """A mutant named `file: what`; `tests` are files of tests/scripts by their stems."""
    file = f"{_LUA}{name.partition(':')[0]}.lua"
    paths = tuple(f"tests/scripts/test_{stem}.py" for stem in tests.split())
    return Mutant(name=name, file=file, old=old, new=new, tests=paths, why=why)


_SETTLE = (
    lua(
        "settle: ownership check removed",
        "if owner == fence then",
        "if owner then",
        "settle",
        "a delivery that was taken away would end its successor's run",
    ),
    lua(
        "settle: XDEL dropped",
        "    redis.call('XDEL', STREAMS[stream], unpack(entries))\n",
        "",
        "settle",
        "entries of ended jobs would stay for ever",
    ),
    lua(
        "settle: XACK dropped",
        "    redis.call('XACK', STREAMS[stream], 'workers', unpack(entries))\n",
        "",
        "settle",
        "the pending list would name entries that are gone",
    ),
    lua(
        "settle: attempt not counted",
        "digits((whole(before) or 0) + 1)",
        "digits(whole(before) or 0)",
        "settle",
        "a job that fails each time would be tried for ever",
    ),
    lua(
        "settle: sent twice is refused",
        "record and record[1] == fence and (record[2] == 'cancelled' and 'cancelled' or 'ok') or 'lost'",
        "'lost'",
        "settle",
        "a result that was accepted would be told as lost when the first answer was",
    ),
    lua(
        "settle: entries deleted first",
        "redis.call('HDEL', KEYS[5], unpack(released))\n",
        "redis.call('HDEL', KEYS[5], unpack(released))\n"
        "for stream, entries in pairs(gone) do\n"
        "  if #entries > 0 then\n"
        "    redis.call('XACK', STREAMS[stream], 'workers', unpack(entries))\n"
        "    redis.call('XDEL', STREAMS[stream], unpack(entries))\n"
        "  end\n"
        "end\n",
        "bad_records",
        "a settle that breaks midway would leave jobs in no place",
    ),
    lua(
        "settle: begins with what full memory refuses",
        "redis.call('HDEL', KEYS[5], unpack(released))\n",
        "redis.call('HSET', KEYS[6], 'settled', now_ms)\nredis.call('HDEL', KEYS[5], unpack(released))\n",
        "settle",
        "with a full Redis no job could end, and nothing would ever be freed",
    ),
    lua(
        "settle: a freed place wakes nobody",
        "{}, {}, {}, {}, was_full",
        "{}, {}, {}, {}, false",
        "settle acquire",
        "a worker that waits for max_active would sleep until its timer",
    ),
    lua(
        "settle: a release is charged",
        "    local crashes = ",
        "    local crashes = 1 + ",
        "settle suspects",
        "a deploy would make a job a suspect before its time",
    ),
)

_ACQUIRE = (
    lua(
        "acquire: fence not raised",
        "fence = now > fence and now or fence + 1",
        "fence = now",
        "acquire",
        "two deliveries of one microsecond, or after a backward step, would own the same run",
    ),
    lua(
        "acquire: fence not kept",
        "  redis.call('HSET', KEYS[6], 'fence', digits(fence))\n",
        "",
        "acquire",
        "the next fence would not be above the last one",
    ),
    lua(
        "acquire: max_active counts nobody",
        "limits.max_active - redis.call('HLEN', KEYS[5])",
        "limits.max_active",
        "acquire",
        "every worker would start max_active jobs",
    ),
    lua(
        "acquire: more than the places",
        "local count = math.min(places - taken, MOST - seen)",
        "local count = MOST - seen",
        "acquire",
        "a process would hold jobs that it cannot run",
    ),
    lua(
        "acquire: released jobs last",
        "  left_some = redis.call('XLEN', KEYS[1]) > 0 and take('again')\n  left_some = take('ready') or left_some\n",
        "  left_some = take('ready')\n  left_some = redis.call('XLEN', KEYS[1]) > 0 and take('again') or left_some\n",
        "acquire",
        "a job of a dead worker would wait behind all others",
    ),
    lua(
        "acquire: asked cancel forgotten",
        "local flag = before and before.flagged and ' c' or ' -'",
        "local flag = ' -'",
        "acquire",
        "a job whose cancel was asked for would run to its end after a lost group",
    ),
    lua(
        "acquire: bad record dropped before it is kept",
        "    set_aside(KEYS[10], key, id, stream, entry)\n",
        "    discard(stream, entry)\n    set_aside(KEYS[10], key, id, stream, entry)\n",
        "guards_records",
        "what cannot be read would be lost where `bad` cannot be written",
    ),
    lua(
        "acquire: own tokens not taken",
        "take_tokens(own, now, taken)",
        "take_tokens(own, now, 0)",
        "rate",
        "a rate would limit nothing",
    ),
    lua(
        "acquire: shared tokens not taken",
        "take_tokens(shared, now, taken)",
        "take_tokens(shared, now, 0)",
        "shared_limit",
        "a shared rate would limit nothing",
    ),
    lua(
        "include/tokens: a backward clock takes tokens",
        "math.max(0, now - tonumber(stored[2]))",
        "now - tonumber(stored[2])",
        "rate",
        "a backward step of the clock would stop a queue",
    ),
    lua(
        "include/tokens: more than a burst is saved",
        "math.min(bucket.tokens, tonumber(stored[1]) + math.floor(elapsed * rate))",
        "tonumber(stored[1]) + math.floor(elapsed * rate)",
        "rate",
        "after a quiet night everything would start at once",
    ),
    lua(
        "include/tokens: part of a token counts as one",
        "return bucket and math.floor(bucket.tokens / 1000000) or math.huge",
        "return bucket and math.ceil(bucket.tokens / 1000000) or math.huge",
        "rate",
        "more would start than burst and rate allow",
    ),
    lua(
        "include/tokens: begins with what full memory refuses",
        "    redis.call('HDEL', bucket.key, 'gate')\n",
        "",
        "rate",
        "with a full Redis a queue with a rate would stand still",
    ),
    lua(
        "include/promote: limit ignored",
        "'LIMIT', '0', '250'",
        "'LIMIT', '0', '100000'",
        "promote",
        "a call would hold Redis for as long as jobs are due",
    ),
    lua(
        "include/promote: ZREM dropped",
        "  redis.call('ZREM', delayed, unpack(due))\n",
        "",
        "promote",
        "a due job would wait again and again",
    ),
    lua(
        "include/promote: suspects among the others",
        "crashes[i] >= suspect_at and 'suspect' or 'ready'",
        "'ready'",
        "suspects",
        "poison that was put off would run beside others",
    ),
)

_ENQUEUE = (
    lua(
        "enqueue: its reply is not kept",
        "redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])\n",
        "",
        "enqueue",
        "a call sent twice would make two runs of a job that ended meanwhile",
    ),
    lua(
        "enqueue: begins with what full memory takes",
        "redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])\n",
        "redis.call('HDEL', KEYS[2], 'gate')\nredis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])\n",
        "enqueue",
        "a full Redis would take more and more jobs",
    ),
    lua(
        "enqueue: an active id runs beside itself",
        "{ waiting = true, delayed = true, active = true }",
        "{ waiting = true, delayed = true }",
        "enqueue",
        "one id would run twice at once",
    ),
    lua(
        "enqueue: the ended run stays in its index",
        "    leave_end(ENDS, KEYS[17], key, id, ends[n])\n",
        "",
        "enqueue",
        "retention would delete a live job",
    ),
    lua(
        "enqueue: fields of the run before stay",
        "    redis.call('DEL', key)\n",
        "",
        "enqueue",
        "a new run would begin with the attempts of the last one",
    ),
    lua(
        "enqueue: the run before is forgotten",
        "  put(more, 'last', lasts[n])\n",
        "",
        "enqueue settle",
        "a settle of the run before, sent again after its lost answer, would be told as lost",
    ),
    lua(
        "enqueue: run not raised",
        "fence = math.max(now, fence + 1)",
        "fence = now",
        "enqueue",
        "after a backward step of the clock a run would be older than the one before",
    ),
)

_RECLAIM = (
    lua(
        "reclaim: crash not counted",
        "local crashes = ",
        "local crashes = -1 + ",
        "reclaim",
        "a job that kills its worker would do so for ever",
    ),
    lua(
        "reclaim: one crash more than allowed",
        "if crashes >= limits.max_crashes then",
        "if crashes > limits.max_crashes then",
        "reclaim",
        "poison would kill one worker more",
    ),
    lua(
        "reclaim: half a lease is enough",
        "idle_entries(stream, limits.lease_ms + skew / 1000)",
        "idle_entries(stream, limits.lease_ms / 2 + skew / 1000)",
        "reclaim",
        "living workers would lose their jobs",
    ),
    lua(
        "reclaim: XDEL dropped",
        "  redis.call('XDEL', stream, entry)\n",
        "",
        "reclaim",
        "the entry of the delivery that ended would stay beside the new one",
    ),
    lua(
        "reclaim: a late settle counts as accepted",
        "local extra = { 'crashed', holding.fence,",
        "local extra = { 'last', holding.fence,",
        "reclaim settle",
        "a worker that stood still would be told that its refused result was taken",
    ),
    lua(
        "reclaim: a consumer is deleted with what it holds",
        "if not mine.err and #mine == 0 then",
        "if not mine.err then",
        "reclaim",
        "its jobs would be pending for nobody",
    ),
    lua(
        "reclaim: bad records are not kept",
        "    set_aside(KEYS[11], key, id, name, entry)\n",
        "",
        "reclaim",
        "what cannot be read would be gone without a trace",
    ),
    lua(
        "include/seen: last sweep ignored",
        "if not last or now - last > patience or last > now then",
        "if not last then",
        "reclaim",
        "an outage of Redis would cost every running job a crash",
    ),
    lua(
        "include/seen: half a lease of mercy",
        "reclaim_from = now + limits.lease_ms * 1000",
        "reclaim_from = now + limits.lease_ms * 100",
        "reclaim",
        "after an outage jobs would be taken before their workers can renew",
    ),
    lua(
        "include/hand_back: at the end of the line",
        "crashes >= suspect_at and 'suspect' or 'again'",
        "crashes >= suspect_at and 'suspect' or 'ready'",
        "acquire reclaim settle",
        "a released job would wait behind all others",
    ),
    lua(
        "include/hand_back: suspects among the others",
        "crashes >= suspect_at and 'suspect' or 'again'",
        "'again'",
        "suspects",
        "poison would take healthy jobs with it at its last crash",
    ),
)

_RENEW = (
    lua(
        "renew: ownership check removed",
        "if not holding or holding.fence ~= ARGV[i + 1] then",
        "if not holding then",
        "renew",
        "a stale owner would take its entry back",
    ),
    lua(
        "renew: strays kept",
        "ipairs(idle_entries(stream, idle_ms, consumer))",
        "ipairs({})",
        "renew",
        "jobs of a lost reply would wait for a lease and be charged a crash",
    ),
    lua(
        "renew: strays of others taken",
        "idle_entries(stream, idle_ms, consumer)",
        "idle_entries(stream, idle_ms)",
        "renew",
        "one worker would give back what another runs",
    ),
    lua(
        "renew: strays taken at once",
        "math.max(limits.lease_ms, tonumber(ARGV[4])) / 2 + skew / 1000",
        "skew / 1000",
        "renew",
        "a delivery whose reply is still on its way would be taken back",
    ),
    lua(
        "renew: known deliveries are strays too",
        " and not known[holding.fence] then",
        " then",
        "renew",
        "a job past its time would go round for ever, uncharged",
    ),
    lua(
        "renew: a beat is no sign of life",
        "note_seen(KEYS[5], limits, now)\n",
        "",
        "renew",
        "workers whose loops are busy would keep reclaim shut",
    ),
)

_OTHERS = (
    lua(
        "note: ownership check removed",
        "local record = holding and holding.fence == fence and read_record(key, 'run')",
        "local record = holding and read_record(key, 'run')",
        "note",
        "a delivery that was taken away would clear the crashes of its successor",
    ),
    lua(
        "prune: limit ignored",
        "digits(now_ms - age_ms), 'LIMIT', '0', limit)",
        "digits(now_ms - age_ms), 'LIMIT', '0', '100000')",
        "prune",
        "a call would hold Redis for as long as there is something to delete",
    ),
    lua(
        "prune: trails stay",
        "      keys[#keys + 1] = KEYS[5] .. id\n",
        "",
        "prune",
        "the memory of ended jobs would never be free",
    ),
    lua(
        "requeue: attempts of the run before stay",
        "    redis.call('DEL', key)\n",
        "",
        "requeue",
        "a requeued job would fail with its first error",
    ),
    lua(
        "requeue: the ended run stays in its index",
        "    redis.call('ZREM', ENDS[record[1]], job.id)\n",
        "",
        "requeue",
        "retention would delete a live job",
    ),
    lua(
        "cancel: the entry stays",
        "  redis.call('XDEL', STREAMS[stream], entry)\n",
        "",
        "cancel",
        "a cancelled job would be handed over",
    ),
    lua(
        "control: the group begins at its end",
        "'workers', '0', 'MKSTREAM'",
        "'workers', '$', 'MKSTREAM'",
        "control",
        "jobs that were stored before their first worker would never run",
    ),
    lua(
        "include/wake: wake-ups pile up",
        "if redis.call('LLEN', list) == 0 then",
        "if true then",
        "acquire enqueue settle",
        "a burst of enqueues would keep workers asking for nothing",
    ),
    lua(
        "include/record: every error means a bad record",
        "if not string.find(failed.err, 'WRONGTYPE', 1, true) then",
        "if false then",
        "bad_records",
        "good jobs would be thrown away while a slot moves",
    ),
    lua(
        "include/digits: numbers by Lua's own hand",
        "string.format('%d', number)",
        "tostring(number)",
        "acquire",
        "a fence would lose its last digits",
    ),
)

MUTANTS: tuple[Mutant, ...] = (*_SETTLE, *_ACQUIRE, *_ENQUEUE, *_RECLAIM, *_RENEW, *_OTHERS)
