"""Widgets: they map lines to strips and keys to messages, and decide nothing."""
