"""tools/mutate is no package that is installed: it is found where it stands."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
