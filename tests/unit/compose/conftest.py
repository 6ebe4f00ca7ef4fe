"""tools/compose is no package: it is run as a folder, and imported as one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "compose"))
