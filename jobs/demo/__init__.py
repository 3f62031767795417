"""The whole line at work on invented reviews: `python -m jobs.demo`."""
