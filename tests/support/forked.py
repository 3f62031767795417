"""Commands that begin where `python -m MODULE` has imported itself: a fork of a process that waits there.

What a fork runs, it runs as a process of its own: its own directory, environment, output, exit status and end. Only
the interpreter's start is not done again; workers, and tests of that start itself, do it.
"""

from __future__ import annotations

import gc
import os
import pickle
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

ROOT = Path(__file__).parents[2]
MOST_BYTES = 4_000_000
"""The longest question: the words of a command and its environment."""


class Question(Struct):
    """What is to be run, and where; pickled, since words of a command need not be text."""

    words: list[str]
    env: dict[str, str]
    directory: str


class Forked:
    """`python -m module`, one command after the other, until `close`."""

    def __init__(self, module: str, env: Mapping[str, str]) -> None:
        self._module = module
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ask = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, module, str(theirs.fileno())],
            env={**env, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()

    def run(
        self, words: Sequence[str], env: Mapping[str, str], directory: Path, within_s: float
    ) -> subprocess.CompletedProcess[str]:
        """The ended command; TimeoutExpired, and the end of everything here, if it does not end in time."""
        question = pickle.dumps(Question(list(words), dict(env), str(directory)))
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            socket.send_fds(self._ask, [question], [out.fileno(), err.fileno()])
            self._ask.settimeout(within_s)
            try:
                answer = self._ask.recv(100)
            except TimeoutError:
                self.close()
                raise subprocess.TimeoutExpired([self._module, *words], within_s) from None
            if not answer:
                raise RuntimeError("the process that commands are forked from has ended")
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess([self._module, *words], int(answer), out.read(), err.read())

    def close(self) -> None:
        """Neither the process nor a command of it runs any more."""
        self._ask.close()
        self._process.terminate()
        self._process.wait()


def _serve(module: str, asked: socket.socket) -> None:
    """For each question a fork goes on as the program; this process only tells what came of it."""
    import_module(f"{module}.__main__")
    del sys.modules[f"{module}.__main__"]  # it is run by each fork
    gc.freeze()  # no fork looks through what was imported when it ends
    child = 0

    def end(number: int, frame: object) -> NoReturn:
        """Who asks has given up."""
        if child:
            os.kill(child, signal.SIGKILL)
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    while True:
        question, given, _, _ = socket.recv_fds(asked, MOST_BYTES, 2)
        if not question:
            return
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            asked.close()
            _become(module, pickle.loads(question), *given)
            return
        for descriptor in given:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        child = 0
        asked.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(module: str, question: Question, out: int, err: int) -> None:
    """This process is the command from now on, as if it had been started like that."""
    os.chdir(question.directory)
    os.environ.clear()
    os.environ.update(question.env)
    time.tzset()
    for given, place in ((out, 1), (err, 2)):
        os.dup2(given, place)
        os.close(given)
    sys.path[0] = question.directory
    sys.argv = [module, *question.words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
