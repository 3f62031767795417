"""`python -m tests.faults.page`: docs/evidence.md anew from the figures in docs/evidence/*.json."""

from __future__ import annotations

import sys

from tests.faults.page.promises import tell_promises
from tests.faults.page.sections import tell_limits, tell_rows, tell_soak, tell_where
from tests.faults.page.stored import PAGE, Evidence, read
from tests.faults.page.unpromised import tell_unpromised

_HEAD = """# Evidence

What the promises of the [README](../README.md) rest on, counted. Nothing on this page is written by hand:
`python -m tests.faults.page` makes it of the figures in [evidence/](evidence), which are those of real runs.

**How it is counted.** Worker processes run jobs against a real Redis (Valkey) while something goes wrong on purpose,
again and again. A book *outside* Redis, in PostgreSQL, has every enqueue that was tried and every one that was
answered; a file has every execution that began. Each job makes one *effect* in a table of PostgreSQL that is *fenced*:
an effect comes with the number of the delivery that makes it, its *fence*, and the table refuses a lower one than it
has seen. A run counts only if every job has ended; then book, file, table and Redis are compared, job by job.
"""


def page(evidence: Evidence) -> str:
    """The whole page."""
    sections = (tell_promises, tell_rows, tell_limits, tell_soak, tell_unpromised, tell_where)
    return "\n".join([_HEAD, *(text for section in sections if (text := section(evidence)))])


def main() -> int:
    """The page says what the figures say."""
    PAGE.write_text(page(read()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
