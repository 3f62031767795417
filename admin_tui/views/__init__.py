"""Each screen as pure functions: from what is known to lines and rows. Knows nothing of Textual."""
