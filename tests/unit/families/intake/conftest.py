from pathlib import Path

import pytest

from fixtures.stack import Programs
from unit.families.borough import Borough, open_town


@pytest.fixture
def town(programs: Programs, tmp_path: Path) -> Borough:
    return open_town(programs, tmp_path)
