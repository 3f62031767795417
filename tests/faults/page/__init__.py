"""docs/evidence.md, made of the figures of runs."""
