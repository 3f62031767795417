"""`python -m admin_tui`."""

import sys

from admin_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
