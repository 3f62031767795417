"""The real server, whose clock is the schedule's: every script gets the virtual time at which it arrives."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast

from msgspec import Struct
from redis import Redis
from redis.exceptions import ResponseError

from engine.streams import Call
from engine.streams.scripts import Script, load, names
from tests.simulation.loop import OUTSIDE, VirtualLoop
from tests.simulation.resp import pack
from tests.simulation.wire import Wire, Words
from tests.simulation.witness import Witness

_DOWN_S = 0.001


class Waiting(Struct):
    """A client that waits in the server: for the head of some lists, or for entries behind some ids."""

    wire: Wire
    words: Words
    lists: list[bytes]


class Server:
    """Does the commands of all wires over one connection, one batch after the other, and lets the witness see each."""

    def __init__(self, url: str, loop: VirtualLoop, witness: Witness, epoch_us: int) -> None:
        self._loop, self._witness, self._epoch_us = loop, witness, epoch_us
        self._client: Redis = Redis.from_url(url, protocol=2)
        self._connection = self._client.connection_pool.get_connection()
        self._scripts = {script.sha.encode(): script for script in map(load, names())}
        self._waiting: list[Waiting] = []
        # What earlier schedules left there would spare this one an exchange here and there.
        self._client.script_flush()
        self.ahead_us = 0
        """By how much its clock was set forward."""

    def now_us(self) -> int:
        """The server's clock: even milliseconds, so that what is due does not hang on the real clock's fractions."""
        return self._epoch_us + int(self._loop.time() * 500) * 2_000 + self.ahead_us

    # ------------------------------------------------------------------------------------------ for the wires

    def take(self, wire: Wire, commands: Sequence[Words]) -> list[Any]:
        """The replies of the commands, done now; one that waits is answered when it is time."""
        if commands[0][0] in (b"BLPOP", b"XREAD"):
            self._wait(wire, commands[0])
            self._serve_waiting(self._send([], wire.process.name))
            return []
        replies = self._send(list(commands), wire.process.name)
        self._serve_waiting(replies[len(commands) :])
        return replies[: len(commands)]

    def forget(self, wire: Wire) -> None:
        """Nobody waits on this connection."""
        self._waiting = [each for each in self._waiting if each.wire is not wire]

    # ------------------------------------------------------------------------------------------ for the plan

    def run(self, call: Call[Any]) -> Any:
        """The decoded reply of a call of the operator's, done now."""
        words = [_bytes(word) for word in call.command_with_text()]
        replies = self._send([words], "operator")
        self._serve_waiting(replies[1:])
        if isinstance(replies[0], ResponseError):
            raise replies[0]
        return call.decode(replies[0])

    def command(self, *words: str) -> Any:
        """The reply of a plain command of the operator's."""
        return self._send([[_bytes(word) for word in words]], "operator")[0]

    def close(self) -> None:
        """The connection is closed."""
        self._connection.disconnect()  # type: ignore[no-untyped-call]
        self._client.close()

    # ------------------------------------------------------------------------------------------ inside

    def _send(self, commands: list[Words], who: str) -> list[Any]:
        """The replies to the commands, and behind them what those that wait would get."""
        stamped = [self._stamp(words) for words in commands]
        looks = self._witness.looks()
        asked: list[Words] = []
        for words, script in stamped:
            # Behind each script, so that it is known which of them made a change.
            asked += [words] if script is None else [words, *looks]
        asked += [_without_wait(each) for each in self._waiting]
        if not asked:
            return []
        self._connection.send_packed_command([pack(asked)], check_health=False)  # type: ignore[no-untyped-call]
        replies: list[Any] = []
        for words, script in stamped:
            replies.append(self._read())
            if script is not None:
                self._witness.saw(who, self.now_us(), script, words, replies[-1])
                self._witness.look(who, [self._read() for _ in looks])
        return [*replies, *(self._read() for _ in self._waiting)]

    def _read(self) -> Any:
        try:
            return cast("Any", self._connection.read_response(disable_decoding=True))
        except ResponseError as error:
            return error

    def _stamp(self, words: Words) -> tuple[Words, Script | None]:
        """The command with this server's time where it asks for it, and its script."""
        kind = words[0].removesuffix(b"_RO")
        if kind not in (b"EVAL", b"EVALSHA"):
            return words, None
        sha = words[1] if kind == b"EVALSHA" else hashlib.sha1(words[1]).hexdigest().encode()
        script = self._scripts[sha]
        if script.args[:1] == ("clock_us",):
            at = 3 + int(words[2])
            assert words[at] == b"0", "somebody's own clock"
            words = [*words[:at], b"%d" % self.now_us(), *words[at + 1 :]]
        return words, script

    def _wait(self, wire: Wire, words: Words) -> None:
        if wire.closed:
            return
        lists = words[1:-1] if words[0] == b"BLPOP" else []
        waits_s = float(words[-1]) if lists else int(words[words.index(b"BLOCK") + 1]) / 1000
        waiting = Waiting(wire, words, lists)
        self._waiting.append(waiting)
        self._loop.call_later(waits_s, self._end_wait, waiting, context=OUTSIDE.copy())

    def _end_wait(self, waiting: Waiting) -> None:
        if any(each is waiting for each in self._waiting):
            self.forget(waiting.wire)
            waiting.wire.answer([None], _DOWN_S)

    def _serve_waiting(self, replies: list[Any]) -> None:
        for waiting, reply in zip(list(self._waiting), replies, strict=True):
            if reply is not None:
                self.forget(waiting.wire)
                # LMPOP answers a list of what it popped, BLPOP the one thing.
                popped = [reply[0], reply[1][0]] if waiting.lists and not isinstance(reply, Exception) else reply
                waiting.wire.answer([popped], _DOWN_S)


def _without_wait(waiting: Waiting) -> Words:
    """What the client would get now: the same command, but that it does not wait."""
    if waiting.lists:
        return [b"LMPOP", b"%d" % len(waiting.lists), *waiting.lists, b"LEFT"]
    at = waiting.words.index(b"BLOCK")
    return waiting.words[:at] + waiting.words[at + 2 :]


def _bytes(word: str | bytes | int) -> bytes:
    return word if isinstance(word, bytes) else str(word).encode()
