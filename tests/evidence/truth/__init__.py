"""The truth run: what the tables hold after troubled syncs, against what the simulated sources know."""
