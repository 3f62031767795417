"""The line behind `:`: a view's name, `q NAME`, `j ID`, `w NAME`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from admin_tui.screens.host import Host, JobPlace
from engine import SettingError

Go = Callable[[Host], None]
HOW = "write a view's name, q QUEUE, j QUEUE ID (or j ID on a queue's jobs), or w WORKER"


def read_place(text: str, views: Sequence[str], queues: Sequence[str], queue: str = "") -> Go:
    """How to go where the text says; `queue` is the one that is shown. SettingError says how to write it."""
    word, _, rest = text.strip().lstrip(":").strip().partition(" ")
    rest = rest.strip()
    if not word:
        return lambda _: None
    if word in ("q", "queue") and rest:
        name = _one(rest, queues, "queue")
        return lambda host: host.open_queue(name)
    if word in ("j", "job") and rest:
        first, _, job_id = rest.partition(" ")
        if job_id and first in queues:
            return lambda host: host.open_job(JobPlace(first, job_id.strip()))
        if queue:
            return lambda host: host.open_job(JobPlace(queue, rest))
        raise SettingError(f"which queue is {rest!r} of? j QUEUE ID, as in j {queues[0] if queues else 'QUEUE'} {rest}")
    if word in ("w", "worker"):
        return lambda host: host.open_worker(rest)
    if not rest:
        found = [name for name in views if name.startswith(word)]
        if len(found) == 1 or word in found:
            return lambda host: host.show_view(word if word in found else found[0])
        if word in queues:
            return lambda host: host.open_queue(word)
    raise SettingError(f"{text.strip()!r}: {HOW}")


def _one(text: str, names: Sequence[str], what: str) -> str:
    """The name itself, or the only one that begins like it."""
    if text in names:
        return text
    found = [name for name in names if name.startswith(text)]
    if len(found) == 1:
        return found[0]
    raise SettingError(f"no {what} {text!r}: there are {', '.join(found or names)}")
