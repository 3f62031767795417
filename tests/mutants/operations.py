"""Faults of plans, operations and the book, by name."""

from __future__ import annotations

from tests.mutants.mutant import Mutant
from tests.mutants.scripts import lua

MUTANTS: tuple[Mutant, ...] = (
    lua(
        "operation: advance without compare-and-set",
        "cursor ~= whole(given[1]) or not batch",
        "not batch",
        "operation",
        "a driver that was late would count another's batch",
    ),
    lua(
        "operation: next without the driver's lease",
        "(operation.driver and operation.driver ~= driver and is_heard(which)) or not has_turn(which)",
        "not has_turn(which)",
        "operation",
        "two drivers would do one batch at once",
    ),
    lua(
        "operation: two batches of a queue open at once",
        " or not has_turn(which)",
        "",
        "operation",
        "two operations would both count what one of them did",
    ),
    lua(
        "operation: begin of an expired plan",
        " or now_ms > (whole(plan.expires) or 0)",
        "",
        "operation",
        "what was previewed long ago would be applied",
    ),
    lua(
        "operation: confirm not checked",
        "elseif will ~= whole(given[1]) then",
        "elseif false then",
        "operation",
        "more jobs would be changed than were confirmed",
    ),
    lua(
        "operation: a batch reaches into what was changed",
        "batch and #batch or math.min(size, left)",
        "batch and #batch or size",
        "operation",
        "jobs that were changed would be changed again",
    ),
    lua(
        "operation: a batch judged anew",
        "local will = batch and string.sub(batch, n, n) == '1'\n      or not batch and not judge(",
        "local will = not judge(",
        "operation",
        "what a driver did before it died would be told as skipped, and never be taken back",
    ),
    lua(
        "operation: undo too late",
        "now_ms <= (whole(undone.undo_until) or 0) and undone",
        "undone",
        "operation",
        "what was promised for 15 minutes would be taken back for ever",
    ),
    lua(
        "operation: undone twice",
        "'state', 'undone', 'undo_until', '0')",
        "'undo_until', '0')",
        "operation",
        "an operation that was taken back would look as if it stood",
    ),
    lua(
        "operation: not in the book",
        "  write_book(KEYS[4], plan.action, given[2], plan.selection, given[3], plan.of or '', id)\n",
        "",
        "operation",
        "nobody could tell who did it",
    ),
    lua(
        "include/judge: run not compared",
        "elseif job.run ~= run then",
        "elseif false then",
        "operation",
        "a later run would be hit in the place of the one that was seen",
    ),
    lua(
        "include/judge: state not compared",
        "elseif job.state ~= state then",
        "elseif false then",
        "operation codes",
        "a job that was seen waiting would be told to stop as it runs",
    ),
    lua(
        "include/plan: others' jobs kept",
        "    redis.call('LTRIM', frozen, '0', digits(kept - 1))\n",
        "",
        "operation",
        "a call sent twice would add its jobs twice",
    ),
)
