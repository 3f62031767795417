"""The doctor's list of commands is what the engine sends: the rights that it asks for are enough, and no more."""

from __future__ import annotations

import re
from importlib.resources import files

from engine.doctor.commands import own_commands
from engine.doctor.rights import judge_rights, name_of
from engine.streams import Keys

ENGINE = files("engine")
K = Keys("pickd", "s", "q")
ONLY_DOCTORS = {"acl", "config", "dump", "info", "scan", "type", "zscan"}
"""What else the doctor itself sends; where it may not, it says what it could not check."""


def sent() -> set[str]:
    """Every command that stands in a script or in the code that speaks Redis, by its name in rules."""
    found: set[str] = set()
    for folder in ("streams/lua", "streams/lua/include"):
        for file in (ENGINE / folder).iterdir():
            if file.name.endswith(".lua"):
                code = re.sub(r"--[^\n]*", "", file.read_text())
                found |= words_of(r"(?:call\(|\{ )'([A-Z]{3,})'(?:, '([A-Z]+)')?", code)
                found |= {word.lower() for word in re.findall(r"'(Z(?:REV)?RAN(?:GE|K))'", code)}
    for path in (p for folder in (ENGINE, ENGINE / "streams", ENGINE / "doctor") for p in folder.iterdir()):
        if path.name.endswith(".py") and path.name != "commands.py":
            found |= words_of(r"(?:command|ask)\(\s*(?:\w+, )?\"([A-Z]{3,})\"(?:, \"([A-Z]+)\")?", path.read_text())
            found |= words_of(r"\[?\(?\"(BLPOP|EVAL|EVALSHA|XREAD|PING)\"(?:, \"(X)\")?", path.read_text())
    return found


def words_of(pattern: str, code: str) -> set[str]:
    return {name_of([word for word in words if word]) for words in re.findall(pattern, code)}


def test_the_list_is_complete_and_nothing_is_left_over() -> None:
    """Each command of the scripts and of the code is in the list, and each of the list is sent by something."""
    listed = {name_of(words) for words in own_commands(K)}
    assert sent() - ONLY_DOCTORS - listed == set(), "add these to engine/doctor/commands.py"
    assert listed - sent() == set(), "nothing sends these: take them out of engine/doctor/commands.py"


def test_every_key_of_the_list_is_one_of_the_engines() -> None:
    """Each command names one key of the queue or of the registry, or none at all."""
    for words in own_commands(K):
        keys = [word for word in words if word.startswith("pickd:")]
        assert len(keys) == (0 if words[0] in {"PING", "TIME", "EVAL", "EVALSHA"} else 1), words


def test_a_missing_command_is_named_and_granted() -> None:
    """Where other commands may be sent to the keys, only the missing ones are asked for."""
    commands = own_commands(K)
    refused = [words for words in commands if words[0] in {"XCLAIM", "XINFO"}]
    found = judge_rights("app", "pickd", refused, [words for words in commands if words not in refused])
    assert found.mend == "redis-cli ACL SETUSER app '+xclaim' '+xinfo|groups' '+xinfo|consumers'"
    assert "commands xclaim, xinfo|groups" in found.text


def test_a_missing_pattern_is_named_and_granted() -> None:
    """Where a command is allowed for some keys and not for others, the pattern of the keys is what is missing."""
    commands = own_commands(K)
    refused = [words for words in commands if any(word.startswith("pickd:workers") for word in words)]
    found = judge_rights("app", "pickd", refused, [words for words in commands if words not in refused])
    assert found.mend == "redis-cli ACL SETUSER app '~pickd:*'"
    assert "keys such as pickd:workers" in found.text


def test_no_right_at_all_asks_for_both() -> None:
    """A user who may do nothing with any key needs the pattern and every command."""
    commands = own_commands(K)
    found = judge_rights("app", "pickd", commands[4:], commands[:4])
    assert "'~pickd:*' '+xadd'" in found.mend
