"""One program for each side of a comparison, run in that side's own environment: the standard library and its client.

A driver reads one JSON command a line and answers one JSON line to each; `benchmarks.sides` talks to it.
"""
