"""Deliberate faults in the engine, each of which some test has to catch: a check of the tests themselves."""
