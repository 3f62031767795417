"""A simulated review source for demo and tests: Google's wire format over seeded, invented reviews."""

from jobs.simulator.faults import Fault, Faults
from jobs.simulator.generator import Mix, location_names, make_world, new_review
from jobs.simulator.server import Simulator, connector_credentials, connector_settings
from jobs.simulator.world import NotThere, TrueReview, World

__all__ = [
    "Fault",
    "Faults",
    "Mix",
    "NotThere",
    "Simulator",
    "TrueReview",
    "World",
    "connector_credentials",
    "connector_settings",
    "location_names",
    "make_world",
    "new_review",
]
