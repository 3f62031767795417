"""A worker under mixed faults for a long time: what it and Redis take comes to rest, and stays there."""
