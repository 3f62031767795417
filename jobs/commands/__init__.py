"""`python -m jobs`: one file for each group of commands, each with `add_to(commands)`."""
