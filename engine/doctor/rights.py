"""May this user do all that the engine does: asked of the server's own rules, without changing anything."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from engine.doctor.commands import KEYLESS, READING, doctors_commands, own_commands
from engine.doctor.context import Context, some, user_of
from engine.doctor.finding import REDIS_CLI, Finding
from engine.errors import StoreMisused
from engine.registry import Queue
from engine.streams.reads import rights

_WITH_SUBCOMMAND = ("XGROUP", "XINFO")
_A_KEY = "access"
"""Servers say `no permissions to access` of a key, and `to run` of a command."""
_WRITES = {"xadd", "zadd", "hset", "set", "lpush", "del"}

Reason = Literal["key", "command"]


class Refused(Struct, frozen=True):
    """The commands that were refused, those that were allowed, and what the server said of some of the refused."""

    refused: Sequence[Sequence[str]]
    allowed: Sequence[Sequence[str]]
    reasons: Mapping[str, Reason] = {}
    """By the command's name: of those that change nothing, which alone may be tried."""


def name_of(words: Sequence[str]) -> str:
    """The command as rules of the ACL name it."""
    return "|".join(words[:2] if words[0] in _WITH_SUBCOMMAND else words[:1]).lower()


def missing(prefix: str, asked: Refused) -> tuple[list[str], list[str]]:
    """The commands that are refused whatever the key, and the keys that are refused to commands that are not.

    A command that was only asked for with refused keys is in neither.
    """
    works = {name_of(words) for words in asked.allowed} | {name for name, why in asked.reasons.items() if why == "key"}
    open_keys = {word for words in asked.allowed for word in words if prefix in word}
    hidden = "key" in asked.reasons.values()
    commands: dict[str, None] = {}
    keys: dict[str, None] = {}
    for words in asked.refused:
        name, own = name_of(words), [word for word in words if prefix in word]
        if name in works:
            keys |= dict.fromkeys(own)
        elif not hidden or not own or asked.reasons.get(name) == "command" or not open_keys.isdisjoint(own):
            commands[name] = None
    return list(commands), list(keys)


def judge_rights(user: str, prefix: str, asked: Refused) -> Finding:
    """What workers and producers lack: commands, the pattern of the keys, or both."""
    commands, keys = missing(prefix, asked)
    lacks = [f"the command{'s' * (len(commands) > 1)} {some(commands, 6)}"] if commands else []
    # With no writing command for any key it cannot be told which of the two is missing: both are named.
    pattern = bool(keys) or _WRITES.isdisjoint(name_of(words) for words in asked.allowed)
    if pattern:
        lacks.append(f"keys such as {some(keys or [f'{prefix}:workers'], 2)}")
    rules = [f"'~{prefix}:*'"] * pattern + [f"'+{name}'" for name in commands]
    text = f"user {user} may not use {' and '.join(lacks)}: workers or producers will be refused"
    return Finding("fail", "rights", text, _grant(user, rules))


def judge_doctors(user: str, prefix: str, asked: Refused) -> list[Finding]:
    """What only the doctor lacks; a missing pattern of keys is what workers lack too."""
    commands, _ = missing(prefix, asked)
    if not commands:
        return []
    text = f"user {user} may not use {some(commands, 6)}, which only the doctor needs: not all can be checked"
    return [Finding("warn", "rights", text, _grant(user, [f"'+{name}'" for name in commands]))]


def _grant(user: str, rules: Sequence[str]) -> str:
    return f"{REDIS_CLI} ACL SETUSER {shlex.quote(user)} {' '.join(rules)}   # as a user who may"


async def check_rights(context: Context, queue: Queue) -> list[Finding]:
    """Whether the user may send every command of the engine and of the doctor to the keys that it is for."""
    user, prefix = await user_of(context), context.settings.prefix
    own, doctors = own_commands(context.keys(queue)), doctors_commands(context.keys(queue))
    try:
        answers = await context.store.run(rights(context.keys(queue), own + doctors))
    except StoreMisused:
        scripts = [[name] for name in ("EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO")]
        return [judge_rights(user, prefix, Refused(scripts, [["PING"], *own[len(KEYLESS) :]]))]
    asked = list(zip(own + doctors, answers, strict=True))
    refused = [words for words, answer in asked if answer is False]
    allowed = [words for words, answer in asked if answer]
    reasons = await _read_reasons(context, refused)
    found: list[Finding] = []
    if any(words in own for words in refused):
        found.append(judge_rights(user, prefix, Refused([w for w in refused if w in own], allowed, reasons)))
    found += judge_doctors(user, prefix, Refused([w for w in refused if w in doctors], allowed, reasons))
    if found:
        return found
    unknown = sorted({name_of(words) for words, answer in asked if answer is None})
    if unknown:
        text = f"this server does not know, or cannot tell the rights of: {some(unknown, 6)}"
        return [Finding("warn", "rights", text, "redis-server --version   # Redis 7.0 or Valkey 7.2 is needed")]
    return [Finding("ok", "rights", f"user {user} may send all {len({name_of(words) for words in own})} commands")]


async def _read_reasons(context: Context, refused: Sequence[Sequence[str]]) -> dict[str, Reason]:
    """What the server says to each of the refused commands that change nothing."""
    reasons: dict[str, Reason] = {}
    for words in refused:
        name = name_of(words)
        if name in READING and name not in reasons:
            try:
                await context.store.command(*words)
            except StoreMisused as error:
                reasons[name] = "key" if _A_KEY in str(error) else "command"
    return reasons
