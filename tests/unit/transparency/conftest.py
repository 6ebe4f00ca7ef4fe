"""tools/verify_log.py belongs to no package: it is run by itself, and imported so."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3] / "tools"))
