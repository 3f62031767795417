"""What is wrong with a server, its workers and its queues, and the command that mends it; and the mending itself."""

from engine.doctor.context import Context, reach_server
from engine.doctor.examine import examine
from engine.doctor.finding import Check, Finding, Repaired
from engine.doctor.repair import repair_queue
from engine.doctor.start import warn_at_start

__all__ = ["Check", "Context", "Finding", "Repaired", "examine", "reach_server", "repair_queue", "warn_at_start"]
