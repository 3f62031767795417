"""Every error the engine raises, one sentence each.

* EngineError
  + SettingError            a setting, name or argument is wrong
    - UnknownQueue          no queue of the app has this name
    - UnknownJob            no job of the queue has this name
    - PayloadError          a payload does not fit its job's type, or is too large
  + StartRefused            the app's lifespan will not start here
  + StoreError              Redis answered, but not as it should
    - StoreFull             Redis is at its memory limit, or cannot persist
    - StoreMisused          Redis refuses the command: rights, key types, cluster slots
    - StoreReset            the queue's keys are gone; they are made anew
  + QueueFull               as many jobs wait as the queue takes: some were not stored
  + Unreachable             a server does not answer
    - EnqueueUnknown        no answer for 60 s: the job may or may not be stored
  + LeaseLost               another delivery owns the job by now
  + JobFailed               the awaited run ended, and not as completed
  + ResultTimeout           the awaited run has not ended in time
  + EmbeddedError           an embedded server could not be started

Two more are for handlers to raise; they steer a job and report no fault of the engine:

* UnrecoverableError        fail this job at once, whatever attempts are left
* Snooze                    put this job off, without charging an attempt
"""

from __future__ import annotations


class EngineError(Exception):
    """The base of every error below; the command lines print its text as one line."""

    exit_code = 1


class SettingError(EngineError):
    """A setting, name or argument is wrong; the text says which and what to do."""

    exit_code = 2


class UnknownQueue(SettingError):
    """No queue of the app has this name; the text lists those that it has."""


class UnknownJob(SettingError):
    """No job of the queue has this name; the text lists those that it has."""


class PayloadError(SettingError):
    """A payload does not fit its job's type, or is larger than the engine takes."""


class StartRefused(EngineError):
    """The app's lifespan will not start here (a database of another schema, say)."""

    exit_code = 4


class StoreError(EngineError):
    """Redis answered, but not as it should."""


class StoreFull(StoreError):
    """Redis refuses to store more: it is at `maxmemory`, or cannot persist."""


class StoreMisused(StoreError):
    """Redis refuses the command as it stands: missing rights, a wrong key type, a wrong slot."""

    exit_code = 3


class StoreReset(StoreError):
    """The queue's control hash or groups are gone (a flush, a lost group); they must be made anew."""


class QueueFull(EngineError):
    """As many jobs wait as the queue's `max_waiting` lets; the text says what was stored and what to do."""


class Unreachable(EngineError):
    """A server that is needed does not answer; the text says what to check."""

    exit_code = 3


class EnqueueUnknown(Unreachable):
    """No answer came within 60 s of resending: the jobs may or may not be stored."""


class LeaseLost(EngineError):
    """Another delivery owns the job by now; raised to a handler that leaves a checkpoint."""


class JobFailed(EngineError):
    """The awaited run ended as failed or cancelled; the text is its reason."""


class ResultTimeout(EngineError):
    """The awaited run has not ended within the time given; it goes on."""


class EmbeddedError(EngineError):
    """An embedded server could not be started; the text says why and what to try."""

    exit_code = 3


class UnrecoverableError(Exception):
    """Raised by a handler: fail this job at once, whatever attempts are left."""


class Snooze(Exception):
    """Raised by a handler: put this job off for `delay_s`, without charging an attempt; a reason goes into its log."""

    def __init__(self, delay_s: float, reason: str = "") -> None:
        if not 0 <= delay_s < float("inf"):
            raise ValueError(f"delay_s must be 0 or more, not {delay_s}")
        super().__init__(reason or f"snoozed for {delay_s:g} s")
        self.delay_s = delay_s
        self.reason = reason
