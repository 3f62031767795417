"""`--once VIEW`: one view as JSON or as plain text, for scripts and for who listens to a screen; then the end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from admin_tui import plain
from admin_tui.admin import Eyes
from admin_tui.draw.line import Line
from engine import EngineError, ErrorGroup, JobLine, Listed, Matching, SettingError, Snapshot

LISTS: tuple[Listed, ...] = ("waiting", "delayed", "active", "completed", "failed", "cancelled", "trash")
NARROWEST, WIDEST = 40, 1_000
_ROWS = 250
_MOST_STEPS = 40
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What could drive a terminal, or hide in it; the rest of that kind JSON escapes anyhow."""


class Answer(NamedTuple):
    """What a view shows: its Structs, and its lines in a given width."""

    structs: object
    lines: Callable[[int], Sequence[Line]]


async def once(eyes: Eyes, words: Sequence[str], *, as_json: bool, width: int) -> str:
    """The view that the words name, as text that ends with a newline; SettingError says which words there are."""
    if not NARROWEST <= width <= WIDEST:
        raise SettingError(f"--width {width}: give a number between {NARROWEST} and {WIDEST}")
    name, *arguments = words
    view = _VIEWS.get(name)
    if view is None:
        raise SettingError(f"no view {name!r}; the views: {', '.join(USAGE)}")
    if not view.least <= len(arguments) <= view.most:
        raise SettingError(f"--once {name}: give {USAGE[name]}")
    answer = await view.ask(eyes, arguments)
    if not as_json:
        return plain.text_of(answer.lines(width))
    try:
        text = msgspec.json.encode(answer.structs).decode()
    except UnicodeEncodeError:
        raise EngineError("an id here is of bytes that are no text, which JSON cannot say: use --plain") from None
    return _UNSAFE.sub(_escaped, text) + "\n"


async def _overview(eyes: Eyes, words: Sequence[str]) -> Answer:
    snapshot = await eyes.snapshot()
    groups = await _groups(eyes, [queue.name for queue in snapshot.queues if queue.counts.failed])
    return Answer(snapshot, partial(plain.overview, snapshot, groups))


async def _jobs(eyes: Eyes, words: Sequence[str]) -> Answer:
    queue = words[0]
    listed = _listed(words[1] if len(words) > 1 else "waiting")
    snapshot = await eyes.snapshot(1)
    if len(words) > 2:
        return await _search(eyes, queue, Matching(listed, words[2]), snapshot.at_ms)
    found = await eyes.window(queue, listed, _ROWS)
    said = plain.rows_said(len(found.rows), found.total, f"{listed} jobs of {queue}")
    return Answer(found, partial(plain.jobs, found.rows, listed, said, snapshot.at_ms))


async def _search(eyes: Eyes, queue: str, where: Matching, now_ms: int) -> Answer:
    """The first hits: no more than a page of them, and no longer looked for than ten thousand jobs."""
    hits = await eyes.search(queue, where)
    for _ in range(_MOST_STEPS - 1):
        if hits.after is None or len(hits.jobs) >= _ROWS:
            break
        more = await eyes.search(queue, where, hits.after)
        hits = msgspec.structs.replace(more, jobs=[*hits.jobs, *more.jobs], looked=hits.looked + more.looked)
    said = f"{len(hits.jobs):,} hits among {hits.looked:,} of {hits.total:,} {where.listed} jobs of {queue}"
    return Answer(hits, partial(plain.jobs, hits.jobs, where.listed, said, now_ms))


async def _job(eyes: Eyes, words: Sequence[str]) -> Answer:
    detail, snapshot = await asyncio.gather(eyes.job(words[0], words[1]), eyes.snapshot(1))
    if detail is None:
        raise EngineError(f"queue {words[0]} has no job {words[1]!r}: it was never stored, or is pruned")
    return Answer(detail, partial(plain.job, detail, snapshot.at_ms))


async def _log(eyes: Eyes, words: Sequence[str]) -> Answer:
    page = await eyes.log(words[0], words[1])
    return Answer(page, partial(plain.log, page))


async def _workers(eyes: Eyes, words: Sequence[str]) -> Answer:
    snapshot = await eyes.snapshot(1)
    running = [queue.name for queue in snapshot.queues if queue.counts.active]
    windows = await asyncio.gather(*(eyes.window(name, "active", _ROWS) for name in running))
    active: dict[str, Sequence[JobLine]] = {name: window.rows for name, window in zip(running, windows, strict=True)}
    return Answer(snapshot.workers, partial(plain.workers, snapshot, active))


async def _limits(eyes: Eyes, words: Sequence[str]) -> Answer:
    snapshot = await eyes.snapshot()
    return Answer([queue.limits for queue in snapshot.queues], partial(plain.limits, snapshot))


async def _failures(eyes: Eyes, words: Sequence[str]) -> Answer:
    snapshot = await eyes.snapshot(1)
    groups = await _groups(eyes, words or _names(snapshot))
    return Answer(groups, partial(plain.failures, groups, snapshot.at_ms))


async def _audit(eyes: Eyes, words: Sequence[str]) -> Answer:
    snapshot = await eyes.snapshot(1)
    page = await eyes.audit(queue=words[0] if words else None)
    return Answer(page, partial(plain.audit, page, snapshot.at_ms))


async def _why(eyes: Eyes, words: Sequence[str]) -> Answer:
    found = await eyes.explain(words[0], words[1] if len(words) > 1 else None)
    return Answer(found, partial(plain.why, found))


async def _groups(eyes: Eyes, queues: Sequence[str]) -> list[ErrorGroup]:
    found = await asyncio.gather(*(eyes.groups(name) for name in queues))
    return [group for groups in found for group in groups]


def _names(snapshot: Snapshot) -> list[str]:
    return [queue.name for queue in snapshot.queues]


def _listed(word: str) -> Listed:
    known: dict[str, Listed] = {listed: listed for listed in LISTS}
    found = known.get(word)
    if found is None:
        raise SettingError(f"no list {word!r}; the lists: {', '.join(LISTS)}")
    return found


def _escaped(found: re.Match[str]) -> str:
    """The character as JSON's own escape."""
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


class _View(NamedTuple):
    """What asks for a view, and how many words it takes."""

    ask: Callable[[Eyes, Sequence[str]], Awaitable[Answer]]
    least: int
    most: int


_VIEWS = {
    "overview": _View(_overview, 0, 0),
    "jobs": _View(_jobs, 1, 3),
    "job": _View(_job, 2, 2),
    "log": _View(_log, 2, 2),
    "workers": _View(_workers, 0, 0),
    "limits": _View(_limits, 0, 0),
    "failures": _View(_failures, 0, 1),
    "audit": _View(_audit, 0, 1),
    "why": _View(_why, 1, 2),
}
USAGE = {
    "overview": "nothing more",
    "jobs": "QUEUE, then a list (waiting), then a query",
    "job": "QUEUE and ID",
    "log": "QUEUE and ID",
    "workers": "nothing more",
    "limits": "nothing more",
    "failures": "a QUEUE, or nothing for all",
    "audit": "a QUEUE, or nothing for all",
    "why": "QUEUE, and an ID or nothing for the next job",
}
"""What each view takes."""
