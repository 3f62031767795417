"""Long runs that show what the worker promises: by their own commands, not part of the tests."""
