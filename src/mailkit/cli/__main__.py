"""``python -m mailkit.cli``."""

import sys

from mailkit.cli import main

sys.exit(main())
