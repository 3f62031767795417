"""All that a developer needs, at once: `python -m jobs.development`, or `make dev`."""
