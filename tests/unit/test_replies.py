"""What an error of Redis means to the engine: to wait, to configure anew, to store nothing more, or a mistake."""

from __future__ import annotations

import pytest
from redis import exceptions

from engine.errors import StoreError, StoreFull, StoreMisused, StoreReset, Unreachable
from engine.streams.replies import to_engine_error

PASSING = [
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "CLUSTERDOWN The cluster is down",
    "LOADING Redis is loading the dataset in memory",
    "BUSY Redis is busy running a script",
    "READONLY You can't write against a read only replica",
    "MASTERDOWN Link with MASTER is down",
    "NOREPLICAS Not enough good replicas to write",
]


@pytest.mark.parametrize("text", PASSING, ids=lambda text: text.split()[0])
@pytest.mark.parametrize("wrapped", ["{}", "{} script: f1, on @user_script:12."], ids=["plain", "script"])
def test_what_passes_by_itself_is_waited_for(text: str, wrapped: str) -> None:
    """A slot that moves, a failover or a start is an outage: calls are sent again, nothing is charged (trial 13)."""
    error = exceptions.ResponseError(wrapped.format(text))
    assert type(to_engine_error(error)) is Unreachable


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("OOM command not allowed when used memory > 'maxmemory'", StoreFull),
        ("MISCONF Redis is configured to save RDB snapshots", StoreFull),
        ("NOGROUP No such key or consumer group", StoreReset),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", StoreMisused),
        ("NOPERM this user has no permissions", StoreMisused),
        ("ERR Script attempted to access a non local key in a cluster node", StoreError),
    ],
)
def test_what_does_not_pass_is_told_as_what_it_is(text: str, meaning: type[Exception]) -> None:
    """No such error is taken for an outage: it would be waited for, unseen."""
    assert type(to_engine_error(exceptions.ResponseError(text))) is meaning


def test_a_disk_that_fails_is_not_taken_for_memory() -> None:
    """What the error advises is where the trouble is: the doctor looks at persistence, more memory changes nothing."""
    text = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk."
    assert "cannot write to its disk: `python -m engine doctor`" in str(to_engine_error(exceptions.ResponseError(text)))
