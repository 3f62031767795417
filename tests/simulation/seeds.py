"""Seeds that once fell, with what they found. They are run again with every run and in the tests.

A seed stands for its schedule only as long as plan.py draws as it does: whoever changes that finds other seeds for the
same finds, or writes a plain test for each.
"""

from __future__ import annotations

FOUND: dict[int, str] = {
    205: "the judge: of two pauses at once the first to end resumes the queue",
    226: "the judge: the late settle of a cancelled job whose lease ran out is answered `cancelled`",
    999_511_486: "the judge: a handler may be done, past its time, before a blocked loop can tell it so",
    999_511_542: "an attempt was charged to a handler that had not begun: another one blocked the loop",
    999_511_611: "a crash was charged for an outage of Redis, in which the job was done but past its time",
}
