"""Speed, measured: each script prints its figures and what they were measured on."""
