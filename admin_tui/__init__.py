"""The terminal admin: what the queues, jobs and workers of an engine's app do, and safe ways to change it."""
