"""What the invented system's jobs carry and complain of, some of it made to harm a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

from admin_tui.demo.record import Trouble

T = TypeVar("T")


class Chance(Protocol):
    """What is asked of a source of chance."""

    def random(self) -> float: ...

    def randint(self, a: int, b: int, /) -> int: ...

    def choice(self, seq: Sequence[T], /) -> T: ...


TENANTS = [f"tenant-{n}" for n in (42, 17, 88, 7, 3, 29, 51, 64, 12, 90)]
HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "\x1b]52;c;aGVsbG8=\x07 copied",
    "[/not-open] [@click=app.quit]x[/]",
    "\u202eevil\u202c \u200bzero\u2066width",
    "wide 漢字 emoji 👩‍👩‍👧 e\u0301",
)
"""Titles, screens, colours, clipboards, markup and directions that no job may set."""

REFUSED = Trouble(
    "ConnectionError",
    "ads api: connection refused (10.0.7.7:443)",
    'File "sync_ads.py", line 88, in fetch_page\n    page = await get(url)\nFile "http.py", line 41, in get\n    raise',
)
TIMEOUT = Trouble(
    "TimeoutError",
    "google /reviews 504",
    'File "ingest_reviews.py", line 120, in read_page\n    reply = await http.get(url)',
)
NO_TENANT = Trouble("UnrecoverableError", "invalid tenant 'tenant-404'", 'File "tenants.py", line 12, in find')
NO_PERIOD = Trouble("KeyError", "'periodEnd'", 'File "score_run.py", line 77, in window\n    end = data["periodEnd"]')
ODD = Trouble("ValueError", f"cannot read {HOSTILE[0]} {HOSTILE[2]}", 'File "read.py", line 1, in read')


def payload(rng: Chance, job: str, tenant: str) -> str:
    """What a job of this name is given, as JSON text."""
    fields: dict[str, object] = {"tenantId": tenant}
    match job:
        case "ingest_reviews":
            fields |= {"connectorId": f"conn-{rng.randint(1, 9)}", "sinceDate": "2026-10-01T00:00:00Z"}
            fields |= {"apiToken": "not-a-token-" + "x" * 28, "cursor": 12345678901234567890}
        case "score_run":
            fields |= {"periodStart": "2026-09-01", "periodEnd": "2026-09-30", "scores": ["nps", "csat"]}
        case "export_pdf":
            fields |= {"reportId": rng.randint(1000, 9999), "options": {"pages": {"max": 500}, "format": "A4"}}
        case "notify_email":
            fields |= {"to": f"user{rng.randint(1, 999)}@example.org", "template": "weekly", "smtpPassword": "invented"}
        case _:
            fields |= {"item": rng.randint(1, 10**6), "note": rng.choice(HOSTILE) if rng.random() < 0.05 else "plain"}
    return msgspec.json.encode(fields).decode()
