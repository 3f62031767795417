"""What the tests share: servers, waiting, leak checks."""
