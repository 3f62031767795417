"""A run as one HTML page and SVG plots, made from its JSON alone; nothing is fetched from elsewhere."""
