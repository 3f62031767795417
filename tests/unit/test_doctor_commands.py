"""The doctor's list of commands is what the engine sends: the rights that it asks for are enough, and no more."""

from __future__ import annotations

import re
import shlex
from importlib.resources import files

from engine.doctor import Finding
from engine.doctor.commands import READING, doctors_commands, own_commands
from engine.doctor.rights import Reason, Refused, judge_doctors, judge_rights, name_of
from engine.streams import Keys

ENGINE = files("engine")
K = Keys("pickd", "s", "q")
OF_THE_SERVER = {"acl", "config", "info"}
"""What the doctor asks of the server; where it may not, it says what it could not check."""


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
            found |= words_of(r'context, "([ZH]?SCAN)"()', path.read_text())
            found |= words_of(
                r"\[?\(?\"(BLPOP|EVAL|EVALSHA|EVAL_RO|EVALSHA_RO|XREAD|PING)\"(?:, \"(X)\")?", path.read_text()
            )
    return found


def words_of(pattern: str, code: str) -> set[str]:
    return {name_of([word for word in words if word]) for words in re.findall(pattern, code)}


def test_the_list_is_complete_and_nothing_is_left_over() -> None:
    """Each command of the scripts and of the code is in the list, and each of the list is sent by something."""
    listed = {name_of(words) for words in (*own_commands(K), *doctors_commands(K))}
    assert sent() - OF_THE_SERVER - listed == set(), "add these to engine/doctor/commands.py"
    assert listed - sent() == set(), "nothing sends these: take them out of engine/doctor/commands.py"


def test_every_key_of_the_list_is_one_of_the_engines() -> None:
    """Each command names one key of the queue or of the registry, or none at all."""
    for words in (*own_commands(K), *doctors_commands(K)):
        keys = [word for word in words if word.startswith("pickd:")]
        assert len(keys) == (
            0 if words[0] in {"PING", "TIME", "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "SCAN"} else 1
        ), words


def test_what_may_be_tried_is_what_is_sent() -> None:
    """Each command that changes nothing is one of the lists; none of them writes, deletes or waits."""
    assert {name_of(words) for words in (*own_commands(K), *doctors_commands(K))} > READING
    assert not [
        name for name in READING if re.search("add|set|del|rem|push|pop|incr|expire|unlink|ack|claim|read", name)
    ]


def refuse(*refused: list[str], **reasons: Reason) -> Refused:
    """Of all commands of the engine these are refused."""
    return Refused(refused, [words for words in own_commands(K) if words not in refused], reasons)


def granted(found: Finding) -> list[str]:
    """The rules that the command of the finding adds, which goes to the server that was examined."""
    words = shlex.split(found.mend, comments=True)
    assert words[:6] == ["redis-cli", "-u", "$REDIS_URL", "ACL", "SETUSER", "app"]
    return words[6:]


def test_a_missing_command_is_named_and_granted() -> None:
    """Where other commands may be sent to the keys, only the missing ones are asked for."""
    found = judge_rights("app", "pickd", refuse(*(w for w in own_commands(K) if w[0] in {"XCLAIM", "XINFO"})))
    assert granted(found) == ["+xclaim", "+xinfo|groups", "+xinfo|consumers"]
    assert "commands xclaim, xinfo|groups" in found.text


def test_a_missing_pattern_is_named_and_granted() -> None:
    """Where a command is allowed for some keys and not for others, the pattern of the keys is what is missing."""
    lost = [words for words in own_commands(K) if any(word.startswith("pickd:workers") for word in words)]
    found = judge_rights("app", "pickd", refuse(*lost))
    assert granted(found) == ["~pickd:*"]
    assert "keys such as pickd:workers" in found.text


def test_no_right_at_all_asks_for_both() -> None:
    """A user who may do nothing with any key needs the pattern and every command."""
    found = judge_rights("app", "pickd", refuse(*own_commands(K)[6:]))
    assert granted(found)[:2] == ["~pickd:*", "+xadd"]


def test_keys_alone_are_missing_where_the_server_says_so() -> None:
    """What is refused because of its key says nothing of the commands: none is claimed to be missing but a told one."""
    lost = refuse(*own_commands(K)[6:], xlen="key", zcard="key", hget="command")
    found = judge_rights("app", "pickd", lost)
    assert granted(found) == ["~pickd:*", "+hget"]
    assert found.text.startswith("user app may not use the command hget and keys such as pickd:{s}:q:again, ")


def test_a_command_is_missing_where_its_key_is_open_to_others() -> None:
    """Beside keys that are refused, a command that no key was open to is told from one that is not allowed at all."""
    lost = [words for words in own_commands(K) if words[0] == "XCLAIM" or "pickd:workers" in words]
    found = judge_rights("app", "pickd", refuse(*lost, zrange="key"))
    assert granted(found) == ["~pickd:*", "+xclaim"]


def test_what_only_the_doctor_needs_is_a_warning() -> None:
    """It is granted by a command of its own; a missing pattern is not told twice."""
    refused = [words for words in doctors_commands(K) if words[0] in {"SCAN", "TYPE"}]
    (found,) = judge_doctors("app", "pickd", Refused(refused, own_commands(K), {"type": "command"}))
    assert (found.level, granted(found)) == ("warn", ["+scan", "+type"])
    keys = Refused(refused[1:], own_commands(K)[:4], {"type": "key"})
    assert judge_doctors("app", "pickd", keys) == []
