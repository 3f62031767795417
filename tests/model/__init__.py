"""The scripts against a model of what a queue is: every answer foretold, every key compared after every call."""
