"""Command lines that show the same as a screen, to be copied."""

from __future__ import annotations

import shlex
from collections.abc import Mapping


def engine_command(app: str, *words: str) -> str:
    """The engine's command of these words, for this app."""
    named = ["--app", app] if app else []
    return shlex.join(["python", "-m", "engine", *named, *words])


def job_copies(app: str, queue: str, job_id: str, json: str) -> Mapping[str, str]:
    """What each key of the copy menu copies of a job. Its id is its business key."""
    command = engine_command(app, "status", queue, job_id)
    return {"copy_id": job_id, "copy_key": job_id, "copy_json": json, "copy_command": command}
