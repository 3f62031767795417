"""Waiting policies and jitter: pure functions, no clock, no Redis."""

from engine.backoff.jitter import full, lengthen
from engine.backoff.policies import Backoff, Constant, Exponential, Linear

__all__ = ["Backoff", "Constant", "Exponential", "Linear", "full", "lengthen"]
