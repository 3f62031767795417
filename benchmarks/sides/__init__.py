"""The sides of a comparison as the suite sees them: programs that are started, told what to do, and ended."""
