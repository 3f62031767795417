"""Runs one server and ends it when the process that asked for it is gone, however that process died.

Started as `python -I -S guard.py` (standard library only). Standard input is a pipe of which only the owner
holds the other end: its first line is the order as JSON (`engine.embedded.process.Order`), its end-of-file
means that the owner is gone. Standard output gets one line of JSON: {"pid": …} or {"error": …}.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOT_STARTED = 126
OWNER_CHECK_S = 0.5
HARD_STOP_S = 5.0

Order = dict[str, Any]


def main() -> int:
    """Exit status of the server, once it has ended; no server is left behind."""
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return NOT_STARTED  # the owner died while it wrote
    order: Order = json.loads(line)
    alarm = watch_signals()
    try:
        server = spawn(order)
    except (OSError, subprocess.SubprocessError) as error:
        answer({"error": str(error)})
        return NOT_STARTED
    for fd in order["keep_fds"]:
        os.close(fd)  # only the server keeps the lock, so that it is free when the server is gone
    answer({"pid": server.pid})
    wait_for_an_end(server, order["owner"], alarm)
    return finish(server, order)


class Alarm:
    """The signals this process got: a pipe that `select` sees, and whether one of them means stop."""

    def __init__(self) -> None:
        self.stop = False
        self.fd, self.write_fd = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self.write_fd, False)

    def ask_to_stop(self, *_: object) -> None:
        self.stop = True

    def ring(self, *_: object) -> None:
        """Nothing more: that a signal came is what counts."""

    def silence(self) -> None:
        """The pipe is empty: the next signal makes it readable again."""
        with suppress(BlockingIOError):
            os.read(self.fd, 512)


def watch_signals() -> Alarm:
    """An alarm that rings for SIGTERM, SIGINT, SIGHUP (all: stop) and for the server's end."""
    alarm = Alarm()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, alarm.ask_to_stop)
    signal.signal(signal.SIGCHLD, alarm.ring)
    signal.set_wakeup_fd(alarm.write_fd)
    return alarm


def spawn(order: Order) -> subprocess.Popen[bytes]:
    """The server, running; it gets the stop signal if this guard is killed (Linux)."""
    guard = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)

    def in_child() -> None:
        become(order["run_as"], libc)
        if sys.platform == "linux":
            # After the change of ids, which clears it. This process has one thread, whose end it follows.
            libc.prctl(PR_SET_PDEATHSIG, order["stop_signal"], 0, 0, 0)
            if os.getppid() != guard:
                os._exit(NOT_STARTED)

    with open(order["log"], "ab", buffering=0) as log:
        return subprocess.Popen(
            order["command"],
            cwd=order["directory"],
            env=order["env"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=order["keep_fds"],
            preexec_fn=in_child,
        )


def become(run_as: Order | None, libc: ctypes.CDLL) -> None:
    """This process has the identity that the order names (none: its own)."""
    if run_as is None:
        return
    uid, gid = run_as["uid"], run_as["gid"]
    if run_as["by"] == "setuid":
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        return
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "no user namespace")
    write_proc("setgroups", "deny")
    write_proc("uid_map", f"{uid} {outer_uid} 1")
    write_proc("gid_map", f"{gid} {outer_gid} 1")


def write_proc(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)


def answer(message: Order) -> None:
    """The owner has the message, unless it is gone already; standard output is closed."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(message).encode() + b"\n")
    os.close(1)


def wait_for_an_end(server: subprocess.Popen[bytes], owner: int, alarm: Alarm) -> None:
    """The server has ended, or the owner is gone, or a signal said stop."""
    while server.poll() is None and not alarm.stop:
        if os.getppid() != owner:
            return  # a forked child of the owner may still hold the pipe open
        ready, _, _ = select.select([0, alarm.fd], [], [], OWNER_CHECK_S)
        if alarm.fd in ready:
            alarm.silence()
        if 0 in ready and not os.read(0, 1):
            return


def finish(server: subprocess.Popen[bytes], order: Order) -> int:
    """Exit status of the server, which is gone: asked, then told, then killed."""
    steps = ((order["stop_signal"], order["grace_s"]), (order["hard_signal"], HARD_STOP_S))
    for number, patience_s in steps:
        if server.poll() is None:
            server.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            return shell_status(server.wait(patience_s))
    server.kill()
    return shell_status(server.wait())


def shell_status(code: int) -> int:
    """An exit status as a shell shows it: 128 + n for a process ended by signal n."""
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
