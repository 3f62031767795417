"""What each call should answer and make of the queue; one function for each script, in the family of who calls it."""
