"""One suite over what the admin asks of an engine, run against the fake of `--demo` and against a real server."""
