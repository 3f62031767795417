"""The figures of the terminal admin, each beside its gate: `python -m admin_tui bench`."""
