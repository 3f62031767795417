"""What workers told of themselves, read by plain commands: their keys are in no slot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.types import WorkerInfo

MOST_WORKERS = 1_000


def decode_worker(consumer: str, flat: Sequence[bytes]) -> WorkerInfo | None:
    """What the process told of itself; None for what no worker of this engine can have written."""
    try:
        fields: dict[str, Any] = {k.decode(): v.decode() for k, v in zip(flat[::2], flat[1::2], strict=True)}
        fields["queues"] = msgspec.json.decode(fields["queues"])
        fields["concurrency"] = msgspec.json.decode(fields["concurrency"])
        return msgspec.convert({"consumer": consumer, **fields}, WorkerInfo, strict=False)
    except (KeyError, ValueError):
        return None
