"""Guards whose absence no test can see, each with the reason: it changes nothing, or only how fast something is."""

from __future__ import annotations

from msgspec import Struct

from tests.mutants.guards import Guard


class Equivalent(Struct, frozen=True):
    """A guard as its report names it (file, text, change), and why nothing depends on it."""

    file: str
    text: str
    change: str
    reason: str
    nth: int = 1


EQUIVALENT: tuple[Equivalent, ...] = (
    Equivalent(
        "settle.lua",
        "not known and read_record(KEYS[13] .. id, 'run', 'attempts', 'crashes', 'snoozed')",
        "without not known",
        "of a job that is completed and known nothing that is read is used: the part saves a command for each",
    ),
    Equivalent(
        "settle.lua",
        "suspect_at or read_suspect_at(KEYS[6])",
        "without suspect_at",
        "it is the same for the whole call: the part saves reading it for each job that is released",
    ),
    Equivalent(
        "settle.lua",
        "put_off and next_due(KEYS[4])",
        "without put_off",
        "where nothing is put off, the head that is read is not looked at again: the part saves a command",
    ),
    Equivalent(
        "acquire.lua",
        "redis.call('XLEN', KEYS[1]) > 0 and take('again')",
        "without redis.call('XLEN', KEYS[1]) > 0",
        "an empty stream gives nothing: the part saves reading it for each acquire",
    ),
    Equivalent(
        "include/claim.lua",
        "if #entries == 0 then",
        "never",
        "XCLAIM that names no entry claims none and answers an empty list: the guard only saves a call to it",
    ),
    Equivalent(
        "include/diagnose.lua",
        "stream and queue.streams[stream] and #ms <= 19 and #seq <= 19",
        "without stream",
        "where there is no stream, a table has nothing under nil either, and the next part says no",
    ),
    Equivalent(
        "include/diagnose.lua",
        "not job.sound and redis.call('EXISTS', job.key) == 0",
        "without not job.sound",
        "a record that is sound has fields, so its key exists: the part only saves the question",
    ),
    Equivalent(
        "prune.lua",
        "reads and read_record(KEYS[4] .. id, 'run', 'trashed', 'group')",
        "without reads",
        "of completed and cancelled jobs nothing that is read is used: the part only saves a command for each",
    ),
    Equivalent(
        "include/restore.lua",
        "if redis.call('HLEN', active) <= pending then",
        "never",
        "it saves reading `active` whole: of deliveries that are all pending the loop behind it restores none either",
    ),
    Equivalent(
        "include/suspects.lua",
        "turn[1] and turn[1] ~= consumer and left_us > 0 and left_us <= limits.lease_ms * 1000",
        "without turn[1]",
        "a turn and its end are written together: where there is no turn its end counts as 0, which is past",
    ),
    Equivalent(
        "include/stats.lua",
        "type(counted) == 'table' and counted.err and not (string.find(counted.err, 'WRONGTYPE', 1, true) or "
        "string.find(counted.err, 'not an integer', 1, true) or string.find(counted.err, 'overflow', 1, true))",
        "without counted.err",
        "HINCRBY answers a number: a table is always an error",
    ),
    Equivalent(
        "include/match.lua",
        "if #fields == 1 then",
        "never",
        "one field of several is read alike: the guard only saves time",
    ),
    Equivalent(
        "include/match.lua",
        "if type(text) ~= 'table' then",
        "never",
        "what HGET has read HMGET reads too: the guard only saves a second command",
    ),
    Equivalent(
        "include/tally_queue.lua",
        "length > 0 and oldest_of(stream)",
        "without length > 0",
        "of an empty stream nothing is the oldest either: the part only saves two commands",
    ),
    Equivalent(
        "include/text.lua",
        "if not string.find(bytes, '[\\128-\\255]') then",
        "never",
        "plain ASCII passes the rest unchanged: the guard only saves seven replacements",
    ),
    Equivalent(
        "include/trail.lua",
        "type(written) == 'table' and written.err and not string.find(written.err, 'WRONGTYPE', 1, true)",
        "without type(written) == 'table'",
        "XADD answers an entry's id, and a text of Lua has nothing under `err`",
    ),
    Equivalent(
        "include/trail.lua",
        "type(written) == 'table' and written.err and not string.find(written.err, 'WRONGTYPE', 1, true)",
        "without written.err",
        "XADD answers an entry's id: a table is always an error",
    ),
    Equivalent(
        "include/whole.lua",
        "text and #text <= 16 and string.find(text, '^%d+$') and tonumber(text)",
        "without #text <= 16",
        "a longer text of digits is above the bound behind it, or has zeros in front and is that number all the same",
    ),
    Equivalent(
        "snapshot.lua",
        "found.err or found",
        "without found.err",
        "the servers of the tests raise the text of an error; Redis 7 raises a table that has it as `err`",
    ),
    Equivalent(
        "repair.lua",
        "score and set ~= set_of(job)",
        "without score",
        "ZREM of a member that is not there removes nothing",
    ),
)


def reasons() -> dict[str, str]:
    """The reason of each guard by its name."""
    return {_name(one): one.reason for one in EQUIVALENT}


def unknown(guards: list[Guard]) -> list[str]:
    """Names in the list that are no guard's (any more)."""
    return sorted(set(reasons()) - {guard.name for guard in guards})


def _name(one: Equivalent) -> str:
    return Guard(one.file, one.text, one.change, one.nth, 0, 0, 0, "").name
