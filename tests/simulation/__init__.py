"""A deterministic simulation: real workers and clients on virtual time, a real server, and faults drawn from a seed."""
