"""May this user do all that the engine does: asked of the server's own rules, without running any of it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.doctor.commands import own_commands
from engine.doctor.context import Context, some, user_of
from engine.doctor.finding import Finding
from engine.errors import StoreMisused
from engine.registry import Queue
from engine.streams.reads import rights

_WITH_SUBCOMMAND = ("XGROUP", "XINFO")


def name_of(words: Sequence[str]) -> str:
    """The command as rules of the ACL name it."""
    return "|".join(words[:2] if words[0] in _WITH_SUBCOMMAND else words[:1]).lower()


def judge_rights(user: str, prefix: str, refused: Sequence[Sequence[str]], allowed: Sequence[Sequence[str]]) -> Finding:
    """What is missing: commands that are refused for every key, or else the pattern of the keys."""
    works = {name_of(words) for words in allowed}
    commands = list(dict.fromkeys(name for words in refused if (name := name_of(words)) not in works))
    keys = list(dict.fromkeys(word for words in refused if name_of(words) in works for word in words if prefix in word))
    missing = [f"the command{'s' * (len(commands) > 1)} {some(commands, 6)}"] if commands else []
    # With no command at all for some key it cannot be told which of the two is missing: both are named.
    pattern = bool(keys) or not any(prefix in word for words in allowed for word in words)
    if pattern:
        missing.append(f"keys such as {some(keys or [f'{prefix}:workers'], 2)}")
    rules = [f"'~{prefix}:*'"] * pattern + [f"'+{name}'" for name in commands]
    text = f"user {user} may not use {' and '.join(missing)}: workers or producers will be refused"
    return Finding("fail", "rights", text, f"redis-cli ACL SETUSER {user} {' '.join(rules)}")


async def check_rights(context: Context, queue: Queue) -> list[Finding]:
    """Whether the user may send every command of the engine to the keys that it is for."""
    user = await user_of(context)
    commands = own_commands(context.keys(queue))
    try:
        answers = await context.store.run(rights(context.keys(queue), commands))
    except StoreMisused:
        return [judge_rights(user, context.settings.prefix, [["EVAL"], ["EVALSHA"]], [["PING"], *commands[4:]])]
    asked = list(zip(commands, answers, strict=True))
    refused = [words for words, answer in asked if answer is False]
    if refused:
        allowed = [words for words, answer in asked if answer]
        return [judge_rights(user, context.settings.prefix, refused, allowed)]
    unknown = sorted({name_of(words) for words, answer in asked if answer is None})
    if unknown:
        text = f"this server does not know, or cannot tell the rights of: {some(unknown, 6)}"
        return [Finding("warn", "rights", text, "redis-server --version   # Redis 7.0 or Valkey 7.2 is needed")]
    return [Finding("ok", "rights", f"user {user} may send all {len({name_of(c) for c in commands})} commands")]
