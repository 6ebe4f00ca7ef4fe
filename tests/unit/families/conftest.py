from pathlib import Path

import pytest

from fixtures.stack import Programs
from unit.families.household import Street, open_street


@pytest.fixture
def street(programs: Programs, tmp_path: Path) -> Street:
    return open_street(programs, tmp_path)
