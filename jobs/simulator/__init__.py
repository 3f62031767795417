"""A simulated review source for demo and tests: Google's and Hellopeter's wire formats over invented reviews."""

from jobs.simulator.connectors import connector_credentials, connector_settings, source_type_of
from jobs.simulator.faults import Fault, Faults
from jobs.simulator.generator import Mix, business_slugs, location_names, make_world, new_review
from jobs.simulator.server import Simulator
from jobs.simulator.world import Message, NotThere, TrueReview, World

__all__ = [
    "Fault",
    "Faults",
    "Message",
    "Mix",
    "NotThere",
    "Simulator",
    "TrueReview",
    "World",
    "business_slugs",
    "connector_credentials",
    "connector_settings",
    "location_names",
    "make_world",
    "new_review",
    "source_type_of",
]
