"""Runs a worker for development that starts anew whenever its source changes."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SettingError

if TYPE_CHECKING:
    from watchfiles import Change

DRAIN_S = 2.0
"""How long jobs may go on after a change; those that have not ended then are given back, uncharged."""
END_S = 15.0
"""How long a worker may take to end once its jobs are given back."""
_TICK_MS = 200
_IGNORED = frozenset({"__pycache__", "node_modules", "site-packages"})
_log = logging.getLogger("engine.reload")


class Reloader:
    """Keeps one worker running over the source that there is now; `command` must end at its standard input's end."""

    def __init__(self, command: Sequence[str], roots: Sequence[Path], grace_s: float) -> None:
        self._command, self._roots, self._grace_s = list(command), list(roots), grace_s
        self._child: subprocess.Popen[bytes] | None = None
        self._status: int | None = None
        self._stopping = threading.Event()

    def run(self) -> int:
        """SIGTERM, SIGINT or SIGHUP came and the worker has ended; its exit status. A second one ends it at once.

        A worker that ends by itself stays away until a source file changes: it would only end again.
        """
        logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it counts changes; this names them
        due = "the worker starts"
        with self._signals():
            try:
                while not self._stopping.is_set():
                    due = self._watch(due)
            finally:
                self._end(self._grace_s)
        return self._status or 0

    def _watch(self, due: str) -> str:
        """Restarts the worker at each change, until told to stop or a folder is new; why it must start anew then."""
        for paths in changes(source_folders(self._roots), self._stopping):
            if self._stopping.is_set():
                break
            sources = [path for path in paths if not path.is_dir() or any(path.glob("**/*.py"))]
            why = due or (f"{_named(sources)} changed: the worker starts anew" if sources else "")
            if any(path.is_dir() for path in paths):
                return why
            if why:
                # Only now, when changes are seen already.
                self._restart(why)
                due = ""
            self._look()
        return ""

    def _restart(self, why: str) -> None:
        _log.info("%s", why)
        self._end(DRAIN_S)
        if not self._stopping.is_set():
            # Its own session: Ctrl-C is for this process alone. Its input ends when this process is gone.
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)

    def _look(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            how = self._bury(self._child)
            _log.error("the worker ended by itself (%s): it starts again when a source file changes", how)

    def _end(self, grace_s: float) -> None:
        """The worker is gone: asked, told to give its jobs back at once, then killed."""
        child = self._child
        if child is None:
            return
        for patience_s in (grace_s, END_S):
            child.terminate()
            if _ended(child, patience_s):
                break
        else:
            _log.error("the worker did not end: it is killed, and its jobs start elsewhere after their lease")
            child.kill()
        child.wait()
        self._bury(child)

    def _bury(self, child: subprocess.Popen[bytes]) -> str:
        assert child.stdin is not None
        child.stdin.close()
        self._child = None
        code = child.returncode
        # Ended by the signal that asked it to, before it listened: that is no fault.
        self._status = 0 if code == -signal.SIGTERM else code if code >= 0 else 128 - code
        return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    @contextmanager
    def _signals(self) -> Generator[None]:
        numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, *_: Any) -> None:
        if self._stopping.is_set() and self._child is not None:
            with suppress(ProcessLookupError):
                self._child.terminate()
        self._stopping.set()


def changes(folders: Iterable[Path], stop: threading.Event) -> Generator[list[Path]]:
    """The sources and new folders that changed, again and again, an empty list after 0.2 quiet seconds, until `stop`.

    Changes between two looks wait for the next one. SettingError if nothing can be watched.
    """
    try:
        from watchfiles import watch  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise SettingError("--reload needs watchfiles: install pickd-worker[reload]") from None
    options: dict[str, Any] = {"rust_timeout": _TICK_MS, "yield_on_timeout": True, "raise_interrupt": False}
    try:
        for found in watch(*folders, watch_filter=_matters, recursive=False, stop_event=stop, **options):
            yield sorted({Path(path) for _, path in found})
    except FileNotFoundError:
        yield []  # a folder went away meanwhile; the next look is over those that are left
    except (OSError, RuntimeError) as error:
        raise SettingError(
            f"the source cannot be watched: {error}; name fewer folders by --reload-dir, or set "
            "WATCHFILES_FORCE_POLLING=1"
        ) from error


def source_folders(roots: Iterable[Path]) -> list[Path]:
    """The roots and every folder under them where source may be: no hidden one, no environment, no cache."""
    found: list[Path] = []
    for root in roots:
        if not root.is_dir():
            raise SettingError(f"--reload-dir {root}: no such folder")
        for folder, inner, _ in os.walk(root.resolve()):
            inner[:] = [name for name in inner if _may_hold_source(Path(folder, name))]
            found.append(Path(folder))
    return found


def _may_hold_source(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in _IGNORED
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _matters(change: Change, path: str) -> bool:
    found = Path(path)
    if found.suffix == ".py":
        return not found.name.startswith(".")
    return change.name == "added" and found.is_dir() and _may_hold_source(found)


def _ended(child: subprocess.Popen[bytes], within_s: float) -> bool:
    # In short looks: a signal's handler runs between two of them.
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.1)
            return True
    return child.poll() is not None


def _named(paths: Sequence[Path]) -> str:
    here = Path.cwd()
    names = [str(path.relative_to(here)) if path.is_relative_to(here) else str(path) for path in paths[:3]]
    return ", ".join(names) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
