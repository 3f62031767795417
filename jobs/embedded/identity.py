"""Whose identity PostgreSQL runs under: it refuses to be root."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.embedded import EmbeddedError, RunAs

MODE_VARIABLE = "EMBEDDED_PG_ROOT_MODE"
NOBODY = 65534


def identities(own: Iterable[Path]) -> Iterator[RunAs | None]:
    """The identities to try, best first; the directories in `own` belong to the one that was yielded last.

    As an ordinary user, only this process's own (None). As root, first a user namespace: the files stay
    root's and may lie under a private home. Where the system forbids those (Docker's default profile does),
    an ordinary user of the machine. `EMBEDDED_PG_ROOT_MODE` (userns, setuid) keeps it to one of the two.
    """
    if os.geteuid() != 0:
        yield None
        return
    mode = os.environ.get(MODE_VARIABLE, "")
    if mode not in {"", "userns", "setuid"}:
        raise EmbeddedError(f"{MODE_VARIABLE}={mode} is unknown: give userns or setuid, or leave it out")
    if mode != "setuid" and sys.platform == "linux":
        yield RunAs(NOBODY, NOBODY, "userns")
    if mode != "userns":
        user = _ordinary_user()
        if _give(own, user):
            yield RunAs(user.pw_uid, user.pw_gid, "setuid")


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _give(directories: Iterable[Path], user: pwd.struct_passwd) -> bool:
    """Whether the directories belong to the user now; a rootless container may map no second id."""
    try:
        for directory in directories:
            os.chown(directory, user.pw_uid, user.pw_gid)
    except OSError:
        return False
    return True
