"""The moves of the machine, by who makes them."""
