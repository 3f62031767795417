"""`python -m engine`: one file for each group of commands; each adds its own to the parser."""

from engine.cli.main import main

__all__ = ["main"]
